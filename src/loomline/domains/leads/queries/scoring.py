"""Scores from records and events: what a model says, of whom, and what a change of it would move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from loomline.domains.leads.models import (
    FirstTouch,
    RuleKind,
    Score,
    ScoreBand,
    ScoreModel,
    ScoreRule,
    Subject,
)
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity, OpportunityState
from loomline.domains.pipeline.queries.leads import PUBLIC_MAIL
from loomline.engines.scoring import points
from loomline.kernel.event import EventAbout, sentence

MODELS: Mapping[str, type[Any]] = {
    Subject.LEAD: Lead,
    Subject.PARTY: Party,
    Subject.OPPORTUNITY: Opportunity,
}
Facts = dict[str, object]
NUMERIC = ("at least", "at most")


@dataclass(frozen=True)
class Reckoned:
    """What a model says of one record, and the bands it is in now."""

    pk: int
    score: points.Score
    bands: tuple[str, ...]


def as_engine(model: ScoreModel, rules: Iterable[ScoreRule]) -> points.Model:
    """A model as the engine takes it; rules that are switched off stay out."""
    return points.Model(
        model.name,
        tuple(_rule(rule) for rule in rules if rule.is_active),
        least=Decimal(model.least),
        most=Decimal(model.most),
    )


def _rule(rule: ScoreRule) -> points.Rule:
    return points.Rule(
        rule.name,
        points.Kind(rule.kind),
        Decimal(rule.points),
        event=rule.event,
        conditions=(_condition(rule),) if rule.fact else (),
        half_life=_days(rule.half_life_days),
        expires=_days(rule.expires_days),
        cap=None if rule.cap is None else Decimal(f"{rule.cap.normalize():f}"),
        first=rule.first,
    )


def _days(count: int | None) -> timedelta | None:
    return timedelta(days=count) if count else None


def _condition(rule: ScoreRule) -> points.Condition:
    value: object = rule.value.strip().lower()
    if rule.test == "is known":
        value = True
    elif rule.test in NUMERIC:
        value = Decimal(rule.value)
    elif rule.test == "among":
        value = tuple(word.strip().lower() for word in rule.value.split(","))
    return points.Condition(rule.fact, rule.test, value)


def reckoned(
    model: ScoreModel, engine: points.Model, *, keys: Sequence[int], now: datetime
) -> list[Reckoned]:
    """What a model says of these records. Four statements however many there are."""
    profiles = _profiles(model.subject, keys)
    events = _events(model.subject, engine, keys, now)
    was_in = {
        row[0]: set(row[1])
        for row in Score.objects.filter(model=model, **{f"{model.subject}__in": keys}).values_list(
            f"{model.subject}_id", "bands"
        )
    }
    bands = [points.Band(b.name, b.enter, b.leave) for b in ScoreBand.objects.filter(model=model)]
    found = []
    for pk in keys:
        if pk not in profiles:
            continue
        score = points.score(engine, profiles[pk], events[pk], now=now)
        before = was_in.get(pk, set())
        held = tuple(b.name for b in bands if b.holds(score.total, was_in=b.name in before))
        found.append(Reckoned(pk, score, held))
    return found


def to_score(model: ScoreModel, *, most: int | None = None) -> list[int]:
    """Whom a model scores: open leads, open deals, and parties that we have dealt with; newest first."""
    if model.subject == Subject.LEAD:
        rows: Any = Lead.objects.exclude(state__in=(LeadState.QUALIFIED, LeadState.DISQUALIFIED))
    elif model.subject == Subject.OPPORTUNITY:
        rows = Opportunity.objects.filter(state=OpportunityState.OPEN)
    else:
        names = [rule.event for rule in model.rules.all() if rule.event]
        told = EventAbout.objects.filter(kind="parties.party", event__name__in=names).values("object_id")
        rows = Party.objects.filter(Q(pk__in=told) | Q(is_prospect=True), is_active=True)
    keys = rows.order_by("-pk").values_list("pk", flat=True)
    return list(keys if most is None else keys[:most])


def stirred(model: ScoreModel, *, since: datetime) -> list[int]:
    """Those about whom something that counts was told since a moment."""
    names = [rule.event for rule in model.rules.all() if rule.event]
    kind = MODELS[model.subject]._meta.label_lower
    rows = EventAbout.objects.filter(kind=kind, event__name__in=names, event__at__gte=since)
    return list(rows.order_by("object_id").values_list("object_id", flat=True).distinct())


def changed_model(
    model: ScoreModel, changes: Mapping[int, Mapping[str, Any]]
) -> tuple[points.Model, points.Model]:
    """A model as it is, and as it would be with other points, half-lives and caps of some rules."""
    rules = list(model.rules.all())
    after = []
    for rule in rules:
        copy = ScoreRule(**{f.attname: getattr(rule, f.attname) for f in rule._meta.concrete_fields})
        for name, value in changes.get(rule.pk, {}).items():
            setattr(copy, name, value)
        after.append(copy)
    return as_engine(model, rules), as_engine(model, after)


def moves(
    model: ScoreModel, before: points.Model, after: points.Model, *, now: datetime, most: int = 2000
) -> tuple[list[tuple[Any, points.Move]], int]:
    """The records whose score a change moves, bands first, with how many were looked at."""
    keys = to_score(model, most=most)
    profiles = _profiles(model.subject, keys)
    events = _events(model.subject, after, keys, now, also=before)
    bands = [points.Band(b.name, b.enter, b.leave) for b in ScoreBand.objects.filter(model=model)]
    found = []
    for pk in profiles:
        old = points.score(before, profiles[pk], events[pk], now=now).total
        new = points.score(after, profiles[pk], events[pk], now=now).total
        if old != new:
            held = [tuple(b.name for b in bands if b.holds(t, was_in=False)) for t in (old, new)]
            found.append(points.Move(str(pk), old, new, held[0], held[1]))
    found.sort(key=lambda m: (m.bands_before == m.bands_after, -abs(m.after - m.before), int(m.lead)))
    shown = found[:100]
    records = MODELS[model.subject]._default_manager.in_bulk([int(move.lead) for move in shown])
    return [(records[int(move.lead)], move) for move in shown], len(profiles)


def scores_of(*, subject: str, pk: int) -> list[tuple[Score, list[ScoreBand]]]:
    """What the active models say of a record, each with the bands it is in."""
    rows = Score.objects.filter(**{subject: pk}, model__is_active=True).select_related("model")
    found = []
    for score in rows.prefetch_related("model__bands").order_by("model__name"):
        found.append((score, [b for b in score.model.bands.all() if b.name in score.bands]))
    return found


def _profiles(subject: str, keys: Sequence[int]) -> dict[int, Facts]:
    rows = MODELS[subject]._default_manager.filter(pk__in=keys)
    if subject == Subject.LEAD:
        touches = {touch.lead_id: touch for touch in FirstTouch.objects.filter(lead__in=keys)}
        return {lead.pk: _words(_of_lead(lead, touches.get(lead.pk))) for lead in rows}
    if subject == Subject.OPPORTUNITY:
        joined = rows.select_related("stage", "party")
        return {deal.pk: _words(_of_deal(deal)) for deal in joined}
    return {party.pk: _words(_of_party(party)) for party in rows}


def _of_lead(lead: Lead, touch: FirstTouch | None) -> Facts:
    domain = lead.email.rpartition("@")[2]
    return {
        "source": lead.source,
        "medium": touch.medium if touch else "",
        "campaign": touch.campaign if touch else "",
        "country": lead.country,
        "company": lead.company,
        "job_title": lead.job_title,
        "mail_domain": domain,
        "public_mail": "yes" if domain in PUBLIC_MAIL else "no" if domain else "",
        "phone": lead.phone,
        "interest": lead.interest,
    }


def _of_party(party: Party) -> Facts:
    domain = party.email.rpartition("@")[2]
    return {
        "company": "" if party.is_person else party.name,
        "mail_domain": domain,
        "public_mail": "yes" if domain in PUBLIC_MAIL else "no" if domain else "",
        "phone": party.phone,
        "kind": party.kind,
        "roles": " ".join(
            role for role in ("customer", "prospect", "partner") if getattr(party, f"is_{role}")
        ),
    }


def _of_deal(deal: Opportunity) -> Facts:
    return {
        **_of_party(deal.party),
        "source": deal.source,
        "stage": deal.stage.name,
        "amount": deal.amount,
        "competitor": deal.competitor,
    }


def _words(facts: Facts) -> Facts:
    """Words are compared in small letters."""
    return {name: value.lower() if isinstance(value, str) else value for name, value in facts.items()}


def _events(
    subject: str,
    engine: points.Model,
    keys: Sequence[int],
    now: datetime,
    *,
    also: points.Model | None = None,
) -> dict[int, list[points.Event]]:
    """What counts of what was told about these records, with the sentence as evidence."""
    rules = [*engine.rules, *(also.rules if also is not None else ())]
    names = {rule.event for rule in rules if rule.kind is points.Kind.BEHAVIOUR}
    found: dict[int, list[points.Event]] = defaultdict(list)
    if not names:
        return found
    kind = MODELS[subject]._meta.label_lower
    rows = EventAbout.objects.filter(kind=kind, object_id__in=keys, event__name__in=names, event__at__lte=now)
    for pk, name, at, payload in rows.order_by("event_id").values_list(
        "object_id", "event__name", "event__at", "event__payload"
    ):
        facts = _words({k: v for k, v in payload.items() if isinstance(v, (str, int, bool))})
        found[pk].append(points.Event(name, at, sentence(name, payload)[:300], facts))
    return found


def line_evidence(line: points.Line, rules: Mapping[str, ScoreRule]) -> str:
    """What a line of an explanation stands on, in words."""
    if line.because:
        return line.because
    rule = rules.get(line.rule)
    if rule is not None and rule.kind == RuleKind.FIT:
        if not rule.fact:
            return _t("always")
        value = "" if rule.test == "is known" else f" {rule.value}"
        return f"{rule.get_fact_display()} {rule.get_test_display()}{value}"[:300]
    return line.evidence[:300]
