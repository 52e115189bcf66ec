"""What was deleted and can be brought back, with everything that hung on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.kernel import access, edit, query
from loomline.kernel.audit import Activity
from loomline.kernel.command import registry as commands_by_name
from loomline.kernel.context import Ctx
from loomline.kernel.query import Sort
from loomline.kernel.refusal import Refused
from loomline.surface import answer, commands, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

SIZE = 50
DELETES = ".delete_"


def _deleted(ctx: Ctx) -> QuerySet[Activity]:
    """The deletions that the person may take back. The first condition is that of an index."""
    verbs = [name for name, made in commands_by_name.items() if DELETES in name and made.undo]
    since = ctx.now - timedelta(days=commands.keep_days())
    rows = access.rows_at(ctx, Activity, edit.undo.name).filter(verb__contains=DELETES)
    return rows.filter(verb__in=verbs, undone_by=None, at__gte=since).select_related("actor")


@staff
def trash_page(request: HttpRequest) -> HttpResponse:
    """What was deleted, newest first, each with the way back."""
    ctx = ctx_of(request)
    found = query.page(
        _deleted(ctx), sort=Sort("pk", descending=True), size=SIZE, after=request.GET.get("after", "")
    )
    days = commands.keep_days()
    heads = (_t("What"), _t("Kind"), _t("Deleted by"), _t("When"))
    panel = plain_table(_t("Trash"), heads, [_cells(one) for one in found.rows])
    for row, one in zip(panel["table"]["rows"], found.rows, strict=True):
        row["actions"] = [action(_t("Bring back"), f"/undo/{one.pk}/", icon="arrow-back-up", method="post")]
    panel["table"]["row_actions"] = True
    panel |= {
        "title": "",
        "link": {"title": _t("Older"), "url": f"/trash/?after={found.after}"} if found.after else None,
        "empty": _t("The trash is empty. What somebody deletes can be brought back from here."),
        "empty_action": None,
    }
    note = ngettext(
        "Deleted records can be brought back for %(n)s day; then their values are cleared.",
        "Deleted records can be brought back for %(n)s days; then their values are cleared.",
        days,
    ) % {"n": days}
    rule = action(
        _t("How long"), "/trash/rule/", icon="adjustments-horizontal", kind="quiet", method="dialog"
    )
    may_rule = access.may(ctx, commands.keep_deleted.name)
    context = {"page": page(_t("Trash"), actions=[rule] if may_rule else []), "panel": panel, "note": note}
    return render(request, "loom/trash.html", context)


def _cells(one: Activity) -> tuple[Cell, ...]:
    resource = registry.by_kind(one.kind)
    return (
        Cell(text=_what(one), strong=True),
        Cell(text=resource.title() if resource is not None else one.kind),
        Cell(kind="person", value=one.actor, text=str(one.actor)),
        Cell(kind="moment", value=one.at),
    )


def _what(one: Activity) -> str:
    """The first record's name, and how many more went with it."""
    given = one.parameters.get("records", [])
    count = given.get("count", 1) if isinstance(given, dict) else len(given)
    if count < 2:
        return one.subject
    return _t("{first} and {n} more").format(first=one.subject, n=count - 1)


@staff
def rule_page(request: HttpRequest) -> HttpResponse:
    """The dialog that says how long deleted records are kept."""
    ctx = ctx_of(request)
    need(access.may(ctx, commands.keep_deleted.name), _t("change this"), commands.keep_deleted.name)
    days = forms.IntegerField(label=_t("Days"), min_value=1, max_value=3650)
    kind: Any = type("RuleForm", (forms.Form,), {"days": days})
    form = kind(request.POST if request.method == "POST" else None, initial={"days": commands.keep_days()})
    if request.method == "POST" and form.is_valid():
        try:
            commands.keep_deleted(ctx, days=form.cleaned_data["days"])
        except Refused as refusal:
            form.add_error("days", str(refusal))
        else:
            return answer.done(request, _t("Saved."), undo=answer.undo_url(ctx, commands.keep_deleted))
    context = {
        "command": {
            "title": _t("How long deleted records are kept"),
            "text": _t("After that only the fact stays that something was deleted."),
            "url": request.path,
            "fields": [{"field": form["days"], "wide": True, "prefix": "", "suffix": ""}],
            "hidden": [],
            "facts": [],
            "refusals": [],
            "blocked": False,
            "errors": [{"text": e, "target": form["days"].id_for_label} for e in form.errors.get("days", [])],
            "warnings": [],
            "submit": _t("Save"),
            "kind": "primary",
        }
    }
    return render(request, "loom/dialog.html", context, status=422 if request.method == "POST" else 200)
