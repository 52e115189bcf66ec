"""A pick list is walked line by line; what is scanned proves that the right goods are taken."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from loomline.domains.parties import commands as parties
from loomline.domains.sales import commands as sales
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment, ShipmentLine, ShipmentState
from tests.domains.scanning.conftest import GTIN, Handheld, Store


@pytest.fixture
def shipment(store: Store) -> Shipment:
    """12 kg of a lot from the shelf and 40 buttons from the rack, for one customer."""
    store.mill.receive("20", lot=store.mill.lot("A7"))
    store.mill.receive("100", at=store.mill.rack)
    customer = parties.open_party(store.ctx, name="Nord Living", roles=["customer"])
    lines = [
        sales.LineDraft(item=item, quantity=Decimal(n), price=Decimal(45))
        for item, n in ((store.mill.yarn, "12"), (store.mill.button, "40"))
    ]
    order = sales.open_order(store.ctx, customer=customer, lines=lines, site=store.mill.site)
    return warehouse.pick_order(store.ctx, order=sales.confirm_order(store.ctx, order=order))


def picked(shipment: Shipment) -> list[tuple[str, Decimal]]:
    return [(line.location.path, line.quantity) for line in shipment.lines.order_by("position")]


def test_a_list_is_picked_by_lot_and_by_bin_and_item_and_packed(
    gun: Handheld, store: Store, shipment: Shipment
) -> None:
    assert f"{shipment.number} Nord Living" in gun.open("/scan/pick/").words
    page = gun.scan(shipment.number)
    assert "Line 1 of 2, Nord Living Bin BRG/A Take 12 kg Item Merino 2/48 Y-1 Lot A7" in page.words
    assert "Line 2 of 2, Nord Living Bin BRG/B Take 40 pcs Item Button 12 mm B-1" in gun.scan("A7").words
    assert "Bin BRG/B scanned" in gun.scan("brg/b").words
    page = gun.scan(GTIN)
    assert "All of it is taken." in page.words
    assert gun.open(page.url).words == page.words
    gun.scan("2")
    shipment.refresh_from_db()
    assert shipment.state == ShipmentState.PACKED
    assert shipment.packages.count() == 2


def test_a_wrong_scan_says_what_was_expected_and_changes_nothing(
    gun: Handheld, store: Store, shipment: Shipment
) -> None:
    other = store.mill.lot("B1")
    store.mill.receive("5", lot=other)
    before = StockMove.objects.count()
    gun.open("/scan/pick/", shipment=str(shipment.pk))
    wrong = gun.scan("B1").words
    assert (
        "Expected: BRG/A and Merino 2/48, or lot A7. You have scanned B1 (Lot, Merino 2/48)."
        " Nothing was changed." in wrong
    )
    assert "You have scanned BRG/B (Location)." in gun.scan("BRG/B").words
    assert "You have scanned Button 12 mm (B-1) (Item)." in gun.scan("B-1").words
    assert "You have scanned HELLO." in gun.scan("HELLO").words
    assert "You have scanned B1 (Lot, Merino 2/48)." in gun.scan("(240)Y-1(10)B1").words
    assert "Line 1 of 2" in gun.page.words
    gun.scan("BRG/A")
    assert "Several lots of Merino 2/48 lie here. Scan the label of lot A7." in gun.scan("Y-1").words
    assert "Line 2 of 2" in gun.scan("(240)Y-1(10)A7").words
    assert StockMove.objects.count() == before
    assert picked(shipment) == [("BRG/A", Decimal(12)), ("BRG/B", Decimal(40))]


def test_the_item_is_enough_where_only_its_lot_lies(gun: Handheld, store: Store, shipment: Shipment) -> None:
    gun.open("/scan/pick/", shipment=str(shipment.pk))
    assert "Scan the bin" in gun.scan("Y-1").words
    assert "Line 2 of 2" in gun.scan("A").words


def test_a_pallet_with_just_these_goods_proves_them(gun: Handheld, store: Store) -> None:
    lot = store.mill.lot("A9")
    store.mill.receive("20", lot=lot)
    unit = inventory.open_unit(store.ctx, location=store.mill.shelf)
    inventory.pack_stock(store.ctx, balance=store.mill.balance(lot=lot), quantity=Decimal(20), unit=unit)
    customer = parties.open_party(store.ctx, name="Nord Living", roles=["customer"])
    line = sales.LineDraft(item=store.mill.yarn, quantity=Decimal(20), price=Decimal(45))
    order = sales.open_order(store.ctx, customer=customer, lines=[line], site=store.mill.site)
    made = warehouse.pick_order(store.ctx, order=sales.confirm_order(store.ctx, order=order))
    gun.open("/scan/pick/", shipment=str(made.pk))
    assert "All of it is taken." in gun.scan(f"00{unit.sscc}").words


def test_less_is_found_and_the_rest_comes_from_elsewhere(
    gun: Handheld, store: Store, shipment: Shipment
) -> None:
    store.mill.receive("9", lot=store.mill.lot("B1"), at=store.mill.rack)
    gun.open("/scan/pick/", shipment=str(shipment.pk))
    gun.press("There is less")
    refused = gun.scan("12", reason="Damaged")
    assert refused.status == 422
    assert "A short pick finds between 0 and less than that, not 12." in refused.words
    gun.scan("5", reason="Damaged")
    assert picked(shipment) == [("BRG/A", Decimal(5)), ("BRG/B", Decimal(40)), ("BRG/A", Decimal(7))]
    written_off = StockMove.objects.get(origin_kind="warehouse.shipmentline")
    assert (written_off.quantity, written_off.reason) == (Decimal(7), "Damaged")
    assert "Line 2 of 3" in gun.page.words


def test_a_shipment_past_picking_is_said(gun: Handheld, store: Store, shipment: Shipment) -> None:
    warehouse.pack_shipment(store.ctx, shipment=shipment)
    gun.open("/scan/pick/")
    assert f"{shipment.number} is packed: there is nothing to pick." in gun.scan(shipment.number).words
    assert "there is nothing to pick." in gun.open("/scan/pick/", shipment=str(shipment.pk)).words
    assert "No shipment is called X-1." in gun.scan("X-1").words
    assert ShipmentLine.objects.count() == 2


def test_its_number_leads_to_picking(gun: Handheld, store: Store, shipment: Shipment) -> None:
    gun.open("/scan/")
    assert "Line 1 of 2" in (gun.scan(shipment.number) and gun.press(f"Pick {shipment.number}")).words
