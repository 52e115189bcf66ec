"""Golden figures of error, bias and value added: naive, engine, planner; by level and person."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import Series
from loomline.domains.demand.queries import Judged, Key
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from tests.domains.demand.conftest import Ordered, Ran, at, numbers, week
from tests.domains.sales.shop import World


def story(ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key, other: Party) -> None:
    """Five weeks ago 80 came, and a run expected 90 and 20 a week; one week was changed from 90 to 120."""
    theirs = (key[0], key[1], other.pk)
    ordered(80, week(-5))
    for n, ours, others in ((-3, 100, 30), (-2, 130, 0), (-1, 70, 10)):
        ordered(ours, week(n))
        if others:
            ordered(others, week(n), customer=other)
    ran({key: numbers(*[90] * 8), theirs: numbers(*[20] * 8)}, on=week(-4))
    series = Series.objects.get(customer=world.shop)
    demand.override_weeks(
        at(ctx, week(-4)),
        edits=[OverrideDraft(series_id=series.pk, week=week(-2), quantity=Decimal(120))],
        reason="fair",
    )


def shares(one: Judged) -> list[Decimal | None]:
    return [one.naive, one.statistical, one.planned, one.statistical_bias, one.planned_bias]


def test_series_are_summed_before_they_are_judged(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    story(ctx, world, ordered, ran, key, other)

    [one] = queries.accuracy(ctx, level="total")
    # 130, 130 and 80 came. Naive 80, 80, 80; engine 110, 110, 110; planned 110, 140, 110.
    assert (one.points, one.actual, one.off) == (6, 340, 60)
    assert shares(one) == [
        Decimal("0.2941"),  # 100 of 340
        Decimal("0.2059"),  # 70 of 340
        Decimal("0.1765"),  # 60 of 340
        Decimal("-0.0294"),  # 10 too little
        Decimal("0.0588"),  # 20 too much
    ]
    assert (one.statistical_added, one.planned_added) == (Decimal("0.0882"), Decimal("0.0294"))
    assert shares(queries.accuracy(ctx, level="item")[0]) == shares(one)


def test_customers_are_judged_one_by_one_the_largest_error_first(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    story(ctx, world, ordered, ran, key, other)

    ours, theirs = queries.accuracy(ctx, level="customer")
    assert (ours.key, theirs.key) == (world.shop.pk, other.pk)
    # 100, 130, 70 against 90, 120, 90; 30, 0, 10 against 20, 20, 20.
    assert (ours.planned, theirs.planned) == (Decimal("0.1333"), Decimal("1.0000"))
    assert theirs.statistical_bias == Decimal("0.5000")


def test_a_person_is_judged_by_the_weeks_they_changed(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    story(ctx, world, ordered, ran, key, other)

    [one] = queries.accuracy(ctx, level="person")
    # 130 came; the engine said 90 and Ada 120.
    assert (one.key, one.points, one.actual) == (ctx.actor.pk, 1, 130)
    assert (one.statistical, one.planned) == (Decimal("0.3077"), Decimal("0.0769"))
    assert one.planned_added == Decimal("0.2308")


def test_a_week_is_judged_by_the_newest_run_made_long_enough_before(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ordered(50, week(-6))
    ordered(100, week(-1))
    ran({key: numbers(*[70] * 8)}, on=week(-5))
    ran({key: numbers(*[95] * 8)}, on=week(-2))
    ran({key: numbers(*[100] * 8)}, on=week(-1))

    def said(ahead: int) -> Decimal | None:
        return queries.accuracy(ctx, level="total", weeks=1, ahead=ahead)[0].statistical

    assert (said(1), said(4)) == (Decimal("0.05"), Decimal("0.3"))
    assert queries.accuracy(ctx, level="total", weeks=1, ahead=8) == []
