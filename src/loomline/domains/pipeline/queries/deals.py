"""Opportunities to look at: stalled, without a next step, slipping, known by one person only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.db.models import (
    Count,
    DateTimeField,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
)

from loomline.domains.pipeline.models import (
    CreditShare,
    Opportunity,
    OpportunityState,
    OutcomeReason,
    Stage,
)
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout


def open_opportunities() -> QuerySet[Opportunity]:
    """Every sale that may still happen, the oldest first."""
    return Opportunity.objects.filter(state=OpportunityState.OPEN).order_by("pk")


def stalled(ctx: Ctx, *, rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Open opportunities that stand in their stage longer than it allows."""
    limit = ExpressionWrapper(F("stage__max_days") * timedelta(days=1), output_field=DurationField())
    waiting = rows.filter(state=OpportunityState.OPEN, stage__max_days__isnull=False)
    return waiting.annotate(
        stalls_at=ExpressionWrapper(F("staged_at") + limit, output_field=DateTimeField())
    ).filter(stalls_at__lt=ctx.now)


def without_next_step(*, rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Open opportunities that nobody has planned anything for."""
    return rows.filter(state=OpportunityState.OPEN).filter(Q(next_step="") | Q(next_step_on__isnull=True))


def slips(*, opportunity_ids: Iterable[int]) -> dict[int, int]:
    """How often the closing date was moved later, by key; the audit remembers, so nobody has to count."""
    found: dict[int, int] = defaultdict(int)
    changes = Change.objects.filter(
        kind=Opportunity._meta.db_table,
        object_id__in=set(opportunity_ids),
        operation="U",
        new__has_key="closes_on",
    )
    for pk, old, new in changes.values_list("object_id", "old__closes_on", "new__closes_on"):
        found[pk] += bool(old and new and new > old)
    return dict(found)


def single_threaded(*, rows: QuerySet[Opportunity]) -> list[Opportunity]:
    """Open opportunities at an organisation of which we have spoken with one person at most.

    Somebody counts who is the contact, or whom an event of the opportunity is about. Two statements.
    """
    deals = list(rows.filter(state=OpportunityState.OPEN).select_related("party"))
    people = {deal.pk: {deal.contact_id} if deal.contact_id else set() for deal in deals}
    of_deals = EventAbout.objects.filter(kind="pipeline.opportunity", object_id__in=people)
    both = (
        EventAbout.objects.filter(kind="parties.party", event__subjects__in=of_deals)
        .values_list("event__subjects__object_id", "event__subjects__kind", "object_id")
        .distinct()
    )
    for deal_id, kind, party_id in both:
        if kind == "pipeline.opportunity" and deal_id in people:
            people[deal_id].add(party_id)
    return [deal for deal in deals if not deal.party.is_person and len(people[deal.pk] - {deal.party_id}) < 2]


def credited(*, rows: QuerySet[Opportunity]) -> dict[tuple[int, str], Decimal]:
    """What of these amounts is credited to whom, by person and currency; without a split, to the owner."""
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    share = ExpressionWrapper(
        F("opportunity__amount") * F("share") / Decimal(100),
        output_field=DecimalField(max_digits=28, decimal_places=8),
    )
    split = CreditShare.objects.filter(opportunity__in=rows).order_by()
    for person, currency, amount in split.values_list("person", "opportunity__currency").annotate(
        amount=Sum(share)
    ):
        found[person, currency] += amount
    whole = rows.annotate(shares=Count("credit_shares")).filter(shares=0, owner__isnull=False).order_by()
    for owner, currency, amount in whole.values_list("owner", "currency", "amount"):
        found[owner, currency] += amount
    return dict(found)


def default_stage() -> Stage | None:
    """Where a new opportunity starts: the first stage of the default pipeline."""
    return Stage.objects.order_by("-pipeline__is_default", "pipeline_id", "position").first()


def stages_of(*, pipeline_id: int) -> list[Stage]:
    """The stages of a pipeline in their order."""
    return list(Stage.objects.filter(pipeline=pipeline_id).order_by("position"))


def causes(*, outcome: str) -> QuerySet[OutcomeReason]:
    """The reasons of the list that explain an outcome."""
    return OutcomeReason.objects.filter(outcome=outcome, is_active=True)
