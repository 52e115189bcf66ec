"""Bids are compared at our door, and the award is the cheapest split there is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from loomline.domains.procurement.models import Purchase
from loomline.domains.sourcing import commands as sourcing
from loomline.domains.sourcing import queries
from loomline.domains.sourcing.commands import AwardDraft, Judgement, LandingDraft
from loomline.domains.sourcing.models import Award, Decision, Measure, RfqState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, Refused
from tests.domains.sourcing.conftest import Answer, Mills


def test_landed_cost_is_price_at_the_rate_of_the_day_with_duty_and_freight(
    ctx: Ctx, mills: Mills, answer: Answer
) -> None:
    answer("andes", "20", currency="USD")
    sourcing.estimate_landing(
        ctx,
        rfq=mills.rfq,
        lines=[LandingDraft(bid=mills.bid("andes"), freight=Decimal("1.50"), duty_rate=Decimal("0.04"))],
    )
    [offer] = queries.offers(rfq=mills.rfq, on=ctx.today)
    assert offer.landed(Decimal(1000)) == Decimal("20") * Decimal("0.9") * Decimal("1.04") + Decimal("1.50")


def test_the_cheapest_gets_all_it_can_do_and_the_next_the_rest(
    ctx: Ctx, mills: Mills, answer: Answer
) -> None:
    answer("biella", "30.00", max_quantity=Decimal(400))
    answer("serra", "32.00", "500:31.00")
    answer("andes", "40.00", currency="USD")

    decision = sourcing.award_rfq(ctx, rfq=mills.rfq, reason="Cheapest split")

    rows = {award.invitation.supplier.name: award for award in Award.objects.filter(decision=decision)}
    assert {name: award.quantity for name, award in rows.items()} == {
        "Biella Yarns": Decimal(400),
        "Filatura Serra": Decimal(600),
    }
    assert decision.cost == Decimal(400) * 30 + Decimal(600) * 31
    assert decision.least_cost == decision.cost
    assert rows["Biella Yarns"].why == "Lowest landed cost: 30 EUR a unit."
    assert rows["Filatura Serra"].why == "31 EUR a unit; Biella Yarns is cheaper and can do no more than 400."


def test_no_split_on_a_grid_is_cheaper_than_the_award(ctx: Ctx, mills: Mills, answer: Answer) -> None:
    answer("biella", "30.00", "300:29.10", min_quantity=Decimal(200), max_quantity=Decimal(700))
    answer("serra", "31.50", "500:28.90", min_quantity=Decimal(100), max_quantity=Decimal(600))
    answer("andes", "33.00", currency="USD", max_quantity=Decimal(500))
    found = queries.offers(rfq=mills.rfq, on=ctx.today)

    made = queries.propose(rfq=mills.rfq, found=found, rules=queries.AwardRules(most_share=Decimal("0.55")))

    best = None
    steps = [Decimal(50 * n) for n in range(12)]
    for given in product(steps, repeat=3):
        fits = all(
            q == 0 or offer.least <= q <= min(offer.most, Decimal(550))
            for q, offer in zip(given, found, strict=True)
        )
        if sum(given) == 1000 and fits:
            cost = sum((offer.landed(q) * q for q, offer in zip(given, found, strict=True) if q), Decimal(0))
            best = cost if best is None else min(best, cost)
    assert made.cost == best


def test_orders_are_drafted_at_the_price_and_terms_of_each_bid(
    ctx: Ctx, mills: Mills, answer: Answer
) -> None:
    answer("andes", "20", "800:18.5", currency="USD")

    sourcing.award_rfq(ctx, rfq=mills.rfq, reason="Only offer")

    order = Purchase.objects.get(supplier=mills.parties["andes"])
    assert (order.state, order.currency, order.delivery_terms) == ("draft", "USD", "DAP")
    line = order.lines.get()
    assert (line.quantity, line.price, line.requested_on) == (1000, Decimal("18.5"), date(2027, 1, 18))
    assert (line.origin_kind, line.origin_id) == ("sourcing.rfqline", mills.line.pk)


def test_a_decision_keeps_what_was_known_and_never_changes(ctx: Ctx, mills: Mills, answer: Answer) -> None:
    answer("serra", "31.00", lead_days=12)
    decision = sourcing.award_rfq(ctx, rfq=mills.rfq, reason="Nearest")
    kept = Decision.objects.get(pk=decision.pk)
    assert kept.decided_by == ctx.actor
    assert kept.inputs["bids"][0]["prices"] == [["0.000000", "31.000000"]]
    assert kept.inputs["bids"][0]["lead_days"] == 12
    assert kept.inputs["ranking"][0]["supplier"] == "Filatura Serra"
    with pytest.raises(Exception, match=r"insert|append|never|change"):
        Decision.objects.filter(pk=decision.pk).update(reason="Another")


def test_people_may_decide_otherwise_within_what_was_offered(ctx: Ctx, mills: Mills, answer: Answer) -> None:
    answer("biella", "30.00", max_quantity=Decimal(400))
    answer("serra", "32.00")
    biella, serra = mills.bid("biella"), mills.bid("serra")
    for lines, fault in (
        ([AwardDraft(bid=biella, quantity=Decimal(500))], sourcing.OutsideBid),
        (
            [AwardDraft(bid=biella, quantity=Decimal(400)), AwardDraft(bid=serra, quantity=Decimal(700))],
            sourcing.AwardedTooMuch,
        ),
    ):
        with pytest.raises(fault):
            sourcing.award_rfq(ctx, rfq=mills.rfq, reason="By feel", lines=lines)
    assert not Purchase.objects.exists()

    decision = sourcing.award_rfq(
        ctx,
        rfq=mills.rfq,
        reason="Serra has saved us before",
        lines=[AwardDraft(bid=serra, quantity=Decimal(1000))],
    )
    assert (decision.is_reckoned, decision.cost) == (False, Decimal(32000))
    assert decision.least_cost == Decimal(400) * 30 + Decimal(600) * 32


def test_what_cannot_be_split_says_why_and_changes_nothing(ctx: Ctx, mills: Mills, answer: Answer) -> None:
    answer("biella", "30.00", max_quantity=Decimal(400))
    with pytest.raises(sourcing.AwardImpossible, match=r"Merino 2/48"):
        sourcing.award_rfq(ctx, rfq=mills.rfq, reason="Try")
    mills.rfq.refresh_from_db()
    assert mills.rfq.state == RfqState.ASKED
    assert not Decision.objects.exists()


def test_an_award_needs_a_reason_a_bid_and_a_request_that_runs(
    ctx: Ctx, mills: Mills, answer: Answer
) -> None:
    with pytest.raises(sourcing.BidMissing):
        sourcing.award_rfq(ctx, rfq=mills.rfq, reason="x")
    answer("biella", "30.00", currency="CHF")
    with pytest.raises(sourcing.BidMissing):
        sourcing.award_rfq(ctx, rfq=mills.rfq, reason="x")
    answer("biella", "30.00")
    with pytest.raises(sourcing.DecisionReasonMissing):
        sourcing.award_rfq(ctx, rfq=mills.rfq, reason=" ")
    sourcing.award_rfq(ctx, rfq=mills.rfq, reason="x")
    with pytest.raises((Refused, MoveRefused)):
        sourcing.award_rfq(ctx, rfq=mills.rfq, reason="x")


def test_saaty_weights_come_from_judgements_and_contradictions_are_named(ctx: Ctx, mills: Mills) -> None:
    J = Judgement
    rfq = sourcing.weigh_criteria(
        ctx,
        rfq=mills.rfq,
        judgements=[
            J(one=Measure.COST, other=Measure.LEAD, times=Decimal(3)),
            J(one=Measure.COST, other=Measure.RISK, times=Decimal(5)),
            J(one=Measure.LEAD, other=Measure.RISK, times=Decimal(3)),
        ],
    )
    # Saaty's textbook matrix (1, 3, 5; 1/3, 1, 3; 1/5, 1/3, 1): 0.637, 0.258, 0.105, ratio 0.033.
    weights = {row.measure: round(row.weight, 3) for row in rfq.criteria.all()}
    assert weights == {"cost": Decimal("0.637"), "lead": Decimal("0.258"), "risk": Decimal("0.105")}
    assert round(rfq.consistency, 3) == Decimal("0.033")

    with pytest.raises(sourcing.JudgementsContradict, match=r"consistency ratio"):
        sourcing.weigh_criteria(
            ctx,
            rfq=mills.rfq,
            judgements=[
                J(one=Measure.COST, other=Measure.LEAD, times=Decimal(9)),
                J(one=Measure.LEAD, other=Measure.RISK, times=Decimal(9)),
                J(one=Measure.RISK, other=Measure.COST, times=Decimal(9)),
            ],
        )
    assert rfq.criteria.count() == 3


def test_ranking_weighs_cost_against_lead_time_and_says_how_firm_it_is(
    ctx: Ctx, mills: Mills, answer: Answer
) -> None:
    answer("biella", "30.00", lead_days=60)
    answer("serra", "31.00", lead_days=10)
    found = queries.offers(rfq=mills.rfq, on=ctx.today)
    alone = queries.ranking(rfq=mills.rfq, found=found)
    assert [place.invitation.supplier.name for place in alone.places] == ["Biella Yarns", "Filatura Serra"]

    sourcing.weigh_criteria(
        ctx, rfq=mills.rfq, judgements=[Judgement(one=Measure.COST, other=Measure.LEAD, times=Decimal(2))]
    )
    ranked = queries.ranking(rfq=mills.rfq, found=found)
    assert [place.invitation.supplier.name for place in ranked.places] == ["Filatura Serra", "Biella Yarns"]
    low, high = ranked.stays["cost"]
    assert low <= Decimal("0.6667") <= high < 1
    assert sum(place.wins for place in ranked.places) == pytest.approx(1)
