"""Who gets which leads by the rules, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from loomline.domains.accounts.models import User
from loomline.domains.leads import ports
from loomline.domains.leads.models import (
    AssignmentMember,
    AssignmentRule,
    FirstTouch,
    How,
    LeadFact,
    ResponseTarget,
    Score,
)
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import Lead, LeadState
from loomline.kernel.context import Ctx

SKILL_FACTS = (LeadFact.INTEREST, LeadFact.COUNTRY, LeadFact.COMPANY, LeadFact.JOB_TITLE, LeadFact.SOURCE)


@dataclass(frozen=True)
class Given:
    """A lead, who would get it by which rule; nobody when no rule finds anybody."""

    lead: Lead
    rule: AssignmentRule | None
    person: User | None


@dataclass
class _Desk:
    """The rules with those who take part, and how much everybody has, as leads are handed out one by one."""

    rules: list[AssignmentRule]
    takers: dict[int, list[AssignmentMember]]
    load: dict[int, int]
    workers: Mapping[int, frozenset[int]]
    served: dict[int, int | None] = field(default_factory=dict)


def chosen(*, leads: Sequence[Lead]) -> list[Given]:
    """Who gets each of these leads by the active rules, as if they came in one after the other.

    A handful of statements however many leads there are; nothing is written.
    """
    facts = _facts(leads)
    desk = _desk(facts)
    return [_given(desk, lead, facts[lead.pk]) for lead in leads]


def preview(ctx: Ctx, *, rows: QuerySet[Lead], most: int = 50) -> list[Given]:
    """Who would get the newest open leads if they came in now."""
    waiting = rows.filter(state__in=(LeadState.NEW, LeadState.WORKING)).order_by("-pk")
    return chosen(leads=list(waiting.select_related("owner")[:most]))


def target_of(*, lead: Lead) -> ResponseTarget | None:
    """The response target that counts for a lead."""
    found = ResponseTarget.objects.filter(is_active=True, source__in=("", lead.source))
    return found.order_by("position", "pk").first()


# The minutes of the target that counts for each lead of a statement; nothing without one.
TARGET_MINUTES = Subquery(
    ResponseTarget.objects.filter(Q(source="") | Q(source=OuterRef("source")), is_active=True)
    .order_by("position", "pk")
    .values("minutes")[:1]
)


def kept_share(ctx: Ctx, *, targets: Sequence[ResponseTarget], days: int = 30) -> dict[int, str]:
    """How many of the leads of some days were answered in time, by the target: "8 of 10"."""
    rows = Lead.objects.filter(captured_at__gte=ctx.now - timedelta(days=days))
    leads = list(rows.values_list("source", "captured_at", "worked_at"))
    order = sorted(targets, key=lambda target: (target.position, target.pk))
    counts = {target.pk: [0, 0] for target in targets}
    for source, captured, worked in leads:
        target = next((t for t in order if t.is_active and t.source in ("", source)), None)
        if target is None:
            continue
        in_time = worked is not None and worked - captured <= timedelta(minutes=target.minutes)
        if in_time or ctx.now - captured > timedelta(minutes=target.minutes):
            counts[target.pk][0] += in_time
            counts[target.pk][1] += 1
    return {pk: f"{kept} / {all_}" for pk, (kept, all_) in counts.items() if all_}


def _facts(leads: Sequence[Lead]) -> dict[int, dict[str, Any]]:
    keys = [lead.pk for lead in leads]
    touches = {touch.lead_id: touch for touch in FirstTouch.objects.filter(lead__in=keys)}
    totals = dict(Score.objects.filter(lead__in=keys).order_by("total").values_list("lead_id", "total"))
    territories = ports.territories_of_leads(leads=leads)
    return {
        lead.pk: {
            LeadFact.SOURCE: lead.source,
            LeadFact.SOURCE_DETAIL: lead.source_detail,
            LeadFact.COUNTRY: lead.country,
            LeadFact.COMPANY: lead.company,
            LeadFact.JOB_TITLE: lead.job_title,
            LeadFact.MAIL_DOMAIN: lead.email.rpartition("@")[2],
            LeadFact.INTEREST: lead.interest,
            LeadFact.MEDIUM: getattr(touches.get(lead.pk), "medium", ""),
            LeadFact.CAMPAIGN: getattr(touches.get(lead.pk), "campaign", ""),
            LeadFact.TERRITORY: territories.get(lead.pk, (0, ""))[1],
            LeadFact.SCORE: totals.get(lead.pk),
            "territory_id": territories.get(lead.pk, (0, ""))[0],
        }
        for lead in leads
    }


def _desk(facts: Mapping[int, Mapping[str, Any]]) -> _Desk:
    members = AssignmentMember.objects.filter(person__is_active=True).select_related("person").order_by("pk")
    rules = list(
        AssignmentRule.objects.filter(is_active=True)
        .select_related("team")
        .prefetch_related("tests", Prefetch("members", queryset=members), "team__members")
        .order_by("position", "pk")
    )
    takers = {rule.pk: list(rule.members.all()) or _of_team(rule) for rule in rules}
    people = {taker.person_id for found in takers.values() for taker in found}
    workers = ports.people_of_territories(territories={f["territory_id"] for f in facts.values()} - {0})
    served = {rule.pk: rule.last_person_id for rule in rules}
    return _Desk(rules, takers, pipeline.open_lead_load(user_ids=people), workers, served)


def _of_team(rule: AssignmentRule) -> list[AssignmentMember]:
    """A rule that names nobody takes the active members of its team."""
    people = [person for person in rule.team.members.all() if person.is_active] if rule.team else []
    return [AssignmentMember(rule=rule, person=p) for p in sorted(people, key=lambda p: p.pk)]


def _given(desk: _Desk, lead: Lead, facts: Mapping[str, Any]) -> Given:
    for rule in desk.rules:
        if not all(pipeline.holds(t.test, facts[t.fact], t.value) for t in rule.tests.all()):
            continue
        able = [taker for taker in desk.takers[rule.pk] if _is_able(desk, rule, taker, facts)]
        if not able:
            continue
        taker = _next(desk, rule, able)
        desk.load[taker.person_id] += 1
        desk.served[rule.pk] = taker.person_id
        return Given(lead, rule, taker.person)
    return Given(lead, None, None)


def _is_able(desk: _Desk, rule: AssignmentRule, taker: AssignmentMember, facts: Mapping[str, Any]) -> bool:
    if taker.capacity is not None and desk.load[taker.person_id] >= taker.capacity:
        return False
    if rule.how == How.TERRITORY and taker.person_id not in desk.workers.get(
        facts["territory_id"], frozenset()
    ):
        return False
    words = " ".join(str(facts[fact] or "") for fact in SKILL_FACTS).lower()
    return not rule.needs_skill or any(str(skill).lower() in words for skill in taker.skills if skill)


def _next(desk: _Desk, rule: AssignmentRule, able: Sequence[AssignmentMember]) -> AssignmentMember:
    if rule.how != How.ROUND_ROBIN:
        return min(able, key=lambda taker: (desk.load[taker.person_id], taker.person_id))
    order = [taker.person_id for taker in desk.takers[rule.pk]]
    last = desk.served[rule.pk]
    after = order.index(last) + 1 if last in order else 0
    turn = {person: (place - after) % len(order) for place, person in enumerate(order)}
    return min(able, key=lambda taker: turn[taker.person_id])
