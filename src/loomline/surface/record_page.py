"""The page of one record: head, actions, panels in tabs, timeline; and the peek beside a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access, query
from loomline.kernel.command import Command
from loomline.kernel.command import registry as all_commands
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import answer, argument, recent, record_panels, registry
from loomline.surface.column import Column
from loomline.surface.fields import Pool
from loomline.surface.listing import Listing
from loomline.surface.page import action, ctx_of, open_resource, page, record_of, staff
from loomline.surface.panel import Callouts, Facts, Panel, Timeline, Tracker
from loomline.surface.resource import Resource, list_cookie

BUTTONS = 3
HEAD = 5


@staff
def record_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """One record with everything around it."""
    resource, ctx = open_resource(request, domain, slug)
    record = record_of(resource, ctx, pk, record_panels.joins_of(resource) | column_joins(resource))
    draw = resource.detail_page or page_of
    return draw(request, resource, record)


def page_of(request: HttpRequest, resource: type[Resource], record: Any) -> HttpResponse:
    """The usual page of a record that was fetched."""
    pk, ctx = record.pk, ctx_of(request)
    crumbs = [{"title": resource.plural(), "url": list_address(request, resource)}]
    position = {"text": "", "prev_url": resource.url(pk, "previous"), "next_url": resource.url(pk, "next")}
    context = {
        "page": page(str(record), crumbs=crumbs, position=position),
        "record": context_of(
            resource, record, ctx, tab=request.GET.get("tab", ""), activity=request.GET.get("activity", "")
        ),
    }
    response = render(request, "loom/record.html", context)
    recent.opened(request, response, resource, pk)
    return response


def column_joins(resource: type[Resource]) -> set[str]:
    """The relations of the declared columns, which the head of the page shows."""
    return {join for column in head_columns(resource) for join in column.joins()}


def head_columns(resource: type[Resource]) -> list[Column]:
    """What stands under the title."""
    if resource.head:
        return list(resource.head)
    return [
        c
        for c in resource.columns
        if not c.is_first and c.kind != "badge" and c.read is None and not c.annotations()
    ][:HEAD]


def context_of(
    resource: type[Resource], record: Any, ctx: Ctx, *, tab: str = "", activity: str = ""
) -> dict[str, Any]:
    """Everything that loom/record.html reads of a record."""
    panels = [panel for panel in resource.detail if record_panels.is_shown(panel, ctx)]
    tabs = [p for p in panels if p.place == "tab" and not p.tab]
    current = next((p for p in tabs if p.name == tab), tabs[0] if tabs else None)
    under = [p for p in panels if current is not None and (p is current or p.tab == current.name)]
    top = [p for p in panels if p.place == "top"]
    line = next((p for p in panels if isinstance(p, Timeline) and p.place == "side"), None)
    buttons, more = actions_of(resource, record, ctx)
    return {
        "title": str(record),
        "label": f"{resource.title()} {record}",
        "badges": badges(record),
        "actions": buttons,
        "more": more,
        "facts": record_panels.facts(head_columns(resource), record, ctx),
        "callouts": [c for p in top if isinstance(p, Callouts) for c in _told(p, ctx, record)],
        "tracker": [s for p in top if isinstance(p, Tracker) for s in _told(p, ctx, record)],
        "top": record_panels.drawn([p for p in top if not isinstance(p, (Callouts, Tracker))], record, ctx),
        "tabs": _tabs(resource, record, ctx, tabs, current),
        "panels": record_panels.drawn(under, record, ctx),
        "rail": record_panels.drawn(
            [p for p in panels if p.place == "side" and not isinstance(p, Timeline)], record, ctx
        ),
        "timeline": record_panels.timeline(line, record, ctx, kind=activity) if line is not None else None,
        "topics": record_panels.holds(record, resource),
    }


def _told(panel: Panel, ctx: Ctx, record: Any) -> list[Any]:
    return list(panel.read(ctx, record) or ()) if panel.read is not None else []


def _tabs(
    resource: type[Resource], record: Any, ctx: Ctx, tabs: list[Panel], current: Panel | None
) -> list[dict[str, Any]]:
    if len(tabs) < 2:
        return []
    counts = record_panels.tab_counts(tabs, record, ctx)
    base = resource.url(record.pk)
    return [
        {
            "title": p.title,
            "url": base if p is tabs[0] else f"{base}?tab={p.name}",
            "current": p is current,
            "tone": "",
            "count": _count(counts.get(p.name)),
        }
        for p in tabs
    ]


def _count(number: int | None) -> str:
    if not number:
        return ""
    return f"{record_panels.COUNTED}+" if number > record_panels.COUNTED else str(number)


def badges(record: Any) -> list[dict[str, str]]:
    """The state of a record, if it has one."""
    state: Any = getattr(record, "state", None)
    return [{"text": state.label, "tone": state.tone}] if hasattr(state, "tone") else []


def actions_of(resource: type[Resource], record: Any, ctx: Ctx) -> tuple[list[Any], list[Any]]:
    """The buttons, the primary one last, and what stands behind the three dots."""
    pool = Pool(ctx)
    able = [c for c in resource.open_commands(ctx, record) if argument.is_askable(c, pool)]
    ready = [command_action(resource, record, c) for c in able]
    calm = [a for a, c in zip(ready, able, strict=True) if not c.danger]
    buttons, rest = calm[:BUTTONS], [a for a in ready if a not in calm[:BUTTONS]]
    if buttons:
        buttons[0]["kind"] = "primary"
    buttons.reverse()
    more = [*rest, *(made for offer in registry.offers if (made := offer(ctx, record)))]
    if resource.may_edit(ctx) and resource.form and is_open(record):
        edit = action(_t("Edit"), resource.url(record.pk, "edit"), icon="pencil", keys="e")
        if buttons:
            more.insert(0, edit)
        else:
            buttons.append(edit)
    if resource.may_delete(ctx) and can_go(record):
        if more:
            more.append(action("", rule=True))
        more.append(
            action(
                _t("Delete"),
                f"{resource.path()}delete/?ids={record.pk}",
                icon="trash",
                kind="danger",
                method="dialog",
            )
        )
    return buttons, more


def is_open(record: Any) -> bool:
    """True when the record's state leaves any field open."""
    return not record.editable or bool(record.editable.get(record.state))


