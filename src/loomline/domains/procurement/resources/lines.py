"""Single goods on order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import models
from loomline.surface.resource import (
    Calendar,
    Changes,
    Column,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
    needs,
    through,
)


class PurchaseLine(Resource):
    """Single goods on order: asked for when, confirmed for when, expected when, and why that differs."""

    model = models.PurchaseLine
    menu = "Supply", needs("procurement.purchase")
    order = 20
    secondary = True
    icon = "list-details"
    columns = (
        Column("description", label=_("Goods"), sub="item.sku"),
        "purchase",
        "purchase.supplier",
        Column("purchase.state", label=_("Order")),
        "quantity",
        "received",
        "rejected",
        "requested_on",
        "confirmed_on",
        "confirmed_quantity",
        "answer",
        Column("expected_on", against="requested_on"),
        Column("cause", wrap=True),
        "amount",
    )
    filters = (
        "item",
        "item.category",
        "purchase",
        "purchase.supplier",
        "purchase.state",
        "purchase.site",
        "requested_on",
        "confirmed_on",
        "expected_on",
        "is_closed",
        "rejected",
    )
    search = "description", "purchase.number", "item.name", "item.sku", "supplier_sku"
    views = (
        Table(),
        Calendar("expected_on", "requested_on"),
    )
    saved = {
        _("By supplier"): "grouped=purchase.supplier",
        _("Awaited"): "is_closed=false&purchase.state=sent,confirmed,part_received&sort=expected_on",
        _("With rejects"): "rejected.above=0",
    }
    detail = (
        Related("receipt_lines", "receipt", "receipt.received_at", "lot", "quantity", "rejected", "reason"),
        Facts(
            "purchase",
            "purchase.supplier",
            "item",
            "quantity",
            "received",
            "rejected",
            "price",
            "amount",
            "cause",
        ),
        Changes(),
        Timeline(),
    )
    joins = "purchase", "item.unit"
    key = "pk"
    access = through("purchase", models.Purchase)
    create = False
    edit = False
    delete = False
    actions = ("close_line",)
    empty = _("No goods on order. They stand here line by line as soon as a purchase order is written.")
