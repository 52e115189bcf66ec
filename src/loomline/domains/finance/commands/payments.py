"""Money that comes in, and which invoices it settles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.finance import queries
from loomline.domains.finance.commands.invoices import about
from loomline.domains.finance.events import (
    InvoicePaid,
    InvoiceUnpaid,
    PaymentAllocated,
    PaymentReversed,
    PaymentTaken,
)
from loomline.domains.finance.models import (
    Invoice,
    InvoiceState,
    Payment,
    PaymentAllocation,
    PaymentMethod,
    PaymentState,
)
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all

ZERO = Decimal(0)


class NoMoney(Refused):
    """A payment is more than nothing."""

    says = _("Write the amount that came in: more than zero.")


class MethodUnknown(Refused):
    """A word that is none of the methods."""

    says = _("There is no payment method {method}. Use one of {methods}.")


class InvoiceElsewhere(Refused):
    """Money of one customer settles invoices of the same customer, in the same currency."""

    says = _("Invoice {number} is of {theirs} in {their_currency}; the payment is of {ours} in {currency}.")


class AllocatedTooMuch(Refused):
    """Money is spent once."""

    says = _("Payment {number} has {left} {currency} left, not {wanted}. Allocate less.")


class NothingOpen(Refused):
    """A settled invoice needs no money."""

    says = _(
        "Invoice {number} has {open} {currency} open, not {wanted}. Allocate less, or choose another invoice."
    )


class ReversedAlready(Refused):
    """Money that went back settles nothing."""

    says = _("Payment {number} was reversed; it settles nothing any more.")


class ReversedForNothing(Refused):
    """The bookkeeper asks why."""

    says = _("Say why payment {number} is reversed.")


@command(label=_("New payment"), icon="plus", creates=Payment)
def take_payment(
    ctx: Ctx,
    *,
    customer: Party,
    amount: Decimal,
    currency: str = "",
    received_on: date | None = None,
    method: str = PaymentMethod.TRANSFER,
    reference: str = "",
    invoices: list[Invoice] | None = None,
    note: str = "",
) -> Payment:
    """Note that a customer paid. It settles the invoices named, in their order, else the longest due.

    What is left over stays to the customer's credit.
    """
    currency = currency or ctx.company.currency
    if amount <= 0:
        raise NoMoney(at_field="amount")
    if method not in PaymentMethod.values:
        raise MethodUnknown(method=method, methods=", ".join(PaymentMethod.values), at_field="method")
    owed = _owed(customer, currency, invoices)

    payment = Payment.objects.create(
        customer=customer,
        amount=Money(amount, currency).rounded().amount,
        currency=currency,
        received_on=received_on or ctx.today,
        method=method,
        reference=reference,
        note=note,
    )
    shares = _shares(owed, payment.amount)
    _allocate(ctx, payment, shares)

    ctx.emit(
        PaymentTaken(
            **_about(payment, shares),
            amount=payment.amount,
            currency=currency,
            unallocated=payment.unallocated,
        )
    )
    _settle(ctx, payment, shares)
    return payment


@command(label=_("Allocate"), icon="link")
def allocate_payment(
    ctx: Ctx, *, payment: Payment, invoice: Invoice, amount: Decimal | None = None
) -> Payment:
    """Use what is left of a payment for an invoice: so much, or as much as there is."""
    payment, invoice = lock(payment), lock(invoice)

    if payment.state != PaymentState.RECEIVED:
        raise ReversedAlready(number=payment.number)
    _refuse_elsewhere(payment.customer, payment.currency, [invoice])
    wanted = min(payment.unallocated, invoice.open_amount) if amount is None else amount
    words = {"wanted": plain(wanted), "currency": payment.currency, "at_field": "amount"}
    if wanted > payment.unallocated or wanted <= 0:
        raise AllocatedTooMuch(number=payment.number, left=plain(payment.unallocated), **words)
    if wanted > invoice.open_amount:
        raise NothingOpen(number=invoice, open=plain(invoice.open_amount), **words)

    shares = [(invoice, wanted)]
    _allocate(ctx, payment, shares)

    ctx.emit(
        PaymentAllocated(
            **_about(payment, shares), amount=wanted, currency=payment.currency, invoices=str(invoice)
        )
    )
    _settle(ctx, payment, shares)
    return payment


@command(move="reverse", label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_payment(ctx: Ctx, *, payment: Payment, reason: str) -> Payment:
    """Note that money went back, as after a failed debit; what it had settled is open again."""
    payment = lock(payment)

    if not reason.strip():
        raise ReversedForNothing(number=payment.number, at_field="reason")
    if payment.state != PaymentState.RECEIVED:
        raise ReversedAlready(number=payment.number)

    settled: dict[int, Decimal] = {}
    for invoice_id, amount in payment.allocations.values_list("invoice_id", "amount"):
        settled[invoice_id] = settled.get(invoice_id, ZERO) + amount
    invoices = lock_all(Invoice.objects.filter(pk__in=settled))
    back = [(invoice, -settled[invoice.pk]) for invoice in invoices if settled[invoice.pk]]
    _allocate(ctx, payment, back)
    reopened = [invoice for invoice, _amount in back if invoice.state == InvoiceState.PAID]
    advance_all(reopened, "unsettle", paid_on=None)
    advance(payment, "reverse", note="\n".join(part for part in (payment.note, reason.strip()) if part))

    ctx.emit(PaymentReversed(**_about(payment, back), reason=reason.strip()))
    for invoice in reopened:
        ctx.emit(InvoiceUnpaid(**about(invoice), open=invoice.open_amount, currency=invoice.currency))
    return payment


def _owed(customer: Party, currency: str, named: Sequence[Invoice] | None) -> list[Invoice]:
    """The invoices to settle, locked in the order of their keys, in the order in which they are settled."""
    if named is None:
        wanted = list(
            queries.open_items(customer_id=customer.pk, currency=currency).values_list("pk", flat=True)
        )
    else:
        wanted = [invoice.pk for invoice in named]
    locked = {invoice.pk: invoice for invoice in lock_all(Invoice.objects.filter(pk__in=wanted))}
    owed = [locked[pk] for pk in wanted if pk in locked]
    _refuse_elsewhere(customer, currency, owed)
    return owed


def _refuse_elsewhere(customer: Party, currency: str, invoices: Sequence[Invoice]) -> None:
    for invoice in invoices:
        if invoice.customer_id != customer.pk or invoice.currency != currency:
            raise InvoiceElsewhere(
                number=invoice,
                theirs=invoice.customer,
                their_currency=invoice.currency,
                ours=customer,
                currency=currency,
                at_field="invoices",
            )


Shares = Sequence[tuple[Invoice, Decimal]]


def _shares(owed: Sequence[Invoice], amount: Decimal) -> list[tuple[Invoice, Decimal]]:
    """How an amount spreads over invoices: each in turn as far as it is open."""
    found = []
    for invoice in owed:
        share = min(invoice.open_amount, amount)
        if share > 0:
            found.append((invoice, share))
            amount -= share
    return found


def _allocate(ctx: Ctx, payment: Payment, shares: Shares) -> None:
    """Write allocations; the database counts them on payment and invoices, and these say no to too much."""
    if not shares:
        return
    PaymentAllocation.objects.bulk_create(
        PaymentAllocation(payment=payment, invoice=invoice, amount=amount, at=ctx.now)
        for invoice, amount in shares
    )
    for invoice, amount in shares:
        payment.allocated += amount
        invoice.paid += amount


def _settle(ctx: Ctx, payment: Payment, shares: Shares) -> None:
    """Invoices with nothing open are paid; shipped orders with nothing left to ask for are done."""
    paid = [invoice for invoice, _amount in shares if not invoice.open_amount]
    if not paid:
        return
    advance_all(paid, "settle", paid_on=payment.received_on)
    for invoice in paid:
        late = max((payment.received_on - invoice.due_on).days, 0) if invoice.due_on else 0
        ctx.emit(
            InvoicePaid(
                **about(invoice),
                paid_on=payment.received_on,
                days_late=late,
                punctually=ngettext("{n} day late", "{n} days late", late).format(n=late)
                if late
                else _t("on time"),
            )
        )
    done = queries.settled_orders(order_ids=[invoice.order_id for invoice in paid if invoice.order_id])
    if done:
        sales.close_orders(ctx, orders=done)


def _about(payment: Payment, shares: Shares) -> dict[str, Any]:
    """What every event of a payment names."""
    return {
        "payment_id": payment.pk,
        "number": payment.number,
        "customer_id": payment.customer_id,
        "invoice_ids": tuple(invoice.pk for invoice, _amount in shares),
    }
