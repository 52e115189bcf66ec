"""What finance tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

INVOICE = {
    "invoice_id": "finance.invoice",
    "customer_id": "parties.party",
    "order_id": "sales.order",
}
PAYMENT = {"payment_id": "finance.payment", "customer_id": "parties.party", "invoice_ids": "finance.invoice"}


@dataclass(frozen=True, kw_only=True)
class OfInvoice:
    """What every event of an invoice names."""

    invoice_id: int
    number: str
    customer_id: int
    order_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class InvoicePosted(OfInvoice, Event, about=INVOICE, icon="file-invoice", tone="info"):
    """A customer was asked for money."""

    says = _("Invoice {number} posted: {total} {currency}, due {due_on}")
    total: Decimal
    currency: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(OfInvoice, Event, about=INVOICE, icon="coin", tone="ok"):
    """A customer owes nothing more on an invoice."""

    says = _("Invoice {number} paid {punctually}")
    paid_on: date
    days_late: int
    punctually: str


@dataclass(frozen=True, kw_only=True)
class InvoiceUnpaid(OfInvoice, Event, about=INVOICE, icon="arrow-back-up", tone="warn"):
    """A payment was taken back, and the invoice is open again."""

    says = _("Invoice {number} is open again: {open} {currency}")
    open: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class InvoiceCredited(
    OfInvoice, Event, about={**INVOICE, "credit_note_id": "finance.invoice"}, icon="receipt-2", tone="hold"
):
    """An invoice was taken back, wholly or in part."""

    says = _("Credit note {credit_note} for invoice {number}: {amount} {currency}, {reason}")
    credit_note_id: int
    credit_note: str
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfPayment:
    """What every event of a payment names."""

    payment_id: int
    number: str
    customer_id: int
    invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PaymentTaken(OfPayment, Event, about=PAYMENT, icon="wallet", tone="ok"):
    """Money came in."""

    says = _("Payment {number} received: {amount} {currency}")
    amount: Decimal
    currency: str
    unallocated: Decimal


@dataclass(frozen=True, kw_only=True)
class PaymentAllocated(OfPayment, Event, about=PAYMENT, icon="link"):
    """Money that was there settled an invoice."""

    says = _("{amount} {currency} of payment {number} used for {invoices}")
    amount: Decimal
    currency: str
    invoices: str


@dataclass(frozen=True, kw_only=True)
class PaymentReversed(OfPayment, Event, about=PAYMENT, icon="arrow-back-up", tone="bad"):
    """Money that came in went back."""

    says = _("Payment {number} reversed: {reason}")
    reason: str
