"""What may stand in for a material, and what comes out beside what is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models import Alternate, Bill, BillLine, CoProduct, CoProductKind
from loomline.domains.catalog.models import Item
from loomline.kernel.refusal import Refused


class AlternateUnclear(Refused):
    """An alternate is an item and how much of it."""

    says = _(
        "{bill}: “{given}” is no alternate. Write the number of an item, and how many of it "
        "stand in for one if not one, as in YRN-2 1.05."
    )


class CoProductWrong(Refused):
    """What comes out beside it is something else, and more than nothing."""

    says = _("{bill}: {item} as a co-product needs a quantity above 0, once, and is not what the bill makes.")


@dataclass(frozen=True, kw_only=True)
class CoProductDraft:
    """Something that comes out beside what is made: how much of it for the quantity the bill is for."""

    item: Item
    quantity: Decimal
    kind: CoProductKind = CoProductKind.BY_PRODUCT


def read_alternates(bill: Any, given: Iterable[str]) -> list[tuple[Item, Decimal]]:
    """Items and factors as they were written: "YRN-2" or "YRN-2 1.05"."""
    written = [text.split() for text in given]
    items = {item.sku: item for item in Item.objects.filter(sku__in=[words[0] for words in written if words])}
    found = []
    for words in written:
        factor = _factor(words[1]) if len(words) == 2 else Decimal(1)
        if not 1 <= len(words) <= 2 or words[0] not in items or factor is None or factor <= 0:
            raise AlternateUnclear(bill=bill, given=" ".join(words))
        found.append((items[words[0]], factor))
    return found


def alternates_again(line: BillLine) -> list[str]:
    """The alternates of a line as they would be written."""
    return [f"{one.item.sku} {one.factor.normalize():f}" for one in line.alternates.select_related("item")]


def co_products_again(bill: Bill) -> list[CoProductDraft]:
    """What comes out beside, as drafts of the next version."""
    return [
        CoProductDraft(item=one.item, quantity=one.quantity, kind=CoProductKind(one.kind))
        for one in bill.co_products.select_related("item")
    ]


def refuse_co_products(makes: Any, given: Sequence[CoProductDraft]) -> None:
    """Refuse what is not beside, twice, or nothing."""
    seen: set[int] = set()
    for one in given:
        if one.quantity <= 0 or one.item.pk in seen or makes in (one.item, one.item.style):
            raise CoProductWrong(bill=makes, item=one.item)
        seen.add(one.item.pk)


def write_beside(
    lines: Sequence[tuple[BillLine, Sequence[str]]],
    bills: Sequence[tuple[Bill, Sequence[CoProductDraft]]],
) -> None:
    """Write the alternates of lines and the co-products of bills that are new."""
    if lines:
        Alternate.objects.bulk_create(
            Alternate(line=line, position=row, item=item, factor=factor)
            for line, given in lines
            for row, (item, factor) in enumerate(read_alternates(line.bill, given), start=1)
        )
    if bills:
        CoProduct.objects.bulk_create(
            CoProduct(bill=bill, position=row, item=one.item, kind=one.kind, quantity=one.quantity)
            for bill, given in bills
            for row, one in enumerate(given, start=1)
        )


def _factor(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
