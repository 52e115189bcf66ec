"""Which receipts a bill may be for, and how much may differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from loomline.domains.payables.models import (
    CreditAllocation,
    MatchAllocation,
    MatchTolerance,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from loomline.domains.payables.queries.credits import IN_FORCE
from loomline.domains.procurement.models import ReceiptLine, ReceiptState
from loomline.kernel.quantity import plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one kind of difference is tolerated: both figures hold where both are given."""

    share: Decimal | None = None
    amount: Decimal | None = None

    def allows(self, over: Decimal, *, of: Decimal) -> bool:
        """True when so much above this base is tolerated; asking for less always is."""
        if over <= 0:
            return True
        if self.share is None and self.amount is None:
            return False
        by_share = self.share is None or over <= of * self.share
        return by_share and (self.amount is None or over <= self.amount)

    def words(self, currency: str) -> str:
        """The figures as people say them: "2 % and 50 EUR"; nothing where there are none."""
        parts = []
        if self.share is not None:
            parts.append(f"{plain(self.share * 100)} %")
        if self.amount is not None:
            parts.append(f"{plain(self.amount)} {currency}")
        return " / ".join(parts)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is tolerated of a supplier: by quantity and by price."""

    quantity: Limit = Limit()
    price: Limit = Limit()


def tolerance_of(*, supplier_id: int) -> Tolerance:
    """The supplier's own tolerance, else that of all suppliers, else none. Costs one statement."""
    rows = MatchTolerance.objects.filter(Q(supplier=supplier_id) | Q(supplier__isnull=True))
    found = rows.order_by(F("supplier").asc(nulls_last=True)).first()
    if found is None:
        return Tolerance()
    return Tolerance(
        quantity=Limit(found.quantity_share, found.quantity_amount),
        price=Limit(found.price_share, found.price_amount),
    )


def receipts_to_bill(
    *, invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine]
) -> dict[int, list[ReceiptLine]]:
    """The receipt lines that each line may be for, oldest first, locked. By position in the list of lines.

    A line that names its order line is for that; one that names only its item is for any receipt of it from
    this supplier, within the invoice's order where it has one.
    """
    keys = {line.purchase_line_id for line in lines if line.purchase_line_id}
    items = {line.item_id for line in lines if line.item_id and not line.purchase_line_id}
    loose = Q(item__in=items)
    if invoice.purchase_id:
        loose &= Q(purchase_line__purchase=invoice.purchase_id)
    rows = ReceiptLine.objects.filter(
        Q(purchase_line__in=keys) | loose,
        receipt__state=ReceiptState.POSTED,
        receipt__supplier=invoice.supplier_id,
        purchase_line__purchase__currency=invoice.currency,
    )
    found = list(rows.select_related("purchase_line").order_by("pk").select_for_update(of=("self",)))
    return {
        place: [
            row
            for row in found
            if (
                row.purchase_line_id == line.purchase_line_id
                if line.purchase_line_id
                else row.item_id == line.item_id
            )
        ]
        for place, line in enumerate(lines)
    }


def allocated(*, receipt_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """How much of receipt lines is billed and not credited, by key. Costs two statements."""
    keys = set(receipt_line_ids)
    billed = MatchAllocation.objects.filter(receipt_line__in=keys).order_by()
    found = dict(billed.values_list("receipt_line").annotate(n=Sum("quantity")))
    credited = CreditAllocation.objects.filter(IN_FORCE, billed__receipt_line__in=keys).order_by()
    for key, back in credited.values_list("billed__receipt_line").annotate(n=Sum("quantity")):
        found[key] -= back
    return found


def not_billed() -> QuerySet[ReceiptLine]:
    """What was received and taken and nobody has billed yet, with how much of it, oldest first.

    What a supplier has credited is not billed any more.
    """
    rows = ReceiptLine.objects.filter(receipt__state=ReceiptState.POSTED)
    credited = CreditAllocation.objects.filter(IN_FORCE, billed__receipt_line=OuterRef("pk")).order_by()
    back = credited.values("billed__receipt_line").annotate(n=Sum("quantity")).values("n")
    rows = rows.annotate(
        billed_quantity=Sum("billed__quantity", default=ZERO) - Coalesce(Subquery(back), Value(ZERO))
    )
    return rows.filter(quantity__gt=F("rejected") + F("billed_quantity")).order_by("pk")


def allocations_of(*, invoice: SupplierInvoice) -> QuerySet[MatchAllocation]:
    """Which receipts the lines of a bill are for, line by line, oldest receipt first."""
    rows = MatchAllocation.objects.filter(line__invoice=invoice).order_by("line__position", "receipt_line_id")
    return rows.select_related("line", "receipt_line__receipt", "receipt_line__item__unit")
