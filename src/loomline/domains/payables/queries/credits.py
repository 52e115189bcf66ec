"""What suppliers have credited, what of it is open, and what we owe them after all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Max, Q, QuerySet, Sum

from loomline.domains.payables.models import (
    POSTED,
    CreditAllocation,
    CreditKind,
    MatchAllocation,
    SupplierCredit,
    SupplierCreditLine,
    SupplierCreditState,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)
from loomline.domains.procurement.models import ReceiptLine

ZERO = Decimal(0)
VOID = (SupplierCreditState.REJECTED, SupplierCreditState.REVERSED)
STANDING = ~Q(credit__state__in=VOID)
# What a credit note that was reversed took off bills is billed again.
IN_FORCE = ~Q(line__credit__state=SupplierCreditState.REVERSED)


@dataclass(frozen=True, slots=True)
class Credited:
    """What credit notes have taken of a line: how much of it need not be paid, and its sum."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO


def credited_of(*, line_ids: Iterable[int]) -> dict[int, Credited]:
    """What of invoice lines is credited, by key; what is entered and not posted counts. One statement."""
    rows = SupplierCreditLine.objects.filter(STANDING, invoice_line__in=set(line_ids)).order_by()
    sums = rows.values_list("invoice_line").annotate(
        n=Sum("quantity", filter=Q(kind=CreditKind.QUANTITY), default=ZERO), total=Sum("amount")
    )
    return {key: Credited(quantity, amount) for key, quantity, amount in sums}


def lines_to_credit(*, invoice: SupplierInvoice) -> list[tuple[SupplierInvoiceLine, Decimal]]:
    """The lines of an invoice of which something is left to credit, with how much. Two statements."""
    lines = list(invoice.lines.select_related("item").order_by("position", "pk"))
    before = credited_of(line_ids=[line.pk for line in lines])
    left = [(line, line.quantity - before.get(line.pk, Credited()).quantity) for line in lines]
    return [(line, rest) for line, rest in left if rest > 0]


def credit_lines_of(*, invoice: SupplierInvoice) -> QuerySet[SupplierCreditLine]:
    """What credit notes give back of an invoice, those sent back left out, in the order of its lines."""
    rows = SupplierCreditLine.objects.filter(STANDING, invoice_line__invoice=invoice)
    return rows.select_related("credit", "item__unit").order_by("invoice_line__position", "pk")


