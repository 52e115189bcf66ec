"""What tracing adds to the page of a lot: the customers it reached and the lots it was made from."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.tracing import queries
from loomline.domains.tracing.resources.cells import expected, seen_lines
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table


def customers(ctx: Ctx, lot: Lot) -> dict[str, Any] | None:
    """Who has goods of the lot, or is to get them."""
    found = queries.reached_by(lot)
    seen = seen_lines(ctx, {one.line.pk for one in found})
    rows = [one for one in found if one.line.pk in seen]
    if not rows:
        return None
    sub = _t("Who has goods with this lot in them, and who waits for them")
    heads = (_t("Customer"), _t("Order"), _t("Item"), _t("Quantity"), _t("Shipment"), _t("Expected"))
    cells = [
        (
            Cell(kind="party", text=one.line.order.customer.name),
            Cell(kind="code", text=str(one.line), url=f"/thread/{one.line.pk}/"),
            Cell(text=one.line.item.name),
            Cell(kind="quantity", value=one.quantity, unit=one.line.item.unit.code),
            _shipment(one),
            expected(one.line),
        )
        for one in rows
    ]
    return plain_table(_t("Customers"), heads, cells, sub=sub)


def origins(ctx: Ctx, lot: Lot) -> dict[str, Any] | None:
    """The lots that went into it, back to what suppliers sent."""
    rows = queries.sources_of(lot)
    if not rows:
        return None
    sub = _t("Every lot that went into this one, back to the supplier")
    heads = (_t("Lot"), _t("Item"), _t("Supplier"), _t("Their lot"), _t("Used"), _t("Where"))
    cells = [
        (
            Cell(kind="code", text=one.lot.number, url=registry.url(one.lot)),
            Cell(text=one.lot.item.name),
            Cell(kind="party", text=one.lot.supplier.name) if one.lot.supplier else Cell(),
            Cell(text=one.lot.supplier_lot),
            Cell(text=one.used),
            _where(one),
        )
        for one in rows
    ]
    return plain_table(_t("Made from"), heads, cells, sub=sub)


def _shipment(one: queries.Reached) -> Cell:
    if one.brought is not None:
        receipt = one.brought.receipt
        sub = _t("straight from the supplier")
        return Cell(kind="code", text=receipt.number, url=registry.url(receipt), sub=sub)
    if one.shipped is None:
        return Cell(kind="badge", text=_t("Not shipped yet"), tone="muted")
    shipment = one.shipped.shipment
    return Cell(kind="code", text=shipment.number, url=registry.url(shipment), sub=str(shipment.state.label))


def _where(one: queries.Source) -> Cell:
    if one.receipt is not None:
        return Cell(kind="code", text=one.receipt.receipt.number, url=registry.url(one.receipt.receipt))
    return Cell(kind="code", text=one.work, url=registry.url_of_kind("manufacturing.workorder", one.work_id))


registry.contribute(
    Lot,
    Panel(TABLE, read=customers, title=_("Customers"), name="customers"),
    Panel(TABLE, read=origins, title=_("Made from"), name="origins"),
    after="balances",
)
