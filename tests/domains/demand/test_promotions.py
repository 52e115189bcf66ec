"""Promotions are a layer of the plan, and their weeks are no base of what is to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.models import Promotion, Series
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, Refused
from tests.domains.demand.conftest import Ordered, Ran, at, week
from tests.domains.sales.shop import World

D = Decimal


def promote(ctx: Ctx, *, first: date, **given: object) -> Promotion:
    values = {"name": "Winter fair", "uplift": D(50), "reason": "Fair in Florence", **given}
    return demand.agree_promotion(ctx, promotion=demand.plan_promotion(ctx, first_week=first, **values))


def layers(ctx: Ctx, item: int, n: int) -> queries.Layers:
    return queries.plan_of(ctx, item_id=item, weeks=n + 1)[n]


@pytest.fixture
def forecast(ran: Ran, world: World, key: queries.Key, other: Party) -> None:
    """Eight a week for the shop and two for another customer."""
    ran({key: [8] * 26, (key[0], key[1], other.pk): [2] * 26})


def test_a_promotion_lifts_what_is_planned_for(
    ctx: Ctx, world: World, key: queries.Key, other: Party, forecast: None
) -> None:
    item = world.sweater
    planned = demand.plan_promotion(
        ctx, name="Idea", first_week=week(2), uplift=D(50), reason="An idea", item=item
    )
    assert layers(ctx, item.pk, 2).forecast == D(10)
    demand.agree_promotion(ctx, promotion=planned)
    one = layers(ctx, item.pk, 2)
    assert (one.statistical, one.promotion, one.forecast, one.left) == (D(10), D(5), D(15), D(15))
    assert layers(ctx, item.pk, 3).promotion == 0
    # Fifty more in each week, in proportion: forty and ten. The other customer has one of their own besides.
    promote(ctx, first=week(3), item=item, kind="quantity", weeks=2)
    promote(ctx, first=week(4), style=item.style, item=None if item.style else item, customer=other)
    rows = queries.plan(ctx, weeks=5).rows
    assert [rows[key][n].promotion for n in (2, 3, 4)] == [D(4), D(40), D(40)]
    assert [rows[key[0], key[1], other.pk][n].promotion for n in (3, 4)] == [D(10), D(11)]
    wanted = [row for row in queries.outstanding(ctx, since=week(3), until=week(3)) if row.party_id == key[2]]
    assert [row.quantity for row in wanted] == [D(48)]
    # The grid shows the same; an own figure says it all.
    page = queries.grid(ctx, series=Series.objects.filter(customer=world.shop))
    assert [cell.forecast for cell in page.rows[0].cells[1:4]] == [D(12), D(48), D(48)]
    series = Series.objects.get(customer=world.shop)
    edit = demand.OverrideDraft(series_id=series.pk, week=week(3), quantity=D(20))
    demand.override_weeks(ctx, edits=[edit], reason="Less")
    own = queries.plan(ctx, weeks=5).rows[key][3]
    assert (own.promotion, own.forecast) == (D(0), D(20))


def test_promoted_weeks_of_history_are_no_base(ctx: Ctx, world: World, ordered: Ordered) -> None:
    """Ten a week, and a hundred in two weeks of a fair shortly before."""
    for n in range(-30, 0):
        ordered(100 if n in (-3, -2) else 10, week(n))
    before = queries.reckon(ctx)
    promote(at(ctx, week(-5)), first=week(-3), item=world.sweater, weeks=2)
    after = queries.reckon(ctx)
    expected = [next(one.mean[0] for one in made.figures if one.is_sum) for made in (before, after)]
    assert expected[1] == D(10)
    assert expected[0] > D(10)


def test_nobody_took_it_yet_and_it_is_promoted(ctx: Ctx, world: World) -> None:
    promote(ctx, first=week(1), item=world.sweater, kind="quantity", customer=world.shop, uplift=D(7))
    assert layers(ctx, world.sweater.pk, 1).forecast == D(7)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"item": None}, "choose exactly one"),
        ({"uplift": D(0)}, "above 0"),
        ({"first_week": date(2027, 1, 5)}, "no Monday"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_what_cannot_be_planned(ctx: Ctx, world: World, given: dict[str, object], said: str) -> None:
    values = {"name": "Fair", "first_week": week(1), "uplift": D(5), "reason": "Fair", "item": world.sweater}
    with pytest.raises(Refused, match=said):
        demand.plan_promotion(ctx, **{**values, **given})
    assert not Promotion.objects.exists()


def test_what_is_over_stays(ctx: Ctx, world: World) -> None:
    over = promote(ctx, first=week(-3), item=world.sweater)
    with pytest.raises(Refused, match="is over"):
        demand.cancel_promotion(ctx, promotion=over, reason="No")
    coming = promote(ctx, first=week(2), item=world.sweater)
    demand.cancel_promotion(ctx, promotion=coming, reason="No stand")
    with pytest.raises(MoveRefused):
        demand.agree_promotion(replace(ctx), promotion=coming)
