"""Picking: an order's pick list is written from what is reserved for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot, Reservation
from loomline.domains.sales.models import OrderState
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import queries
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.event import StoredEvent
from tests.domains.inventory.mill import counted
from tests.domains.warehouse.dock import Dock


def rows(shipment: Shipment) -> list[tuple[str, str, Decimal]]:
    found = shipment.lines.select_related("item", "lot", "location").order_by("position")
    return [(line.item.sku, str(line.lot or ""), line.quantity) for line in found]


def test_what_is_not_reserved_yet_is_reserved_and_listed_by_lot(dock: Dock) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    dock.stock(dock.sweater, "30", lot="B2", at="rack")
    dock.stock(dock.label, "100")
    order = dock.order((dock.sweater, "50"), (dock.label, "50"))

    shipment = warehouse.pick_order(dock.ctx, order=order)

    assert rows(shipment) == [
        ("FJ-PM", "B1", Decimal(30)),
        ("FJ-PM", "B2", Decimal(20)),
        ("LB-1", "", Decimal(50)),
    ]
    assert (shipment.state, shipment.ship_name, shipment.carrier) == (
        ShipmentState.PICKING,
        "Nord Living",
        dock.carrier,
    )
    assert shipment.ship_address.splitlines() == ["Storgata 1", "0155 Oslo", "Norway"]
    assert shipment.ship_latitude == Decimal("59.913")
    assert set(Reservation.objects.values_list("origin_kind", "holder_kind")) == {
        ("sales.orderline", "warehouse.shipmentline")
    }
    assert StoredEvent.objects.get(name="warehouse.PickListWritten").sentence == (
        f"Pick list {shipment.number} written for order {order.number}: 3 lines at Braga"
    )


def test_what_was_reserved_before_is_what_is_picked(dock: Dock) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    dock.stock(dock.sweater, "30", lot="B2")
    order = dock.order((dock.sweater, "10"))
    line = order.lines.get()
    second = Lot.objects.get(number="B2")
    inventory.reserve(
        dock.ctx,
        demands=[
            inventory.Demand(
                item_id=dock.sweater.pk,
                quantity=Decimal(10),
                origin_kind="sales.orderline",
                origin_id=line.pk,
                site_id=dock.mill.site.pk,
                lot_id=second.pk,
            )
        ],
    )
    assert rows(warehouse.pick_order(dock.ctx, order=order)) == [("FJ-PM", "B2", Decimal(10))]


def test_more_than_was_needed_is_given_back(dock: Dock) -> None:
    dock.stock(dock.label, "30")
    order = dock.order((dock.label, "10"))
    demand = dock.mill.demand("25", origin=order.lines.get().pk, item=dock.label)
    inventory.reserve(dock.ctx, demands=[demand])

    assert rows(warehouse.pick_order(dock.ctx, order=order)) == [("LB-1", "", Decimal(10))]
    assert Balance.objects.get(item=dock.label, location=dock.mill.shelf).reserved == 10
    assert stock.compare_balances() == []


def test_a_shortage_names_each_item_and_changes_nothing(dock: Dock) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    order = dock.order((dock.sweater, "50"), (dock.label, "5"))

    with pytest.raises(warehouse.StockMissing) as refused:
        warehouse.pick_order(dock.ctx, order=order)

    assert "Fjord pine M: 20 pcs missing; Care label: 5 pcs missing" in str(refused.value)
    assert not Shipment.objects.exists()
    assert not Reservation.objects.exists()


def test_an_accepted_shortage_picks_what_is_there_and_leaves_the_rest_open(dock: Dock) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    order = dock.order((dock.sweater, "50"), (dock.label, "5"))
    accepting = replace(dock.ctx, accepted=frozenset({"StockMissing"}))

    assert rows(warehouse.pick_order(accepting, order=order)) == [("FJ-PM", "B1", Decimal(30))]
    assert queries.readiness(on=dock.ctx.today) == {order.pk: queries.Readiness(order.pk, 2, 0, 0)}

    dock.stock(dock.sweater, "20", lot="B2")
    dock.stock(dock.label, "5")
    rest = warehouse.pick_order(dock.ctx, order=order)
    assert rows(rest) == [("FJ-PM", "B2", Decimal(20)), ("LB-1", "", Decimal(5))]
    assert queries.readiness(on=dock.ctx.today) == {}


def test_an_order_of_which_nothing_is_there_is_refused_even_when_accepted(dock: Dock) -> None:
    order = dock.order((dock.label, "5"))
    accepting = replace(dock.ctx, accepted=frozenset({"StockMissing"}))
    with pytest.raises(warehouse.NothingInStock, match=r"in stock at Braga. Care label: 5 pcs missing"):
        warehouse.pick_order(accepting, order=order)


def test_an_order_is_not_picked_twice(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    order = dock.order((dock.label, "5"))
    warehouse.pick_order(dock.ctx, order=order)
    with pytest.raises(warehouse.NothingToPick, match=f"Nothing of order {order.number} is left to pick"):
        warehouse.pick_order(dock.ctx, order=order)
    assert Shipment.objects.count() == 1


def test_a_draft_is_not_picked(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    order = dock.order((dock.label, "5"), confirm=False)
    with pytest.raises(warehouse.OrderNotOpen, match=f"Order {order.number} is draft"):
        warehouse.pick_order(dock.ctx, order=order)
    assert order.state == OrderState.DRAFT


def test_a_cancelled_shipment_leaves_the_goods_reserved_for_its_order(dock: Dock) -> None:
    dock.stock(dock.label, "5")
    order = dock.order((dock.label, "5"))
    shipment = warehouse.pick_order(dock.ctx, order=order)
    warehouse.pack_shipment(dock.ctx, shipment=shipment)

    cancelled = warehouse.cancel_shipment(dock.ctx, shipment=shipment, reason="wrong carrier")

    assert cancelled.state == ShipmentState.CANCELLED
    assert stock.reserved_for(kind="sales.orderline", ids=[order.lines.get().pk]) == {
        order.lines.get().pk: Decimal(5)
    }
    assert rows(warehouse.pick_order(dock.ctx, order=order)) == [("LB-1", "", Decimal(5))]


def test_an_order_that_is_withdrawn_is_no_longer_picked_and_keeps_nothing(dock: Dock) -> None:
    dock.stock(dock.label, "20")
    first, other = dock.order((dock.label, "5")), dock.order((dock.label, "7"))
    shipment, kept = warehouse.pick_orders(dock.ctx, orders=[first, other])

    assert warehouse.withdraw_orders(dock.ctx, order_ids=[first.pk], reason="order cancelled") == [shipment]

    kept.refresh_from_db()
    assert kept.state == ShipmentState.PICKING
    assert list(Reservation.objects.values_list("origin_id", "quantity")) == [
        (other.lines.get().pk, Decimal(7))
    ]
    assert stock.compare_balances() == []


def test_a_place_that_holds_less_is_corrected_and_the_rest_comes_from_elsewhere(dock: Dock) -> None:
    dock.stock(dock.label, "10")
    dock.stock(dock.label, "4", at="rack")
    shipment = warehouse.pick_order(dock.ctx, order=dock.order((dock.label, "10")))

    warehouse.short_pick(dock.ctx, line=shipment.lines.get(), found=Decimal(3))

    assert [(line.location_id, line.quantity) for line in shipment.lines.order_by("position")] == [
        (dock.mill.shelf.pk, 3),
        (dock.mill.rack.pk, 4),
    ]
    assert StoredEvent.objects.get(name="warehouse.PickedShort").sentence == (
        "7 pcs of Care label were not at BRG/A; 4 taken elsewhere, 3 still missing"
    )
    shelf = Balance.objects.get(item=dock.label, location=dock.mill.shelf)
    assert (shelf.on_hand, shelf.reserved) == (3, 3)
    assert stock.compare_balances() == []


def test_a_list_of_which_nothing_is_found_is_cancelled(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "10"))
    gone = warehouse.short_pick(dock.ctx, line=shipment.lines.get(), found=Decimal(0))
    assert gone.state == ShipmentState.CANCELLED
    assert not Reservation.objects.exists()


def test_a_short_pick_finds_less_than_the_list_asks_for(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "10"))
    for found in ("10", "11", "-1"):
        with pytest.raises(warehouse.NotShort):
            warehouse.short_pick(dock.ctx, line=shipment.lines.get(), found=Decimal(found))


def test_picking_forty_orders_costs_as_many_statements_as_one(dock: Dock) -> None:
    items = dock.many_items(5)
    orders = [dock.order(*((item, "1") for item in items)) for _n in range(41)]
    with counted() as one:
        warehouse.pick_order(dock.ctx, order=orders[0])
    with counted() as many:
        warehouse.pick_orders(dock.ctx, orders=orders[1:])

    # One of them asks what was promised to others before.
    assert len(many) == len(one) == 8
    assert Shipment.objects.count() == 41
    assert Balance.objects.get(item=items[0], location=dock.mill.shelf).reserved == 41
