"""Staying in touch: how often, when last, when next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.events import TouchPlanned
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused


class TouchPast(Refused):
    """What is planned lies ahead."""

    says = _("The next touch must be today or later, not {due_on}.")


class IntervalEmpty(Refused):
    """At least one of the two says when."""

    says = _("Say every how many days to be in touch, or the day of the next touch; 0 days ends it.")


@command(label=_("Stay in touch"), icon="clock", undo=True)
def stay_in_touch(
    ctx: Ctx, *, parties: list[Party], touch_days: int | None = None, touch_due_on: date | None = None
) -> list[Party]:
    """Be reminded to speak with people every so many days, or on a day; 0 days ends the reminders."""
    parties = lock_all(parties)

    if touch_days is None and touch_due_on is None:
        raise IntervalEmpty(at_field="touch_days")
    if touch_due_on is not None and touch_due_on < ctx.today:
        raise TouchPast(due_on=touch_due_on, at_field="touch_due_on")

    for party in parties:
        party.touch_days = (touch_days or None) if touch_days is not None else party.touch_days
        party.touch_due_on = touch_due_on or _due(ctx, party)
    Party.objects.bulk_update(parties, ["touch_days", "touch_due_on"], batch_size=1000)

    for party in parties:
        ctx.emit(TouchPlanned(party_id=party.pk, due_on=party.touch_due_on, days=party.touch_days))
    return parties


@command(hidden=True)
def note_touch(ctx: Ctx, *, parties: list[Party], at: datetime) -> list[Party]:
    """Somebody spoke, met or wrote with these: the time until the next touch begins anew."""
    found = [party for party in lock_all(parties) if party.touched_at is None or party.touched_at < at]
    if not found:
        return []
    day = at.astimezone(ctx.company.zone).date()
    keys = [party.pk for party in found]
    Party.objects.filter(pk__in=keys).update(touched_at=at)
    Party.objects.filter(pk__in=keys, touch_days__isnull=True, touch_due_on__lte=day).update(
        touch_due_on=None
    )
    for party in found:
        if party.touch_days:
            Party.objects.filter(pk=party.pk).update(touch_due_on=day + timedelta(days=party.touch_days))
    return found


def _due(ctx: Ctx, party: Party) -> date | None:
    if not party.touch_days:
        return None
    since = party.touched_at.astimezone(ctx.company.zone).date() if party.touched_at else ctx.today
    return max(since + timedelta(days=party.touch_days), ctx.today)
