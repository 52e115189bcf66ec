"""Receipts and what each of them brought."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.costing.pages.books import books
from loomline.domains.procurement import models
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Calendar,
    Changes,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    party,
    through,
)


def posted(ctx: Ctx, record: models.Receipt) -> dict[str, Any] | None:
    """What the goods of a receipt were worth, in the books."""
    return books(ctx, models.Receipt._meta.label_lower, [record.pk])


class Receipt(Resource):
    """What arrived, against which order and into which lots."""

    model = models.Receipt
    menu = "Supply", needs("procurement.purchase")
    order = 30
    icon = "truck-delivery"
    columns = "number", "purchase", "supplier", "state", "received_at", "delivery_note", "tracking", "site"
    filters = "purchase", "supplier", "state", "received_at", "site", "delivery_note", "tracking"
    search = "number", "delivery_note", "tracking", "purchase.number", "supplier.name"
    form = "delivery_note", "tracking", "note"
    head = "purchase", "supplier", "received_at", "site", "purchase.customer", "delivery_note"
    detail = (
        Related(
            "lines", "item", "lot", "quantity", "rejected", "returned", "reason", title=_("Goods"), sort="pk"
        ),
        Facts(
            "purchase",
            "supplier",
            "site",
            "purchase.customer",
            "received_at",
            "delivery_note",
            "tracking",
            "note",
        ),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books"),
        Changes(),
        Timeline(),
    )
    views = Table(), Calendar("received_at")
    key = "number"
    access = party("supplier") | everyone()
    create = False
    delete = False
    empty = _("Nothing received yet. Open a purchase order and receive what the truck brought.")


class ReceiptLine(Resource):
    """What arrived of one line of an order: taken, rejected, sent back."""

    model = models.ReceiptLine
    menu = None
    icon = "package"
    columns = (
        Column("item.name", label=_("Item"), sub="item.sku"),
        "lot",
        "receipt",
        "receipt.supplier",
        "receipt.received_at",
        "quantity",
        "rejected",
        "returned",
        Column("reason", wrap=True),
    )
    filters = "item", "lot", "receipt", "receipt.supplier", "receipt.received_at", "rejected"
    search = "item.name", "item.sku", "lot.number", "receipt.number", "receipt.supplier.name"
    joins = "receipt", "item.unit", "lot", "purchase_line"
    detail = (
        Facts(
            "receipt",
            "receipt.supplier",
            "purchase_line.purchase",
            "item",
            "lot",
            "quantity",
            "rejected",
            "returned",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    access = through("receipt", models.Receipt)
    create = False
    edit = False
    delete = False
    actions = "reject_goods", "return_goods"
    empty = _("Nothing received yet. Lines stand here as soon as goods are received.")
