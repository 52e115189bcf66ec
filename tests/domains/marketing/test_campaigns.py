"""A campaign from plan to answers, the deals it had a part in, and its pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.marketing import commands as marketing
from loomline.domains.marketing import queries, resources
from loomline.domains.marketing.models import Campaign, CampaignMember, Response
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Refused

DEALS = Opportunity.objects.all()


@pytest.fixture
def fair(ctx: Ctx) -> Campaign:
    reference.load(ctx)
    made = marketing.plan_campaign(
        ctx.fresh(), name="Yarn fair", means="event", budget=Decimal(90), currency="EUR"
    )
    return marketing.start_campaign(ctx.fresh(), campaign=made)


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    return parties.open_party(ctx.fresh(), name="Nord Living", roles=["customer"], currency="EUR")


@pytest.fixture
def anna(ctx: Ctx, nord: Party) -> Party:
    return parties.open_party(ctx.fresh(), name="Anna Berg", kind="person", organisation=nord)


def test_only_an_answer_before_the_close_influences_a_deal(
    ctx: Ctx, fair: Campaign, nord: Party, anna: Party, client: Client
) -> None:
    early = pipeline.open_opportunity(ctx.fresh(), name="Early", party=nord, amount=Decimal(50))
    pipeline.lose_opportunity(
        replace(ctx.fresh(), accepted=["EVERYTHING"]), opportunity=early, reason="Price"
    )
    later = replace(ctx.fresh(), now=ctx.now + timedelta(days=2))
    marketing.add_members(later, campaign=fair, parties=[anna, nord])
    marketing.note_responses(
        later.fresh(), members=[CampaignMember.objects.get(party=nord)], response=Response.DECLINED
    )
    assert queries.influenced(campaign=fair, deals=DEALS) == []

    marketing.note_responses(
        later.fresh(), members=[CampaignMember.objects.get(party=anna)], response=Response.ATTENDED
    )
    deal = pipeline.open_opportunity(later.fresh(), name="Autumn", party=nord, amount=Decimal(300))
    found = queries.influenced(campaign=fair, deals=DEALS)
    assert [(one.deal, one.is_source, str(one.why)) for one in found] == [(deal, False, "Anna Berg")]
    marketing.name_source(later.fresh(), opportunity=early, campaign=fair)
    found = queries.influenced(campaign=fair, deals=DEALS)
    assert [(one.deal.name, one.is_source) for one in found] == [("Autumn", False), ("Early", True)]
    sums = queries.reckoned(campaign=fair, found=found)
    assert (sums.deals, sums.open_amount, sums.won_amount, sums.returned) == (2, 300, 0, None)
    counts = queries.counted(campaigns=[fair])[fair.pk]
    assert counts == {"members": 2, "reached": 2, "answered": 2, "interested": 1}

    told = StoredEvent.objects.filter(about__contains=[f"parties.party:{anna.pk}"])
    assert "marketing.ResponseNoted" in set(told.values_list("name", flat=True))
    page = client.get(f"/marketing/campaigns/{fair.pk}/").content.decode()
    assert "Deals influenced" in page
    assert "Anna Berg: took part" in page
    assert client.get("/marketing/campaigns/").status_code == 200
    assert resources.answers([fair])[fair.pk].startswith("2 (100")


def test_a_lead_on_a_campaign_stays_on_it_as_what_it_becomes(ctx: Ctx, fair: Campaign) -> None:
    lead = pipeline.capture_lead(ctx.fresh(), name="Rui Reis", company="Reis SA")
    marketing.add_members(ctx.fresh(), campaign=fair, leads=[lead])
    member = CampaignMember.objects.get()
    assert (member.lead, member.party) == (lead, None)
    marketing.note_responses(ctx.fresh(), members=[member], response=Response.RESPONDED)

    pipeline.convert_lead(ctx.fresh(), lead=Lead.objects.get(), with_opportunity=True)
    member.refresh_from_db()
    lead.refresh_from_db()
    assert member.party == (lead.contact or lead.party)
    assert [one.deal for one in queries.influenced(campaign=fair, deals=DEALS)] == [lead.opportunity]


def test_what_cannot_be_is_refused(ctx: Ctx, fair: Campaign, nord: Party) -> None:
    with pytest.raises(marketing.DaysTurned):
        marketing.plan_campaign(
            ctx.fresh(), name="Late", starts_on=date(2026, 5, 2), ends_on=date(2026, 5, 1)
        )
    with pytest.raises(marketing.NobodyToReach):
        marketing.add_members(ctx.fresh(), campaign=fair)
    marketing.add_members(ctx.fresh(), campaign=fair, parties=[nord])
    with pytest.raises(marketing.MembersKnown):
        marketing.add_members(ctx.fresh(), campaign=fair, parties=[nord])
    marketing.complete_campaign(ctx.fresh(), campaign=fair)
    with pytest.raises(Refused, match="is over"):
        marketing.add_members(ctx.fresh(), campaign=fair, parties=[nord])
