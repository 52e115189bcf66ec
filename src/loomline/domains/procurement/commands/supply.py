"""Agreeing on terms with suppliers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.procurement import queries
from loomline.domains.procurement.events import SupplyAgreed
from loomline.domains.procurement.models import SupplierItem
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BATCH = 2000
TERMS = (
    *("supplier_sku", "price", "currency", "lead_days", "min_quantity", "multiple"),
    *("over_tolerance", "under_tolerance", "delivers_directly"),
)


class TermsTwice(Refused):
    """The same supplier and item stand in the list twice."""

    says = _("{supplier} and {item} stand in the list twice. Keep one of the two rows.")


class NegativeTerms(Refused):
    """Prices and quantities of terms are never negative."""

    says = _("{item} from {supplier}: price, least quantity, multiple and lead time cannot be negative.")


@dataclass(frozen=True, kw_only=True)
class SupplierItemDraft:
    """Terms to be: at which price, lead time and quantities a supplier sells an item."""

    supplier: Party
    item: Item
    price: Decimal = Decimal(0)
    currency: str = ""
    lead_days: int = 0
    min_quantity: Decimal = Decimal(0)
    multiple: Decimal = Decimal(0)
    supplier_sku: str = ""
    over_tolerance: Decimal = Decimal("0.05")
    under_tolerance: Decimal = Decimal(0)
    is_preferred: bool = False
    delivers_directly: bool = False


@command(hidden=True)
def agree_supply(ctx: Ctx, *, drafts: list[SupplierItemDraft]) -> list[SupplierItem]:
    """Set the terms at which suppliers sell us items; terms that stand already are replaced."""
    _refuse_wrong(drafts)

    rows = [_terms(ctx, draft) for draft in drafts]
    wanted = [row.item_id for row in rows if row.is_preferred]
    SupplierItem.objects.filter(item__in=wanted, is_preferred=True).update(is_preferred=False)
    SupplierItem.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["supplier", "item"],
        update_fields=[*TERMS, "is_preferred"],
    )

    _tell(ctx, drafts)
    return rows


@command(label=_("Prefer"), icon="star", undo=True)
def prefer_supplier(ctx: Ctx, *, supplier_item: SupplierItem) -> SupplierItem:
    """Buy this item from this supplier unless somebody says otherwise."""
    supplier_item = lock(supplier_item)

    SupplierItem.objects.filter(item=supplier_item.item_id, is_preferred=True).exclude(
        pk=supplier_item.pk
    ).update(is_preferred=False)
    SupplierItem.objects.filter(pk=supplier_item.pk).update(is_preferred=True)
    supplier_item.is_preferred = True
    return supplier_item


def _refuse_wrong(drafts: list[SupplierItemDraft]) -> None:
    seen: set[tuple[int, int]] = set()
    for draft in drafts:
        key = (draft.supplier.pk, draft.item.pk)
        if key in seen:
            raise TermsTwice(supplier=draft.supplier, item=draft.item)
        if min(draft.price, draft.min_quantity, draft.multiple, Decimal(draft.lead_days)) < 0:
            raise NegativeTerms(supplier=draft.supplier, item=draft.item)
        seen.add(key)


def _terms(ctx: Ctx, draft: SupplierItemDraft) -> SupplierItem:
    return SupplierItem(
        supplier=draft.supplier,
        item=draft.item,
        supplier_sku=draft.supplier_sku,
        price=draft.price,
        currency=draft.currency or draft.supplier.currency or ctx.company.currency,
        lead_days=draft.lead_days,
        min_quantity=draft.min_quantity,
        multiple=draft.multiple,
        over_tolerance=draft.over_tolerance,
        under_tolerance=draft.under_tolerance,
        is_preferred=draft.is_preferred,
        delivers_directly=draft.delivers_directly,
    )


def _tell(ctx: Ctx, drafts: list[SupplierItemDraft]) -> None:
    by_supplier: dict[int, list[SupplierItemDraft]] = defaultdict(list)
    for draft in drafts:
        by_supplier[draft.supplier.pk].append(draft)
    for rows in by_supplier.values():
        names = [row.item.name for row in rows]
        ctx.emit(
            SupplyAgreed(
                supplier_id=rows[0].supplier.pk,
                item_ids=tuple(row.item.pk for row in rows),
                supplier=rows[0].supplier.name,
                goods=queries.names_in_words(names),
            )
        )
