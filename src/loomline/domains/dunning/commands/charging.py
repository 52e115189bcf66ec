"""Asking for the fee and interest of a reminder by an invoice, so that they stand in the books."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning.commands import proposing
from loomline.domains.dunning.events import ChargesInvoiced
from loomline.domains.dunning.models import Reminder, ReminderState
from loomline.domains.finance import commands as finance
from loomline.domains.finance.commands import InvoiceLineDraft
from loomline.domains.finance.models import Invoice
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

ZERO, ONE = Decimal(0), Decimal(1)


class NothingToCharge(Refused):
    """A reminder may be free."""

    says = _(
        "Reminder {number} was sent without fee and interest, or not at all; there is nothing to charge."
    )


class ChargedAlready(Refused):
    """The customer is asked once."""

    says = _("Fee and interest of {number} are charged by {invoice} already.")


@command(label=_("Invoice charges"), icon="file-invoice", states=(ReminderState.SENT,))
def charge_reminder(ctx: Ctx, *, reminder: Reminder) -> Invoice:
    """Post an invoice for the fee and interest of a reminder; without it, they stand in no books."""
    reminder = lock(reminder)

    if reminder.charged_by is not None:
        raise ChargedAlready(number=reminder.number, invoice=reminder.charged_by)
    if reminder.state != ReminderState.SENT or not reminder.fee + reminder.interest:
        raise NothingToCharge(number=reminder.number)

    parts = (
        (_t("Fee, reminder {number}"), reminder.fee),
        (_t("Interest, reminder {number}"), reminder.interest),
    )
    # Damages for late payment are outside the scope of tax: a rate of 0, said and not looked up.
    lines = [
        InvoiceLineDraft(
            quantity=ONE, price=amount, description=words.format(number=reminder.number), tax_rate=ZERO
        )
        for words, amount in parts
        if amount
    ]
    written = finance.write_invoice(ctx, customer=reminder.customer, currency=reminder.currency, lines=lines)
    invoice = finance.post_invoice(ctx, invoice=written)
    reminder.charged_by = invoice
    reminder.save(update_fields=["charged_by"])

    ctx.emit(
        ChargesInvoiced(
            **proposing.told_of(reminder, ()),
            invoice=str(invoice),
            total=invoice.total,
            currency=invoice.currency,
        )
    )
    return invoice
