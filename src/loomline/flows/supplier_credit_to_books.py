"""What suppliers give back undoes what their invoices posted: we owe less, and goods are uninvoiced again."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from loomline.domains.costing import commands as valuing
from loomline.domains.costing import queries as costing
from loomline.domains.costing.models import Counter
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.commands import Amount, DocumentDraft
from loomline.domains.ledger.models import EntryKind, Purpose
from loomline.domains.payables import queries as payables
from loomline.domains.payables.events import (
    SupplierCreditApplied,
    SupplierCreditPosted,
    SupplierCreditReversed,
)
from loomline.domains.payables.models import POSTED, SupplierCredit, SupplierInvoice
from loomline.domains.procurement.models import Receipt
from loomline.flows.bill_to_books import post_bill
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money

CREDIT = SupplierCredit._meta.label_lower
RECEIPT = Receipt._meta.label_lower
ZERO = Decimal(0)
NONE = costing.SentBack(())


@on(SupplierCreditPosted)
def supplier_credit_posted(ctx: Ctx, event: SupplierCreditPosted) -> None:
    """We owe the supplier less; the invoices that are credited stand in the journal first."""
    _post_bills(ctx, event.supplier_invoice_ids)
    credit = SupplierCredit.objects.get(pk=event.supplier_credit_id)
    rules = costing.rules() or valuing.add_reference(ctx)
    price = rules.account(Counter.PRICE, None)
    ledger.post_document(
        ctx,
        document=DocumentDraft(
            origin_kind=CREDIT,
            origin_id=credit.pk,
            kind=EntryKind.INVOICE,
            happened_on=credit.booked_on,
            currency=credit.currency,
            amounts=[
                Amount(purpose=Purpose.PAYABLE, amount=credit.total, party_id=credit.supplier_id),
                *_goods(ctx, credit, rules),
                Amount(purpose=Purpose.PURCHASES, amount=-_unordered(credit)),
                Amount(purpose=Purpose.TAX_IN, amount=-credit.tax),
            ],
            rest=Purpose.PURCHASES if price is None else price,
            text=f"{credit} · {credit.their_number}",
        ),
    )


@on(SupplierCreditApplied)
def supplier_credit_applied(ctx: Ctx, event: SupplierCreditApplied) -> None:
    """What it settles must stand in the books as well; between the two nothing is posted."""
    _post_bills(ctx, event.supplier_invoice_ids)


@on(SupplierCreditReversed)
def supplier_credit_reversed(ctx: Ctx, event: SupplierCreditReversed) -> None:
    """We owe it again, from today: the month it was posted in may be closed."""
    credit = SupplierCredit.objects.get(pk=event.supplier_credit_id)
    text = f"{credit} · {credit.their_number}"
    ledger.reverse_document(ctx, origin_kind=CREDIT, origin_id=credit.pk, kind=EntryKind.INVOICE, text=text)


def _post_bills(ctx: Ctx, keys: Iterable[int]) -> None:
    for bill in SupplierInvoice.objects.filter(pk__in=list(keys), state__in=POSTED).order_by("pk"):
        post_bill(ctx, bill)


def _unordered(credit: SupplierCredit) -> Decimal:
    """What an invoice has posted as a purchase of its own, and what stands alone and is no stock."""
    found = ZERO
    for line in credit.lines.select_related("item", "invoice_line").prefetch_related(
        "invoice_line__allocations", "invoice_line__consumed"
    ):
        billed = line.invoice_line
        is_service = line.item is not None and line.item.kind == "service"
        if billed is None:
            is_loose = line.item is None or not line.item.is_stocked
        else:
            is_matched = billed.allocations.all() or billed.consumed.all()
            is_loose = not is_matched and (billed.purchase_line_id is None or is_service)
        found += line.amount if is_loose else ZERO
    return found


def _goods(ctx: Ctx, credit: SupplierCredit, rules: costing.Rules) -> list[Amount]:
    """What the invoices cleared of receipts, taken back; for goods sent back, what they left our books at."""
    parts = list(payables.allocations_of_credit(credit=credit))
    if any(part.is_returned for part in parts):
        valuing.catch_up(ctx)
    keys = {part.billed.receipt_line_id for part in parts}
    receipts = {part.billed.receipt_line.receipt_id for part in parts}
    costs = costing.unit_costs(kind=RECEIPT, ids=receipts)
    gone = costing.sent_back(kind=RECEIPT, ids=receipts)
    kept = payables.cleared(receipt_line_ids=keys, but=credit)
    back = payables.taken_for_returns(receipt_line_ids=keys, but=credit)
    own = ctx.company.currency
    rates = books.exchange_rates(currencies=[credit.currency], into=own, on=credit.booked_on)
    rate = Decimal(1) if credit.currency == own else rates.get(credit.currency, ZERO)
    found = []
    for part in parts:
        line, item = part.billed.receipt_line, part.billed.receipt_line.item
        key = (line.receipt_id, line.item_id, line.lot_id)
        unit = costs.get(key, part.billed.price * rate)
        if part.is_returned:
            first, back[line.pk] = back.get(line.pk, ZERO), back.get(line.pk, ZERO) + part.quantity
            worth = [gone.get(key, NONE).worth(n, unit) for n in (first, back[line.pk])]
        else:
            last, kept[line.pk] = kept.get(line.pk, ZERO), kept.get(line.pk, ZERO) - part.quantity
            worth = [n * unit for n in (kept[line.pk], last)]
        whole = [Money(one, own).rounded().amount for one in worth]
        account = rules.account(Counter.SUPPLIER, item.category_id) if item.is_stocked else None
        to = {"purpose": Purpose.PURCHASES} if account is None else {"account_id": account}
        found.append(Amount(amount=whole[0] - whole[1], is_own=True, **to))
    return found
