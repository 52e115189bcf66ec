"""What has left, what was invoiced, and when an order is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict
from loomline.kernel.refusal import MoveRefused
from tests.domains.sales.shop import NOW, World


def told() -> list[str]:
    return list(StoredEvent.objects.order_by("id").values_list("name", flat=True))


def test_parts_and_then_the_rest(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    sweater, scarf = made.lines.order_by("position")

    sales.record_shipped(ctx, shipped={sweater.pk: Decimal(10), scarf.pk: Decimal(5)})
    made.refresh_from_db()
    assert (made.state, made.expected_on) == (OrderState.PART_SHIPPED, date(2026, 11, 30))
    part = StoredEvent.objects.latest("id")
    assert part.sentence == f"Part of order {made.number} shipped: 15 of 30"

    sales.record_shipped(ctx.at(NOW + timedelta(days=23)), shipped={scarf.pk: Decimal(15)})
    made.refresh_from_db()
    assert (made.state, made.expected_on) == (OrderState.SHIPPED, date(2026, 12, 16))
    assert StoredEvent.objects.latest("id").sentence == f"Order {made.number} shipped 2 days late"


def test_services_count_as_delivered_with_the_last_goods(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(
        LineDraft(item=world.sweater, quantity=Decimal(2)),
        LineDraft(item=world.fitting, quantity=Decimal(1)),
        confirmed=True,
    )
    goods = made.lines.get(item=world.sweater)
    sales.record_shipped(ctx, shipped={goods.pk: Decimal(1)})
    assert OrderLine.objects.get(order=made, item=world.fitting).shipped == 0

    sales.record_shipped(ctx, shipped={goods.pk: Decimal(1)})
    made.refresh_from_db()
    assert made.state == OrderState.SHIPPED
    assert OrderLine.objects.get(order=made, item=world.fitting).shipped == 1


def test_an_order_of_services_alone_is_marked_by_hand(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(LineDraft(item=world.fitting, quantity=Decimal(3)), confirmed=True)

    assert sales.ship_order(ctx, order=made).state == OrderState.SHIPPED


def test_marking_goods_as_shipped_warns_that_stock_stays(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)

    with pytest.raises(sales.StockStays, match="the stock of Fjord pine M, Scarf oat"):
        sales.ship_order(ctx, order=made)
    shipped = sales.ship_order(replace(ctx, accepted=frozenset({"StockStays"})), order=made)
    assert shipped.state == OrderState.SHIPPED


def test_more_than_ordered_is_refused_and_nothing_changes(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    sweater, scarf = made.lines.order_by("position")

    with pytest.raises(sales.ShippedTooMuch, match="Fjord pine M has 10 left to ship, not 11"):
        sales.record_shipped(ctx, shipped={scarf.pk: Decimal(1), sweater.pk: Decimal(11)})
    with pytest.raises(sales.NothingShipped):
        sales.record_shipped(ctx, shipped={scarf.pk: Decimal(0)})
    with pytest.raises(sales.LineElsewhere):
        sales.record_shipped(ctx, shipped={0: Decimal(1)})
    assert set(OrderLine.objects.values_list("shipped", flat=True)) == {Decimal(0)}


def test_the_database_refuses_more_than_ordered_too(order: Callable[..., Order]) -> None:
    line = order(confirmed=True).lines.first()

    with pytest.raises(Exception, match="sales_orderline_shipped"):
        OrderLine.objects.filter(pk=line.pk).update(shipped=Decimal("10.000001"))


def test_a_draft_ships_nothing(ctx: Ctx, order: Callable[..., Order]) -> None:
    line = order().lines.first()

    with pytest.raises(sales.OrderNotOpen, match="is draft"):
        sales.record_shipped(ctx, shipped={line.pk: Decimal(1)})


def test_no_more_is_invoiced_than_ordered(ctx: Ctx, order: Callable[..., Order]) -> None:
    line = order(confirmed=True).lines.get(position=1)
    sales.record_invoiced(ctx, invoiced={line.pk: Decimal(10)})

    with pytest.raises(Conflict, match="No more can be invoiced than was ordered"):
        sales.record_invoiced(ctx, invoiced={line.pk: Decimal(1)})
    sales.record_invoiced(ctx, invoiced={line.pk: Decimal(-4)})
    line.refresh_from_db()
    assert line.invoiced == Decimal(6)


def test_closing_gives_the_rest_up_only_when_accepted(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    with pytest.raises(sales.NotShippedYet):
        sales.close_order(ctx, order=made)
    line = made.lines.get(position=1)
    sales.record_shipped(ctx, shipped={line.pk: Decimal(10)})

    with pytest.raises(sales.RestUndelivered, match="still lacks 20 pcs Scarf oat"):
        sales.close_order(ctx, order=made)
    closed = sales.close_order(replace(ctx, accepted=frozenset({"RestUndelivered"})), order=made)
    assert closed.state == OrderState.CLOSED
    assert StoredEvent.objects.latest("id").sentence == f"Order {made.number} closed without 20 pcs Scarf oat"


def test_a_cancelled_order_names_its_lines_so_that_stock_is_freed(
    ctx: Ctx, order: Callable[..., Order]
) -> None:
    made = order(confirmed=True)
    with pytest.raises(sales.CancelledForNothing):
        sales.cancel_order(ctx, order=made, reason="")
    sales.cancel_order(ctx, order=made, reason="Shop closes")

    event = StoredEvent.objects.latest("id")
    assert event.sentence == f"Order {made.number} cancelled: Shop closes"
    assert event.payload["line_ids"] == list(made.lines.order_by("position").values_list("pk", flat=True))


def test_a_shipped_order_is_not_cancelled(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    sales.record_shipped(ctx, shipped={line.pk: line.quantity for line in made.lines.all()})

    with pytest.raises(MoveRefused, match="is shipped"):
        sales.cancel_order(ctx, order=made, reason="Too late")
    assert "sales.OrderCancelled" not in told()


def test_an_invoiced_order_is_credited_before_it_is_cancelled(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    line = made.lines.first()
    sales.record_invoiced(ctx, invoiced={line.pk: Decimal(1)})

    with pytest.raises(sales.InvoicedAlready):
        sales.cancel_order(ctx, order=made, reason="Shop closes")
