"""How the catalog is shown, entered, found and exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.record_panels import DRAWERS
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    needs,
)

# So many tables stand on the overview; the others have a page of their own.
MOST_TABLES = 10


class Use(Related):
    """A table of another domain's records about an item, where there are any that the person may see."""

    kind = "use"


def draw_use(panel: Any, record: models.Item, ctx: Ctx) -> dict[str, Any] | None:
    """The table, or nothing; which ones there are is asked once for a page."""
    if panel.relation_text not in (first_uses if panel.tab == "overview" else further_uses)(ctx, record):
        return None
    drawn = DRAWERS[Related](panel, record, ctx)
    return {**drawn, "title": panel.title} if drawn and drawn["table"]["rows"] else None


DRAWERS[Use] = draw_use


def used(record: models.Item) -> set[str]:
    """The relations that hold something, kept with the record for the rest of the page."""
    if "uses" not in record.__dict__:
        record.__dict__["uses"] = queries.uses_of(item=record)
    found: set[str] = record.__dict__["uses"]
    return found


def first_uses(ctx: Ctx, record: models.Item) -> list[str]:
    """The relations whose tables the overview shows."""
    return _seen(ctx, record)[:MOST_TABLES]


def further_uses(ctx: Ctx, record: models.Item) -> list[str]:
    """The relations for which the overview has no room."""
    return _seen(ctx, record)[MOST_TABLES:]


def _seen(ctx: Ctx, record: models.Item) -> list[str]:
    """The relations that hold something in lists that the person may open, kept for the rest of the page."""
    if "seen_uses" not in record.__dict__:
        targets = {str(r.get_accessor_name()): registry.of(r.related_model) for r in queries.uses_of_items()}
        there = {name: target for name, target in targets.items() if name in used(record)}
        record.__dict__["seen_uses"] = [n for n, t in there.items() if t is not None and t.may_see(ctx)]
    found: list[str] = record.__dict__["seen_uses"]
    return found


def no_further_uses(ctx: Ctx, record: models.Item) -> dict[str, Any] | None:
    """What stands where the overview holds everything."""
    if further_uses(ctx, record):
        return None
    return {
        "title": "",
        "table": {"label": _t("Elsewhere"), "rows": []},
        "empty": _t("Everything about this item stands on the overview."),
        "empty_action": None,
    }


def no_uses(ctx: Ctx, record: models.Item) -> dict[str, Any] | None:
    """What the overview says of an item with which nothing has been done yet."""
    if used(record):
        return None
    return {
        "title": "",
        "table": {"label": _t("Overview"), "rows": []},
        "empty": _t("No stock, prices, orders or bills yet. Everything about the item stands here."),
        "empty_action": None,
    }


def uses() -> Iterator[Panel]:
    """A table for every kind of record that points at an item, whatever domain it belongs to."""
    for relation in queries.uses_of_items():
        title = capfirst(relation.related_model._meta.verbose_name_plural or "")
        if relation.field.name != "item":
            title = format_lazy(_("{records}, as {role}"), records=title, role=relation.field.verbose_name)
        name = str(relation.get_accessor_name())
        yield Use(name, title=title, tab="overview")
        yield Use(name, title=title, tab="elsewhere", name=f"further_{name}")


def another_pack(ctx: Ctx, record: models.Item) -> dict[str, Any]:
    """A pack has a name and a trade number of its own."""
    return {"name": "", "gtin": ""}


def more_variants(ctx: Ctx, record: models.Style) -> dict[str, Any]:
    """Only what is new is written down."""
    return {"colours": [], "sizes": []}


