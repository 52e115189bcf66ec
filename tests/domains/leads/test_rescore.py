"""Scores: each point explained, with half-lives, caps and bands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from loomline.domains.leads import commands, queries
from loomline.domains.leads.commands import RuleChange
from loomline.domains.leads.models import Score, ScoreBand, ScoreLine, ScoreModel, ScoreRule
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead
from loomline.domains.timeline import commands as timeline
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.pipeline.desk import NOW

Make = Callable[..., Lead]
CALL = "timeline.CallLogged"


@pytest.fixture
def model(ctx: Ctx) -> ScoreModel:
    made: ScoreModel = ScoreModel.objects.create(name="Warmth")
    ScoreBand.objects.create(model=made, name="Hot", enter=Decimal(10), leave=Decimal(8), tone="ok")
    return made


def rule(model: ScoreModel, name: str, points: int, **given: object) -> ScoreRule:
    if "event" in given:
        given = {"kind": "behaviour", "test": "", **given}
    made: ScoreRule = ScoreRule.objects.create(model=model, name=name, points=points, **given)
    return made


def total(ctx: Ctx, model: ScoreModel, lead: Lead, at: datetime = NOW) -> Decimal:
    commands.rescore(ctx.at(at), model=model, keys=[lead.pk])
    return Score.objects.get(model=model, lead=lead).total


def test_ten_points_with_a_half_life_of_thirty_days_count_two_and_a_half_after_sixty(
    ctx: Ctx, model: ScoreModel, lead: Make
) -> None:
    rule(model, "Call", 10, event=CALL, half_life_days=30)
    made = lead()
    timeline.log_call(ctx, about=made, subject="Wants samples")

    assert total(ctx, model, made) == Decimal(10)
    assert total(ctx, model, made, NOW + timedelta(days=60)) == Decimal("2.5")


def test_fit_and_behaviour_add_up_and_every_point_is_explained(
    ctx: Ctx, model: ScoreModel, lead: Make
) -> None:
    rule(model, "Buyer", 5, fact="job_title", test="contains", value="Buyer")
    rule(model, "Free mail", -4, fact="public_mail", test="is", value="yes")
    rule(model, "Call", 10, event=CALL, half_life_days=30, cap=15)
    made = lead(job_title="Head buyer", email="ines@gmail.com")
    for day in (0, 30):
        timeline.log_call(ctx.at(NOW + timedelta(days=day)), about=made, subject="Wants samples")
    timeline.log_call(ctx.at(NOW + timedelta(days=30)), about=made, subject="Wants a price")

    assert total(ctx, model, made, NOW + timedelta(days=30)) == Decimal(16)
    lines = list(ScoreLine.objects.filter(lead=made).order_by("id").values_list("rule", "counts", "evidence"))
    assert lines == [
        ("Buyer", Decimal(5), "job title contains Buyer"),
        ("Free mail", Decimal(-4), "a free mail address (yes or no) is yes"),
        ("Call", Decimal(10), lines[2][2]),
        ("Call", Decimal(10), lines[3][2]),
        ("Call", Decimal(5), lines[4][2]),
        ("Call", Decimal(-10), "it counts 15 at most"),
    ]
    assert "Wants a price" in lines[2][2] + lines[3][2]
    assert sum(counts for _rule, counts, _why in lines) == Decimal(16)


def test_a_score_stays_within_its_range(ctx: Ctx, model: ScoreModel, lead: Make) -> None:
    rule(model, "Everybody", -7)
    made = lead()
    assert total(ctx, model, made) == 0
    ScoreRule.objects.update(points=700)
    assert total(ctx, model, made) == 100


def test_a_band_is_left_below_where_it_was_entered_and_told_once(
    ctx: Ctx, model: ScoreModel, lead: Make
) -> None:
    rule(model, "Call", 10, event=CALL, half_life_days=30)
    made = lead()
    timeline.log_call(ctx, about=made, subject="x")

    def at(days: int) -> list[str]:
        total(ctx, model, made, NOW + timedelta(days=days))
        return list(Score.objects.get().bands)

    assert at(0) == ["Hot"]
    assert at(5) == ["Hot"]
    assert at(10) == []
    told = StoredEvent.objects.filter(name__startswith="leads.ScoreBand").order_by("id")
    assert [event.sentence for event in told] == [
        "Warmth: now Hot, 10 points",
        "Warmth: no longer Hot, 8 points",
    ]


def test_what_is_told_is_found_by_what_it_is_about(ctx: Ctx, model: ScoreModel, lead: Make) -> None:
    rule(model, "Call", 10, event=CALL)
    quiet, called = lead("Quiet"), lead("Called")
    timeline.log_call(ctx, about=called, subject="x")

    assert queries.stirred(ScoreModel.objects.get(), since=NOW - timedelta(hours=1)) == [called.pk]
    assert set(queries.to_score(model)) == {quiet.pk, called.pk}


def test_a_lead_that_is_over_has_no_score(ctx: Ctx, model: ScoreModel, lead: Make) -> None:
    made = lead()
    total(ctx, model, made)
    pipeline.disqualify_lead(ctx, lead=made, reason="x")
    assert made.pk not in queries.to_score(model)


def test_parties_and_deals_are_scored_too(ctx: Ctx, model: ScoreModel) -> None:
    shop = parties.open_party(ctx, name="Nord Living", roles=["prospect"])
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=shop, amount=Decimal(50_000))
    of_deals = ScoreModel.objects.create(name="Size", subject="opportunity")
    rule(of_deals, "Large", 20, fact="amount", test="at least", value="50000")
    of_parties = ScoreModel.objects.create(name="Customers", subject="party")
    rule(of_parties, "Prospect", 3, fact="roles", test="contains", value="prospect")
    rule(of_parties, "Deal", 4, event="pipeline.OpportunityOpened")
    for one in (of_deals, of_parties):
        commands.rescore(ctx, model=one, keys=queries.to_score(one))

    assert Score.objects.get(opportunity=deal).total == 20
    assert Score.objects.get(party=shop).total == 7


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "behaviour", "event": ""},
        {"kind": "fit", "half_life_days": 3, "fact": "phone"},
        {"kind": "fit", "fact": "source", "test": "is", "value": ""},
        {"kind": "fit", "fact": "source", "test": "at least", "value": "3"},
        {"kind": "behaviour", "event": CALL, "half_life_days": 0},
    ],
)
def test_a_rule_that_means_nothing_is_not_stored(model: ScoreModel, given: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreRule.objects.create(model=model, name="x", points=1, **given)


def test_a_preview_shows_who_would_move_and_keeping_it_is_one_press(
    ctx: Ctx, model: ScoreModel, lead: Make
) -> None:
    buyer = rule(model, "Buyer", 5, fact="job_title", test="contains", value="buyer")
    warm = lead("Ines", job_title="Buyer")
    lead("Bo", job_title="Intern")
    browser = Client()
    browser.force_login(ctx.actor)
    url = f"/leads/score-models/{model.pk}/preview/"
    given = {"try": "1", f"r{buyer.pk}-points": "12", f"r{buyer.pk}-is_active": "on"}

    assert "Who moves" not in browser.get(url).content.decode()
    page = browser.get(url, given)
    rows = page.context["preview"]["panel"]["table"]["rows"]
    assert [[cell.text for cell in row["cells"]] for row in rows] == [
        [f"{warm.number} Ines", "5.0", "12.0", "", "Hot"]
    ]
    assert ScoreRule.objects.get().points == 5

    assert browser.post(url, given).status_code == 302
    assert ScoreRule.objects.get().points == 12


def test_a_change_names_rules_of_its_own_model(ctx: Ctx, model: ScoreModel) -> None:
    other = ScoreModel.objects.create(name="Other")
    stray = rule(other, "x", 1)
    with pytest.raises(commands.RuleOfOther):
        commands.change_score_rules(
            ctx, model=model, changes=[RuleChange(rule_id=stray.pk, points=Decimal(9))]
        )
    stray.refresh_from_db()
    assert stray.points == 1


def test_a_thousand_leads_cost_as_many_statements_as_a_few(
    ctx: Ctx, model: ScoreModel, django_assert_num_queries: Callable[..., object]
) -> None:
    rule(model, "Call", 10, event=CALL)
    rule(model, "Fair", 5, fact="source", test="is", value="fair")
    drafts = [pipeline.LeadDraft(name=f"L{n}", source="Fair") for n in range(400)]
    leads = pipeline.capture_leads(ctx, drafts=drafts)
    commands.rescore(ctx, model=model, keys=[one.pk for one in leads[:10]])
    with django_assert_num_queries(16):
        commands.rescore(ctx, model=model, keys=[one.pk for one in leads])
    assert Score.objects.filter(total=5).count() == 400
