"""Handing leads out by the rules."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from loomline.domains.leads import queries
from loomline.domains.leads.models import AssignmentRule
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused


class NoRules(Refused):
    """Somebody must have said who gets what."""

    says = _("There is no active assignment rule yet. Add one under Assignment rules.")


class NobodyFits(Refused):
    """Everybody is busy, or nobody is asked for these."""

    says = _("No rule finds anybody for these leads: look at its conditions, capacities and skills.")


@command(label=_("Assign by rules"), icon="route", undo=True)
def assign_by_rules(ctx: Ctx, *, leads: list[Lead]) -> list[Lead]:
    """Give leads to whom the assignment rules choose; those for whom nobody is found stay as they are."""
    # One at a time looks at the turns and capacities, so that two calls do not fill the same place.
    rules = lock_all(AssignmentRule.objects.filter(is_active=True))
    leads = lock_all(leads)

    if not rules:
        raise NoRules
    given = [one for one in queries.chosen(leads=leads) if one.person is not None]
    if not given:
        raise NobodyFits

    by_target = defaultdict(list)
    for one in given:
        by_target[one.person, one.rule].append(one.lead)
    for (person, rule), theirs in by_target.items():
        assert person is not None
        assert rule is not None
        if rule.team is not None:
            Lead.objects.filter(pk__in=[lead.pk for lead in theirs]).update(team=rule.team)
        pipeline.assign_leads_by_rule(ctx, leads=theirs, owner=person, rule=rule.name)
    for rule in rules:
        last = next((one.person for one in reversed(given) if one.rule == rule), None)
        if last is not None:
            AssignmentRule.objects.filter(pk=rule.pk).update(last_person=last)
    return [one.lead for one in given]