def credited_returns(*, receipt_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """How much of what went back to suppliers is credited, by receipt line. Costs one statement."""
    rows = SupplierCreditLine.objects.filter(STANDING, receipt_line__in=set(receipt_line_ids)).order_by()
    return dict(rows.values_list("receipt_line").annotate(n=Sum("quantity")))


def returns_of(*, invoice: SupplierInvoice) -> list[tuple[SupplierInvoiceLine, ReceiptLine, Decimal]]:
    """What an invoice billed, went back to the supplier and is not credited yet. Costs two statements."""
    rows = MatchAllocation.objects.filter(line__invoice=invoice, receipt_line__returned__gt=0)
    found = list(
        rows.select_related("line", "receipt_line__item__unit", "receipt_line__receipt").order_by("pk")
    )
    before = credited_returns(receipt_line_ids={one.receipt_line_id for one in found})
    left = [
        (one, min(one.quantity, one.receipt_line.returned - before.get(one.receipt_line_id, ZERO)))
        for one in found
    ]
    return [(one.line, one.receipt_line, rest) for one, rest in left if rest > 0]


def billed_parts(*, line_ids: Iterable[int]) -> list[MatchAllocation]:
    """What invoice lines have billed of receipts, the receipts locked; the newest last."""
    rows = MatchAllocation.objects.filter(line__in=set(line_ids)).order_by("receipt_line_id", "pk")
    return list(rows.select_related("receipt_line").select_for_update(of=("self", "receipt_line")))


def taken_back(*, billed_ids: Iterable[int]) -> dict[int, Decimal]:
    """How much of what was billed of receipts is credited, by allocation. Costs one statement."""
    rows = CreditAllocation.objects.filter(IN_FORCE, billed__in=set(billed_ids)).order_by()
    return dict(rows.values_list("billed").annotate(n=Sum("quantity")))


def allocations_of_credit(*, credit: SupplierCredit) -> QuerySet[CreditAllocation]:
    """Which received goods a posted credit note takes off the bills, in its own order."""
    rows = CreditAllocation.objects.filter(line__credit=credit).order_by("pk")
    return rows.select_related("line", "billed__receipt_line__item", "billed__receipt_line__purchase_line")


def later_credits(*, credit: SupplierCredit) -> QuerySet[SupplierCredit]:
    """Credit notes posted after this one that give back goods of the same receipts, the newest first."""
    own = CreditAllocation.objects.filter(line__credit=credit)
    later = CreditAllocation.objects.filter(
        IN_FORCE,
        billed__receipt_line__in=own.values("billed__receipt_line"),
        pk__gt=own.aggregate(n=Max("pk"))["n"] or 0,
    )
    rows = SupplierCredit.objects.filter(pk__in=later.values("line__credit")).exclude(pk=credit.pk)
    return rows.order_by("-pk")


def cleared(
    *, receipt_line_ids: Iterable[int], bill: SupplierInvoice | None = None, but: SupplierCredit | None = None
) -> dict[int, Decimal]:
    """What posted bills other than this one have cleared of receipt lines, less what credit notes opened
    again. Costs two statements.
    """
    keys = set(receipt_line_ids)
    billed = MatchAllocation.objects.filter(receipt_line__in=keys, line__invoice__state__in=POSTED)
    opened = CreditAllocation.objects.filter(IN_FORCE, billed__receipt_line__in=keys, is_returned=False)
    if bill is not None:
        billed, opened = billed.exclude(line__invoice=bill), opened.exclude(billed__line__invoice=bill)
    if but is not None:
        opened = opened.exclude(line__credit=but)
    found = dict(billed.order_by().values_list("receipt_line").annotate(n=Sum("quantity")))
    for key, back in opened.order_by().values_list("billed__receipt_line").annotate(n=Sum("quantity")):
        found[key] -= back
    return found


def taken_for_returns(*, receipt_line_ids: Iterable[int], but: SupplierCredit) -> dict[int, Decimal]:
    """What other credit notes gave back for goods sent back, by receipt line. Costs one statement."""
    rows = CreditAllocation.objects.filter(
        IN_FORCE, billed__receipt_line__in=set(receipt_line_ids), is_returned=True
    ).exclude(line__credit=but)
    return dict(rows.order_by().values_list("billed__receipt_line").annotate(n=Sum("quantity")))


def open_credits(*, supplier_id: int, currency: str | None = None) -> QuerySet[SupplierCredit]:
    """What a supplier owes us on posted credit notes, the oldest first."""
    rows = SupplierCredit.objects.filter(supplier=supplier_id, state=SupplierCreditState.OPEN)
    rows = rows.annotate(left=F("total") - F("applied")).order_by("issued_on", "pk")
    return rows.filter(currency=currency) if currency else rows


def open_invoices(*, supplier_id: int, currency: str | None = None) -> QuerySet[SupplierInvoice]:
    """What we owe a supplier on approved invoices, the first due first."""
    rows = SupplierInvoice.objects.filter(supplier=supplier_id, state=SupplierInvoiceState.APPROVED)
    rows = rows.annotate(left=F("total") - F("credited")).order_by("due_on", "pk")
    return rows.filter(currency=currency) if currency else rows


def owed_to(*, suppliers: Iterable[int] | None = None) -> dict[tuple[int, str], Decimal]:
    """What we owe suppliers, open invoices less open credit notes, by key and currency. Two statements.

    It is what stands on the account of trade payables, supplier by supplier.
    """
    owed = SupplierInvoice.objects.filter(state=SupplierInvoiceState.APPROVED).order_by()
    back = SupplierCredit.objects.filter(state=SupplierCreditState.OPEN).order_by()
    if suppliers is not None:
        wanted = set(suppliers)
        owed, back = owed.filter(supplier__in=wanted), back.filter(supplier__in=wanted)
    found: dict[tuple[int, str], Decimal] = {}
    for supplier, currency, left in owed.values_list("supplier", "currency").annotate(
        left=Sum(F("total") - F("credited"))
    ):
        found[supplier, currency] = left
    for supplier, currency, left in back.values_list("supplier", "currency").annotate(
        left=Sum(F("total") - F("applied"))
    ):
        found[supplier, currency] = found.get((supplier, currency), ZERO) - left
    return {key: left for key, left in found.items() if left}
