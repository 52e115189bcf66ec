"""Taking a posted credit note back: we owe the supplier again what it had taken off."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import queries
from loomline.domains.payables.commands.applying import PaidMeanwhile, take_back_credit
from loomline.domains.payables.commands.telling import about_credit
from loomline.domains.payables.events import SupplierCreditReversed
from loomline.domains.payables.models import SupplierCredit, SupplierInvoice, SupplierInvoiceState
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class CreditReversedForNothing(Refused):
    """Who checks the books asks why."""

    says = _("Say why credit note {number} is reversed.")


class CreditNotPosted(Refused):
    """Only what stands in the books is taken back."""

    says = _("Credit note {number} is {state}. Only one that is posted is reversed; reject this one instead.")


class LaterCredit(Refused):
    """What came later stands on what came before."""

    says = _("{later} was posted later for the same goods. Reverse that one before {number}.")


class UsedMeanwhile(Refused):
    """Somebody else has used it at the same moment."""

    says = _("Credit note {number} was used for another invoice just now. Look at it again, then reverse it.")
    status = 409


class BilledAgain(Refused):
    """A received quantity is billed once."""

    says = _(
        "{item} of {receipt}: without credit note {number}, {quantity} {unit} more are billed than were"
        " taken. Credit or reject the later invoice first."
    )


@command(move="reverse", label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_supplier_credit(ctx: Ctx, *, credit: SupplierCredit, reason: str) -> SupplierCredit:
    """Take back a credit note posted by mistake: what it had settled is owed again.

    The day it was booked on stays as it is; the opposite is posted today.
    """
    settled = SupplierInvoice.objects.filter(pk__in=credit.applications.values("invoice"))
    invoices: dict[int, SupplierInvoice] = {one.pk: one for one in lock_all(settled)}
    credit = lock(credit)
    _refuse_standing(credit, reason.strip())

    sums = credit.applications.order_by().values_list("invoice").annotate(n=Sum("amount"))
    used = sorted(pk for pk, amount in sums if amount)
    if not invoices.keys() >= set(used):
        raise UsedMeanwhile(number=credit)
    for pk in used:
        if invoices[pk].state == SupplierInvoiceState.PAID:
            raise PaidMeanwhile(number=invoices[pk])

    for pk in used:
        credit = take_back_credit(ctx, credit=credit, invoice=invoices[pk])
    advance(credit, "reverse", reversed_reason=reason.strip()[:200])

    about = credit.lines.filter(invoice_line__isnull=False).values_list("invoice_line__invoice", flat=True)
    ctx.emit(SupplierCreditReversed(**about_credit(credit, about), reason=credit.reversed_reason))
    return credit


def _refuse_standing(credit: SupplierCredit, reason: str) -> None:
    if not reason:
        raise CreditReversedForNothing(number=credit, at_field="reason")
    if credit.posted_at is None or credit.state in queries.VOID:
        raise CreditNotPosted(number=credit, state=credit.state.label.lower())
    if (later := queries.later_credits(credit=credit).first()) is not None:
        raise LaterCredit(later=later, number=credit)
    again = queries.allocations_of_credit(credit=credit).filter(is_returned=False)
    parts: dict[int, Decimal] = defaultdict(Decimal)
    for one in again:
        parts[one.billed.receipt_line_id] += one.quantity
    rows = lock_all(ReceiptLine.objects.filter(pk__in=parts).select_related("item__unit", "receipt"))
    billed = queries.allocated(receipt_line_ids=parts)
    for row in rows:
        over = billed[row.pk] + parts[row.pk] - row.accepted
        if over > 0:
            raise BilledAgain(
                quantity=plain(over), unit=row.item.unit, item=row.item, receipt=row.receipt, number=credit
            )
