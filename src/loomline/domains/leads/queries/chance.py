"""What can be learned from decided deals, and what was learned."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from loomline.domains.leads.models import WinChance, WinModel
from loomline.domains.pipeline.models import Opportunity, OpportunityState, StageChange
from loomline.kernel.audit import Change
from loomline.kernel.event import EventAbout

LEAST = 50
MOST = 20_000
ACTIVE = timedelta(days=30)
DECIDED = (OpportunityState.WON, OpportunityState.LOST)
ENDINGS = ("pipeline.OpportunityWon", "pipeline.OpportunityLost", "pipeline.OpportunityFollowed")


@dataclass(frozen=True)
class Case:
    """One deal as it was at a moment: halfway to its end when it is decided, now when it is open."""

    pk: int
    outcome: str
    at: datetime
    traits: Mapping[str, str]


@dataclass(frozen=True)
class _Past:
    """What happened to deals, by their keys, each list in the order of time."""

    steps: Mapping[int, list[tuple[datetime, str, Decimal]]]
    news: Mapping[int, list[datetime]]
    slips: Mapping[int, list[datetime]]
    wins: Mapping[int, list[datetime]]


def enough(*, least: int = LEAST) -> tuple[int, int, bool]:
    """How many deals are won and lost, and whether that is enough of each to learn from."""
    won, lost = (Opportunity.objects.filter(state=state).count() for state in DECIDED)
    return won, lost, min(won, lost) >= least


def cases(*, now: datetime) -> list[Case]:
    """The newest decided deals, halfway through their lives, and all open ones as they are.

    Halfway, because a deal that is won stands in its last stage, has its last amount and the most
    activity on that very day: whoever learned from that could say nothing of a deal that is open.
    """
    decided = list(
        Opportunity.objects.filter(state__in=DECIDED, closed_at__isnull=False)
        .select_related("stage", "pipeline")
        .order_by("-closed_at")[:MOST]
    )
    still = list(
        Opportunity.objects.filter(state=OpportunityState.OPEN).select_related("stage", "pipeline")[:MOST]
    )
    past = _past([*decided, *still])
    found = [
        _case(deal, str(deal.state), deal.opened_at + (deal.closed_at - deal.opened_at) / 2, past)
        for deal in decided
    ]
    return found + [_case(deal, "", now, past) for deal in still]


def newest_model() -> WinModel | None:
    """What was learned last, or why nothing was."""
    return WinModel.objects.order_by("-pk").first()


def chances_of(*, opportunity_ids: Iterable[int]) -> dict[int, WinChance]:
    """The chances of deals by key."""
    rows = WinChance.objects.filter(opportunity__in=set(opportunity_ids)).select_related("model")
    return {row.opportunity_id: row for row in rows}


def _past(deals: Sequence[Opportunity]) -> _Past:
    keys = [deal.pk for deal in deals]
    steps: dict[int, list[tuple[datetime, str, Decimal]]] = defaultdict(list)
    rows = StageChange.objects.filter(opportunity__in=keys).order_by("pk")
    for pk, at, name, amount in rows.values_list("opportunity_id", "at", "to_stage__name", "amount"):
        steps[pk].append((at, name, amount))
    news: dict[int, list[datetime]] = defaultdict(list)
    told = EventAbout.objects.filter(kind="pipeline.opportunity", object_id__in=keys)
    told = told.exclude(event__name__in=ENDINGS).order_by("event_id")
    for pk, at in told.values_list("object_id", "event__at"):
        news[pk].append(at)
    moved: dict[int, list[datetime]] = defaultdict(list)
    table = Opportunity._meta.db_table
    changed = Change.objects.filter(
        kind=table, object_id__in=keys, operation="U", new__has_key="closes_on"
    ).order_by("pk")
    for pk, at, old, new in changed.values_list("object_id", "at", "old__closes_on", "new__closes_on"):
        if old and new and new > old:
            moved[pk].append(at)
    wins: dict[int, list[datetime]] = defaultdict(list)
    won = Opportunity.objects.filter(
        state=OpportunityState.WON, party__in={deal.party_id for deal in deals}, closed_at__isnull=False
    ).order_by("closed_at")
    for party, at in won.values_list("party_id", "closed_at"):
        wins[party].append(at)
    return _Past(steps, news, moved, wins)


def _case(deal: Opportunity, outcome: str, at: datetime, past: _Past) -> Case:
    gone = [step for step in past.steps.get(deal.pk, ()) if step[0] <= at]
    _moment, stage, amount = gone[-1] if gone else (at, deal.stage.name, deal.amount)
    news = past.news.get(deal.pk, [])
    lately = bisect_left(news, at) - bisect_left(news, at - ACTIVE)
    wins = bisect_left(past.wins.get(deal.party_id, []), at)
    return Case(
        pk=deal.pk,
        outcome=outcome,
        at=at,
        traits={
            "Stage": stage,
            "Pipeline": deal.pipeline.name,
            "Source": deal.source or "unknown",
            "Customer": "known" if wins else "new",
            "Age in days": str((at - deal.opened_at).days),
            "Events in 30 days": str(lately),
            "Amount": f"{amount:.2f}",
            "Slips": str(bisect_left(past.slips.get(deal.pk, []), at)),
        },
    )
