"""Leads come in, are shared out, worked on, qualified or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party, PartyRole, Relationship
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import queries
from loomline.domains.pipeline.commands import LeadDraft
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity, StageChange
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed, plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.pipeline.desk import NOW


@pytest.fixture
def lead(ctx: Ctx) -> Lead:
    return pipeline.capture_lead(
        ctx,
        name="Ines Brandt",
        company="Nord Living",
        job_title="Buyer",
        email="INES@nord.example",
        phone="+49 40 123456",
        interest="1,200 sweaters for autumn",
        source="Trade fair",
    )


def test_a_lead_keeps_where_it_came_from_for_ever(ctx: Ctx, lead: Lead) -> None:
    assert (lead.number[:2], lead.state, lead.source, lead.captured_at) == (
        "L-",
        LeadState.NEW,
        "Trade fair",
        NOW,
    )
    assert (lead.email, lead.phone) == ("ines@nord.example", "+4940123456")
    assert StoredEvent.objects.get(name="pipeline.LeadCaptured").sentence == (
        "Ines Brandt, Nord Living came in as a lead through Trade fair"
    )

    with pytest.raises(FieldClosed, match="source can no longer be changed"):
        plain_commands(Lead)["save"](ctx, record=lead, values={"source": "Web form"})
    saved = plain_commands(Lead)["save"](ctx, record=lead, values={"interest": "More"})
    assert (saved.source, saved.interest) == ("Trade fair", "More")


def test_a_lead_with_an_unreadable_phone_number_is_not_lost(ctx: Ctx) -> None:
    assert pipeline.capture_lead(ctx, name="Bo", phone="ask at desk 4").phone == "ask at desk 4"


def test_a_lead_that_nobody_could_answer_is_refused(ctx: Ctx) -> None:
    with pytest.raises(pipeline.LeadUnknown, match="Row 2"):
        pipeline.capture_leads(ctx, drafts=[LeadDraft(name="Bo"), LeadDraft(source="Web form", name=" ")])
    assert not Lead.objects.exists()


def test_a_thousand_leads_cost_as_many_statements_as_one(
    ctx: Ctx, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(6):
        pipeline.capture_leads(ctx, drafts=[LeadDraft(name=f"Lead {n}") for n in range(1000)])
    assert Lead.objects.count() == 1000
    assert StoredEvent.objects.filter(name="pipeline.LeadCaptured").count() == 1000


def test_leads_are_shared_out_so_that_everybody_has_as_many(ctx: Ctx) -> None:
    team = Team.objects.create(name="Sales")
    mei, sam, gone = (
        User.objects.create(email=f"{n}@example.org", name=n, is_active=n != "Gone")
        for n in ("Mei", "Sam", "Gone")
    )
    team.members.add(mei, sam, gone)
    leads = pipeline.capture_leads(ctx, drafts=[LeadDraft(name=f"Lead {n}") for n in range(5)])
    pipeline.assign_leads(ctx, leads=leads[:2], owner=mei)
    given = pipeline.assign_leads(ctx, leads=leads[2:], team=team)

    assert [lead.owner for lead in given] == [sam, sam, mei]
    assert queries.open_lead_load(user_ids=[mei.pk, sam.pk, gone.pk]) == {mei.pk: 3, sam.pk: 2, gone.pk: 0}
    assert set(
        Lead.objects.filter(pk__in=[lead.pk for lead in given]).values_list("team__name", flat=True)
    ) == {"Sales"}


def test_leads_need_somebody_to_be_given_to(ctx: Ctx, lead: Lead) -> None:
    with pytest.raises(pipeline.NobodyToAssign):
        pipeline.assign_leads(ctx, leads=[lead])
    with pytest.raises(pipeline.NobodyToAssign):
        pipeline.assign_leads(ctx, leads=[lead], team=Team.objects.create(name="Empty"))
    pipeline.disqualify_lead(ctx, lead=lead, reason="Student")
    with pytest.raises(pipeline.LeadClosed, match="is disqualified"):
        pipeline.assign_leads(ctx, leads=[lead], owner=ctx.actor)


def test_the_time_to_the_first_step_is_kept(ctx: Ctx, lead: Lead) -> None:
    pipeline.work_lead(ctx.at(NOW + timedelta(minutes=42)), lead=lead)
    other = pipeline.capture_lead(ctx, name="Bo")
    pipeline.work_lead(ctx.at(NOW + timedelta(minutes=8)), lead=other)
    pipeline.capture_lead(ctx, name="Cy")

    lead.refresh_from_db()
    assert (lead.state, lead.owner) == (LeadState.WORKING, ctx.actor)
    speed = queries.speed_to_lead(rows=Lead.objects.all())
    assert (speed.worked, speed.waiting, speed.median) == (2, 1, Decimal("25.0"))
    with pytest.raises(MoveRefused, match="is working"):
        pipeline.work_lead(ctx, lead=lead)


def test_a_qualified_lead_becomes_a_company_a_person_and_an_opportunity(ctx: Ctx, lead: Lead) -> None:
    done = pipeline.convert_lead(ctx, lead=lead, amount=Decimal(54_000), closes_on=date(2027, 1, 31))

    assert (done.state, done.party.name, done.contact.name) == (
        LeadState.QUALIFIED,
        "Nord Living",
        "Ines Brandt",
    )
    assert PartyRole.objects.get(party=done.party).role == "prospect"
    tie = Relationship.objects.get(person=done.contact)
    assert (tie.organisation, tie.title) == (done.party, "Buyer")
    deal = done.opportunity
    assert (deal.name, deal.party, deal.contact, deal.amount, deal.source) == (
        "1,200 sweaters for autumn", done.party, done.contact, Decimal(54_000), "Trade fair"
    )  # fmt: skip
    assert deal.stage.name == "First talk"
    told = StoredEvent.objects.get(name="pipeline.LeadConverted")
    assert told.sentence == f"Lead {lead.number} became Nord Living {deal.number}"


def test_a_lead_joins_a_party_and_an_opportunity_we_have(
    ctx: Ctx, lead: Lead, shop: Party, deal: Callable[..., Opportunity]
) -> None:
    known = deal()
    done = pipeline.convert_lead(ctx, lead=lead, opportunity=known)

    assert (done.party, done.opportunity, done.contact.name) == (shop, known, "Ines Brandt")
    assert (Party.objects.filter(kind="organisation").count(), Opportunity.objects.count()) == (1, 1)


def test_a_lead_joins_no_opportunity_that_is_settled(
    ctx: Ctx, lead: Lead, deal: Callable[..., Opportunity]
) -> None:
    lost = pipeline.lose_opportunity(ctx, opportunity=deal(), reason="Price")

    with pytest.raises(
        pipeline.OpportunitySettled, match=f"Opportunity {lost.number} is lost. Reopen it first."
    ):
        pipeline.convert_lead(ctx, lead=lead, opportunity=lost)
    lead.refresh_from_db()
    assert (lead.state, lead.opportunity) == (LeadState.NEW, None)


def test_a_lead_joins_no_opportunity_of_somebody_else(
    ctx: Ctx, lead: Lead, deal: Callable[..., Opportunity]
) -> None:
    other = parties.open_party(ctx, name="Süd Mode")

    with pytest.raises(pipeline.OtherParty, match="belongs to Nord Living, not to Süd Mode"):
        pipeline.convert_lead(ctx, lead=lead, party=other, opportunity=deal())
    lead.refresh_from_db()
    assert lead.state == LeadState.NEW


def test_a_lead_may_be_qualified_without_an_opportunity(ctx: Ctx, lead: Lead) -> None:
    assert pipeline.convert_lead(ctx, lead=lead, with_opportunity=False).opportunity is None
    assert not Opportunity.objects.exists()


def test_qualifying_is_undone_as_a_whole(ctx: Ctx, lead: Lead) -> None:
    before = Party.objects.count()
    pipeline.convert_lead(ctx, lead=lead)
    edit.undo(ctx, activity=Activity.objects.filter(verb="pipeline.convert_lead").get())

    lead.refresh_from_db()
    assert (lead.state, lead.party, lead.opportunity) == (LeadState.NEW, None, None)
    assert (Party.objects.count(), Opportunity.objects.count(), StageChange.objects.count()) == (before, 0, 0)


def test_qualifying_is_not_undone_after_somebody_worked_on_it(ctx: Ctx, lead: Lead) -> None:
    done = pipeline.convert_lead(ctx, lead=lead)
    pipeline.lose_opportunity(ctx, opportunity=done.opportunity, reason="No budget")

    with pytest.raises(edit.NotUndoable, match="has been changed since"):
        edit.undo(ctx, activity=Activity.objects.filter(verb="pipeline.convert_lead").get())
    lead.refresh_from_db()
    assert lead.state == LeadState.QUALIFIED


def test_giving_up_needs_a_reason_and_may_be_taken_back(ctx: Ctx, lead: Lead) -> None:
    with pytest.raises(pipeline.ReasonMissing):
        pipeline.disqualify_lead(ctx, lead=lead, reason="  ")
    gone = pipeline.disqualify_lead(ctx, lead=lead, reason="Student")
    assert (gone.state, gone.reason) == (LeadState.DISQUALIFIED, "Student")
    with pytest.raises(MoveRefused, match="is disqualified"):
        pipeline.convert_lead(ctx, lead=lead)

    back = pipeline.reopen_lead(ctx, lead=lead)
    assert (back.state, back.reason, back.closed_at) == (LeadState.WORKING, "", None)


def test_a_lead_is_kept_warm_and_taken_up_again(ctx: Ctx, lead: Lead) -> None:
    with pytest.raises(pipeline.ReasonMissing):
        pipeline.nurture_lead(ctx, lead=lead, reason=" ")
    warm = pipeline.nurture_lead(ctx, lead=lead, reason="Budget in spring")

    assert (warm.state, warm.reason, warm.closed_at) == (LeadState.NURTURING, "Budget in spring", None)
    assert pipeline.reopen_lead(ctx, lead=warm).state == LeadState.WORKING


def test_a_qualification_is_taken_back_with_all_it_made(ctx: Ctx, lead: Lead) -> None:
    with pytest.raises(pipeline.NotConverted):
        pipeline.take_back_conversion(ctx, lead=lead)
    pipeline.convert_lead(ctx, lead=lead)
    back = pipeline.take_back_conversion(ctx, lead=lead)

    assert (back.state, back.party, back.opportunity) == (LeadState.NEW, None, None)
    assert not Opportunity.objects.exists()
    assert not Party.objects.exists()
    with pytest.raises(pipeline.NotConverted):
        pipeline.take_back_conversion(ctx, lead=lead)


def test_a_qualification_is_not_taken_back_over_later_work(ctx: Ctx, lead: Lead) -> None:
    done = pipeline.convert_lead(ctx, lead=lead)
    plain_commands(Opportunity)["save"](ctx, record=done.opportunity, values={"name": "Autumn"})

    with pytest.raises(edit.NotUndoable, match="has been changed since"):
        pipeline.take_back_conversion(ctx, lead=lead)
    assert Lead.objects.get().state == LeadState.QUALIFIED


def test_a_lead_that_is_known_already_is_told(ctx: Ctx, lead: Lead) -> None:
    nord = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    ines = parties.open_party(ctx, name="I. Brandt", kind="person", email="ines@nord.example")
    other = parties.open_party(ctx, name="Olaf", kind="person", email="olaf@nord.example")
    parties.open_party(ctx, name="Somebody else", email="x@gmail.com")

    found = queries.twins_of_lead(lead=lead, rows=Party.objects.all())

    assert [(twin.party, twin.why, twin.is_sure) for twin in found] == [
        (nord, "the same name", True),
        (ines, "the same e-mail address", True),
        (other, "mail at nord.example too", False),
    ]
    assert queries.twins_of_lead(lead=lead, rows=Party.objects.none()) == []


def test_the_dialog_to_qualify_opens_with_whom_we_know(ctx: Ctx, lead: Lead) -> None:
    nord = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    ines = parties.open_party(
        ctx, name="I. Brandt", kind="person", email="ines@nord.example", organisation=nord
    )
    browser = Client()
    browser.force_login(ctx.actor)

    url = f"/pipeline/leads/do/convert_lead/?ids={lead.pk}"
    asked = browser.get(url, headers={"HX-Request": "true"}).context["command"]
    opened = {f["field"].name: f["field"].value() for f in asked["fields"]}
    assert (opened["party"], opened["contact"], opened["opportunity"]) == (nord, ines, None)
    page = browser.get(f"/pipeline/leads/{lead.pk}/").content.decode()
    assert "We may know them already." in page
