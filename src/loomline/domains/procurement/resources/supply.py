"""Suppliers' terms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import models
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Resource,
    Timeline,
    everyone,
    needs,
    party,
)


class SupplierItem(Resource):
    """At which price, lead time and quantities suppliers sell us items."""

    model = models.SupplierItem
    menu = "Supply", needs("parties.party", "catalog.item")
    order = 40
    secondary = True
    icon = "tag"
    slug = "supplier-items"
    columns = (
        Column("item.name", label=_("Item"), sub="item.sku"),
        "supplier",
        "supplier_sku",
        "price",
        "lead_days",
        "min_quantity",
        "multiple",
        "is_preferred",
        "delivers_directly",
    )
    filters = (
        "item",
        "item.category",
        "supplier",
        "price",
        "currency",
        "lead_days",
        "is_preferred",
        "delivers_directly",
    )
    search = "item.name", "item.sku", "supplier.name", "supplier_sku"
    form = (
        "supplier",
        "item",
        "supplier_sku",
        "price",
        "currency",
        "lead_days",
        "min_quantity",
        "multiple",
        "over_tolerance",
        "under_tolerance",
        "delivers_directly",
    )
    joins = "item.unit", "supplier"
    saved = {
        _("By supplier"): "grouped=supplier",
        _("Preferred"): "is_preferred=true",
        _("Straight to customers"): "delivers_directly=true",
    }
    detail = (
        Facts(
            "supplier",
            "item",
            "supplier_sku",
            "price",
            "lead_days",
            "min_quantity",
            "multiple",
            "over_tolerance",
            "under_tolerance",
            "is_preferred",
            "delivers_directly",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    sort = "item.name"
    key = "pk"
    access = party("supplier") | everyone()
    actions = ("prefer_supplier",)
    empty = _("No terms yet. Say which supplier sells which item, at which price and how fast.")
