"""How picking rules are shown and entered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import models
from loomline.surface.resource import Changes, Column, Facts, Resource, Timeline


class PickingRule(Resource):
    """Which stock goes first, and how long lots must still keep, by item, site and customer."""

    model = models.PickingRule
    slug = "picking-rules"
    menu = "Settings"
    order = 72
    icon = "list-details"
    columns = (
        Column("customer", label=_("Customer")),
        Column("item", sub="item.sku"),
        "site",
        "strategy",
        "min_remaining_days",
    )
    filters = "item", "site", "customer", "strategy"
    search = "item.name", "item.sku", "customer.name"
    form = "customer", "item", "site", "strategy", "min_remaining_days"
    detail = (
        Facts("customer", "item", "site", "strategy", "min_remaining_days", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "item", "site", "customer"
    empty = _(
        "No picking rules yet: what expires first goes first, then what came first; the item says how many"
        " days must be left."
    )
