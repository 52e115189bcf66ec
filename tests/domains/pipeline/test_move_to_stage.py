"""A stage lets an opportunity go when what it asks for is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports
from loomline.domains.pipeline.commands import OpportunityLineDraft
from loomline.domains.pipeline.models import Opportunity, OutcomeReason, Stage, StageChange, StageRule
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx

Deal = Callable[..., Opportunity]
Named = Callable[[str], Stage]
HTMX = {"HX-Request": "true", "Accept": "application/json"}
DEALS = "/pipeline/opportunities/"


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def rule(stage: Stage, fact: str, test: str = "is known", value: str = "", **more: str) -> StageRule:
    made: StageRule = StageRule.objects.create(stage=stage, fact=fact, test=test, value=value, **more)
    return made


def test_what_is_missing_is_named_and_nothing_moves(ctx: Ctx, deal: Deal, stage: Named) -> None:
    made = deal()
    rule(stage("First talk"), "contact")
    rule(stage("First talk"), "lines", "at least", "1", words="Write down what they want to buy.")

    with pytest.raises(pipeline.ExitOpen) as refused:
        pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known"))

    assert str(refused.value) == (
        f"Opportunity {made.number} cannot leave First talk for Need known yet."
        " Contact must be filled in. Write down what they want to buy."
    )
    assert refused.value.errors == {
        "contact": ["Contact must be filled in."],
        "": ["Write down what they want to buy."],
    }
    made.refresh_from_db()
    assert made.stage.name == "First talk"
    assert StageChange.objects.count() == 1


def test_what_is_missing_can_be_brought_along(ctx: Ctx, deal: Deal, stage: Named, shop: Party) -> None:
    made = deal()
    rule(stage("First talk"), "contact")
    rule(stage("First talk"), "closes_on")
    mei = parties.open_party(ctx, name="Mei Lin", kind="person", organisation=shop)

    moved = pipeline.move_to_stage(
        ctx, opportunity=made, stage=stage("Need known"), contact=mei, closes_on=date(2027, 1, 15)
    )

    moved.refresh_from_db()
    assert (moved.stage.name, moved.contact, moved.closes_on) == ("Need known", mei, date(2027, 1, 15))


def test_the_rules_of_stages_that_are_jumped_over_count(ctx: Ctx, deal: Deal, stage: Named) -> None:
    made = deal()
    rule(stage("Need known"), "next_step")
    rule(stage("Quoted"), "competitor")

    with pytest.raises(pipeline.ExitOpen, match=r"Next step must be filled in\.$"):
        pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Quoted"))
    assert pipeline.move_to_stage(
        ctx, opportunity=made, stage=stage("Quoted"), next_step="Call"
    ).stage == stage("Quoted")


def test_a_step_back_asks_for_nothing(ctx: Ctx, deal: Deal, stage: Named) -> None:
    made = deal(stage=stage("Quoted"))
    rule(stage("Quoted"), "competitor")

    assert pipeline.move_to_stage(ctx, opportunity=made, stage=stage("First talk")).stage.name == "First talk"


@pytest.mark.parametrize(
    ("fact", "test", "value", "holds"),
    [
        ("amount", "at least", "100000", True),
        ("amount", "at least", "100000.01", False),
        ("amount", "at most", "99999", False),
        ("amount", "is", "100000", True),
        ("amount", "is not", "100000", False),
        ("source", "among", "Fair, Web", True),
        ("source", "is", "web", False),
        ("source", "is not", "web", True),
        ("next_step", "contains", "CALL", True),
        ("lines", "at least", "1", False),
        ("quotes", "at least", "1", False),
        ("owner", "is known", "", True),
        ("team", "is known", "", False),
    ],
)
def test_conditions_are_typed(
    ctx: Ctx, deal: Deal, stage: Named, fact: str, test: str, value: str, holds: bool
) -> None:
    made = deal(source="fair", next_step="Call Mei")
    rule(stage("First talk"), fact, test, value)

    if holds:
        pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known"))
    else:
        with pytest.raises(pipeline.ExitOpen):
            pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known"))


def test_lines_that_are_there_let_it_go(ctx: Ctx, deal: Deal, stage: Named, sweater: Item) -> None:
    made = deal(lines=[OpportunityLineDraft(item=sweater, quantity=Decimal(2))])
    rule(stage("First talk"), "lines", "at least", "1")

    assert pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known")).stage.name == "Need known"


def test_a_field_of_our_own_can_be_asked_for(ctx: Ctx, deal: Deal, stage: Named) -> None:
    made = deal()
    rule(stage("First talk"), "own", own_field="budget")
    with pytest.raises(pipeline.ExitOpen, match="Budget must be filled in"):
        pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known"))

    Opportunity.objects.filter(pk=made.pk).update(custom={"budget": "20000"})
    assert pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known")).stage.name == "Need known"


def test_what_others_want_answered_keeps_it_too(
    ctx: Ctx, deal: Deal, stage: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ports.open_exit_tests, "filled", lambda _ctx, *, opportunity, stages: ["Who signs?"] if stages else []
    )
    made = deal()

    with pytest.raises(pipeline.ExitOpen, match="Who signs"):
        pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Need known"))


@pytest.mark.parametrize(
    "values",
    [
        {"fact": "source", "test": "at least", "value": "3"},
        {"fact": "amount", "test": "at least", "value": "much"},
        {"fact": "source", "test": "is", "value": ""},
        {"fact": "own", "test": "is known", "own_field": ""},
    ],
)
def test_a_rule_that_means_nothing_is_not_stored(ctx: Ctx, stage: Named, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StageRule.objects.create(stage=stage("Quoted"), **values)


def test_a_drag_asks_in_the_dialog_for_what_is_missing(
    ctx: Ctx, browser: Client, deal: Deal, stage: Named
) -> None:
    made = deal()
    rule(stage("First talk"), "closes_on")
    to = stage("Need known")

    dropped = browser.post(f"{DEALS}move/", {"id": made.pk, "to": to.pk}, headers=HTMX)
    assert dropped.status_code == 422
    asked = dropped.json()
    assert "Closing day must be filled in" in asked["text"]

    dialog = browser.get(asked["dialog_url"], headers={"HX-Request": "true", "HX-Target": "dialog#dialog"})
    assert [f["field"].name for f in dialog.context["command"]["fields"]] == ["stage", "closes_on"]
    done = browser.post(
        asked["dialog_url"],
        {"stage": to.pk, "closes_on": "2027-01-15"},
        headers={"HX-Request": "true", "HX-Target": "dialog#dialog"},
    )
    assert done.status_code == 204
    made.refresh_from_db()
    assert (made.stage, made.closes_on) == (to, date(2027, 1, 15))


def test_the_move_dialog_asks_for_the_stage_first_and_then_for_what_it_lacks(
    ctx: Ctx, browser: Client, deal: Deal, stage: Named
) -> None:
    made = deal()
    rule(stage("First talk"), "next_step")
    url = f"{DEALS}do/move_to_stage/?ids={made.pk}"
    dialog = {"HX-Request": "true", "HX-Target": "dialog#dialog"}

    first = browser.get(url, headers=dialog)
    assert [f["field"].name for f in first.context["command"]["fields"]] == ["stage"]
    again = browser.post(url, {"stage": stage("Quoted").pk}, headers=dialog)
    assert again.status_code == 422
    assert [f["field"].name for f in again.context["command"]["fields"]] == ["stage", "next_step"]
    assert (
        browser.post(url, {"stage": stage("Quoted").pk, "next_step": "Call"}, headers=dialog).status_code
        == 204
    )


def test_somebody_who_sees_the_own_deals_only_sees_all_stages_and_reasons(
    ctx: Ctx, deal: Deal, stage: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = User.objects.create(email="bo@example.org", name="Bo")
    own = {"pipeline.view": Level.OWN, "pipeline.do": Level.OWN, "parties.view": Level.ALL}
    monkeypatch.setattr(User, "grants", lambda self: own)
    made, _other = deal(owner=bo), deal(name="Not his")
    browser = Client()
    browser.force_login(bo)

    board = browser.get(f"{DEALS}?as=board").context["board"]
    assert [column["title"] for column in board["columns"]][:2] == ["First talk", "Need known"]
    assert [card["title"] for column in board["columns"] for card in column["cards"]] == ["Autumn range"]
    moved = browser.post(f"{DEALS}move/", {"id": made.pk, "to": stage("Quoted").pk}, headers=HTMX)
    assert moved.status_code == 200
    assert len(access.visible(Ctx.new(actor=bo, via="page"), OutcomeReason)) == 12
