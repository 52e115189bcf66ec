"""What suppliers ask of us: entered, approved, paid, or sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import queries
from loomline.domains.payables.commands.applying import take_open_credits
from loomline.domains.payables.commands.matching import claim
from loomline.domains.payables.commands.telling import about
from loomline.domains.payables.events import (
    SupplierInvoiceApproved,
    SupplierInvoiceEntered,
    SupplierInvoicePaid,
    SupplierInvoiceRejected,
)
from loomline.domains.payables.models import (
    Consumption,
    MatchAllocation,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sales.models import Totals, line_amount
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class InvoiceWithoutLines(Refused):
    """A bill about nothing."""

    says = _("Write at least one line, or name a purchase order of which something was received.")


class NumberMissing(Refused):
    """By their number suppliers ask for their money."""

    says = _("Write the supplier's own invoice number.")


class EnteredBefore(Refused):
    """A bill is paid once."""

    says = _("Invoice {their_number} of {supplier} was entered before as {number}.")


class PurchaseElsewhere(Refused):
    """A supplier bills their own deliveries."""

    says = _("{number} was ordered from {theirs}, not from {ours}.")


class TotalsDiffer(Refused):
    """What was typed does not add up."""

    says = _("The lines add up to {counted} {currency}, the invoice says {total}. Check the lines.")


class DiscountUnclear(Refused):
    """A discount holds up to a day."""

    says = _("Write the share of the early-payment discount and its last day, or neither.")


class RejectedForNothing(Refused):
    """The supplier asks why."""

    says = _("Say why {their_number} is rejected.")


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceLineDraft:
    """One thing billed."""

    quantity: Decimal
    price: Decimal
    item: Item | None = None
    purchase_line: PurchaseLine | None = None
    description: str = ""
    tax_rate: Decimal = ZERO


@command(label=_("New supplier invoice"), icon="plus", creates=SupplierInvoice)
def enter_supplier_invoice(
    ctx: Ctx,
    *,
    supplier: Party,
    their_number: str,
    issued_on: date,
    lines: Sequence[SupplierInvoiceLineDraft] = (),
    purchase: Purchase | None = None,
    due_on: date | None = None,
    currency: str = "",
    total: Decimal | None = None,
    discount_rate: Decimal = ZERO,
    discount_until: date | None = None,
    note: str = "",
) -> SupplierInvoice:
    """Write down what a supplier asks for; without lines, what a purchase order has received and not billed.

    A total typed from the paper is checked against the lines.
    """
    their_number = their_number.strip()
    if not their_number:
        raise NumberMissing(at_field="their_number")
    twin = SupplierInvoice.objects.filter(supplier=supplier, their_number=their_number).exclude(
        state="rejected"
    )
    if known := twin.first():
        raise EnteredBefore(
            their_number=their_number, supplier=supplier, number=known.number, at_field="their_number"
        )
    if purchase is not None and purchase.supplier_id != supplier.pk:
        raise PurchaseElsewhere(number=purchase, theirs=purchase.supplier, ours=supplier, at_field="purchase")
    if bool(discount_rate) != bool(discount_until):
        raise DiscountUnclear(at_field="discount_until" if discount_rate else "discount_rate")
    terms = parties.supplier_terms(party=supplier)
    invoice = SupplierInvoice(
        supplier=supplier,
        their_number=their_number,
        purchase=purchase,
        issued_on=issued_on,
        due_on=due_on or issued_on + timedelta(days=terms.payment_days),
        currency=currency or (purchase.currency if purchase is not None else terms.currency),
        discount_rate=discount_rate,
        discount_until=discount_until,
        note=note,
        owner=None if ctx.actor.is_system else ctx.actor,
    )
    drafts = list(lines) or (_received(invoice, purchase) if purchase is not None else [])
    if not drafts:
        raise InvoiceWithoutLines(at_field="lines")
    rows = [_row(invoice, position, draft) for position, draft in enumerate(drafts, start=1)]
    totals = Totals.of([(row.amount, row.tax_rate) for row in rows], currency=invoice.currency)
    if total and total != totals.total:
        raise TotalsDiffer(
            counted=plain(totals.total), total=plain(total), currency=invoice.currency, at_field="total"
        )

    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total
    invoice.save(force_insert=True)
    SupplierInvoiceLine.objects.bulk_create(rows)
    claim(ctx, invoice, rows)

    ctx.emit(
        SupplierInvoiceEntered(
            **about(invoice), total=invoice.total, currency=invoice.currency, due_on=invoice.due_on
        )
    )
    return invoice


def _received(invoice: SupplierInvoice, purchase: Purchase) -> list[SupplierInvoiceLineDraft]:
    """Lines for what a purchase order has received and nobody has billed yet."""
    bought = list(purchase.lines.select_related("item").order_by("position", "pk"))
    rows = [SupplierInvoiceLine(purchase_line=line) for line in bought]
    offers = queries.receipts_to_bill(invoice=invoice, lines=rows)
    taken = queries.allocated(receipt_line_ids={one.pk for found in offers.values() for one in found})
    left = [
        sum((one.accepted - taken.get(one.pk, ZERO) for one in offers[place]), ZERO)
        for place in range(len(bought))
    ]
    return [
        SupplierInvoiceLineDraft(item=line.item, purchase_line=line, quantity=rest, price=line.net_price)
        for line, rest in zip(bought, left, strict=True)
        if rest > 0
    ]


def _row(invoice: SupplierInvoice, position: int, draft: SupplierInvoiceLineDraft) -> SupplierInvoiceLine:
    item = draft.item or (draft.purchase_line.item if draft.purchase_line is not None else None)
    return SupplierInvoiceLine(
        invoice=invoice,
        position=position,
        item=item,
        purchase_line=draft.purchase_line,
        description=draft.description or (item.name if item is not None else ""),
        quantity=draft.quantity,
        price=draft.price,
        tax_rate=draft.tax_rate,
        amount=line_amount(
            quantity=draft.quantity, price=draft.price, discount=ZERO, currency=invoice.currency
        ),
    )


@command(move="approve", label=_("Approve"), icon="clipboard-check")
def approve_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice) -> SupplierInvoice:
    """Say that the supplier gets the money on the due day."""
    advance(invoice, "approve", approved_by=ctx.actor, approved_at=ctx.now)

    ctx.emit(
        SupplierInvoiceApproved(
            **about(invoice), total=invoice.total, currency=invoice.currency, due_on=invoice.due_on
        )
    )
    return invoice


@command(move="pay", label=_("Mark as paid"), icon="coin")
def pay_supplier_invoice(
    ctx: Ctx,
    *,
    invoice: SupplierInvoice,
    paid_on: date | None = None,
    take_discount: bool = True,
    take_credits: bool = False,
) -> SupplierInvoice:
    """Note that the supplier has the money, less the early-payment discount where it was paid in time.

    `take_credits` uses the supplier's open credit notes first, the oldest before the others; where they are
    enough, no money goes out.
    """
    invoice = lock(invoice)
    if take_credits and invoice.state == SupplierInvoiceState.APPROVED:
        invoice = take_open_credits(ctx, invoice)
        if invoice.state == SupplierInvoiceState.CREDITED:
            return invoice
    day = paid_on or ctx.today
    discount = invoice.discount_on(day) if take_discount else ZERO
    paid = invoice.total - invoice.credited - discount

    advance(invoice, "pay", paid_on=day, discount_taken=discount)

    ctx.emit(SupplierInvoicePaid(**about(invoice), total=paid, currency=invoice.currency, paid_on=day))
    return invoice


@command(move="reject", label=_("Reject"), icon="circle-x")
def reject_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice, reason: str) -> SupplierInvoice:
    """Send a bill back that is not ours to pay; a corrected one may come under the same number."""
    if not reason.strip():
        raise RejectedForNothing(their_number=invoice.their_number, at_field="reason")

    advance(invoice, "reject", reason=reason.strip()[:200])
    MatchAllocation.objects.filter(line__invoice=invoice).delete()
    Consumption.objects.filter(invoice_line__invoice=invoice).update(invoice_line=None)

    ctx.emit(SupplierInvoiceRejected(**about(invoice), reason=invoice.reason))
    return invoice