class Item(Resource):
    """What is bought, made, kept and sold."""

    model = models.Item
    menu = "Supply"
    order = 20
    icon = "package"
    columns = (
        Column("name", sub="variant"),
        "sku",
        "swatch",
        "category",
        "style",
        Column("supply", label=_("Bought or made")),
        "tracking",
        "unit",
        "standard_cost",
        "list_price",
        "safety_stock",
        Column("is_active", label=_("Active")),
    )
    filters = (
        "kind",
        "supply",
        "tracking",
        "category",
        "style",
        "colour",
        "size",
        "unit",
        "is_active",
        "list_price",
        "standard_cost",
        "lead_days",
        "temperature",
        "hazard",
        "cost_method",
        "count_class",
        "tax_class",
        "origin_country",
    )
    search = "name", "sku", "gtin", "description"
    form = (
        "sku",
        "name",
        "kind",
        "unit",
        "supply",
        "tracking",
        "category",
        "list_price",
        "standard_cost",
        "lead_days",
        "reorder_level",
        "safety_stock",
        "weight_kg",
        "volume_m3",
        "shelf_life_days",
        "min_remaining_days",
        "temperature",
        "hazard",
        "cost_method",
        "count_class",
        "tax_class",
        "gtin",
        "hs_code",
        "origin_country",
        "style",
        "colour",
        "size",
        "swatch",
        "description",
    )
    views = Table()
    saved = {
        _("Made"): "supply=make&is_active=true",
        _("Bought"): "supply=buy&is_active=true",
        _("Services"): "kind=service&is_active=true",
        _("Archived"): "is_active=false",
    }
    head = "sku", "unit", Column("supply", label=_("Bought or made")), "list_price", "standard_cost"
    detail = (
        Panel("loom/panels/table.html", read=no_uses, name="overview", title=_("Overview")),
        *uses(),
        Facts(
            "description",
            "category",
            "style",
            "colour",
            "size",
            "tracking",
            Column("lead_days", label=_("Lead time in working days")),
            "reorder_level",
            "safety_stock",
            "weight_kg",
            "volume_m3",
            "shelf_life_days",
            "min_remaining_days",
            "temperature",
            "hazard",
            "cost_method",
            "count_class",
            "tax_class",
            "gtin",
            "hs_code",
            "origin_country",
        ),
        Related("packs", title=_("Packs and conversions"), create=True),
        Related("conversions", title=_("Conversions"), tab="packs", create=True),
        Panel("loom/panels/table.html", read=no_further_uses, name="elsewhere", title=_("Elsewhere")),
        Changes(),
        Timeline(),
    )
    sort = "sort_name"
    key = "sku"
    joins = ("unit",)
    create = commands.add_item
    actions = ("add_pack",)
    prefill = {"add_pack": another_pack}
    empty = _(
        "No items yet. Add what you buy, make or sell, or bring a list from a spreadsheet. "
        "A design in colours and sizes is quickest added as a style."
    )


class Style(Resource):
    """Designs that come in colours and sizes."""

    model = models.Style
    menu = "Supply"
    order = 10
    secondary = True
    icon = "hanger"
    columns = (
        Column("name", sub="code"),
        "category",
        Column("colour_names", label=_("Colours"), kind="tags"),
        "sizes",
        Count("items", as_="item_count", label=_("Items")),
        Column("is_active", label=_("Active")),
    )
    filters = "category", "is_active"
    search = "name", "code", "description"
    form = "code", "name", "category", "description"
    head = "code", "category", "description", Column("colour_names", label=_("Colours"), kind="tags"), "sizes"
    detail = (
        Related(
            "items",
            "name",
            "sku",
            "swatch",
            "list_price",
            "standard_cost",
            "is_active",
            title=_("Items"),
            sort="sku",
        ),
        Changes(),
        Timeline(),
    )
    sort = "sort_name"
    key = "code"
    create = commands.add_style
    actions = ("add_variants",)
    prefill = {"add_variants": more_variants}
    empty = _(
        "No styles yet. Add a design with its colours and sizes; Loomline adds an item for each of them."
    )


class Category(Resource):
    """Shelves of the catalog."""

    model = models.Category
    menu = "Settings", needs("catalog.unit")
    order = 60
    icon = "tags"
    columns = "name", "parent", Count("items", as_="item_count", label=_("Items"))
    filters = ("parent",)
    search = ("name",)
    form = "name", "parent"
    sort = "name"
    key = "name"
    detail = (
        Related("items", "name", "sku", "supply", "list_price", title=_("Items")),
        Related("children", "name", title=_("Categories within"), tab="items"),
        Changes(),
    )
    empty = _("No categories yet. They help to find items and to report on groups of them.")


class Unit(Resource):
    """What quantities are counted in."""

    model = models.Unit
    menu = "Settings"
    order = 61
    icon = "ruler-2"
    columns = "code", "name", "dimension", "places", "rec20"
    filters = ("dimension",)
    search = "code", "name"
    form = "code", "name", "dimension", "places", "rec20"
    sort = "code"
    key = "code"
    detail = (Facts("name", "dimension", "places", "rec20", place="tab"), Changes())
    actions = ("set_conversion",)
    empty = _("No units yet. The usual ones are added when Loomline starts for the first time.")


class Conversion(Resource):
    """Exact ratios between units, for all items or for one."""

    model = models.Conversion
    menu = "Settings"
    order = 62
    icon = "scale"
    columns = "from_unit", "numerator", "denominator", "to_unit", "item"
    filters = "item", "from_unit", "to_unit"
    search = "from_unit.code", "to_unit.code", "item.name"
    form = "from_unit", "to_unit", "numerator", "denominator", "item"
    joins = "from_unit", "to_unit"
    key = "pk"
    create = commands.set_conversion
    edit = False
    empty = _("No conversions yet. Say how many of one unit another one is, for all items or for one.")


class Pack(Resource):
    """Cartons, boxes and pallets that hold a fixed quantity of an item."""

    model = models.Pack
    menu = None
    icon = "box"
    columns = "name", "item", "quantity", "gtin"
    filters = ("item",)
    search = "name", "gtin", "item.name"
    form = "item", "name", "quantity", "gtin"
    joins = ("item.unit",)
    key = "pk"
    create = commands.add_pack
    empty = _("No packs yet. Add one on the page of an item.")
