"""What suppliers bill clears what was received and not invoiced; what is asked above that is one of price."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from loomline.domains.costing import commands as valuing
from loomline.domains.costing import queries as costing
from loomline.domains.costing.models import Counter
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.commands import Amount, DocumentDraft
from loomline.domains.ledger.models import EntryKind, Purpose
from loomline.domains.payables import queries as payables
from loomline.domains.payables.events import SupplierInvoiceApproved, SupplierInvoicePaid
from loomline.domains.payables.models import MatchAllocation, SupplierInvoice
from loomline.domains.procurement.models import Receipt
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money

BILL = SupplierInvoice._meta.label_lower
RECEIPT = Receipt._meta.label_lower
ZERO = Decimal(0)


@on(SupplierInvoiceApproved)
def supplier_invoice_approved(ctx: Ctx, event: SupplierInvoiceApproved) -> None:
    """We owe the supplier the total."""
    post_bill(ctx, SupplierInvoice.objects.get(pk=event.supplier_invoice_id))


@on(SupplierInvoicePaid)
def supplier_invoice_paid(ctx: Ctx, event: SupplierInvoicePaid) -> None:
    """The bank has less, and we owe nothing more; a discount is income, what was credited is settled."""
    bill = SupplierInvoice.objects.get(pk=event.supplier_invoice_id)
    post_bill(ctx, bill)
    ledger.post_document(
        ctx,
        document=DocumentDraft(
            origin_kind=BILL,
            origin_id=bill.pk,
            kind=EntryKind.PAYMENT,
            happened_on=event.paid_on,
            currency=bill.currency,
            amounts=[
                Amount(
                    purpose=Purpose.PAYABLE,
                    amount=bill.total - bill.credited,
                    party_id=bill.supplier_id,
                ),
                Amount(purpose=Purpose.BANK, amount=-event.total),
            ],
            rest=Purpose.DISCOUNT,
            text=f"{bill} · {bill.their_number}",
        ),
    )


def post_bill(ctx: Ctx, bill: SupplierInvoice) -> None:
    """Goods that were received clear their account, the rest of the price is a price difference.

    What stands on no receipt is a purchase of its own.
    """
    rules = costing.rules() or valuing.add_reference(ctx)
    price = rules.account(Counter.PRICE, None)
    ledger.post_document(
        ctx,
        document=DocumentDraft(
            origin_kind=BILL,
            origin_id=bill.pk,
            kind=EntryKind.INVOICE,
            happened_on=bill.issued_on,
            currency=bill.currency,
            amounts=[
                *_received(ctx, bill, rules),
                *_consumed(ctx, bill, rules),
                Amount(purpose=Purpose.PURCHASES, amount=_unordered(bill)),
                Amount(purpose=Purpose.TAX_IN, amount=bill.tax),
                Amount(purpose=Purpose.PAYABLE, amount=-bill.total, party_id=bill.supplier_id),
            ],
            rest=Purpose.PURCHASES if price is None else price,
            text=f"{bill} · {bill.their_number}",
        ),
    )


def _unordered(bill: SupplierInvoice) -> Decimal:
    """What is billed for no order, receipt or consigned goods, and services, which come on no receipt."""
    loose = bill.lines.filter(
        Q(purchase_line__isnull=True) | Q(item__kind="service"),
        allocations__isnull=True,
        consumed__isnull=True,
    )
    found: Decimal = loose.aggregate(n=Sum("amount", default=ZERO))["n"]
    return found


def _received(ctx: Ctx, bill: SupplierInvoice, rules: costing.Rules) -> Sequence[Amount]:
    """What the receipts of a bill were posted at, in the company's currency, by account.

    Each part is what the sum billed so far grows by: a receipt billed in parts is cleared to the cent.
    """
    rows = MatchAllocation.objects.filter(line__invoice=bill).order_by("pk")
    parts = list(rows.select_related("receipt_line__item", "receipt_line__purchase_line"))
    lines = {part.receipt_line for part in parts}
    costs = costing.unit_costs(kind=RECEIPT, ids={line.receipt_id for line in lines})
    before = payables.cleared(receipt_line_ids={line.pk for line in lines}, bill=bill)
    own = ctx.company.currency
    rates = books.exchange_rates(currencies=[bill.currency], into=own, on=bill.issued_on)
    rate = Decimal(1) if bill.currency == own else rates.get(bill.currency, ZERO)
    found = []
    for part in parts:
        line, item = part.receipt_line, part.receipt_line.item
        unit = line.unit_cost
        if unit is None:
            unit = costs.get((line.receipt_id, line.item_id, line.lot_id), part.price * rate)
        start = before.get(line.pk, ZERO)
        before[line.pk] = start + part.quantity
        worth = [Money(quantity * unit, own).rounded().amount for quantity in (start, before[line.pk])]
        # A service that went into work is owed like goods.
        is_owed = item.is_stocked or line.unit_cost is not None
        category = item.category_id if item.is_stocked else None
        account = rules.account(Counter.SUPPLIER, category) if is_owed else None
        to = {"purpose": Purpose.PURCHASES} if account is None else {"account_id": account}
        found.append(Amount(amount=worth[1] - worth[0], is_own=True, **to))
    return found


def _consumed(ctx: Ctx, bill: SupplierInvoice, rules: costing.Rules) -> Sequence[Amount]:
    """What consigned goods were posted at when they became ours."""
    own = ctx.company.currency
    found = []
    for one in payables.settled_by(invoice=bill):
        account = rules.account(Counter.SUPPLIER, one.item.category_id)
        worth = Money(one.quantity * (one.move.unit_cost or ZERO), own).rounded().amount
        if account is not None:
            found.append(Amount(amount=worth, is_own=True, account_id=account))
    return found
