"""Reasons and competitors, giving up, split credit, next steps, and what orders make of a win."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports, queries
from loomline.domains.pipeline.commands import CreditDraft
from loomline.domains.pipeline.models import (
    CreditShare,
    Opportunity,
    OpportunityState,
    OutcomeReason,
    Pipeline,
)
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.money import Money
from tests.domains.pipeline.desk import NOW, TODAY

Deal = Callable[..., Opportunity]


def why(outcome: str, name: str = "Price") -> OutcomeReason:
    return OutcomeReason.objects.get(outcome=outcome, name=name)


@pytest.fixture
def strict(ctx: Ctx) -> None:
    Pipeline.objects.update(asks_reason=True, asks_competitor=True)


@pytest.mark.usefixtures("strict")
def test_a_strict_pipeline_wants_a_reason_from_the_list_and_a_competitor(ctx: Ctx, deal: Deal) -> None:
    made = deal()
    with pytest.raises(pipeline.CauseMissing, match="New business asks for one"):
        pipeline.lose_opportunity(ctx, opportunity=made, reason="too dear")
    with pytest.raises(pipeline.CompetitorMissing, match="who else was in it"):
        pipeline.lose_opportunity(ctx, opportunity=made, cause=why("lost"))
    made.refresh_from_db()
    assert (made.state, made.cause) == (OpportunityState.OPEN, None)

    lost = pipeline.lose_opportunity(
        ctx, opportunity=made, cause=why("lost"), reason="8 % over", competitor="Alba Knits"
    )
    assert (lost.cause, lost.lost_reason, lost.competitor) == (why("lost"), "Price: 8 % over", "Alba Knits")


@pytest.mark.usefixtures("strict")
def test_a_strict_pipeline_asks_of_a_win_by_hand_too(ctx: Ctx, deal: Deal) -> None:
    made = deal()
    with pytest.raises(pipeline.CauseMissing):
        pipeline.win_opportunity(ctx, opportunity=made, reason="Signed on paper")
    won = pipeline.win_opportunity(
        ctx, opportunity=made, reason="Signed on paper", cause=why("won"), competitor="nobody"
    )
    assert (won.state, won.cause, won.competitor) == (OpportunityState.WON, why("won"), "nobody")


def test_a_reason_explains_its_own_outcome_only(ctx: Ctx, deal: Deal) -> None:
    with pytest.raises(pipeline.CauseOfOther, match='"Price" explains why something is won'):
        pipeline.lose_opportunity(ctx, opportunity=deal(), cause=why("won"))


def test_why_it_ended_can_be_said_afterwards(ctx: Ctx, deal: Deal) -> None:
    made = deal()
    with pytest.raises(pipeline.NotSettled):
        pipeline.explain_outcome(ctx, opportunity=made, cause=why("won"))
    won = pipeline.win_opportunity(ctx, opportunity=made, reason="Signed")

    assert pipeline.explain_outcome(ctx, opportunity=won, cause=why("won", "Quality")).cause == why(
        "won", "Quality"
    )


def test_what_is_given_up_counts_neither_as_won_nor_as_lost(ctx: Ctx, deal: Deal) -> None:
    day = date(2027, 6, 15)
    with pytest.raises(pipeline.LossUnexplained):
        pipeline.abandon_opportunity(ctx, opportunity=deal(closes_on=day))
    gone = pipeline.abandon_opportunity(
        ctx, opportunity=deal(closes_on=day), cause=why("abandoned", "No answer")
    )

    assert (gone.state, gone.lost_reason, gone.closed_at) == (OpportunityState.ABANDONED, "No answer", NOW)
    figures = queries.weighted_pipeline(ctx, rows=Opportunity.objects.filter(pk=gone.pk))
    assert figures == {}
    pace = queries.velocity(
        ctx, rows=Opportunity.objects.filter(pk=gone.pk), starts_on=TODAY, ends_on=TODAY + timedelta(days=1)
    )
    assert (pace.won_count, pace.lost_count) == (0, 0)
    assert pipeline.reopen_opportunity(ctx, opportunity=gone, reason="They called").state == "open"


def test_credit_is_split_whole(ctx: Ctx, deal: Deal) -> None:
    made = deal(amount=Decimal(1000))
    bo = User.objects.create(email="bo@example.org", name="Bo")
    with pytest.raises(pipeline.SharesIncomplete, match="add up to 90 %"):
        pipeline.split_credit(
            ctx,
            opportunity=made,
            shares=[
                CreditDraft(person=ctx.actor, share=Decimal(60)),
                CreditDraft(person=bo, share=Decimal(30)),
            ],
        )
    with pytest.raises(pipeline.CreditedTwice, match="Bo stands in the split twice"):
        pipeline.split_credit(ctx, opportunity=made, shares=[CreditDraft(person=bo, share=Decimal(50))] * 2)
    assert not CreditShare.objects.exists()
    assert queries.credited(rows=Opportunity.objects.all()) == {(ctx.actor.pk, "EUR"): Decimal(1000)}

    pipeline.split_credit(
        ctx,
        opportunity=made,
        shares=[
            CreditDraft(person=ctx.actor, share=Decimal("66.67")),
            CreditDraft(person=bo, share=Decimal("33.33"), part="samples"),
        ],
    )
    assert queries.credited(rows=Opportunity.objects.all()) == {
        (ctx.actor.pk, "EUR"): Decimal("666.70"),
        (bo.pk, "EUR"): Decimal("333.30"),
    }
    pipeline.split_credit(ctx, opportunity=made, shares=[])
    assert not CreditShare.objects.exists()


def test_a_next_step_is_planned_and_put_off_and_counted(ctx: Ctx, deal: Deal) -> None:
    made = deal()
    with pytest.raises(pipeline.StepEmpty):
        pipeline.plan_next_step(ctx, opportunity=made, next_step=" ", next_step_on=TODAY)
    with pytest.raises(pipeline.StepInThePast):
        pipeline.plan_next_step(ctx, opportunity=made, next_step="Call", next_step_on=date(2026, 11, 22))
    with pytest.raises(pipeline.NothingToSnooze):
        pipeline.snooze_next_steps(ctx, opportunities=[made])

    pipeline.plan_next_step(ctx, opportunity=made, next_step="Call Mei", next_step_on=TODAY)
    later = ctx.at(NOW + timedelta(days=3))
    pipeline.snooze_next_steps(later, opportunities=[made])
    made.refresh_from_db()
    # From today on, for a day that is over cannot be worked on any more.
    assert (made.next_step_on, made.snoozes) == (date(2026, 12, 3), 1)
    assert StoredEvent.objects.latest("id").sentence == (
        f"Next step for {made.number} put off from 23 Nov to 3 Dec"
    )
    edit.undo(ctx, activity=Activity.objects.filter(verb="pipeline.snooze_next_steps").latest("id"))
    made.refresh_from_db()
    assert (made.next_step_on, made.snoozes) == (TODAY, 0)


def test_saved_views_find_what_is_stalled_and_what_has_no_next_step(ctx: Ctx, deal: Deal) -> None:
    old = deal(ctx=ctx.at(NOW - timedelta(days=40)), name="Old")
    fresh = deal(next_step="Call", next_step_on=TODAY)

    assert list(queries.stalled(ctx, rows=queries.open_opportunities())) == [old]
    assert list(queries.without_next_step(rows=queries.open_opportunities())) == [old]
    assert fresh.next_step == "Call"


def test_one_person_at_a_company_is_a_single_thread(ctx: Ctx, deal: Deal, shop: Party) -> None:
    mei = parties.open_party(ctx, name="Mei Lin", kind="person", organisation=shop)
    alone = deal(contact=mei)
    private = deal(party=mei)

    assert queries.single_threaded(rows=Opportunity.objects.all()) == [alone]
    assert private.party == mei


def test_a_won_deal_follows_its_orders(ctx: Ctx, deal: Deal) -> None:
    won = pipeline.win_opportunity(ctx, opportunity=deal(), reason="Signed")
    sold = [Money(Decimal(40_000), "EUR"), Money(Decimal(5_000), "EUR")]
    pipeline.follow_orders(ctx, opportunity=won, sold=sold, evidence="Order S-1", cause="order S-2 amended")

    won.refresh_from_db()
    assert (won.amount, won.evidence) == (Decimal(45_000), "Order S-1")
    assert StoredEvent.objects.latest("id").sentence == (
        f"Opportunity {won.number} is now worth 45,000 EUR: order S-2 amended"
    )
    pipeline.follow_orders(ctx, opportunity=won, sold=[], evidence="", cause="order S-1 cancelled")
    won.refresh_from_db()
    assert (won.amount, won.evidence, won.state) == (Decimal(0), "", OpportunityState.WON)


def test_orders_in_a_currency_without_a_rate_leave_the_deal_as_it_is(
    ctx: Ctx, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = pipeline.win_opportunity(ctx, opportunity=deal(), reason="Signed")
    dollars = [Money(Decimal(1000), "USD")]
    pipeline.follow_orders(ctx, opportunity=won, sold=dollars, evidence="Order S-1", cause="x")
    won.refresh_from_db()
    assert won.amount == Decimal(100_000)

    monkeypatch.setattr(ports.exchange_rates, "filled", lambda **_asked: {"USD": Decimal("0.92")})
    pipeline.follow_orders(ctx, opportunity=won, sold=dollars, evidence="Order S-1", cause="x")
    won.refresh_from_db()
    assert won.amount == Decimal(920)


def test_an_open_deal_follows_nothing(ctx: Ctx, deal: Deal) -> None:
    made = deal()
    pipeline.follow_orders(ctx, opportunity=made, sold=[], evidence="", cause="x")

    made.refresh_from_db()
    assert made.amount == Decimal(100_000)


def test_open_deals_add_up_in_one_currency_with_own_probabilities(
    ctx: Ctx, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports.exchange_rates, "filled", lambda **_asked: {"USD": Decimal("0.92")})
    deal(amount=Decimal(100), probability_override=90)
    deal(amount=Decimal(100), currency="USD")
    deal(amount=Decimal(70), currency="GBP")
    figures = queries.open_worth(ctx, rows=Opportunity.objects.all())

    assert figures is not None
    assert figures.count == 3
    assert figures.sums == {"EUR": Decimal("192.00"), "GBP": Decimal(70)}
    assert figures.weighted_sums == {"EUR": Decimal("99.20"), "GBP": Decimal(7)}
