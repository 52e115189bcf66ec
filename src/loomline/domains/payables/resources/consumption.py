"""How uses of consigned goods are shown and settled."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import commands, models, queries
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Calendar,
    Changes,
    Column,
    Facts,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    party,
)


def consigned(ctx: Ctx, record: models.SupplierInvoice) -> dict[str, Any] | None:
    """Which consigned goods a supplier invoice settles, and when they became ours."""
    rows = list(queries.settled_by(invoice=record))
    if not rows:
        return None
    cells = [
        [
            Cell(text=str(row.item), strong=True),
            Cell(text=str(row.lot or "")),
            Cell(kind="date", value=row.taken_on),
            Cell(kind="quantity", value=row.quantity, unit=row.item.unit.code),
            Cell(kind="money", value=row.price, unit=row.currency),
        ]
        for row in rows
    ]
    heads = [_t("Item"), _t("Lot"), _t("Became ours"), _t("Quantity"), _t("Agreed price")]
    return plain_table(_t("Consigned goods"), heads, cells, slots=("a1", "a2", "hide", "b1", "b2"))


class Consumption(Resource):
    """Goods that suppliers kept with us and that we have used: what is to be settled, and what was."""

    model = models.Consumption
    slug = "consigned-goods-used"
    menu = "Finance", needs("inventory.stockmove")
    order = 34
    icon = "heart-handshake"
    columns = (
        Column("item", strong=True),
        "supplier",
        "lot",
        Column("quantity", unit="item.unit"),
        Column("price", currency="currency"),
        Column("worth", label=_("Amount"), kind="money", currency="currency"),
        "taken_on",
        "source",
        Column("invoice_line.invoice", label=_("Settled by")),
    )
    filters = "supplier", "item", "lot", "taken_on", "currency", "invoice_line", "invoice_line.invoice"
    search = "item.name", "item.sku", "supplier.name", "lot.number"
    views = Table(), Calendar("taken_on")
    saved = {
        _("To settle"): "invoice_line.empty=true&sort=taken_on",
        _("Settled"): "invoice_line.empty=false",
    }
    head = "supplier", "taken_on", Column("quantity", unit="item.unit"), Column("price", currency="currency")
    detail = (
        Facts(
            "item",
            "lot",
            Column("worth", label=_("Amount"), kind="money", currency="currency"),
            "source",
            "move",
            Column("invoice_line.invoice", label=_("Settled by")),
        ),
        Changes(),
        Timeline(),
    )
    sort = "-taken_on"
    key = "pk"
    joins = "item.unit", "supplier", "lot", "invoice_line.invoice"
    access = party("supplier") | everyone()
    create = False
    edit = False
    delete = False
    actions = ("settle_consumption",)
    empty = _(
        "No consigned goods used yet. Take over what a supplier keeps with us; it is settled from here."
    )

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Consumption) -> list[Command[Any, Any]]:
        """What was used is settled once."""
        found = super().open_commands(ctx, record)
        return [
            one for one in found if one is not commands.settle_consumption or record.invoice_line_id is None
        ]
