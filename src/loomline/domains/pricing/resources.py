"""How prices are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.pricing import commands, models
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Related,
    Resource,
    Timeline,
    needs,
)


def a_copy(ctx: Ctx, record: models.PriceList) -> dict[str, Any]:
    """A copy begins when somebody says so, under a name of its own."""
    return {"name": _t("{name}, copy").format(name=record.name), "valid_from": None}


def a_price(ctx: Ctx, record: models.PriceList) -> dict[str, Any]:
    """A price holds as long as its list, unless somebody says otherwise."""
    return {"valid_from": None, "valid_to": None}


class Tier(Resource):
    """Classes of customers who buy on the same terms."""

    model = models.Tier
    menu = "Settings"
    order = 48
    icon = "stack-2"
    columns = (
        "name",
        "rank",
        Count("members", as_="member_count", label=_("Customers")),
        Count("price_lists", as_="list_count", label=_("Price lists")),
    )
    search = ("name",)
    form = "name", "rank", "note"
    head = "rank", "note"
    detail = (
        Related("members", "party", "since", title=_("Customers")),
        Related("price_lists", "name", "currency", "valid_from", "valid_to", title=_("Price lists")),
        Changes(),
        Timeline(),
    )
    sort = "rank"
    key = "name"
    actions = "put_in_tier", "take_from_tier"
    empty = _("No tiers yet. Make one, put customers in, and name it on the price lists they shall buy from.")


class TierMember(Resource):
    """Which customers are in which tier."""

    model = models.TierMember
    menu = None
    icon = "stack-2"
    columns = "party", "tier", "since"
    filters = "party", "tier", "since"
    search = "party.name", "tier.name"
    form = "party", "tier", "since"
    joins = "party", "tier"
    key = "pk"
    empty = _("No customer is in a tier yet. Put customers in on the page of a tier.")


class PriceList(Resource):
    """Prices in one currency that belong together."""

    model = models.PriceList
    menu = "Customers", needs("catalog.item")
    order = 70
    secondary = True
    icon = "tags"
    columns = (
        "name",
        "currency",
        "valid_from",
        "valid_to",
        "tier",
        "is_default",
        Count("prices", as_="price_count", label=_("Prices")),
        Count("customers", as_="customer_count", label=_("Customers")),
        Column("is_active", label=_("Active")),
    )
    filters = "currency", "tier", "is_default", "is_active", "valid_from", "valid_to"
    search = ("name",)
    form = "name", "currency", "valid_from", "valid_to", "tier", "is_default", "is_active"
    head = "currency", "valid_from", "valid_to", "tier", "is_default"
    detail = (
        Related("prices", "item", "from_quantity", "unit_price", "valid_from", "valid_to", title=_("Prices")),
        Related("customers", "party", "position", title=_("Customers"), sort="position"),
        Changes(),
        Facts("currency", "valid_from", "valid_to", "is_default", "is_active"),
        Timeline(),
    )
    sort = "name"
    key = "name"
    actions = "set_price", "give_price_list", "copy_price_list"
    prefill = {"copy_price_list": a_copy, "set_price": a_price}
    empty = _("No price lists yet. Until there is one, every customer pays the list price of the item.")


class Price(Resource):
    """What one unit of an item costs, from a quantity on."""

    model = models.Price
    menu = None
    icon = "tag"
    columns = "item", "price_list", "from_quantity", "unit_price", "valid_from", "valid_to"
    filters = "price_list", "item", "from_quantity", "unit_price", "valid_from", "valid_to"
    search = "item.name", "item.sku"
    form = "price_list", "item", "from_quantity", "unit_price", "valid_from", "valid_to"
    joins = "item.unit", "price_list"
    sort = "-pk"
    key = "pk"
    create = commands.set_price
    empty = _("No prices yet. Set them on the page of a price list.")


class CustomerPriceList(Resource):
    """Which customers buy at the prices of which list."""

    model = models.CustomerPriceList
    menu = None
    icon = "tag"
    columns = "party", "price_list", "position"
    filters = "party", "price_list"
    search = "party.name", "price_list.name"
    form = "party", "price_list", "position"
    joins = "party", "price_list"
    key = "pk"
    create = commands.give_price_list
    empty = _("No customer has a price list of its own yet. Give one on the page of a price list.")
