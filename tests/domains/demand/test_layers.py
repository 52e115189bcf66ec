"""What a week is made of, to the unit; nothing counts twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import DemandItem, Series
from loomline.domains.demand.queries import Key
from loomline.domains.demand.queries.layers import _left
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import OpportunityLine
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import OrderLine, OrderState
from loomline.kernel.context import Ctx
from tests.domains.demand.conftest import Dealt, Ordered, Ran, numbers, week
from tests.domains.sales.shop import World

THURSDAY = timedelta(days=3)


def layers(ctx: Ctx, world: World, weeks: int = 4) -> list[queries.Layers]:
    return queries.plan_of(ctx, item_id=world.sweater.pk, weeks=weeks)


def test_an_order_consumes_its_own_week_then_the_week_before_then_the_week_after(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    ordered(25, week(2) + THURSDAY)

    made = layers(ctx, world)
    assert [one.orders for one in made] == numbers(0, 0, 25, 0)
    assert [one.left for one in made] == numbers(10, 0, 0, 5)
    assert [one.consumed for one in made] == numbers(0, 10, 10, 5)
    assert [one.total for one in made] == numbers(10, 0, 25, 5)


def test_windows_are_those_of_the_item(ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    DemandItem.objects.filter(item=world.sweater).update(backward_weeks=0, forward_weeks=0)
    ordered(25, week(2))

    made = layers(ctx, world)
    assert [one.left for one in made] == numbers(10, 10, 0, 10)
    assert made[2].total == 25


def test_orders_of_the_week_after_the_last_one_shown_consume_it_too(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    ordered(15, week(2))

    assert [one.left for one in layers(ctx, world, weeks=2)] == numbers(10, 5)


def test_a_customer_does_not_consume_what_another_is_expected_to_take(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    ran({key: numbers(10, 10), (key[0], key[1], other.pk): numbers(4, 4)})
    ordered(6, week(1), customer=other)

    made = layers(ctx, world, weeks=2)
    assert [(one.orders, one.left, one.total) for one in made] == [
        (0, 12, Decimal(12)),
        (6, 10, Decimal(16)),
    ]


def test_a_won_deal_moves_to_the_orders_and_the_total_changes_by_nothing_but_the_probability(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    ordered(4, week(2))
    asked = deal(40, week(2) + THURSDAY, 60)
    before = layers(ctx, world)
    assert (before[2].orders, before[2].pipeline, before[2].left, before[2].total) == (4, 24, 6, 34)

    pipeline.win_opportunity(ctx, opportunity=asked, reason="shaken on at the fair")
    won = layers(ctx, world)
    assert (won[2].orders, won[2].of_deals, won[2].pipeline, won[2].left) == (44, 40, 0, 6)
    assert won[2].total - before[2].total == Decimal("0.4") * 40
    assert [one.total for n, one in enumerate(won) if n != 2] == [
        one.total for n, one in enumerate(before) if n != 2
    ]

    order = OrderLine.objects.get(order__opportunity=asked).order
    assert order.state == OrderState.DRAFT
    sales.confirm_order(ctx, order=order)
    assert layers(ctx, world) == won


def test_a_certain_deal_that_is_won_changes_no_total(
    ctx: Ctx, world: World, deal: Dealt, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10)})
    asked = deal(40, week(1), 100)
    before = [one.total for one in layers(ctx, world)]

    pipeline.win_opportunity(ctx, opportunity=asked, reason="signed")

    assert [one.total for one in layers(ctx, world)] == before


def test_an_open_deal_whose_order_was_confirmed_counts_once(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered
) -> None:
    asked = deal(40, week(1), 50)
    ordered(38, week(1), opportunity=asked)

    [one] = [one for one in layers(ctx, world) if one.total]
    assert (one.orders, one.pipeline, one.total) == (38, 0, 38)


def test_lost_deals_drafts_and_cancelled_orders_are_no_demand(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deal(40, week(1), 50), reason="too dear")
    line = sales.LineDraft(item=world.sweater, quantity=Decimal(3), wanted_on=week(1))
    sales.open_order(ctx, customer=world.shop, lines=[line])
    sales.cancel_order(ctx, order=ordered(5, week(1)), reason="a mistake")

    assert [one.total for one in layers(ctx, world)] == numbers(0, 0, 0, 0)


def test_a_deal_without_a_wanted_day_counts_when_it_closes_and_an_overdue_one_now(
    ctx: Ctx, world: World, deal: Dealt
) -> None:
    deal(10, None, 50, closes_on=week(2) + THURSDAY)
    deal(20, week(-3), 50)

    assert [one.pipeline for one in layers(ctx, world)] == numbers(10, 0, 5, 0)


def test_an_override_stands_for_the_statistical_figure_and_is_consumed_like_it(
    ctx: Ctx, world: World, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    series = Series.objects.get()
    demand.override_weeks(
        ctx, edits=[OverrideDraft(series_id=series.pk, week=week(3), quantity=Decimal(30))], reason="fair"
    )
    ordered(12, week(3))

    made = layers(ctx, world)[3]
    assert (made.statistical, made.override, made.forecast) == (10, 30, 30)
    assert (made.orders, made.left, made.total) == (12, 18, 30)


def test_layers_equal_the_database_to_the_unit(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    ran({key: numbers("3.5", 8, "1.25", 0)})
    for n, quantity in enumerate(("7.125", "2", "40", "0.5")):
        ordered(quantity, week(n) + THURSDAY, customer=other if n % 2 else world.shop)
    for n, chance in enumerate((35, 60, 10)):
        deal(13 + n, week(n), chance)

    made = layers(ctx, world)
    lines = OrderLine.objects.filter(item=world.sweater, order__state="confirmed")
    assert sum(one.orders for one in made) == lines.aggregate(s=Sum("quantity"))["s"]
    weighted = [
        line.quantity * line.opportunity.probability / 100
        for line in OpportunityLine.objects.select_related("opportunity__stage")
    ]
    assert sum(one.pipeline for one in made) == sum(weighted) == Decimal("14.45")
    assert sum(one.left + one.consumed for one in made) == Decimal("12.75")


def test_the_plan_of_many_series_costs_as_many_statements_as_that_of_one(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered, ran: Ran, key: Key, other: Party
) -> None:
    ran({key: numbers(10, 10)})
    ordered(1, week(1))
    deal(4, week(1), 50)
    with CaptureQueriesContext(connection) as one:
        queries.plan(ctx, weeks=13)
    ran(
        {
            key: numbers(10, 10),
            (key[0], key[1], other.pk): numbers(4, 4),
            (world.scarf.pk, None, None): numbers(1, 1),
        }
    )
    ordered(2, week(1), customer=other, item=world.scarf)
    with CaptureQueriesContext(connection) as more:
        made = queries.plan(ctx, weeks=13)

    assert len(more) == len(one) == 9
    assert len(made.rows) == 4


def test_outstanding_is_the_forecast_that_is_left_and_each_line_of_the_pipeline(
    ctx: Ctx, world: World, deal: Dealt, ordered: Ordered, ran: Ran, key: Key
) -> None:
    ran({key: numbers(10, 10, 10, 10)})
    ordered(14, week(1))
    asked = deal(40, week(1) + THURSDAY, 60)

    rows = queries.outstanding(ctx, since=week(0), until=week(2))
    assert [(row.item_id, row.site_id, row.party_id) for row in rows] == [key] * 3
    assert [(row.day, row.quantity, row.kind, row.label) for row in rows] == [
        (week(0), Decimal(6), "forecast", "Forecast, week of 23 Nov 2026"),
        (week(1) + THURSDAY, Decimal(24), "pipeline", f"{asked.number} Autumn range, 60 %"),
        (week(2), Decimal(10), "forecast", "Forecast, week of 7 Dec 2026"),
    ]
    asked_later = queries.outstanding(ctx, since=date(2026, 12, 1), until=week(1) + THURSDAY)
    assert [row.kind for row in asked_later] == ["pipeline"]


amounts = st.decimals(min_value=0, max_value=10**6, places=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_consumption_never_takes_more_than_there_is_nor_more_than_was_ordered(
    weeks: list[tuple[Decimal, Decimal]], backward: int, forward: int
) -> None:
    forecast, orders = [one for one, _o in weeks], [one for _f, one in weeks]
    left = _left(forecast, orders, (backward, forward))

    assert all(0 <= kept <= said for kept, said in zip(left, forecast, strict=True))
    assert sum(forecast) - sum(left) <= sum(orders)
    assert all(kept <= max(said - asked, 0) for kept, said, asked in zip(left, forecast, orders, strict=True))
