"""A lead that comes in is scored and handed out, and its page shows why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.leads import commands as leads
from loomline.domains.leads.commands import Touch
from loomline.domains.leads.models import (
    AssignmentMember,
    AssignmentRule,
    AssignmentTest,
    FormField,
    LeadForm,
    ResponseTarget,
    Score,
    ScoreBand,
    ScoreModel,
    ScoreRule,
    WinChance,
    WinModel,
    WinReason,
)
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Lead
from loomline.domains.territories.models import Territory, TerritoryMember, TerritoryRule
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.pipeline.desk import make_ctx


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    model = ScoreModel.objects.create(name="Warmth")
    ScoreBand.objects.create(model=model, name="Hot", enter=Decimal(10), leave=Decimal(8), tone="ok")
    ScoreRule.objects.create(model=model, name="Fair", points=12, fact="medium", test="is", value="fair")
    return made


@pytest.fixture
def bo(ctx: Ctx) -> User:
    """Somebody who takes the hot ones."""
    made: User = User.objects.create(email="bo@example.org", name="Bo")
    rule = AssignmentRule.objects.create(name="Hot")
    AssignmentTest.objects.create(rule=rule, fact="score", test="at least", value="10")
    AssignmentMember.objects.create(rule=rule, person=made)
    return made


def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def test_a_form_is_scored_by_its_first_touch_and_handed_out_by_its_score(ctx: Ctx, bo: User) -> None:
    form = LeadForm.objects.create(name="Samples", title="Samples")
    FormField.objects.create(form=form, tells="name")
    leads.submit_form(
        ctx, form=form, answers={"name": "Ines"}, touch=Touch(medium="Fair"), stamp="s", sender="me"
    )

    lead = Lead.objects.get()
    assert (lead.owner, Score.objects.get(lead=lead).bands) == (bo, ["Hot"])
    page = browser(ctx).get(f"/pipeline/leads/{lead.pk}/").content.decode()
    assert "12 points of 100" in page
    assert "medium is fair" in page


def test_a_cold_lead_waits_without_owner(ctx: Ctx, bo: User) -> None:
    lead = pipeline.capture_lead(ctx, name="Bo")
    lead.refresh_from_db()
    assert (lead.owner, Score.objects.get(lead=lead).total) == (None, Decimal(0))


def test_leads_of_an_import_are_not_touched_one_by_one(ctx: Ctx, bo: User) -> None:
    pipeline.capture_leads(replace(ctx, via="import"), drafts=[pipeline.LeadDraft(name="Ines")])
    assert not Score.objects.exists()


def test_a_lead_goes_to_whoever_works_in_its_territory(ctx: Ctx, bo: User) -> None:
    north = Territory.objects.create(name="North")
    TerritoryRule.objects.create(territory=north, country="DK")
    TerritoryMember.objects.create(territory=north, person=bo)
    rule = AssignmentRule.objects.create(name="Territory", position=2, how="territory")
    AssignmentMember.objects.create(rule=rule, person=bo)
    inside, outside = (pipeline.capture_lead(ctx, name=name, country=name) for name in ("DK", "SE"))

    assert [Lead.objects.get(pk=one.pk).owner for one in (inside, outside)] == [bo, None]


def test_the_page_of_a_lead_says_until_when_it_is_to_be_answered(ctx: Ctx) -> None:
    ResponseTarget.objects.create(minutes=15)
    lead = pipeline.capture_lead(ctx, name="Ines")

    page = browser(ctx).get(f"/pipeline/leads/{lead.pk}/").content.decode()
    assert "The answer" in page
    late = lead.captured_at + timedelta(minutes=15)
    assert late.strftime("%H:%M") in page or "due at" in page


def test_the_page_of_a_deal_shows_its_chance_with_reasons(ctx: Ctx) -> None:
    shop = parties.open_party(ctx, name="Nord Living")
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=shop)
    model = WinModel.objects.create(
        at=ctx.now, won=60, lost=70, auc=Decimal("0.81"), auc_low=Decimal("0.7"), brier=Decimal("0.15")
    )
    WinChance.objects.create(opportunity=deal, model=model, probability=Decimal("0.64"))
    WinReason.objects.create(opportunity=deal, trait="Source", value="fair", adds=Decimal("0.9"))

    page = browser(ctx).get(f"/pipeline/opportunities/{deal.pk}/").content.decode()
    assert "64 %" in page
    assert "AUC 0.8100, Brier 0.1500; 130 decided deals" in page
    assert "fair: speaks for a win" in page
    listed = browser(ctx).get("/pipeline/opportunities/").content.decode()
    assert ">64<" in listed
    tab = browser(ctx).get(f"/pipeline/opportunities/{deal.pk}/?tab=score_lines").content.decode()
    assert "speaks for a win" in tab


def test_why_somebody_got_a_lead_stands_on_it(ctx: Ctx) -> None:
    rule = AssignmentRule.objects.create(name="Fairs", how="round_robin")
    bo = User.objects.create(email="bo@example.org", name="Bo")
    AssignmentMember.objects.create(rule=rule, person=bo)
    lead = pipeline.capture_lead(ctx, name="Ines")
    told = StoredEvent.objects.get(name="pipeline.LeadAssigned")
    assert (told.payload["rule"], told.sentence) == (
        "Fairs",
        f"Lead {lead.number} given to Bo by the rule “Fairs”",
    )
    assert (
        "Given to Bo by the rule “Fairs”." in browser(ctx).get(f"/pipeline/leads/{lead.pk}/").content.decode()
    )

    pipeline.assign_leads(ctx, leads=[lead], owner=ctx.actor)
    newest = StoredEvent.objects.filter(name="pipeline.LeadAssigned").latest("pk")
    assert newest.sentence == f"Lead {lead.number} given to Ada Boss"
