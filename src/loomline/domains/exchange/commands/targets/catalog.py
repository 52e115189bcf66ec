"""Categories, items and supply terms from another system."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.commands import ItemDraft
from loomline.domains.catalog.models import Category, Dimension, Item, Unit
from loomline.domains.exchange.commands.targets.base import by_id, given, plain_update, target
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import SupplierItemDraft
from loomline.domains.procurement.models import SupplierItem
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

ITEM_FIELDS = {
    name: name
    for name in (
        "name",
        "description",
        "list_price",
        "standard_cost",
        "reorder_level",
        "safety_stock",
        "volume_m3",
        "temperature",
        "hazard",
        "min_remaining_days",
        "cost_method",
        "count_class",
        "tax_class",
        "origin_country",
        "is_active",
    )
}


@target("catalog.category", update=plain_update(Category, {"name": "name"}))
def take_categories(ctx: Ctx, rows: Sequence[Row]) -> list[Category]:
    """Shelves of the catalog; one that is here already under the same name serves."""
    parents = by_id(Category, rows, "parent")
    made = []
    for row in rows:
        parent = parents.get(row.values.get("parent") or 0)
        made.append(Category.objects.get_or_create(name=row.values["name"][:120], parent=parent)[0])
    return made


@target("catalog.unit", update=plain_update(Unit, {"name": "name"}))
def take_units(ctx: Ctx, rows: Sequence[Row]) -> list[Unit]:
    """Units of measure; one that is here already under the same code serves."""
    return [
        Unit.objects.get_or_create(
            code=row.values["code"],
            defaults={
                "name": row.values["name"],
                "dimension": row.values.get("dimension") or Dimension.COUNT,
            },
        )[0]
        for row in rows
    ]


@target("catalog.item", update=plain_update(Item, ITEM_FIELDS))
def take_items(ctx: Ctx, rows: Sequence[Row]) -> list[Item]:
    """Items, and at once the terms of the supplier that the row names."""
    categories = by_id(Category, rows, "category")
    units = by_id(Unit, rows, "unit_id")
    names = ("name", "description", "colour", "size", "supply", "tracking", "standard_cost", "list_price")
    more = ("weight_kg", "lead_days", "reorder_level", "safety_stock", "hs_code", "gtin", "kind")
    kept = ("volume_m3", "temperature", "hazard", "shelf_life_days", "min_remaining_days")
    judged = ("cost_method", "count_class", "tax_class", "origin_country")
    drafts = [
        ItemDraft(
            sku=f"{row.values.get('sku_prefix') or ''}{row.values['sku']}",
            unit=units.get(row.values.get("unit_id") or 0) or row.values.get("unit") or "pcs",
            category=categories.get(row.values.get("category") or 0),
            **given(row.values, *names, *more, *kept, *judged),
        )
        for row in rows
    ]
    made = catalog.add_items(ctx, drafts=drafts)
    gone = [item for row, item in zip(rows, made, strict=True) if row.values.get("is_active") is False]
    if gone:
        catalog.archive_items(ctx, items=gone)
    _supplied(ctx, rows, made)
    return made


def _supplied(ctx: Ctx, rows: Sequence[Row], items: Sequence[Item]) -> None:
    suppliers = by_id(Party, rows, "supplier")
    drafts = [
        SupplierItemDraft(
            supplier=suppliers[row.values["supplier"]],
            item=item,
            currency=row.values.get("currency") or "",
            price=row.values.get("purchase_price") or Decimal(0),
            is_preferred=True,
        )
        for row, item in zip(rows, items, strict=True)
        if row.values.get("supplier") in suppliers
    ]
    if drafts:
        procurement.agree_supply(ctx, drafts=drafts)


@target("procurement.supplieritem")
def take_supplier_items(ctx: Ctx, rows: Sequence[Row]) -> list[SupplierItem]:
    """Prices, lead times and least quantities of suppliers."""
    suppliers, items = by_id(Party, rows, "supplier"), by_id(Item, rows, "item")
    drafts = [
        SupplierItemDraft(
            supplier=suppliers[row.values["supplier"]],
            item=items[row.values["item"]],
            **given(row.values, "price", "currency", "lead_days", "min_quantity", "multiple", "is_preferred"),
        )
        for row in rows
    ]
    return list(procurement.agree_supply(ctx, drafts=drafts))
