"""What is to be done next, and whose a deal is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.pipeline.commands.opportunities import OpportunitySettled, about_deal
from loomline.domains.pipeline.events import NextStepPlanned, NextStepSnoozed
from loomline.domains.pipeline.models import CreditShare, Opportunity, OpportunityState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

WHOLE = Decimal(100)
OPEN = (OpportunityState.OPEN,)


class StepEmpty(Refused):
    """A step is something that somebody does."""

    says = _("Write down what is to be done.")


class StepInThePast(Refused):
    """What is planned lies ahead."""

    says = _("The next step would have been due on {day}. Choose today or a later day.")


class NothingToSnooze(Refused):
    """Only a planned step can be put off."""

    says = _("Opportunity {number} has no next step to put off. Plan one.")


class SharesIncomplete(Refused):
    """Credit is given out whole."""

    says = _("The shares add up to {sum} %. They must add up to 100 %, or there must be none.")


class CreditedTwice(Refused):
    """One person has one share."""

    says = _("{person} stands in the split twice. Add the two shares up in one line.")


@dataclass(frozen=True, kw_only=True)
class CreditDraft:
    """One person's share, in percent."""

    person: User
    share: Decimal
    part: str = ""


@command(label=_("Plan next step"), icon="calendar-event", undo=True, states=OPEN)
def plan_next_step(ctx: Ctx, *, opportunity: Opportunity, next_step: str, next_step_on: date) -> Opportunity:
    """Say what is to be done next and by when, so that the deal does not lie still."""
    opportunity = lock(opportunity)

    _refuse_settled(opportunity)
    if not next_step.strip():
        raise StepEmpty(at_field="next_step")
    if next_step_on < ctx.today:
        raise StepInThePast(day=next_step_on, at_field="next_step_on")

    opportunity.next_step, opportunity.next_step_on = next_step.strip(), next_step_on
    opportunity.snoozes = 0
    opportunity.save(update_fields=["next_step", "next_step_on", "snoozes"])

    ctx.emit(NextStepPlanned(**about_deal(opportunity), step=opportunity.next_step, on=next_step_on))
    return opportunity


@command(label=_("Snooze"), icon="clock", undo=True, states=OPEN)
def snooze_next_steps(ctx: Ctx, *, opportunities: list[Opportunity], days: int = 7) -> list[Opportunity]:
    """Put next steps off by some days from today or from their day, whichever is later; it is counted."""
    opportunities = lock_all(opportunities)

    was: dict[int, date] = {}
    for opportunity in opportunities:
        _refuse_settled(opportunity)
        if not opportunity.next_step or opportunity.next_step_on is None:
            raise NothingToSnooze(number=opportunity.number)
        was[opportunity.pk] = opportunity.next_step_on

    put_off = timedelta(days=max(days, 1))
    later = {pk: max(day, ctx.today) + put_off for pk, day in was.items()}
    for opportunity in opportunities:
        opportunity.next_step_on = later[opportunity.pk]
    Opportunity.objects.bulk_update(opportunities, ["next_step_on"])
    Opportunity.objects.filter(pk__in=was).update(snoozes=F("snoozes") + 1)

    for opportunity in opportunities:
        pk = opportunity.pk
        ctx.emit(NextStepSnoozed(**about_deal(opportunity), was=was[pk], on=later[pk]))
    return opportunities


@command(label=_("Split credit"), icon="users", undo=True)
def split_credit(ctx: Ctx, *, opportunity: Opportunity, shares: Sequence[CreditDraft]) -> Opportunity:
    """Say whose deal it is and how much of it; the shares add up to 100 %, and none means the owner's."""
    opportunity = lock(opportunity)

    total = sum((draft.share for draft in shares), Decimal(0))
    if shares and total != WHOLE:
        raise SharesIncomplete(sum=f"{total.normalize():f}", at_field="shares")
    people = [draft.person for draft in shares]
    doubled = next((person for person in people if people.count(person) > 1), None)
    if doubled is not None:
        raise CreditedTwice(person=doubled, at_field="shares")

    CreditShare.objects.filter(opportunity=opportunity).delete()
    CreditShare.objects.bulk_create(
        CreditShare(opportunity=opportunity, person=draft.person, share=draft.share, part=draft.part)
        for draft in shares
    )
    return opportunity


def _refuse_settled(opportunity: Opportunity) -> None:
    if opportunity.state != OpportunityState.OPEN:
        raise OpportunitySettled(number=opportunity.number, state=opportunity.state.label.lower())
