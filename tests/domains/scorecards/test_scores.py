"""Suppliers are scored by what happened, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.scorecards import commands as scorecards
from loomline.domains.scorecards import queries
from loomline.domains.scorecards.models import Rank, Rule, Score, ScoreState
from loomline.kernel import access
from tests.domains.scorecards.conftest import Buys
from tests.domains.warehouse.dock import Dock

OCTOBER = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 11, 1)}


def figures(supplier: Party) -> dict[str, Decimal]:
    return queries.figures(**OCTOBER, zone="UTC")[supplier.pk].values


def test_on_time_and_in_full_is_to_the_last_piece(dock: Dock, weaver: Party, buys: Buys) -> None:
    buys((14, "10"))
    buys((14, "6"), (15, "4"))
    buys((14, "6"), (17, "4"))
    buys((14, "9"))
    found = queries.figures(**OCTOBER, zone="UTC")[weaver.pk]

    assert found.lines == 4
    assert found.values["otif"] == Decimal("0.5")
    assert found.values["otif_requested"] == Decimal("0.5")
    assert found.values["lead_mean"] == Decimal("14.3333")
    assert found.values["lead_deviation"] == Decimal("1.5275")
    assert found.values["response"] == 24


def test_the_confirmed_day_and_the_requested_day_are_kept_apart(
    dock: Dock, weaver: Party, buys: Buys
) -> None:
    buys((20, "10"), confirmed=20)
    found = figures(weaver)
    assert (found["otif"], found["otif_requested"]) == (1, 0)


def test_rejected_goods_are_counted_in_a_million(dock: Dock, weaver: Party, buys: Buys) -> None:
    [row] = buys((14, "10"))
    buys((14, "10"))
    procurement.reject_goods(dock.ctx, receipt_line=row, quantity=Decimal(1), reason="torn")
    found = figures(weaver)
    assert (found["ppm"], found["otif"]) == (50_000, Decimal("0.5"))


def test_orders_that_were_taken_over_as_received_count_by_their_lines(dock: Dock, weaver: Party) -> None:
    purchase = Purchase.objects.create(
        supplier=weaver, state="received", ordered_on=date(2026, 10, 2), currency="EUR", payment_days=30
    )
    for position, (received, rejected) in enumerate((("550", "50"), ("450", "0"))):
        PurchaseLine.objects.create(
            purchase=purchase,
            position=position,
            item=dock.label,
            quantity=Decimal(received),
            price=Decimal(1),
            entered_quantity=Decimal(received),
            requested_on=date(2026, 10, 9),
            received=Decimal(received),
            rejected=Decimal(rejected),
        )
    found = queries.figures(**OCTOBER, zone="UTC")[weaver.pk]
    assert (found.lines, found.values["ppm"]) == (0, 50_000)
    assert "otif" not in found.values


def test_points_lie_between_the_worst_and_the_best_by_weight(dock: Dock) -> None:
    rules = [
        Rule(measure="otif", weight=30, worst=Decimal("0.7"), best=1),
        Rule(measure="ppm", weight=10, worst=50_000, best=0),
        Rule(measure="claims", weight=60, worst=5, best=0),
    ]
    values = {"otif": Decimal("0.85"), "ppm": Decimal(60_000)}
    assert queries.points_of(values, rules) == Decimal("37.5")
    assert queries.points_of({}, rules) == 100


def test_a_score_keeps_its_figures_and_the_period_before(dock: Dock, weaver: Party, buys: Buys) -> None:
    for _time in range(3):
        buys((14, "10"))
    september = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 10, 1)}
    Score.objects.create(
        supplier=weaver, **september, points=Decimal("61.5"), rank=Rank.WATCHED, reckoned_at=dock.ctx.now
    )
    score = scorecards.score_suppliers(dock.ctx, **OCTOBER)

    assert (score.supplier, score.points, score.rank) == (weaver, Decimal("98.9"), Rank.PREFERRED)
    assert (score.before, score.lines, score.figures["otif"]) == (Decimal("61.5"), 3, "1.0000")
    again = scorecards.score_suppliers(dock.ctx, **OCTOBER)
    assert again.pk == score.pk


def test_a_few_lines_block_nobody(dock: Dock) -> None:
    assert queries.rank_of(Decimal(12), lines=2) == Rank.WATCHED
    assert queries.rank_of(Decimal(12), lines=3) == Rank.BLOCKED
    assert [queries.rank_of(Decimal(n), lines=9) for n in (85, 70, 40)] == [
        "preferred",
        "approved",
        "watched",
    ]


def test_a_dispute_is_settled_by_reckoning_anew(dock: Dock, weaver: Party, buys: Buys) -> None:
    [row] = buys((17, "10"))
    score = scorecards.score_suppliers(dock.ctx, **OCTOBER)
    before = score.points
    scorecards.dispute_score(dock.ctx, score=score, reason="the truck was here on the 15th")
    procurement.reverse_receipt(dock.ctx, receipt=row.receipt, reason="wrong day")
    line = row.purchase_line
    line.refresh_from_db()
    procurement.receive_goods(
        replace(dock.ctx, now=datetime(2026, 10, 15, 9, tzinfo=UTC)),
        purchase=line.purchase,
        lines=[procurement.ReceivedLine(line=line, quantity=Decimal(10))],
    )
    scorecards.settle_dispute(dock.ctx, score=score, resolution="you were right")
    score.refresh_from_db()
    assert score.state == ScoreState.SETTLED
    assert score.points > before


def test_a_supplier_sees_its_own_scores_only(dock: Dock, weaver: Party, buys: Buys) -> None:
    other = parties.open_party(dock.ctx, name="Prato", roles=["supplier"])
    buys((14, "10"))
    buys((14, "10"), supplier=other)
    scorecards.score_all(dock.ctx, **OCTOBER)
    person = User.objects.create(email="w@weber.example", name="W. Weber")
    parties.give_portal_access(dock.ctx, user=person, party=weaver)
    ctx = replace(dock.ctx, actor=person)
    mine = access.policy(Score).q(access.Level.PARTY, ctx.actor)
    assert mine is not None
    assert [score.supplier for score in Score.objects.filter(mine)] == [weaver]


def test_a_period_without_anything_is_not_scored(dock: Dock, weaver: Party) -> None:
    with pytest.raises(scorecards.NothingHappened, match="any supplier"):
        scorecards.score_suppliers(dock.ctx, **OCTOBER)
    with pytest.raises(scorecards.PeriodMissing):
        scorecards.score_suppliers(dock.ctx, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 1))
    Rule.objects.update(is_active=False)
    with pytest.raises(scorecards.NoRules):
        scorecards.score_suppliers(dock.ctx, **OCTOBER)
