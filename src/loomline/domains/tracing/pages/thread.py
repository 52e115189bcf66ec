"""The page of one order line's thread, now or at a past moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing import queries
from loomline.domains.tracing.pages.delay import delay, ways
from loomline.domains.tracing.pages.moment import as_of_field, moment_of
from loomline.domains.tracing.queries import Stretch, Thread, Tick
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, staff

TOPICS = "manufacturing.workstage procurement.purchase warehouse.shipment"
STATES = {"done": "done", "now": "now", "todo": "", "late": "late", "hold": "hold"}
KINDS = {"sourcing": "procurement.purchase", "shipping": "warehouse.shipment"}


@staff
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Every stage of one order line, from the supplier's lot to the customer's door."""
    ctx = ctx_of(request)
    line = access.visible(ctx, OrderLine).select_related("order__customer", "item").filter(pk=pk).first()
    if line is None:
        raise NotThere(reference=_("order line {pk}").format(pk=pk))
    at = moment_of(ctx, request.GET.get("at", ""))
    if at is None:
        found = queries.thread_with_ways(ctx, line=line)
    else:
        found = queries.thread_of(line, at=at, today=ctx.today)
    return render(
        request,
        "tracing/thread.html",
        {
            "panels": [panel for panel in (delay(ctx, found), ways(ctx, found)) if panel],
            "page": page(
                _("Thread of {number}").format(number=line.order.number),
                crumbs=[
                    {"title": _("Orders"), "url": _url("sales.order")},
                    {"title": line.order.number, "url": registry.url_of_kind("sales.order", line.order_id)},
                ],
            ),
            "thread": _thread(ctx, line, found, at, request.path),
        },
    )


def line_thread(ctx: Ctx, line: OrderLine) -> dict[str, Any] | None:
    """The thread as it is now, for the page of the order line itself."""
    found = thread_here(ctx, line)
    if found is None or not found.stretches:
        return None
    return {
        "tracker": steps(found.stretches),
        "stages": [_stage(stretch, line) for stretch in found.stretches],
        "link": {"title": _("As it was at another moment"), "url": f"/thread/{line.pk}/"},
    }


def thread_here(ctx: Ctx, line: OrderLine) -> Thread | None:
    """The thread as it is now, read once for all panels of a page."""
    if "_thread" not in line.__dict__:
        line.__dict__["_thread"] = queries.thread_with_ways(ctx, line=line)
    found: Thread | None = line.__dict__["_thread"]
    return found


def _thread(ctx: Ctx, line: OrderLine, found: Thread | None, at: datetime | None, url: str) -> dict[str, Any]:
    told = found.line if found else line
    return {
        "title": f"{line.item.name}",
        "text": _("Line {position} of {order} for {customer}").format(
            position=line.position, order=line.order.number, customer=line.order.customer.name
        ),
        "badges": _badges(found),
        "facts": [
            {
                "label": _("Ordered"),
                "cell": Cell(kind="quantity", value=told.quantity, unit=line.item.unit.code),
            },
            {"label": _("Promised"), "cell": Cell(kind="date", value=told.promised_on)},
            {"label": _("Expected"), "cell": _slip(told.expected_on, told.promised_on)},
            {
                "label": _("Shipped"),
                "cell": Cell(kind="quantity", value=told.shipped, unit=line.item.unit.code),
            },
        ],
        "callouts": _callouts(found),
        "as_of": as_of_field(ctx, at, url),
        "tracker": steps(found.stretches) if found else [],
        "stages": [_stage(stretch, line) for stretch in found.stretches] if found else [],
        "empty": _("Nothing was known of this line at that moment.")
        if found is None
        else _("Nothing is planned for this line yet. Plan its supply from the order."),
        "topics": f"sales.order:{line.order_id} {TOPICS}",
    }


def _badges(found: Thread | None) -> list[dict[str, str]]:
    if found is None:
        return []
    now = found.now
    if now is None:
        return [{"text": _("Delivered"), "tone": "ok"}]
    late = (
        found.line.expected_on and found.line.promised_on and found.line.expected_on > found.line.promised_on
    )
    if late:
        days = (found.line.expected_on - found.line.promised_on).days  # type: ignore[operator]
        return [{"text": _("Late, {days} days").format(days=days), "tone": "bad"}]
    return [{"text": now.name, "tone": now.tone}]