def can_go(record: Any) -> bool:
    """True when the record may be deleted: a document only while it is in its first state."""
    return not record.editable or record.state == record._meta.get_field("state").default


def command_action(resource: type[Resource], record: Any, command: Command[Any, Any]) -> dict[str, Any]:
    """A command as a button: run at once, or ask in a dialog, or on a page where there are lines to
    fill in.
    """
    url = f"{resource.path()}do/{command.verb}/?ids={record.pk}"
    asked = argument.asked(command)
    if any(argument.is_draft(argument.item_type(p.annotation)) for p in asked):
        method = "get"
    else:
        method = "dialog" if asked or command.danger else "post"
    return action(
        command.label, url, icon=command.icon, method=method, kind="danger" if command.danger else ""
    )


@staff
def peek_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponse:
    """A look at a record beside the list."""
    resource, ctx = open_resource(request, domain, slug)
    record = record_of(resource, ctx, pk, record_panels.joins_of(resource) | column_joins(resource))
    line = next((p for p in resource.detail if isinstance(p, Timeline)), None)
    buttons, _more = actions_of(resource, record, ctx)
    shown = [
        p
        for p in resource.detail
        if not isinstance(p, (Timeline, Facts, Callouts, Tracker)) and p.place == "tab"
    ][:1]
    context = {
        "record": {
            "title": str(record),
            "badges": badges(record),
            "callouts": [],
            "facts": record_panels.facts(
                [c for c in resource.columns if not c.is_first and not c.annotations()], record, ctx
            ),
            "timeline": record_panels.timeline(line, record, ctx) if line is not None else None,
        },
        "panels": record_panels.drawn(shown, record, ctx),
        "url": resource.url(pk),
        "prev_url": f"{resource.url(pk, 'previous')}?peek=1",
        "next_url": f"{resource.url(pk, 'next')}?peek=1",
        "actions": buttons,
    }
    response = render(request, "loom/drawer.html", context)
    recent.opened(request, response, resource, pk)
    return response


@staff
def neighbour_page(request: HttpRequest, domain: str, slug: str, pk: int, way: str) -> HttpResponse:
    """Lead to the record before or after this one in the list that the person came from, or to its peek."""
    resource, ctx = open_resource(request, domain, slug)
    is_peek = "peek" in request.GET
    listing = Listing(resource, ctx, QueryDict(_list_query(request, resource)))
    row = listing.matching(listing.needed()).filter(pk=pk).first()
    if row is not None:
        key = query.cursor(row, sort=listing.sort)
        after, before = (key, "") if way == "next" else ("", key)
        rows = listing.matching(listing.needed())
        found = query.page(rows, sort=listing.sort, size=1, after=after, before=before).rows
        if found:
            return HttpResponseRedirect(resource.url(found[0].pk, *(["peek"] if is_peek else [])))
    words = (
        _t("This is the last one of the list.") if way == "next" else _t("This is the first one of the list.")
    )
    if is_peek:
        return answer.triggered({"toast": {"text": words, "tone": ""}})
    answer.later(request, words)
    return HttpResponseRedirect(resource.url(pk))


def _list_query(request: HttpRequest, resource: type[Resource]) -> str:
    return unquote(request.COOKIES.get(list_cookie(resource), ""))[:2000]


def list_address(request: HttpRequest, resource: type[Resource]) -> str:
    """Back to the list as it was left."""
    text = _list_query(request, resource)
    return f"{resource.path()}?{text}" if text else resource.path()


@staff
def timeline_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponse:
    """Older entries of a timeline."""
    resource, ctx = open_resource(request, domain, slug)
    record = record_of(resource, ctx, pk)
    given = request.GET.get("before", "")
    before = int(given) if given.isdigit() and len(given) < 19 else 0
    line = next((p for p in resource.detail if isinstance(p, Timeline)), Timeline())
    told = record_panels.timeline(line, record, ctx, before=before, kind=request.GET.get("kind", ""))
    return render(request, "loom/timeline_more.html", {"entries": told["entries"], "more": told["more"]})


@staff
def note_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponse:
    """Write what was typed under a record through the command of its kind."""
    resource, ctx = open_resource(request, domain, slug)
    record = record_of(resource, ctx, pk)
    kind = request.POST.get("kind", "note")
    name = next((name for value, name, _icon in record_panels.KINDS if value == kind), "")
    if name not in access.commands:
        raise NotThere(reference=kind)
    text = request.POST.get("text", "").strip()
    if text:
        all_commands[name](ctx, about=record, body=text)
    if not answer.is_htmx(request):
        return HttpResponseRedirect(resource.url(pk))
    line = next((p for p in resource.detail if isinstance(p, Timeline)), Timeline())
    return render(
        request, "loom/parts/activity.html", {"timeline": record_panels.timeline(line, record, ctx)}
    )
