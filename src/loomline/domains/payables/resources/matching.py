"""How tolerances and allocations are shown, set and found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import commands, models
from loomline.surface.resource import Changes, Column, Facts, Resource, Timeline, through


class MatchTolerance(Resource):
    """How much supplier invoices may ask above what came and was agreed."""

    model = models.MatchTolerance
    menu = "Settings"
    order = 75
    icon = "adjustments-horizontal"
    columns = (
        Column("supplier", strong=True),
        "price_share",
        "price_amount",
        "quantity_share",
        "quantity_amount",
    )
    filters = ("supplier",)
    search = ("supplier.name",)
    form = "supplier", "price_share", "price_amount", "quantity_share", "quantity_amount"
    detail = (
        Facts("supplier", "price_share", "price_amount", "quantity_share", "quantity_amount"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = ("supplier",)
    create = commands.set_match_tolerance
    empty = _("No tolerance yet, so every bill that asks for more than agreed is held. Set what may differ.")


class MatchAllocation(Resource):
    """Which received goods are billed by which line of which supplier invoice."""

    model = models.MatchAllocation
    menu = None
    icon = "link"
    columns = "line", "receipt_line", Column("quantity", unit="receipt_line.item.unit"), "price", "is_manual"
    filters = "line.invoice", "line.invoice.supplier", "receipt_line.receipt", "receipt_line.item"
    search = "line.description", "line.invoice.their_number"
    key = "pk"
    joins = "line", "receipt_line.receipt", "receipt_line.item.unit"
    access = through("line", models.SupplierInvoiceLine)
    create = False
    edit = False
    delete = False
    empty = _(
        "No allocations yet. A supplier invoice is allocated to receipts when it is entered and matched."
    )
