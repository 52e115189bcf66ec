"""What tracing adds to the pages of orders and their lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sales.models.order import OPEN
from loomline.domains.tracing import pages, queries
from loomline.domains.tracing.resources.cells import expected
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.panel import Callouts, Panel, Tracker
from loomline.surface.plain_table import TABLE, plain_table


def chain(ctx: Ctx, order: Order) -> list[dict[str, Any]] | None:
    """The stages of the line that comes last; None while nothing is made for the order."""
    if order.state not in OPEN:
        return None
    found = _standing(ctx, order)
    last = max(found, key=lambda one: (one.line.expected_on or date.min, len(one.ticks)), default=None)
    if last is None or len(last.ticks) < 2:
        return None
    zone = ctx.company.zone
    confirmed = order.confirmed_at.astimezone(zone).date() if order.confirmed_at else None
    first = {
        "title": _t("Confirmed"),
        "icon": "circle-check",
        "date": draw_text.day(confirmed),
        "state": "done",
    }
    return [first, *pages.steps(last.ticks)]


def _standing(ctx: Ctx, order: Order) -> list[queries.Standing]:
    """Read once for all panels of one page."""
    found: list[queries.Standing] | None = order.__dict__.get("_standing")
    if found is None:
        found = order.__dict__["_standing"] = queries.standing_of(order, today=ctx.today)
    return found


def holds(ctx: Ctx, order: Order) -> list[dict[str, Any]]:
    """A lot that may not be used stops what is made of it, for nobody knows how long."""
    if order.state not in OPEN:
        return []
    lots = {tick.lot.pk: (tick, tick.lot) for one in _standing(ctx, order) for tick in one.ticks if tick.lot}
    return [
        {
            "tone": "bad",
            "title": _t("Lot {lot} is held.").format(lot=lot),
            "text": _t("{stage} is done, and nothing goes on before somebody decides.").format(
                stage=tick.name
            ),
            "action": action(_t("Look at the lot"), registry.url(lot)),
        }
        for tick, lot in lots.values()
    ]


def threads(ctx: Ctx, order: Order) -> dict[str, Any] | None:
    """Where each line stands, and the way to its thread."""
    found = [one for one in _standing(ctx, order) if one.ticks]
    if not found or order.state == OrderState.CANCELLED:
        return None
    return plain_table(
        _t("Threads"),
        (_t("Line"), _t("Stage"), _t("Held by"), _t("Promised"), _t("Expected")),
        [
            (
                Cell(
                    kind="item",
                    text=one.line.item.name,
                    sub=one.line.item.sku,
                    colour=one.line.item.swatch,
                    url=f"/thread/{one.line.pk}/",
                ),
                Cell(
                    kind="stages",
                    stages=tuple(step["state"] for step in pages.steps(one.ticks)),
                    text=one.now.name if one.now else _t("Delivered"),
                    below=True,
                ),
                Cell(text=one.now.holder if one.now else order.customer.name),
                Cell(kind="date", value=one.line.promised_on),
                expected(one.line),
            )
            for one in found
        ],
        sub=_t("Where each line stands, from the first material to the customer"),
    ) | {"link": {"title": _t("Time and action"), "url": f"/stages/?order={order.pk}&view=calendar"}}


def footing(ctx: Ctx, order: Order) -> dict[str, Any] | None:
    """What each line stands on, and the way to its thread."""
    rows = queries.footing_of(order)
    if not rows:
        return None
    return plain_table(
        _t("What this promise stands on"),
        (_t("Line"), _t("Source"), _t("Covers"), _t("Due"), _t("State")),
        [
            (
                Cell(text=row.line.item.name, url=f"/thread/{row.line.pk}/", note=_t("thread")),
                Cell(
                    kind="code",
                    text=row.document or _t("Stock"),
                    url=registry.url_of_kind(row.kind, row.document_id),
                    sub=row.holder,
                ),
                Cell(kind="quantity", value=row.covers, unit=row.line.item.unit.code),
                Cell(kind="date", value=row.due_on),
                Cell(kind="badge", text=_state(row.state), tone=row.tone),
            )
            for row in rows
        ],
    )


def late(ctx: Ctx, line: OrderLine) -> dict[str, Any] | None:
    """Why the line is late, in days that add up."""
    return pages.delay(ctx, pages.thread_here(ctx, line))


def ways(ctx: Ctx, line: OrderLine) -> dict[str, Any] | None:
    """What could be done about it."""
    return pages.ways(ctx, pages.thread_here(ctx, line))


def _state(state: str) -> str:
    return {"reserved": _t("Reserved"), "shipped": _t("Shipped"), "": _t("Not planned")}.get(state, state)


registry.contribute(Order, Callouts(holds, name="holds"), after="callouts")
registry.contribute(Order, Tracker(chain), instead_of="tracker")
registry.contribute(
    Order,
    Panel(TABLE, read=threads, title=_("Threads"), name="threads", tab="lines"),
    Panel(TABLE, read=footing, title=_("Supply"), name="supply"),
    after="lines",
)
registry.contribute(
    OrderLine,
    Panel("loom/panels/thread.html", read=pages.line_thread, title=_("Thread"), name="thread"),
    Panel(TABLE, read=late, title=_("Why it is late"), name="delay", tab="thread"),
    Panel(TABLE, read=ways, title=_("Ways out"), name="ways", tab="thread"),
    before="facts",
)
