"""The record of who did what, as sentences with what changed; filtered, searched, exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel import access, edit, query, sentence
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.query import Page, Sort
from loomline.kernel.refusal import NotPermitted
from loomline.kernel.sentence import Sentence
from loomline.surface import filter as narrow
from loomline.surface import history, registry
from loomline.surface.conditions import Condition, Conditions, conditions_of
from loomline.surface.fields import Pool
from loomline.surface.filter import Filter
from loomline.surface.filter_forms import value_field
from loomline.surface.page import action, ctx_of, page, staff
from loomline.surface.spreadsheet import csv_lines

SIZE = 50
UNDO_DAYS = 30
FILTERS = (
    Filter("actor", label=_("Who")),
    Filter("at", label=_("When")),
    Filter("verb", label=_("What")),
    Filter("kind", label=_("Kind of record")),
    Filter("via", label=_("By way of")),
    Filter("object_id", label=_("Record")),
)


def _filters() -> dict[str, Filter]:
    return {f.name: f.bind(Activity, by="audit") for f in FILTERS}


def _rows(ctx: Ctx, params: QueryDict) -> tuple[QuerySet[Activity], Conditions]:
    permission = access.view_permission(Activity)
    if not access.may(ctx, permission):
        raise NotPermitted(verb=_t("read the record of changes"), permission=permission)
    conditions = conditions_of({k: params.getlist(k) for k in params}, _filters(), ctx)
    rows = access.visible(ctx, Activity).select_related("actor")
    if conditions:
        rows = rows.filter(conditions.q(ctx))
    words = params.get("q", "").strip()
    if words:
        rows = rows.filter(
            Q(subject__istartswith=words)
            | Q(verb__icontains=words.replace(" ", "_"))
            | Q(actor__name__icontains=words)
        )
    return rows, conditions


@staff
def audit_page(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    ctx = ctx_of(request)
    params = _folded(request.GET)
    rows, conditions = _rows(ctx, params)
    found = query.page(
        rows,
        sort=Sort("pk", descending=True),
        size=SIZE,
        after=params.get("after", ""),
        before=params.get("before", ""),
    )
    context = {
        "page": page(
            _t("Record of changes"),
            actions=[
                action(_t("Trash"), "/trash/", icon="trash", kind="quiet"),
                action(
                    _t("Export"), f"/audit/export.csv?{params.urlencode()}", icon="download", kind="quiet"
                ),
            ],
        ),
        "audit": {
            "url": "/audit/",
            "search": {
                "name": "q",
                "value": params.get("q", ""),
                "placeholder": _t("Person, record or verb"),
            },
            "keep": [
                {"name": k, "value": v}
                for k in params
                for v in params.getlist(k)
                if k not in ("q", "after", "before")
            ],
            **_bar(conditions, params, ctx),
            "entries": _entries(found.rows, ctx),
            "pager": _pager(params, found),
            "note": _t("Nothing has been done that fits."),
        },
    }
    return render(request, "loom/audit.html", context)


def _folded(params: QueryDict) -> QueryDict:
    """What the editor of one filter submits, as the plain parameter."""
    if "set" not in params:
        return params
    plain = params.copy()
    name, values = plain.pop("set")[-1], [v for v in plain.pop("set.value", []) if v]
    op = plain.pop("set.op", [""])[-1]
    one = _filters().get(name)
    if one is not None and values:
        plain.setlist(Condition(one, op or one.default, ()).parameter, values)
    return plain


def _bar(conditions: Conditions, params: QueryDict, ctx: Ctx) -> dict[str, Any]:
    used = {c.filter.name for c in conditions.items}
    pool = Pool(ctx)
    chips = []
    for one in conditions.items:
        left = params.copy()
        left.pop(one.parameter, None)
        values = [
            str(pool.get(get_user_model(), v) or v) if one.filter.name == "actor" and v != narrow.ME else v
            for v in one.values
        ]
        chips.append(
            {
                "name": one.parameter.replace(".", "-"),
                "label": one.filter.label,
                "text": ", ".join(values),
                "edit_url": "",
                "remove_url": f"/audit/?{left.urlencode()}",
            }
        )
    add = [
        {
            "name": f.name,
            "label": f.label,
            "icon": "filter",
            "edit_url": f"/audit/filters/{f.name}/?{params.urlencode()}",
        }
        for f in FILTERS
        if f.name not in used
    ]
    return {
        "chips": chips,
        "add_filters": add,
        "builder_url": "",
        "clear_url": "/audit/" if conditions else "",
    }


def _pager(params: QueryDict, found: Page) -> dict[str, str]:
    def at(**key: str) -> str:
        moved = params.copy()
        for name in ("after", "before"):
            moved.pop(name, None)
        moved.update(key)
        return f"/audit/?{moved.urlencode()}"

    return {
        "text": _t("{n} shown").format(n=len(found.rows)),
        "prev_url": at(before=found.before) if found.before else "",
        "next_url": at(after=found.after) if found.after else "",
    }


def _entries(rows: Sequence[Activity], ctx: Ctx) -> list[dict[str, Any]]:
    may_all = access.level_of(ctx.actor, edit.undo.name) >= access.Level.ALL
    found: list[dict[str, Any]] = []
    last = None
    for one in sentence.sentences_of(rows):
        day = timezone.localtime(one.at).date()
        if day != last:
            found.append({"day": history.day_words(day)})
            last = day
        found.append(
            {
                "icon": "",
                "tone": "",
                "actor": one.actor,
                "title": one.text,
                "url": registry.url_of_kind(one.kind, one.object_id),
                "text": _besides(one),
                "at": one.at,
                "via": one.via,
                "changes": _diff(one),
                "undo": way_back(one, ctx) if may_all or one.actor_id == ctx.actor.pk else None,
                "alarm": False,
                "open": False,
            }
        )
    return found


def way_back(one: Sentence, ctx: Ctx) -> dict[str, Any] | None:
    """The button that takes one thing back, for thirty days."""
    if not one.is_undoable or one.at < ctx.now - timedelta(days=UNDO_DAYS):
        return None
    return action(_t("Undo"), f"/undo/{one.id}/", icon="arrow-back-up", method="post", kind="quiet")


def _besides(one: Sentence) -> str:
    """What was accepted with it, and whether it still holds."""
    said = []
    if one.accepted:
        said.append(_t("accepting: {what}").format(what=", ".join(one.accepted)))
    if one.is_undone:
        said.append(_t("(taken back later)"))
    return " ".join(said)


def _diff(one: Sentence) -> list[dict[str, str]]:
    """Each changed field, then the rows that came and went."""
    found = [
        {"label": f"{d.what}: {d.label}" if d.what else d.label, "before": d.before, "after": d.after}
        for d in one.differences
    ]
    found += [{"label": told, "before": "", "after": ""} for told in one.rows]
    if one.has_more:
        found.append({"label": _t("and more"), "before": "", "after": ""})
    return found


@staff
def filter_page(request: HttpRequest, name: str) -> HttpResponse:
    """The editor of one filter of this page."""
    ctx = ctx_of(request)
    one = _filters()[name] if name in _filters() else _filters()["verb"]
    form = narrow_form(one, Pool(ctx))
    keep = [
        {"name": k, "value": v}
        for k in request.GET
        for v in request.GET.getlist(k)
        if k not in ("after", "before")
    ]
    context = {
        "filter": {
            "name": name,
            "label": one.label,
            "url": "/audit/",
            "keep": [*keep, {"name": "set", "value": one.name}],
            "operator": None,
            "fields": [form["set.value"]],
        }
    }
    return render(request, "loom/filter_editor.html", context)


def narrow_form(one: Filter, pool: Pool) -> Any:
    """A form with the one control for a filter's value."""
    field = value_field(one, pool)
    field.label = one.label
    return type("AuditFilterForm", (forms.Form,), {"set.value": field})(auto_id=f"f-{one.name}-%s")


@staff
def export_page(request: HttpRequest) -> HttpResponseBase:
    """The record of changes as a text file, row by row."""
    ctx = ctx_of(request)
    rows, _conditions = _rows(ctx, request.GET)
    head = [_t("At"), _t("Who"), _t("What"), _t("Record"), _t("By way of"), _t("Accepted"), _t("Request")]

    def lines() -> Iterator[list[Any]]:
        for row in rows.order_by("-pk").iterator(chunk_size=1000):
            yield [
                row.at.isoformat(timespec="seconds"),
                str(row.actor),
                row.verb,
                row.subject,
                row.via,
                ", ".join(row.accepted),
                row.request_id,
            ]

    response = StreamingHttpResponse(csv_lines(head, lines()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="changes.csv"'
    return response
