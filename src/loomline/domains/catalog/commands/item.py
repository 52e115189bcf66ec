"""Adding, archiving and costing items, one or many at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import queries
from loomline.domains.catalog.events import CostChanged, ItemAdded, ItemArchived, ItemRestored
from loomline.domains.catalog.models import (
    Category,
    CostMethod,
    CountClass,
    Hazard,
    Item,
    ItemKind,
    Style,
    Supply,
    TaxClass,
    Temperature,
    Tracking,
    Unit,
)
from loomline.domains.catalog.models.item import check_gtin
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

BATCH = 2000
ORIGIN = re.compile(r"\s*[A-Za-z]{2}\s*")


class NameMissing(Refused):
    """An item without a name cannot be found again."""

    says = _("Row {row} has no name. Fill it in; nothing was added.")


class SkuMissing(Refused):
    """An item is known by its stock-keeping number."""

    says = _("Row {row} ({name}) has no SKU. Fill it in; nothing was added.")


class SkuTaken(Refused):
    """Two items with one number would mix their stock."""

    says = _("The SKU {sku} is taken already. Choose another one; nothing was added.")


class UnitUnknown(Refused):
    """Quantities need a unit."""

    says = _("{name}: there is no unit {unit}. Add it under Units first, or use one of those.")


class TrackingNotPossible(Refused):
    """A service has no lots."""

    says = _("{name} is not kept in stock, so it cannot be tracked by lot or serial number.")


class ValuationNotPossible(Refused):
    """Without lots there is no lot to value."""

    says = _("{name} is not tracked by lot or serial number, so it cannot be valued lot by lot.")


class OriginUnclear(Refused):
    """Customs know countries by two letters."""

    says = _("{name}: write the country of origin as two letters, such as PT or DE.")


class GtinWrong(Refused):
    """A trade number that no scanner would accept."""

    says = _("{name}: {reason}")


class AlreadyArchived(Refused):
    """Archiving twice would hide a mistake."""

    says = _("{name} is archived already.")


class NotArchived(Refused):
    """Only what was archived can come back."""

    says = _("{name} is not archived.")


class CostNegative(Refused):
    """Nothing costs less than nothing."""

    says = _("{name}: a standard cost cannot be negative.")


@dataclass(frozen=True, kw_only=True)
class ItemDraft:
    """An item to be. Its unit may be given by code."""

    sku: str
    name: str
    unit: Unit | str = "pcs"
    kind: str = ItemKind.STOCK
    description: str = ""
    category: Category | None = None
    style: Style | None = None
    colour: str = ""
    size: str = ""
    swatch: str = ""
    tracking: str = Tracking.NONE
    supply: str = Supply.BUY
    standard_cost: Decimal = Decimal(0)
    list_price: Decimal | None = None
    weight_kg: Decimal | None = None
    lead_days: int = 0
    reorder_level: Decimal | None = None
    safety_stock: Decimal = Decimal(0)
    shelf_life_days: int | None = None
    min_remaining_days: int | None = None
    volume_m3: Decimal | None = None
    temperature: str = Temperature.ANY
    hazard: str = Hazard.NONE
    cost_method: str = CostMethod.FIFO
    count_class: str = CountClass.NONE
    tax_class: str = TaxClass.STANDARD
    hs_code: str = ""
    origin_country: str = ""
    gtin: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)


@command(label=_("New item"), icon="plus", creates=Item)
def add_item(
    ctx: Ctx,
    *,
    sku: str,
    name: str,
    unit: Unit | str = "pcs",
    kind: str = ItemKind.STOCK,
    description: str = "",
    category: Category | None = None,
    style: Style | None = None,
    colour: str = "",
    size: str = "",
    swatch: str = "",
    tracking: str = Tracking.NONE,
    supply: str = Supply.BUY,
    standard_cost: Decimal = Decimal(0),
    list_price: Decimal | None = None,
    weight_kg: Decimal | None = None,
    lead_days: int = 0,
    reorder_level: Decimal | None = None,
    safety_stock: Decimal = Decimal(0),
    shelf_life_days: int | None = None,
    min_remaining_days: int | None = None,
    volume_m3: Decimal | None = None,
    temperature: str = Temperature.ANY,
    hazard: str = Hazard.NONE,
    cost_method: str = CostMethod.FIFO,
    count_class: str = CountClass.NONE,
    tax_class: str = TaxClass.STANDARD,
    hs_code: str = "",
    origin_country: str = "",
    gtin: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Item:
    """Put one more thing into the catalog, to be bought, made, kept or sold."""
    draft = ItemDraft(
        sku=sku,
        name=name,
        unit=unit,
        kind=kind,
        description=description,
        category=category,
        style=style,
        colour=colour,
        size=size,
        swatch=swatch,
        tracking=tracking,
        supply=supply,
        standard_cost=standard_cost,
        list_price=list_price,
        weight_kg=weight_kg,
        lead_days=lead_days,
        reorder_level=reorder_level,
        safety_stock=safety_stock,
        shelf_life_days=shelf_life_days,
        min_remaining_days=min_remaining_days,
        volume_m3=volume_m3,
        temperature=temperature,
        hazard=hazard,
        cost_method=cost_method,
        count_class=count_class,
        tax_class=tax_class,
        hs_code=hs_code,
        origin_country=origin_country,
        gtin=gtin,
        custom=custom or {},
    )
    return add_items(ctx, drafts=[draft])[0]


@command(hidden=True)
def add_items(ctx: Ctx, *, drafts: list[ItemDraft]) -> list[Item]:
    """Put many things into the catalog at once, as an import does."""
    units = _units(drafts)
    _refuse_unclear(drafts, units)
    rules = fields_of("catalog.item") if drafts else []

    items = [_item(draft, units[_code(draft)], checked(rules, draft.custom)) for draft in drafts]
    Item.objects.bulk_create(items, batch_size=BATCH)

    for item in items:
        ctx.emit(ItemAdded(item_id=item.pk, item=item.name, sku=item.sku, style_id=item.style_id))
    return items


@command(label=_("Archive"), icon="archive", undo=True)
def archive_items(ctx: Ctx, *, items: list[Item]) -> list[Item]:
    """Take items out of lists and pickers; their stock and history stay."""
    items = lock_all(items)

    for item in items:
        if not item.is_active:
            raise AlreadyArchived(name=item.name)

    Item.objects.filter(pk__in=[item.pk for item in items]).update(is_active=False)

    for item in items:
        item.is_active = False
        ctx.emit(ItemArchived(item_id=item.pk, item=item.name))
    return items


@command(label=_("Restore"), icon="arrow-back-up", undo=True)
def restore_items(ctx: Ctx, *, items: list[Item]) -> list[Item]:
    """Bring archived items back into lists and pickers."""
    items = lock_all(items)

    for item in items:
        if item.is_active:
            raise NotArchived(name=item.name)

    Item.objects.filter(pk__in=[item.pk for item in items]).update(is_active=True)

    for item in items:
        item.is_active = True
        ctx.emit(ItemRestored(item_id=item.pk, item=item.name))
    return items


@command(hidden=True, undo=True)
def set_standard_costs(ctx: Ctx, *, costs: dict[int, Decimal]) -> list[Item]:
    """Set what items are reckoned to cost, many in one statement; those that already cost that stay."""
    items = lock_all(Item.objects.filter(pk__in=costs))

    for item in items:
        if costs[item.pk] < 0:
            raise CostNegative(name=item.name)

    changed = [(item, item.standard_cost) for item in items if item.standard_cost != costs[item.pk]]
    for item, _before in changed:
        item.standard_cost = costs[item.pk]
    if changed:
        Item.objects.bulk_update([item for item, _before in changed], ["standard_cost"], batch_size=BATCH)

    for item, before in changed:
        ctx.emit(CostChanged(item_id=item.pk, item=item.name, before=before, after=item.standard_cost))
    return items


@command(hidden=True, undo=True)
def set_count_classes(ctx: Ctx, *, classes: dict[int, str]) -> list[Item]:
    """Say how often items are counted, many in one statement; those that are of that class stay."""
    items = [i for i in lock_all(Item.objects.filter(pk__in=classes)) if i.count_class != classes[i.pk]]
    for item in items:
        item.count_class = classes[item.pk]

    if items:
        Item.objects.bulk_update(items, ["count_class"], batch_size=BATCH)
    return items


def _code(draft: ItemDraft) -> str:
    return draft.unit.code if isinstance(draft.unit, Unit) else draft.unit


def _units(drafts: Sequence[ItemDraft]) -> dict[str, Unit]:
    units = {draft.unit.code: draft.unit for draft in drafts if isinstance(draft.unit, Unit)}
    asked = {draft.unit for draft in drafts if isinstance(draft.unit, str)} - set(units)
    return {**units, **queries.units_by_code(codes=asked)} if asked else units


def _refuse_unclear(drafts: Sequence[ItemDraft], units: Mapping[str, Unit]) -> None:
    seen: set[str] = set()
    for row, draft in enumerate(drafts, start=1):
        if not draft.name.strip():
            raise NameMissing(row=row, at_field="name")
        if not draft.sku.strip():
            raise SkuMissing(row=row, name=draft.name, at_field="sku")
        if draft.sku.strip() in seen:
            raise SkuTaken(sku=draft.sku.strip(), at_field="sku")
        if _code(draft) not in units:
            raise UnitUnknown(name=draft.name, unit=_code(draft), at_field="unit")
        if draft.tracking != Tracking.NONE and draft.kind != ItemKind.STOCK:
            raise TrackingNotPossible(name=draft.name, at_field="tracking")
        if draft.cost_method == CostMethod.SPECIFIC and draft.tracking == Tracking.NONE:
            raise ValuationNotPossible(name=draft.name, at_field="cost_method")
        if draft.origin_country and not ORIGIN.fullmatch(draft.origin_country):
            raise OriginUnclear(name=draft.name, at_field="origin_country")
        _refuse_wrong_gtin(draft)
        seen.add(draft.sku.strip())
    taken = Item.objects.filter(sku__in=seen).order_by("sku").values_list("sku", flat=True).first()
    if taken is not None:
        raise SkuTaken(sku=taken, at_field="sku")


def _refuse_wrong_gtin(draft: ItemDraft) -> None:
    if not draft.gtin:
        return
    try:
        check_gtin(draft.gtin)
    except ValidationError as fault:
        raise GtinWrong(name=draft.name, reason=" ".join(fault.messages), at_field="gtin") from fault


def _item(draft: ItemDraft, unit: Unit, custom: dict[str, Any]) -> Item:
    return Item(
        sku=draft.sku.strip(),
        name=draft.name.strip(),
        unit=unit,
        kind=draft.kind,
        description=draft.description,
        category=draft.category,
        style=draft.style,
        colour=draft.colour,
        size=draft.size,
        swatch=draft.swatch,
        tracking=draft.tracking,
        supply=draft.supply,
        standard_cost=draft.standard_cost,
        list_price=draft.list_price,
        weight_kg=draft.weight_kg,
        lead_days=draft.lead_days,
        reorder_level=draft.reorder_level,
        safety_stock=draft.safety_stock,
        shelf_life_days=draft.shelf_life_days,
        min_remaining_days=draft.min_remaining_days,
        volume_m3=draft.volume_m3,
        temperature=draft.temperature,
        hazard=draft.hazard,
        cost_method=draft.cost_method,
        count_class=draft.count_class,
        tax_class=draft.tax_class,
        hs_code=draft.hs_code,
        origin_country=draft.origin_country.strip().upper(),
        gtin=draft.gtin,
        custom=custom,
    )
