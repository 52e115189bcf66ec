"""What campaigns have brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from loomline.domains.marketing.models import (
    ANSWERED,
    INTEREST,
    Campaign,
    CampaignMember,
    DealSource,
    Response,
)
from loomline.domains.parties.queries import organisations_by_person
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.engines.attribution.returns import Campaign as Effort
from loomline.engines.attribution.returns import return_of


@dataclass(frozen=True)
class Influence:
    """A deal and why it counts: the campaign is its source, or somebody of the customer responded."""

    deal: Opportunity
    is_source: bool
    why: CampaignMember | None


@dataclass(frozen=True)
class Reckoning:
    """What came of a campaign, in its own currency; deals in others are counted and not added up."""

    deals: int
    open_amount: Decimal
    won: int
    won_amount: Decimal
    elsewhere: int
    returned: Decimal | None


def counted(*, campaigns: Sequence[Campaign]) -> dict[int, dict[str, int]]:
    """Members, reached and answered, by campaign. Costs one statement."""
    rows = (
        CampaignMember.objects.filter(campaign__in=campaigns)
        .order_by()
        .values("campaign")
        .annotate(
            members=Count("pk"),
            reached=Count("pk", filter=~Q(response=Response.PLANNED)),
            answered=Count("pk", filter=Q(response__in=ANSWERED)),
            interested=Count("pk", filter=Q(response__in=INTEREST)),
        )
    )
    return {row.pop("campaign"): row for row in rows}


def influenced(*, campaign: Campaign, deals: QuerySet[Opportunity]) -> list[Influence]:
    """The deals among these that the campaign is the source of, or had a part in. Three statements.

    A deal is influenced when its contact or its customer, the organisation of a person included, showed
    interest before it was closed, or when it is what an interested lead became.
    """
    members = list(
        CampaignMember.objects.filter(campaign=campaign, response__in=INTEREST)
        .select_related("party", "lead")
        .order_by("responded_at", "pk")
    )
    people = [one.party_id for one in members if one.party_id]
    above = organisations_by_person(people=people)
    by_party: dict[int, CampaignMember] = {}
    for one in members:
        for pk in (one.party_id, *above.get(one.party_id or 0, ())):
            if pk:
                by_party.setdefault(pk, one)
    by_deal = {one.lead.opportunity_id: one for one in members if one.lead is not None}
    keys = [pk for pk in by_deal if pk]
    origin = set(DealSource.objects.filter(campaign=campaign).values_list("opportunity", flat=True))
    touched = Q(party__in=by_party) | Q(contact__in=by_party)
    if members:
        touched &= Q(closed_at__isnull=True) | Q(closed_at__gte=members[0].responded_at)
    rows = deals.filter(Q(pk__in=origin) | touched | Q(pk__in=keys)).select_related("party", "stage")
    found = []
    for deal in rows.order_by("-pk"):
        why = by_deal.get(deal.pk) or by_party.get(deal.contact_id or 0) or by_party.get(deal.party_id)
        if deal.pk in origin or (why is not None and _before(why, deal)):
            found.append(Influence(deal, deal.pk in origin, why))
    return found


def reckoned(*, campaign: Campaign, found: Sequence[Influence]) -> Reckoning:
    """The sums over influenced deals, and the return on what was spent (won less cost, by cost)."""
    own = [one.deal for one in found if one.deal.currency == campaign.currency]
    won = [deal for deal in own if deal.state == OpportunityState.WON]
    won_amount = sum((deal.amount for deal in won), Decimal(0))
    effort = Effort(campaign.name, margin=won_amount, cost=Decimal(campaign.cost))
    return Reckoning(
        deals=len(found),
        open_amount=sum((d.amount for d in own if d.state == OpportunityState.OPEN), Decimal(0)),
        won=len(won),
        won_amount=won_amount,
        elsewhere=len(found) - len(own),
        returned=return_of(effort).roi,
    )


def _before(member: CampaignMember, deal: Opportunity) -> bool:
    return deal.closed_at is None or member.responded_at is None or member.responded_at <= deal.closed_at
