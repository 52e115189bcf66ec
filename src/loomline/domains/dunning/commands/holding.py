"""A customer at a level of the policy gets nothing more on credit: the limit that sales checks is 0."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import queries
from loomline.domains.dunning.events import CreditHeld, CreditHoldLifted
from loomline.domains.dunning.models import CreditHold, Reminder
from loomline.domains.finance.models import Invoice
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries as people
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class NotOnHold(Refused):
    """Only what is held can be let go."""

    says = _("{customer} is not on credit hold any more.")


class LiftedForNothing(Refused):
    """Whoever grants credit again says why."""

    says = _("Say why {customer} gets goods on credit again.")


@command(label=_("Lift hold"), icon="lock-open")
def lift_hold(ctx: Ctx, *, hold: CreditHold, reason: str) -> CreditHold:
    """Give a customer the credit limit of before, although invoices of the level are still open."""
    hold = lock(hold)

    if hold.lifted_on is not None:
        raise NotOnHold(customer=hold.customer)
    if not reason.strip():
        raise LiftedForNothing(customer=hold.customer, at_field="reason")

    _lift(ctx, hold, reason.strip()[:200])
    return hold


def hold(ctx: Ctx, reminder: Reminder) -> None:
    """Set the limit to 0 and remember what it was; who is on hold already stays so."""
    lock(reminder.customer)
    if queries.open_hold(customer_id=reminder.customer_id) is not None:
        return
    terms = people.customer_terms(party=reminder.customer)
    made: CreditHold = CreditHold.objects.create(
        customer=reminder.customer,
        reminder=reminder,
        level=reminder.level,
        since=ctx.today,
        limit_before=terms.credit_limit,
        currency=terms.currency,
    )
    _set_limit(ctx, reminder.customer, ZERO)

    ctx.emit(
        CreditHeld(
            hold_id=made.pk,
            customer_id=reminder.customer_id,
            reminder=reminder.number,
            level=reminder.level,
        )
    )


def lift_settled(ctx: Ctx, *, invoice_ids: Collection[int]) -> None:
    """Lift the holds of customers who owe nothing more on invoices of the level that they are held for."""
    customers = Invoice.objects.filter(pk__in=invoice_ids).values("customer")
    for one in lock_all(CreditHold.objects.filter(customer__in=customers, lifted_on__isnull=True)):
        if not queries.sent_since(customer_id=one.customer_id, level=one.level).exists():
            _lift(ctx, one, _t("Everything of level {level} is settled.").format(level=one.level))


def _lift(ctx: Ctx, one: CreditHold, reason: str) -> None:
    one.lifted_on, one.reason = ctx.today, reason
    one.save(update_fields=["lifted_on", "reason"])
    # A limit that somebody agreed on meanwhile stays.
    if people.customer_terms(party=one.customer).credit_limit == ZERO:
        _set_limit(ctx, one.customer, one.limit_before)

    ctx.emit(CreditHoldLifted(hold_id=one.pk, customer_id=one.customer_id, reason=reason))


def _set_limit(ctx: Ctx, customer: Party, limit: Decimal | None) -> None:
    terms = people.customer_terms(party=customer)
    parties.set_customer_terms(
        ctx,
        party=customer,
        payment_days=terms.payment_days,
        credit_limit=limit,
        currency=terms.currency,
    )
