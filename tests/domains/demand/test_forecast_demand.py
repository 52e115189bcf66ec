"""History becomes a forecast of every series and item; the last run counts until the next is whole."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.models import DemandItem, Forecast, Run, Series
from loomline.domains.demand.queries import Key, NoHistory
from loomline.domains.demand.queries.reckoning import _errors
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, perform
from tests.domains.demand.conftest import MONDAY, Dealt, Ordered, Ran, at, numbers, week
from tests.domains.sales.shop import NOW, World


def carried_out(ctx: Ctx) -> JobRun:
    run = JobRun.objects.create(
        name="demand.forecast_demand", title="Demand forecast", actor=ctx.actor, created_at=NOW
    )
    return perform(run, now=lambda: NOW)


@pytest.fixture
def season(ctx: Ctx, ordered: Ordered, other: Party, world: World) -> None:
    """Twelve weeks: the shop takes sweaters every week, another one every third; scarves came once."""
    for n in range(12, 0, -1):
        ordered(20 + n % 2, week(-n))
        if n % 3 == 0:
            ordered(6, week(-n), customer=other)
    ordered(30, week(-2), item=world.scarf)


def test_the_job_forecasts_every_series_and_item_and_says_how_far_it_is(
    ctx: Ctx, world: World, season: None, key: Key, other: Party
) -> None:
    run = carried_out(ctx)

    assert (run.state, run.done, run.total) == (JobState.DONE, 100, 100), run.message
    assert run.result == {"items": 2, "series": 3}
    made = Run.objects.get()
    assert (made.first_week, made.weeks) == (MONDAY, 26)
    theirs = Forecast.objects.get(series__customer=other)
    ours = Forecast.objects.get(series__customer=world.shop, demand__item=world.sweater)
    total = Forecast.objects.get(series=None, demand__item=world.sweater)
    assert [a + b for a, b in zip(ours.mean, theirs.mean, strict=True)] == total.mean
    assert (ours.kind, theirs.kind) == ("smooth", "intermittent")
    assert all(15 < value < 26 for value in ours.mean)
    for one in (ours, theirs, total):
        assert all(low <= mid <= high for low, mid, high in zip(one.p10, one.p50, one.p90, strict=True))
        assert len(one.mean) == 26
    shown = DemandItem.objects.get(item=world.sweater)
    assert (shown.run, shown.kind, shown.expected) == (made, total.kind, sum(total.mean[:13]))
    assert shown.wape is not None
    assert shown.wape < Decimal("0.3")


def test_patterns_are_told_by_the_interval_and_the_sizes(ctx: Ctx, world: World, ordered: Ordered) -> None:
    for n, size in ((12, 1), (8, 30), (4, 1), (1, 1)):
        ordered(size, week(-n))
    for n in range(8, 0, -1):
        ordered(10, week(-n), item=world.scarf)

    demand.keep_run(ctx, made=queries.reckon(ctx))

    rare = DemandItem.objects.get(item=world.sweater)
    # Twelve weeks, four of them with demand: 3.0; sizes 1, 30, 1, 1 vary by 2.321.
    assert (rare.kind, rare.adi) == ("lumpy", Decimal("3.000"))
    assert rare.cv2 is not None
    assert rare.cv2 > Decimal("0.49")
    assert DemandItem.objects.get(item=world.scarf).kind == "constant"


def test_without_history_nothing_is_forecast_and_the_last_run_stays(
    ctx: Ctx, world: World, ran: Ran, key: Key
) -> None:
    before = ran({key: numbers(5, 5)})

    run = carried_out(ctx)

    assert (run.state, run.message) == (
        JobState.FAILED,
        "Nothing was ordered before this week, so there is no history to forecast from.",
    )
    assert queries.latest_run() == before
    with pytest.raises(NoHistory):
        queries.reckon(ctx)


def test_a_run_that_breaks_half_way_leaves_the_one_before(
    ctx: Ctx, world: World, ran: Ran, key: Key, season: None
) -> None:
    before = ran({key: numbers(5, 5)})
    made = queries.reckon(ctx)
    made.figures[-1].p10.append(Decimal(1))  # type: ignore[attr-defined]

    with pytest.raises(Exception, match="demand forecast weeks"):
        demand.keep_run(ctx, made=made)

    assert queries.latest_run() == before
    assert [one.left for one in queries.plan_of(ctx, item_id=world.sweater.pk, weeks=2)] == numbers(5, 5)


def test_what_only_a_deal_asks_for_is_in_the_plan_without_a_forecast(
    ctx: Ctx, world: World, season: None, deal: Dealt
) -> None:
    prospect = deal(40, week(3), 60).party
    pipeline.open_opportunity(
        ctx,
        name="Scarves",
        party=prospect,
        lines=[pipeline.OpportunityLineDraft(item=world.fitting, quantity=Decimal(1), wanted_on=week(1))],
    )

    made = queries.reckon(ctx)
    demand.keep_run(ctx, made=made)

    # The shop's sweaters have a history already; a service is no goods.
    assert (made.asked, Series.objects.count()) == ([], 3)


def test_orders_of_deals_are_no_history(ctx: Ctx, world: World, deal: Dealt, ordered: Ordered) -> None:
    won = deal(500, week(-2), 50)
    ordered(500, week(-2), opportunity=won)

    with pytest.raises(NoHistory):
        queries.reckon(ctx)


def test_the_week_that_is_not_over_is_no_history(ctx: Ctx, world: World, ordered: Ordered) -> None:
    ordered(5, week(0))

    with pytest.raises(NoHistory):
        queries.reckon(ctx)
    assert queries.reckon(at(ctx, week(1))).figures


def test_errors_are_those_of_the_text_books() -> None:
    np = pytest.importorskip("numpy")
    actual, said = np.array([[100.0, 50.0, 0.0, 50.0]]), np.array([[90.0, 60.0, 10.0, 60.0]])
    naive, past = np.array([[80.0] * 4]), np.array([60.0, 80.0, 60.0, 80.0])

    made = _errors(actual, said, naive, past)

    # |10| + |10| + |10| + |10| over 200; 20 too much over 200; a mean error of 10 against steps of 20.
    assert (made.wape, made.bias, made.mase) == (Decimal("0.2"), Decimal("0.1"), Decimal("0.5"))
    # |20| + |30| + |80| + |30| over 200.
    assert made.naive == Decimal("0.8")


def test_series_are_weeks_apart_even_where_nothing_was_wanted(
    ctx: Ctx, world: World, ordered: Ordered, key: Key
) -> None:
    ordered(4, week(-5) + timedelta(days=6))
    ordered(2, week(-3))
    ordered(1, week(-3) + timedelta(days=1))

    assert queries.history_by_item(items=[world.sweater.pk], since=week(-6), until=week(0)) == {
        world.sweater.pk: {week(-5): Decimal(4), week(-3): Decimal(3)}
    }