def _callouts(found: Thread | None) -> list[dict[str, Any]]:
    if found is None or not found.line.cause:
        return []
    return [{"tone": "warn", "title": _("The date has moved."), "text": found.line.cause, "action": None}]


def slack_words(stretch: Stretch) -> str:
    """How much play a stage has, in words; nothing where nobody knows or it is over."""
    slack = stretch.play.slack
    if slack is None:
        return _("critical") if stretch.play.is_critical and stretch.progress != "done" else ""
    if slack < 0:
        said = ngettext("{n} working day over", "{n} working days over", -slack).format(n=-slack)
    else:
        said = ngettext("{n} working day of slack", "{n} working days of slack", slack).format(n=slack)
    return _("{slack}, critical").format(slack=said) if stretch.play.is_critical else said


def steps(stages: Iterable[Tick | Stretch]) -> list[dict[str, str]]:
    """The stages as a tracker shows them; only the first that is late or held is marked so."""
    found = []
    is_marked = False
    for stage in stages:
        state = STATES[stage.progress]
        if stage.progress in ("late", "hold"):
            state = "" if is_marked else state
            is_marked = True
        day = stage.day
        found.append({"title": stage.name, "icon": stage.icon, "date": draw_text.day(day), "state": state})
    return found


def _stage(stretch: Stretch, line: OrderLine) -> dict[str, Any]:
    return {
        "title": stretch.name,
        "icon": stretch.icon,
        "text": " · ".join(part for part in (stretch.state, slack_words(stretch)) if part),
        "state": STATES[stretch.progress],
        "state_text": stretch.state,
        "nodes": [_node(stretch), *(_lot(lot, stretch) for lot in stretch.lots)],
    }


def _node(stretch: Stretch) -> dict[str, Any]:
    kind = KINDS.get(stretch.kind, "manufacturing.workorder")
    return {
        "kind": _("Document") if stretch.document else "",
        "number": stretch.document or stretch.name,
        "url": registry.url_of_kind(kind, stretch.document_id),
        "what": _flow(stretch),
        "focus": stretch.progress in ("now", "late", "hold"),
        "tone": stretch.tone if stretch.progress in ("late", "hold") else "",
        "quantity": Cell(kind="quantity", value=stretch.planned, unit=stretch.unit),
        "promised": Cell(kind="date", value=stretch.promised_on) if stretch.promised_on else None,
        "expected": _slip(stretch.day, stretch.promised_on) if stretch.day else None,
        "badge": {"text": stretch.state, "tone": stretch.tone},
        "holder": stretch.holder,
        "place": stretch.place,
        "why": stretch.cause,
        "share": "",
    }


def _flow(stretch: Stretch) -> str:
    parts = []
    if stretch.moved_in is not None:
        parts.append(_("{n} in").format(n=plain(stretch.moved_in)))
    if stretch.moved_out is not None:
        parts.append(_("{n} out").format(n=plain(stretch.moved_out)))
    if stretch.rejected:
        parts.append(_("{n} rejected").format(n=plain(stretch.rejected)))
    return ", ".join(parts)


def _lot(lot: queries.LotMark, stretch: Stretch) -> dict[str, Any]:
    return {
        "kind": _("Lot"),
        "number": lot.number,
        "url": registry.url_of_kind("inventory.lot", lot.pk),
        "what": _("supplier's lot {lot}").format(lot=lot.supplier_lot) if lot.supplier_lot else "",
        "focus": False,
        "tone": lot.tone if lot.tone in ("hold", "bad") else "",
        "quantity": Cell(kind="quantity", value=lot.quantity, unit=lot.unit),
        "promised": None,
        "expected": None,
        "badge": {"text": lot.state, "tone": lot.tone},
        "holder": stretch.holder,
        "place": stretch.place,
        "why": "",
        "share": "",
    }


def _slip(day: Any, promised: Any) -> Cell:
    days = (day - promised).days if day and promised else 0
    return Cell(kind="slip", value=day, days=days, tone="bad" if days > 2 else "warn" if days > 0 else "")


def _url(kind: str) -> str:
    resource = registry.by_kind(kind)
    return resource.path() if resource is not None else ""
