"""The list: rows, columns, chips, views, sums and paging as its template draws them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.kernel import access
from loomline.kernel.query import Page
from loomline.surface import answer, board, calendar, chart, draw_text, filter_forms, views
from loomline.surface.layout import Board, Calendar, Chart
from loomline.surface.list_rows import rows_of, slots_of, sum_text
from loomline.surface.listing import Listing
from loomline.surface.models import SavedView
from loomline.surface.page import action, open_resource, page, staff
from loomline.surface.resource import list_cookie

COOKIE = 2000
DRAWN = {Board: board.show, Calendar: calendar.show, Chart: chart.show}


@staff
def list_page(request: HttpRequest, domain: str, slug: str) -> HttpResponseBase:
    """A list in the layout that the address names."""
    resource, ctx = open_resource(request, domain, slug)
    if resource.list_page is not None:
        return resource.list_page(request, resource)
    params = filter_forms.folded(request.GET, resource, ctx)
    if params is not None and not answer.is_htmx(request):
        return HttpResponseRedirect(Listing(resource, ctx, params).address())
    listing = Listing(resource, ctx, params if params is not None else request.GET)
    saved = views.theirs(ctx, resource)
    if not request.GET:
        first = views.default_address(resource, saved, ctx)
        if first:
            return HttpResponseRedirect(first)
    problems = [str(problem) for problem in listing.conditions.problems]
    for words in problems if not answer.is_htmx(request) else ():
        answer.later(request, words, tone="warn")
    response = _shown(request, listing, saved)
    if params is not None:
        response.headers["HX-Push-Url"] = listing.address()
    if problems and answer.is_htmx(request):
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": problems[0], "tone": "warn"}})
    # So that "next" on a record follows this list.
    query = quote(listing.query().urlencode())[:COOKIE]
    response.set_cookie(
        list_cookie(resource), query, max_age=86400, path=resource.path(), httponly=True, samesite="Lax"
    )
    return response


def _shown(request: HttpRequest, listing: Listing, saved: list[SavedView]) -> HttpResponseBase:
    drawn = next((show for kind, show in DRAWN.items() if isinstance(listing.layout, kind)), None)
    if drawn is not None:
        return drawn(request, listing, topbar(listing))
    context = {"page": topbar(listing), "list": context_of(listing, saved)}
    is_part = answer.is_htmx(request) and request.headers.get("HX-Target", "").removeprefix("#").endswith(
        "list"
    )
    return render(request, "loom/list_rows.html" if is_part else "loom/list.html", context)


def topbar(listing: Listing) -> dict[str, Any]:
    """Title, ways to look at it, and what can be done with the list as a whole."""
    resource, ctx = listing.resource, listing.ctx
    kinds = {v.name: v for v in reversed(resource.views)}
    layouts = [
        {
            "title": str(v.label if isinstance(v, Board) else v.words),
            "icon": v.icon,
            "url": listing.address(**{"as": "" if v is resource.views[0] else v.name}),
            "current": v.name == listing.layout.name,
        }
        for v in resource.views
        if kinds[v.name] is v
    ]
    actions = []
    if can_import(listing):
        actions.append(
            action(_t("Import"), f"{resource.path()}import/", icon="upload", kind="quiet", spare=True)
        )
    if resource.may_see(ctx):
        actions.append(
            action(
                _t("Export"),
                icon="download",
                kind="quiet",
                spare=True,
                method="menu",
                id="export",
                items=[
                    action(_t("Spreadsheet (XLSX)"), _export_url(listing, "xlsx"), icon="file-spreadsheet"),
                    action(_t("Text (CSV)"), _export_url(listing, "csv"), icon="file-text"),
                ],
            )
        )
    if resource.may_create(ctx):
        words = _t("New {what}").format(what=resource.title().lower())
        actions.append(action(words, f"{resource.path()}new/", icon="plus", kind="primary", keys="c"))
    return page(resource.plural(), layouts=layouts if len(layouts) > 1 else [], actions=actions)


def can_import(listing: Listing) -> bool:
    """True when the person may bring records in from a file."""
    return bool(listing.resource.form) and listing.resource.may_create(listing.ctx)


def _export_url(listing: Listing, kind: str) -> str:
    text = listing.query().urlencode()
    return f"{listing.resource.path()}export.{kind}" + (f"?{text}" if text else "")


def context_of(listing: Listing, saved: list[SavedView]) -> dict[str, Any]:
    """Everything that loom/list_rows.html reads."""
    resource, ctx = listing.resource, listing.ctx
    shared: dict[str, Any] = {
        "title": resource.plural(),
        "url": resource.path(),
        "state": "rows",
        "note": "",
        "empty_action": None,
        "import_url": "",
        "who": "",
        "views": [],
        "save_view_url": "",
        "search": None,
        "row_actions": False,
        "topics": resource.model._meta.label_lower,
    }
    if not resource.may_see(ctx):
        note = _t("Your roles do not show you {many}.").format(many=resource.plural().lower())
        return {**shared, "state": "denied", "note": note, "who": _t("an administrator")}
    page_ = listing.page()
    return {
        **shared,
        **_state(listing, page_),
        "views": views.tabs(listing, saved),
        "save_view_url": f"{resource.path()}views/?{listing.query().urlencode()}",
        "search": _search(listing),
        "keep": listing.keep("q"),
        **filter_forms.bar(listing),
        "columns_url": f"{resource.path()}columns/?{listing.query().urlencode()}",
        "groupings": _groupings(listing),
        "columns": _columns(listing),
        "rows": rows_of(listing, page_),
        "sums": [
            {"label": c.label, "text": sum_text(c, figures)} for c, figures in listing.sums() if figures
        ],
        "pager": pager(listing, page_),
        "bulk": _bulk(listing),
        "freeze": len(listing.columns) > 8,
    }


def _state(listing: Listing, page_: Page) -> dict[str, Any]:
    if page_.rows:
        return {"state": "rows"}
    if listing.conditions or listing.q:
        note = _t("No {many} fit these filters.").format(many=listing.resource.plural().lower())
        return {"state": "nomatch", "note": note}
    made = listing.resource.may_create(listing.ctx)
    words = _t("New {what}").format(what=listing.resource.title().lower())
    return {
        "state": "empty",
        "note": listing.resource.empty_text(),
        "empty_action": action(words, f"{listing.resource.path()}new/", icon="plus", kind="primary")
        if made
        else None,
        "import_url": f"{listing.resource.path()}import/" if can_import(listing) else "",
    }


def _search(listing: Listing) -> dict[str, str] | None:
    if not listing.resource.search:
        return None
    labels = [p.label.lower() for p in listing.resource.search][:3]
    words = (
        labels[0]
        if len(labels) == 1
        else _t("{some} or {last}").format(some=", ".join(labels[:-1]), last=labels[-1])
    )
    return {"name": "q", "value": listing.q, "placeholder": words[:1].upper() + words[1:]}


def _groupings(listing: Listing) -> list[dict[str, Any]]:
    kinds = ("badge", "person", "bool", "date")
    able = [
        c
        for c in listing.columns
        if c.sortable
        and c.path is not None
        and not c.annotations()
        and (c.kind in kinds or c.path.is_relation or c.choices)
    ]
    if not able:
        return []
    none = {
        "label": _t("No groups"),
        "url": listing.address(grouped="none"),
        "current": listing.group is None,
    }
    return [
        none,
        *(
            {"label": c.label, "url": listing.address(grouped=c.name), "current": c is listing.group}
            for c in able
        ),
    ]


def _columns(listing: Listing) -> list[dict[str, Any]]:
    slots = slots_of(listing.columns)
    sorted_by, down = listing.sort_column
    found = []
    for column in listing.columns:
        is_sorted = column is sorted_by
        turn = f"-{column.name}" if is_sorted and not down else column.name
        found.append(
            {
                "name": column.name,
                "label": column.label,
                "align": "end" if column.is_numeric else "",
                "sort": ("descending" if down else "ascending") if is_sorted else "",
                "sort_url": listing.address(sort=turn)
                if listing.may_sort(column) and listing.group is None
                else "",
                "hidden_label": False,
                "slot": slots[column.name],
            }
        )
    return found


def pager(listing: Listing, page_: Page) -> dict[str, str]:
    """Where this page stands and how to get on; by key, so no page is far."""
    count, shown = listing.count, len(page_.rows)
    if listing.params.get("after") or listing.params.get("before"):
        text = _t("{shown} of {all}").format(shown=draw_text.number(shown), all=count)
    elif count.is_exact and count.value <= shown:
        text = ngettext("%(n)s row", "%(n)s rows", count.value) % {"n": draw_text.number(count.value)}
    else:
        text = _t("1–{shown} of {all}").format(shown=draw_text.number(shown), all=count)
    return {
        "text": text,
        "prev_url": listing.address(before=page_.before) if page_.before else "",
        "next_url": listing.address(after=page_.after) if page_.after else "",
    }


def _bulk(listing: Listing) -> dict[str, Any] | None:
    resource, ctx = listing.resource, listing.ctx
    base = resource.path()
    actions = [
        {
            "label": c.label,
            "icon": c.icon or "bolt",
            "url": f"{base}do/{c.verb}/",
            "kind": "danger" if c.danger else "",
        }
        for c in resource.commands()
        if access.may(ctx, c.name)
    ][:3]
    if resource.may_bulk_edit(ctx) and resource.form:
        actions.append({"label": _t("Edit"), "icon": "pencil", "url": f"{base}bulk/", "kind": ""})
    actions.append({"label": _t("Export"), "icon": "download", "url": f"{base}export/", "kind": ""})
    if resource.may_delete(ctx):
        actions.append({"label": _t("Delete"), "icon": "trash", "url": f"{base}delete/", "kind": "danger"})
    text = _t("all {n} that match").format(n=listing.count) if listing.count.value > listing.size else ""
    return {"url": base, "all_text": text, "actions": actions}
