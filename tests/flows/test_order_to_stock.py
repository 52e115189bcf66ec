"""An order that changes lets go of stock; a shipment that is late is news for its order and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.inventory import queries as stock
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderState
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment, ShipmentState
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import expected, free, kept, told


def test_a_cancelled_order_frees_its_stock(dock: Dock, planned: Callable[..., Order]) -> None:
    dock.stock(dock.label, "100")
    gone, stays = planned((dock.label, "40")), planned((dock.label, "25"))
    assert (kept(gone), kept(stays), free(dock, dock.label)) == ([40], [25], 35)

    sales.cancel_order(dock.ctx, order=gone, reason="the shop closed")

    assert (kept(gone), kept(stays), free(dock, dock.label)) == ([0], [25], 75)
    assert stock.compare_balances() == []


def test_picking_for_a_cancelled_order_stops(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"), (dock.label, "50"))
    sales.cancel_order(dock.ctx, order=shipment.order, reason="the shop closed")

    shipment.refresh_from_db()
    assert shipment.state == ShipmentState.CANCELLED
    assert (free(dock, dock.sweater), free(dock, dock.label)) == (10, 50)
    assert told("warehouse.ShipmentCancelled") == [
        f"Shipment {shipment.number} of order {shipment.order.number} cancelled: the shop closed"
    ]


def test_an_amended_order_keeps_no_more_than_it_still_needs(
    dock: Dock, planned: Callable[..., Order]
) -> None:
    dock.stock(dock.label, "100")
    dock.stock(dock.sweater, "10", lot="L-1")
    order = planned((dock.label, "40"), (dock.sweater, "6"))
    labels, _sweaters = order.lines.order_by("position")

    less = sales.LineDraft(item=dock.label, quantity=Decimal(25), price=Decimal(45), line=labels)
    sales.amend_order(dock.ctx, order=order, lines=[less], reason="a smaller window")

    assert (kept(order), free(dock, dock.label), free(dock, dock.sweater)) == ([25], 75, 10)
    assert stock.compare_balances() == []


def test_an_order_that_grows_keeps_what_it_had(dock: Dock, planned: Callable[..., Order]) -> None:
    dock.stock(dock.label, "100")
    order = planned((dock.label, "40"))
    more = sales.LineDraft(
        item=dock.label, quantity=Decimal(60), price=Decimal(45), line=order.lines.get(position=1)
    )
    sales.amend_order(dock.ctx, order=order, lines=[more])

    assert (kept(order), free(dock, dock.label)) == ([40], 60)


def test_a_late_shipment_moves_its_order_and_no_other(dock: Dock) -> None:
    late, other = (ship(dock, expected_on=date(2026, 11, 27)) for _n in range(2))
    assert [expected(s.order) for s in (late, other)] == [date(2026, 11, 27)] * 2

    warehouse.report_delay(
        dock.ctx, shipment=late, expected_on=date(2026, 12, 1), reason="storm in the Skagerrak"
    )

    order = Order.objects.get(pk=late.order_id)
    assert (order.state, order.expected_on) == (OrderState.SHIPPED, date(2026, 12, 1))
    assert list(order.lines.values_list("expected_on", "cause")) == [
        (date(2026, 12, 1), "storm in the Skagerrak")
    ]
    assert (expected(other.order), other.order.lines.get().cause) == (date(2026, 11, 27), "")
    assert told("sales.DeliveryMoved") == [
        f"Delivery of {order.number} moved by 4 days: storm in the Skagerrak"
    ]


def test_a_late_part_waits_for_the_rest_if_that_is_later_still(dock: Dock) -> None:
    dock.stock(dock.label, "10")
    order = dock.order((dock.label, "10"))
    line = order.lines.get()
    rest = date(2026, 12, 21)
    sales.expect_lines(dock.ctx, dates={line.pk: rest}, causes={line.pk: "the loom stopped"})
    sales.record_shipped(dock.ctx, shipped={line.pk: Decimal(4)})

    sales.expect_arrival(dock.ctx, line_ids=[line.pk], on=date(2026, 12, 1), cause="storm")
    assert expected(order) == rest
    sales.expect_arrival(dock.ctx, line_ids=[line.pk], on=date(2026, 12, 22), cause="storm")
    assert expected(order) == rest + timedelta(days=1)


def ship(dock: Dock, *, expected_on: date) -> Shipment:
    """Ten labels on their way to the customer."""
    shipment = dock.shipment((dock.label, "10"))
    return warehouse.ship_shipment(dock.ctx, shipment=shipment, expected_on=expected_on)
