"""A planner's figure has a reason, stands for one week, and can be taken back; the pages show it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import DemandItem, Override, Series
from loomline.domains.demand.pages.sheet import NoNumber, number
from loomline.domains.demand.queries import Key
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.demand.conftest import MONDAY, Ordered, Ran, at, numbers, week
from tests.domains.sales.shop import World

HTMX = {"HX-Request": "true", "Accept": "application/json"}


@pytest.fixture
def series(ran: Ran, key: Key) -> Series:
    ran({key: numbers(*[10] * 20)})
    return Series.objects.get()


def edit(series: Series, n: int, quantity: int | None) -> OverrideDraft:
    return OverrideDraft(
        series_id=series.pk, week=week(n), quantity=None if quantity is None else Decimal(quantity)
    )


def figures(series: Series) -> dict[date, Decimal]:
    return dict(Override.objects.filter(series=series).values_list("week", "quantity"))


def test_a_figure_replaces_the_one_before_and_an_empty_one_takes_it_away(ctx: Ctx, series: Series) -> None:
    demand.override_weeks(ctx, edits=[edit(series, 1, 5), edit(series, 2, 0)], reason=" fair ")
    demand.override_weeks(ctx, edits=[edit(series, 1, 7), edit(series, 2, None)], reason="two fairs")

    one = Override.objects.get()
    assert (one.week, one.quantity, one.reason, one.author, one.at) == (
        week(1),
        7,
        "two fairs",
        ctx.actor,
        ctx.now,
    )


@pytest.mark.parametrize(
    ("draft", "reason", "says"),
    [
        ((1, 5), " ", "Say why your figures differ from the forecast."),
        ((0, 5), "x", "The week of 23 Nov 2026 has begun; its forecast stands. Change a later week."),
        ((60, 5), "x", "The week of 17 Jan 2028 lies more than a year ahead. Name an earlier one."),
        ((1, -5), "x", "-5 is no quantity that somebody could want. Give zero or more."),
    ],
)
def test_what_cannot_be_judged_later_is_refused(
    ctx: Ctx, series: Series, draft: tuple[int, int], reason: str, says: str
) -> None:
    with pytest.raises(Refused) as refusal:
        demand.override_weeks(ctx, edits=[edit(series, 2, 3), edit(series, *draft)], reason=reason)

    assert str(refusal.value) == says
    assert figures(series) == {}


def test_weeks_are_mondays_and_stand_in_a_list_once(ctx: Ctx, series: Series) -> None:
    tuesday = OverrideDraft(series_id=series.pk, week=week(1) + timedelta(days=1), quantity=Decimal(1))
    with pytest.raises(demand.NotMonday):
        demand.override_weeks(ctx, edits=[tuesday], reason="x")
    with pytest.raises(demand.TwoFigures):
        demand.override_weeks(ctx, edits=[edit(series, 1, 1), edit(series, 1, 2)], reason="x")


def test_dropping_leaves_what_was_said_of_past_weeks(ctx: Ctx, series: Series) -> None:
    demand.override_weeks(ctx, edits=[edit(series, 1, 5), edit(series, 3, 6)], reason="fair")
    item = DemandItem.objects.get()
    later = at(ctx, week(2))

    demand.drop_overrides(later, demand=item)
    assert figures(series) == {week(1): 5}
    with pytest.raises(demand.NothingToDrop):
        demand.drop_overrides(later, demand=item)


def test_an_item_is_planned_before_anybody_orders_it(ctx: Ctx, world: World) -> None:
    made = demand.plan_series(ctx, item=world.scarf)
    series = Series.objects.get(demand=made)
    demand.override_weeks(ctx, edits=[edit(series, 2, 40)], reason="new in spring")

    assert [one.total for one in queries.plan_of(ctx, item_id=world.scarf.pk, weeks=3)] == numbers(0, 0, 40)
    with pytest.raises(demand.SeriesTwice, match="Scarf oat for new customers already"):
        demand.plan_series(ctx, item=world.scarf)


@pytest.fixture
def planner(ctx: Ctx) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=ctx.actor.pk))
    return client


def test_a_block_is_pasted_and_taken_back_with_one_step(ctx: Ctx, planner: Client, series: Series) -> None:
    weeks = queries.weeks_from(queries.week_of(date.today()) + timedelta(days=14), 3)  # noqa: DTZ011
    cells = [
        [series.pk, day.isoformat(), text] for day, text in zip(weeks, ("12", "1 200,5", ""), strict=True)
    ]

    answer = planner.post("/demand/grid/save/", {"edits": json.dumps(cells), "reason": "fair"}, headers=HTMX)
    assert answer.status_code == 200, answer.content
    assert figures(series) == {weeks[0]: Decimal(12), weeks[1]: Decimal("1200.5")}
    toast = answer.json()["toast"]
    assert toast["text"] == "3 weeks set."

    assert planner.post(toast["undo_url"], headers=HTMX).status_code in (200, 204)
    assert figures(series) == {}


def test_a_cell_that_is_no_number_refuses_the_whole_block(planner: Client, series: Series) -> None:
    day = queries.weeks_from(queries.week_of(date.today()) + timedelta(days=14), 1)[0]  # noqa: DTZ011
    cells = [[series.pk, day.isoformat(), "12"], [series.pk, day.isoformat(), "a dozen"]]

    answer = planner.post("/demand/grid/save/", {"edits": json.dumps(cells), "reason": "fair"}, headers=HTMX)
    assert answer.status_code >= 400
    assert "“a dozen” is no number" in answer.json()["text"]
    assert figures(series) == {}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200", "1200"),
        ("1 200,5", "1200.5"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("12,5", "12.5"),
        ("1,200,300", "1200300"),
        ("0", "0"),
    ],
)
def test_numbers_are_read_as_spreadsheets_write_them(text: str, amount: str) -> None:
    assert number(text) == Decimal(amount)


def test_nothing_is_no_number_and_words_are_refused() -> None:
    assert number(" ") is None
    with pytest.raises(NoNumber):
        number("many")


def test_pages_show_the_plan(ctx: Ctx, planner: Client, series: Series, ordered: Ordered) -> None:
    ordered(4, MONDAY - timedelta(days=7))
    item = DemandItem.objects.get()

    grid = planner.get("/demand/grid/").content.decode()
    assert "Fjord pine M" in grid
    assert f'data-series="{series.pk}"' in grid
    assert "No series here" in planner.get("/demand/grid/?q=scarf").content.decode()
    assert "Layers" in planner.get(f"/demand/items/{item.pk}/").content.decode()
    assert "Nothing to judge yet" in planner.get("/demand/accuracy/").content.decode()
    for level in queries.LEVELS:
        assert planner.get(f"/demand/accuracy/?level={level}&ahead=4").status_code == 200


def test_the_grid_goes_on_from_a_key(ctx: Ctx, world: World, series: Series) -> None:
    demand.plan_series(ctx, item=world.scarf)
    demand.plan_series(ctx, item=world.scarf, customer=world.shop)
    rows = Series.objects.all()

    first = queries.grid(ctx, series=rows, count=2)
    rest = queries.grid(ctx, series=rows, count=2, after=first.after)
    assert [row.series.pk for row in (*first.rows, *rest.rows)] == [
        one.pk for one in rows.order_by("demand__item__sku", "pk")
    ]
    assert (bool(first.after), rest.after) == (True, "")
    assert [cell.forecast for cell in first.rows[0].cells] == numbers(*[10] * 13)
