"""Expected days move; customers hear of orders that move, and only of those."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.test.utils import CaptureQueriesContext

from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order, OrderLine
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import TODAY, World


def moved() -> list[str]:
    return [event.sentence for event in StoredEvent.objects.filter(name="sales.DeliveryMoved").order_by("id")]


def test_an_order_moves_with_its_last_line(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    sweater, _scarf = made.lines.order_by("position")
    result = sales.expect_lines(
        ctx,
        dates={sweater.pk: date(2026, 12, 18)},
        causes={sweater.pk: "dyeing late at Braga Dye"},
        stages={sweater.pk: "Dyeing"},
    )

    assert moved() == [f"Delivery of {made.number} moved by 4 days: dyeing late at Braga Dye"]
    assert [o.pk for o in result] == [made.pk]
    made.refresh_from_db()
    sweater.refresh_from_db()
    assert (made.expected_on, made.promised_on, made.days_late) == (date(2026, 12, 18), date(2026, 12, 14), 4)
    assert (sweater.expected_on, sweater.cause, sweater.stage) == (
        date(2026, 12, 18), "dyeing late at Braga Dye", "Dyeing"
    )  # fmt: skip
    told = StoredEvent.objects.get(name="sales.DeliveryMoved")
    assert (told.payload["days"], told.tone) == (4, "warn")
    assert f"parties.party:{made.customer_id}" in told.about


def test_a_line_that_moves_within_its_order_tells_nobody(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    scarf = made.lines.get(position=2)
    result = sales.expect_lines(
        ctx, dates={scarf.pk: date(2026, 12, 10)}, causes={scarf.pk: "yarn late at Biella Yarns"}
    )

    assert (result, moved()) == ([], [])
    scarf.refresh_from_db()
    assert scarf.expected_on == date(2026, 12, 10)


def test_the_same_news_twice_is_told_once(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    line = made.lines.get(position=1)
    for _run in range(2):
        sales.expect_lines(ctx, dates={line.pk: date(2026, 12, 15)}, causes={line.pk: "loom 4 stopped"})

    assert moved() == [f"Delivery of {made.number} moved by 1 day: loom 4 stopped"]


def test_good_news_is_told_too(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    line = made.lines.get(position=1)
    sales.expect_lines(ctx, dates={line.pk: date(2026, 12, 18)}, causes={line.pk: "loom 4 stopped"})
    sales.expect_lines(ctx, dates={line.pk: date(2026, 12, 11)})

    assert moved()[-1] == f"Delivery of {made.number} moved 7 days earlier: the plan changed"
    line.refresh_from_db()
    assert line.cause == ""
    assert StoredEvent.objects.filter(name="sales.DeliveryMoved").latest("id").tone == "ok"


def test_lines_of_shipped_orders_are_passed_over(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    lines = {line.pk: line.quantity for line in made.lines.all()}
    sales.record_shipped(ctx, shipped=lines)
    sales.expect_lines(ctx, dates=dict.fromkeys(lines, date(2027, 5, 1)))

    assert moved() == []
    assert set(OrderLine.objects.values_list("expected_on", flat=True)) == {TODAY}


def test_orders_at_risk_come_latest_first(ctx: Ctx, order: Callable[..., Order]) -> None:
    late, fine, later = order(confirmed=True), order(confirmed=True), order(confirmed=True)
    for made, day in ((late, date(2026, 12, 16)), (later, date(2026, 12, 21))):
        line = made.lines.get(position=1)
        sales.expect_lines(ctx, dates={line.pk: day}, causes={line.pk: "late"})

    assert list(queries.orders_at_risk(today=TODAY)) == [later, late]
    assert [o.slip.days for o in queries.orders_at_risk(today=TODAY)] == [7, 2]
    assert list(queries.orders_at_risk(today=date(2026, 12, 15))) == [later, late, fine]


def test_a_plan_for_fifty_orders_costs_as_many_statements_as_for_one(
    ctx: Ctx, order: Callable[..., Order], world: World, statements: Callable[[str], CaptureQueriesContext]
) -> None:
    drafts = [
        sales.OrderDraft(
            customer=world.shop, lines=[LineDraft(item=world.sweater, quantity=Decimal(1)) for _n in range(3)]
        )
        for _n in range(50)
    ]
    orders = sales.confirm_orders(ctx, orders=sales.open_orders(ctx, drafts=drafts))
    lines = list(OrderLine.objects.filter(order__in=orders).values_list("pk", flat=True))
    with statements("expect_lines, 50 orders of 3 lines") as seen:
        sales.expect_lines(ctx, dates=dict.fromkeys(lines, date(2026, 12, 18)))
    # Savepoint, number of the activity, lines with orders, lines, orders, activity, events, release.
    assert len(seen) == 8
    assert len(moved()) == 50
