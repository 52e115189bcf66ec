"""What dunning tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

REMINDER = {
    "reminder_id": "dunning.reminder",
    "customer_id": "parties.party",
    "invoice_ids": "finance.invoice",
}
INVOICE = {"invoice_id": "finance.invoice", "customer_id": "parties.party"}
DISPUTE = {**INVOICE, "dispute_id": "dunning.dispute"}


@dataclass(frozen=True, kw_only=True)
class RunProposed(Event, about={"run_id": "dunning.dunningrun"}, icon="list-check", tone="info"):
    """Somebody looked at all that is overdue."""

    says = _("Dunning run {number} as of {on_day}: {reminders} reminders proposed")
    run_id: int
    number: str
    on_day: date
    reminders: int


@dataclass(frozen=True, kw_only=True)
class RunClosed(Event, about={"run_id": "dunning.dunningrun"}, icon="circle-check", tone="ok"):
    """Nothing of a run waits any more."""

    says = _("Dunning run {number} done: {sent} reminders sent")
    run_id: int
    number: str
    sent: int


@dataclass(frozen=True, kw_only=True)
class OfReminder:
    """What every event of a reminder names."""

    reminder_id: int
    number: str
    customer_id: int
    customer: str
    invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReminderSent(OfReminder, Event, about=REMINDER, icon="mail", tone="warn"):
    """A customer was reminded."""

    says = _("Reminder {number} of level {level} sent to {customer}: {total} {currency}, to pay by {pay_by}")
    level: int
    total: Decimal
    currency: str
    pay_by: date


@dataclass(frozen=True, kw_only=True)
class ReminderDropped(OfReminder, Event, about=REMINDER, icon="circle-x", tone="muted"):
    """A proposed reminder was not sent."""

    says = _("Reminder {number} to {customer} dropped: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class InvoiceLeftOut(OfReminder, Event, about=REMINDER, icon="eye-off"):
    """Somebody took an invoice out of a proposed reminder."""

    says = _("{invoice} left out of reminder {number}: {reason}")
    invoice: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class InvoicePutBack(OfReminder, Event, about=REMINDER, icon="arrow-back-up"):
    """An invoice that was left out stands in the reminder again."""

    says = _("{invoice} put back into reminder {number}")
    invoice: str


@dataclass(frozen=True, kw_only=True)
class ChargesInvoiced(OfReminder, Event, about=REMINDER, icon="file-invoice", tone="info"):
    """Fee and interest of a reminder are asked for by an invoice of their own."""

    says = _("Fee and interest of reminder {number} invoiced: {invoice}, {total} {currency}")
    invoice: str
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class DisputeRaised(Event, about=DISPUTE, icon="hand-stop", tone="warn"):
    """A customer says that an invoice is wrong."""

    says = _("Dispute {number} about {invoice}: {reason}")
    dispute_id: int
    invoice_id: int
    customer_id: int
    number: str
    invoice: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeSettled(Event, about=DISPUTE, icon="circle-check", tone="ok"):
    """It was found out what is right."""

    says = _("Dispute {number} about {invoice} settled: {outcome}")
    dispute_id: int
    invoice_id: int
    customer_id: int
    number: str
    invoice: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class PaymentPromised(Event, about=INVOICE, icon="heart-handshake", tone="info"):
    """A customer said by when an invoice will be paid."""

    says = _("{invoice} will be paid by {pay_by}, says the customer")
    invoice_id: int
    customer_id: int
    invoice: str
    pay_by: date


HOLD = {"hold_id": "dunning.credithold", "customer_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class CreditHeld(Event, about=HOLD, icon="lock", tone="bad"):
    """A customer gets nothing more on credit."""

    says = _("Credit hold: reminder {reminder} reached level {level}")
    hold_id: int
    customer_id: int
    reminder: str
    level: int


@dataclass(frozen=True, kw_only=True)
class CreditHoldLifted(Event, about=HOLD, icon="lock-open", tone="ok"):
    """A customer gets goods on credit again."""

    says = _("Credit hold lifted: {reason}")
    hold_id: int
    customer_id: int
    reason: str
