"""Taking invoices back, wholly or in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.finance import queries
from loomline.domains.finance.commands.invoices import about
from loomline.domains.finance.events import InvoiceCredited
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Totals, line_amount
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.number import gapless_number
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class NotPosted(Refused):
    """Only what was asked can be taken back."""

    says = _("Invoice {number} is {state}; only a posted invoice can be credited.")


class PaidAlready(Refused):
    """Money that came in goes back by a payment, not by a credit note alone."""

    says = _(
        "Invoice {number} has only {open} {currency} open, less than the {amount} {currency} to credit."
        " Reverse its payment first."
    )


class CreditedTooMuch(Refused):
    """No more comes back than went out."""

    says = _("{what}: {left} left to credit, not {quantity}.")


class NothingToCredit(Refused):
    """A credit note about nothing."""

    says = _("Say how much of which line is credited: more than zero.")


class CreditUnexplained(Refused):
    """The tax office asks why."""

    says = _("Say why invoice {number} is credited.")


@command(move="credit", label=_("Credit"), icon="receipt-2", danger=True)
def credit_invoice(
    ctx: Ctx,
    *,
    invoice: Invoice,
    reason: str,
    quantities: dict[int, Decimal] | None = None,
    invoice_again: bool = False,
) -> Invoice:
    """Take an invoice back by a credit note, or part of it by quantities for its lines.

    `invoice_again` opens the goods for a new, corrected invoice; leave it out for goods that came back.
    """
    lines = queries.lines_to_credit(invoice_id=invoice.pk)
    invoice = lines[0].invoice if lines else lock(invoice)
    before = queries.credited_quantities(line_ids=[line.pk for line in lines])

    if not reason.strip():
        raise CreditUnexplained(number=invoice, at_field="reason")
    if invoice.state != InvoiceState.POSTED or invoice.kind != InvoiceKind.INVOICE:
        raise NotPosted(number=invoice, state=invoice.state.label.lower())
    left = {line.pk: line.quantity - before.get(line.pk, ZERO) for line in lines}
    wanted = {pk: rest for pk, rest in left.items() if rest} if quantities is None else quantities
    _refuse_wrong(lines, left, wanted)
    note = _note_of(ctx, invoice, reason, whole=wanted == {line.pk: line.quantity for line in lines})
    rows = [_taken_back(note, line, wanted[line.pk]) for line in lines if line.pk in wanted]
    totals = Totals.of(
        [(row.amount, row.tax_rate) for row in rows], currency=note.currency, freight=note.freight
    )
    note.net, note.tax, note.total = totals.net, totals.tax, totals.total
    if -note.total > invoice.open_amount:
        raise PaidAlready(
            number=invoice,
            open=plain(invoice.open_amount),
            amount=plain(-note.total),
            currency=invoice.currency,
        )

    if invoice_again:
        goods = {
            line.order_line_id: -wanted[line.pk] for line in lines if line.pk in wanted and line.order_line_id
        }
        sales.record_invoiced(ctx, invoiced=goods)
    _book(ctx, invoice, -note.total)
    note.number = gapless_number("credit_note", "CN-")
    note.save(force_insert=True)
    InvoiceLine.objects.bulk_create(rows)

    ctx.emit(
        InvoiceCredited(
            **about(invoice),
            credit_note_id=note.pk,
            credit_note=note.number,
            amount=-note.total,
            currency=note.currency,
            reason=note.reason,
        )
    )
    return note


def _refuse_wrong(
    lines: Sequence[InvoiceLine], left: Mapping[int, Decimal], wanted: Mapping[int, Decimal]
) -> None:
    if not wanted or any(quantity <= 0 for quantity in wanted.values()) or set(wanted) - set(left):
        raise NothingToCredit(at_field="quantities")
    for line in lines:
        if wanted.get(line.pk, ZERO) > left[line.pk]:
            raise CreditedTooMuch(
                what=line.description,
                left=plain(left[line.pk]),
                quantity=plain(wanted[line.pk]),
                at_field="quantities",
            )


def _note_of(ctx: Ctx, invoice: Invoice, reason: str, *, whole: bool) -> Invoice:
    """The head of a credit note; freight comes back with the whole invoice only."""
    return Invoice(
        kind=InvoiceKind.CREDIT_NOTE,
        state=InvoiceState.CREDITED,
        customer_id=invoice.customer_id,
        order_id=invoice.order_id,
        credits=invoice,
        customer_reference=invoice.customer_reference,
        issued_on=ctx.today,
        due_on=ctx.today,
        currency=invoice.currency,
        freight=-invoice.freight if whole else ZERO,
        bill_to=invoice.bill_to,
        reason=reason.strip()[:200],
        owner_id=invoice.owner_id,
        team_id=invoice.team_id,
        posted_at=ctx.now,
    )


def _taken_back(note: Invoice, line: InvoiceLine, quantity: Decimal) -> InvoiceLine:
    whole = quantity == line.quantity
    amount = line_amount(quantity=quantity, price=line.price, discount=line.discount, currency=note.currency)
    return InvoiceLine(
        invoice=note,
        position=line.position,
        order_line_id=line.order_line_id,
        credits=line,
        item_id=line.item_id,
        description=line.description,
        quantity=-quantity,
        price=line.price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        amount=-(line.amount if whole else amount),
    )


def _book(ctx: Ctx, invoice: Invoice, amount: Decimal) -> None:
    """Count the credit on the invoice, and end it when nothing is open any more."""
    credited = invoice.credited + amount
    if credited == invoice.total:
        advance(invoice, "credit", credited=credited)
    elif credited + invoice.paid == invoice.total:
        advance(invoice, "settle", credited=credited, paid_on=ctx.today)
    else:
        invoice.credited = credited
        invoice.save(update_fields=["credited"])
