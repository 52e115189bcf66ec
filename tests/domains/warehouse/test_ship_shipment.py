"""Packing, shipping and delivering: what leaves is out of stock and counted on the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from stdnum import ean

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot, Reservation, StockMove
from loomline.domains.sales.models import OrderState
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import ports, queries
from loomline.domains.warehouse.models import CompanyPrefix, Package, Shipment, ShipmentState
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import NOW, counted
from tests.domains.warehouse.dock import Dock


def test_the_check_digit_follows_the_gs1_rule() -> None:
    # GS1's own example of a logistic label: (00) 1 0614141 123456789 7.
    assert inventory.sscc(extension=1, prefix="0614141", serial=123456789) == "106141411234567897"
    number = inventory.sscc(prefix="952123456789", serial=12345)
    assert (len(number), ean.calc_check_digit(number[:-1])) == (18, number[-1])


def test_packages_get_numbers_under_the_company_prefix_and_hold_everything(dock: Dock) -> None:
    CompanyPrefix.objects.create(digits="5601234", extension=3)
    shipment = dock.shipment((dock.sweater, "10"), (dock.label, "50"))

    packed = warehouse.pack_shipment(dock.ctx, shipment=shipment)

    package = Package.objects.get()
    assert package.sscc.startswith("35601234")
    assert (packed.state, packed.packed_at, packed.weight_kg) == (ShipmentState.PACKED, NOW, Decimal("4.600"))
    assert [content.quantity for content in package.contents.order_by("line__position")] == [10, 50]
    assert StoredEvent.objects.get(name="warehouse.ShipmentPacked").sentence.endswith("packages 1, 4.6 kg")


def test_what_is_in_the_packages_must_be_what_was_picked(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"))
    line = shipment.lines.get()
    halves = [warehouse.PackageDraft(contents={line.pk: Decimal(quantity)}) for quantity in ("6", "3")]
    with pytest.raises(
        warehouse.PackedWrong, match=r"Line 1 \(Fjord pine M\): 9 pcs are in the packages, 10 were picked"
    ):
        warehouse.pack_shipments(dock.ctx, packed={shipment.pk: halves})
    assert not Package.objects.exists()

    halves[1] = warehouse.PackageDraft(contents={line.pk: Decimal(4)}, weight_kg=Decimal("2.5"))
    warehouse.pack_shipments(dock.ctx, packed={shipment.pk: halves})
    assert [p.weight_kg for p in Package.objects.order_by("position")] == [Decimal("2.700"), Decimal("2.500")]


def test_packages_can_be_opened_again(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "10"))
    warehouse.pack_shipment(dock.ctx, shipment=shipment, packages=3, weight_kg=Decimal(6))
    first = set(Package.objects.values_list("sscc", flat=True))

    assert (
        warehouse.unpack_shipment(dock.ctx, shipment=shipment, reason="wet carton").state
        == ShipmentState.PICKING
    )
    warehouse.pack_shipment(dock.ctx, shipment=shipment)
    assert not first & set(Package.objects.values_list("sscc", flat=True))


def test_what_ships_leaves_the_stock_and_is_counted_on_the_order(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"), (dock.label, "50"))
    warehouse.pack_shipment(dock.ctx, shipment=shipment)

    shipped = warehouse.ship_shipment(dock.ctx, shipment=shipment, tracking="FF-1")

    assert (shipped.state, shipped.shipped_at, shipped.tracking) == (ShipmentState.SHIPPED, NOW, "FF-1")
    order = shipped.order
    assert order.state == OrderState.SHIPPED
    assert [line.shipped for line in order.lines.order_by("position")] == [10, 50]
    assert stock.on_hand(item_ids=[dock.sweater.pk], on=NOW.date())[dock.sweater.pk].on_hand == 0
    lot = Lot.objects.get(item=dock.sweater)
    assert Balance.objects.get(lot=lot, location=dock.mill.customer).on_hand == 10
    moves = StockMove.objects.filter(destination=dock.mill.customer).values_list("origin_kind", "origin_id")
    assert set(moves) == {("warehouse.shipmentline", line.pk) for line in shipped.lines.all()}
    assert not Reservation.objects.exists()
    left = StoredEvent.objects.get(name="warehouse.ShipmentLeft")
    assert {(about.kind, about.object_id) for about in EventAbout.objects.filter(event=left)} == {
        ("warehouse.shipment", shipped.pk),
        ("sales.order", order.pk),
        ("parties.party", dock.customer.pk),
        ("parties.party", dock.carrier.pk),
        ("catalog.item", dock.sweater.pk),
        ("catalog.item", dock.label.pk),
        ("inventory.lot", lot.pk),
    }
    assert stock.compare_balances() == []


def test_a_part_that_ships_leaves_the_order_part_shipped(dock: Dock) -> None:
    dock.stock(dock.label, "4")
    order = dock.order((dock.label, "10"))
    accepting = replace(dock.ctx, accepted=frozenset({"StockMissing"}))
    warehouse.ship_shipment(dock.ctx, shipment=warehouse.pick_order(accepting, order=order))

    order.refresh_from_db()
    assert (order.state, order.lines.get().shipped) == (OrderState.PART_SHIPPED, 4)


def test_a_held_lot_does_not_leave(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"))
    inventory.hold_lot(dock.ctx, lot=Lot.objects.get(), reason="shade 2.4 ΔE")
    with pytest.raises(warehouse.LotNotFree, match=r"Lot L-FJ-PM of Fjord pine M is on hold: shade 2.4 ΔE"):
        warehouse.ship_shipment(dock.ctx, shipment=shipment)
    shipment.refresh_from_db()
    assert shipment.state == ShipmentState.PICKING
    assert Balance.objects.get(lot__isnull=False, location=dock.mill.shelf).on_hand == 10


def test_goods_of_an_order_that_is_held_back_stay(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    shipment = dock.shipment((dock.sweater, "10"))
    free = dock.shipment((dock.label, "3"))
    held = {shipment.order_id: "Nord Living owes 900.00 EUR since 12 October."}
    monkeypatch.setattr(ports.may_leave, "filled", lambda _ctx, *, orders: held)

    with pytest.raises(warehouse.HeldBack, match=r"may not leave: Nord Living owes 900\.00 EUR"):
        warehouse.ship_shipment(dock.ctx, shipment=shipment)
    shipment.refresh_from_db()
    assert shipment.state == ShipmentState.PICKING
    assert warehouse.ship_shipment(dock.ctx, shipment=free).state == ShipmentState.SHIPPED


def test_an_expired_lot_leaves_only_when_accepted(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"))
    Lot.objects.update(expires_on=NOW.date() - timedelta(days=1))
    with pytest.raises(warehouse.LotExpired):
        warehouse.ship_shipment(dock.ctx, shipment=shipment)
    accepting = replace(dock.ctx, accepted=frozenset({"LotExpired"}))
    assert warehouse.ship_shipment(accepting, shipment=shipment).state == ShipmentState.SHIPPED


def test_goods_of_a_blocked_lot_are_no_longer_reserved_for_the_shipment(dock: Dock) -> None:
    shipment = dock.shipment((dock.sweater, "10"))
    lot = Lot.objects.get()
    inventory.block_lot(dock.ctx, lot=lot, reason="moth")
    inventory.release_lot(dock.ctx, lot=lot, reason="no moth")
    with pytest.raises((warehouse.ReservationGone, inventory.NothingReserved)):
        warehouse.ship_shipment(dock.ctx, shipment=shipment)
    assert not StockMove.objects.filter(destination=dock.mill.customer).exists()


def test_a_shipment_leaves_once(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "10"))
    warehouse.ship_shipment(dock.ctx, shipment=shipment)
    with pytest.raises(MoveRefused, match="is on the way; it cannot ship now"):
        warehouse.ship_shipment(dock.ctx, shipment=shipment)
    with pytest.raises(MoveRefused, match="is on the way; it cannot cancel now"):
        warehouse.cancel_shipment(dock.ctx, shipment=shipment, reason="too late")
    assert StockMove.objects.filter(destination=dock.mill.customer).count() == 1


def test_a_delivered_shipment_says_whether_it_came_in_time(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "10"))
    warehouse.ship_shipment(dock.ctx, shipment=shipment)
    shipment.refresh_from_db()
    late = replace(dock.ctx, now=NOW + timedelta(days=(shipment.promised_on - NOW.date()).days + 2))

    delivered = warehouse.deliver_shipment(late, shipment=shipment, received_by="Kari")

    assert (delivered.state, delivered.received_by, delivered.delivered_at) == (
        ShipmentState.DELIVERED,
        "Kari",
        late.now,
    )
    assert StoredEvent.objects.get(name="warehouse.ShipmentDelivered").sentence.endswith(
        "delivered 2 days late"
    )
    assert queries.punctuality(starts_on=NOW.date(), ends_on=late.today + timedelta(days=1)) == (0, 1)


def test_goods_do_not_arrive_before_they_left(dock: Dock) -> None:
    shipment = warehouse.ship_shipment(dock.ctx, shipment=dock.shipment((dock.label, "10")))
    for wrong in (NOW - timedelta(hours=1), NOW + timedelta(hours=1)):
        with pytest.raises(warehouse.DeliveredTooSoon):
            warehouse.deliver_shipment(dock.ctx, shipment=shipment, delivered_at=wrong)


def test_a_position_moves_the_point_on_the_map_and_an_older_one_does_not(dock: Dock) -> None:
    shipment = warehouse.ship_shipment(dock.ctx, shipment=dock.shipment((dock.label, "10")))
    warehouse.report_position(
        dock.ctx, shipment=shipment, place="Hamburg", latitude=Decimal("53.55"), longitude=Decimal("9.99")
    )
    seen = warehouse.report_position(
        dock.ctx, shipment=shipment, place="Porto", seen_at=NOW - timedelta(days=1)
    )
    assert (seen.place, seen.latitude) == ("Hamburg", Decimal("53.55"))
    with pytest.raises(warehouse.PlaceUnknown):
        warehouse.report_position(dock.ctx, shipment=shipment, latitude=Decimal(95), longitude=Decimal(0))
    with pytest.raises(warehouse.PlaceUnknown):
        warehouse.report_position(dock.ctx, shipment=shipment)


def test_a_delay_names_the_order_lines_it_concerns(dock: Dock) -> None:
    shipment = warehouse.ship_shipment(dock.ctx, shipment=dock.shipment((dock.label, "10")))
    before = shipment.expected_on
    late = warehouse.report_delay(
        dock.ctx, shipment=shipment, expected_on=before + timedelta(days=4), reason="storm in the Skagerrak"
    )

    assert (late.expected_on, late.days_late) == (before + timedelta(days=4), 4)
    told = StoredEvent.objects.get(name="warehouse.ShipmentDelayed")
    assert (told.payload["days"], told.payload["order_line_ids"], told.tone) == (
        4,
        [shipment.order.lines.get().pk],
        "warn",
    )
    assert list(queries.late(on=NOW.date())) == [shipment]
    with pytest.raises(warehouse.SameDay):
        warehouse.report_delay(dock.ctx, shipment=late, expected_on=late.expected_on, reason="storm")


def test_the_way_of_five_lines_costs_few_statements(dock: Dock) -> None:
    items = dock.many_items(5)
    order = dock.order(*((item, "10") for item in items))
    inventory.reserve(
        dock.ctx,
        demands=[
            dock.mill.demand("10", item=line.item, origin=line.pk)
            for line in order.lines.select_related("item")
        ],
    )
    with counted() as picking:
        shipment = warehouse.pick_orders(dock.ctx, orders=[order])[0]
    with counted() as packing:
        warehouse.pack_shipment(dock.ctx, shipment=shipment)
    with counted() as shipping:
        warehouse.ship_shipments(dock.ctx, shipments=[shipment])
    with counted() as delivering:
        warehouse.deliver_shipments(dock.ctx, shipments=[shipment])

    counts = {
        "pick": len(picking),
        "pack": len(packing),
        "ship": len(shipping),
        "deliver": len(delivering),
    }
    assert counts == {"pick": 5, "pack": 5, "ship": 9, "deliver": 2}


def test_many_shipments_leave_in_as_many_statements_as_one(dock: Dock) -> None:
    items = dock.many_items(2)
    shipments = warehouse.pick_orders(
        dock.ctx, orders=[dock.order(*((item, "1") for item in items)) for _n in range(21)]
    )
    with counted() as one:
        warehouse.ship_shipments(dock.ctx, shipments=shipments[:1])
    with counted() as many:
        warehouse.ship_shipments(dock.ctx, shipments=shipments[1:])
    assert len(many) == len(one)
    assert Shipment.objects.filter(state=ShipmentState.SHIPPED).count() == 21
