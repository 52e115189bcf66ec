"""Goods are received by scanning: order, item, lot, quantity; the receipt is the one there is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.inbound import commands as inbound
from loomline.domains.inventory.models import Lot
from loomline.domains.procurement.models import PurchaseState, Receipt
from tests.domains.scanning.conftest import GTIN, Handheld, Store

STORE = "BRG/STORE"


def test_an_order_is_received_code_by_code(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    assert f"{order.number} Sent Biella Yarns" in gun.open("/scan/receive/").words
    gun.scan(order.number)
    assert "Merino 2/48 Y-1, 100 kg still to come" in gun.page.words
    assert "Scan the lot" in gun.scan("Y-1").words
    gun.scan("BY-7781")
    assert "Enter alone takes 100 kg." in gun.page.words
    assert "Merino 2/48 Scanned 60 kg, lot BY-7781" in gun.scan("60").words
    gun.scan(GTIN)
    assert not Receipt.objects.exists()
    gun.scan("")
    page = gun.press("Receive 2 lines")

    receipt = Receipt.objects.get()
    assert f"{receipt.number} is received" in page.words
    assert f"60 kg Merino 2/48 to {STORE}, lot BY-7781 500 pcs Button 12 mm to {STORE}" in page.words
    assert store.lying(store.mill.yarn) == {(STORE, "BY-7781"): Decimal(60)}
    assert store.lying(store.mill.button) == {(STORE, ""): Decimal(500)}
    order.refresh_from_db()
    assert order.state == PurchaseState.PART_RECEIVED
    assert f"Receive more of {order.number}" in page.words


def test_a_label_brings_item_lot_day_and_quantity_at_once(gun: Handheld, store: Store) -> None:
    order = store.purchase("100")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("(240)Y-1(10)A7(17)270301(3102)001250")
    assert "Enter alone takes 12.5 kg." in gun.page.words
    gun.scan("")
    gun.press("Receive 1 line")
    assert store.lying(store.mill.yarn) == {(STORE, "A7"): Decimal("12.5")}
    assert Lot.objects.get().expires_on == date(2027, 3, 1)


def test_a_reload_or_another_device_goes_on_where_it_was(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("Y-1")
    gun.scan("A7")
    gun.scan("60")
    gun.scan("B-1")
    before = gun.page
    again = gun.open(before.url)
    assert again.words == before.words
    assert "Enter alone takes 500 pcs." in again.words


def test_the_same_page_sent_twice_writes_one_receipt(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("B-1")
    page = gun.scan("200")
    gun.press("Receive 1 line")
    gun.page = page
    gun.press("Receive 1 line")
    assert Receipt.objects.count() == 1
    gun.open(page.url)
    gun.scan("B-1")
    gun.scan("10")
    refused = gun.press("Receive 2 lines")
    assert f"This delivery was received already. Look at the receipts of {order.number}" in refused.words
    assert store.lying(store.mill.button) == {(STORE, ""): Decimal(200)}


def test_more_than_was_ordered_is_asked_about_and_too_much_refused(gun: Handheld, store: Store) -> None:
    order = store.purchase("", buttons="500")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("B-1")
    gun.scan("510")
    asked = gun.press("Receive 1 line")
    assert asked.status == 422
    assert "510 pcs would have come of 500 ordered" in asked.words
    assert not Receipt.objects.exists()
    gun.press("Do it anyway")
    assert store.lying(store.mill.button) == {(STORE, ""): Decimal(510)}

    second = store.purchase("", buttons="500")
    gun.open("/scan/receive/", purchase=str(second.pk))
    gun.scan("B-1")
    gun.scan("600")
    refused = gun.press("Receive 1 line")
    assert "at most 525 pcs can be taken" in refused.words
    assert "Do it anyway" not in refused.words
    assert Receipt.objects.count() == 1


def test_wrong_scans_say_what_was_expected_and_change_nothing(gun: Handheld, store: Store) -> None:
    order = store.purchase("100")
    gun.open("/scan/receive/")
    assert "No purchase order is called P-99, and no shipping notice." in gun.scan("P-99").words
    gun.scan(order.number)
    assert f"Button 12 mm is not on {order.number}. Put it aside" in gun.scan("B-1").words
    assert "XYZ names no item." in gun.scan("XYZ").words
    gun.scan("Y-1")
    assert "This label is of Button 12 mm, not of Merino 2/48." in gun.scan(f"(01)0{GTIN}(10)Z").words
    gun.scan("A7")
    assert f"“{GTIN}” is no quantity." in gun.scan(GTIN).words
    assert "“many” is no quantity." in gun.scan("many").words
    assert "“-1” is no quantity." in gun.scan("-1").words
    assert not Receipt.objects.exists()


def test_serial_numbers_are_one_piece_each(gun: Handheld, store: Store) -> None:
    Item.objects.filter(pk=store.mill.button.pk).update(tracking="serial")
    order = store.purchase("", buttons="3")
    gun.open("/scan/receive/", purchase=str(order.pk))
    for serial in ("S1", "S2"):
        gun.scan("B-1")
        gun.scan(serial)
    gun.scan(f"010{GTIN}21S3")
    gun.press("Receive 3 lines")
    assert store.lying(store.mill.button) == {(STORE, serial): Decimal(1) for serial in ("S1", "S2", "S3")}


def test_goods_without_a_number_get_one_and_a_line_can_be_taken_out(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("B-1")
    gun.scan("500")
    gun.scan("Y-1")
    gun.press("It has no number")
    gun.scan("100")
    gun.press("Take out")
    gun.press("Receive 1 line")
    receipt = Receipt.objects.get()
    assert store.lying(store.mill.yarn) == {(STORE, f"{receipt.number}-1"): Decimal(100)}
    assert store.lying(store.mill.button) == {}


def test_nothing_is_received_of_what_is_not_awaited(gun: Handheld, store: Store) -> None:
    order = store.purchase("100")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("(240)Y-1(10)A7")
    gun.scan("100")
    gun.press("Receive 1 line")
    gun.open("/scan/receive/")
    assert f"{order.number} is received: nothing of it is awaited." in gun.scan(order.number).words


def test_a_part_is_rejected_with_its_reason(gun: Handheld, store: Store) -> None:
    order = store.purchase("", buttons="500")
    gun.open("/scan/receive/", purchase=str(order.pk))
    gun.scan("B-1")
    gun.scan("200")
    gun.press("Reject some")
    assert "200 pcs came. Say how much of it is rejected" in gun.scan("201").words
    gun.scan("30")
    assert "Say why it is rejected" in gun.scan("").words
    assert "30 pcs rejected: wrong shade" in gun.scan("wrong shade").words
    gun.press("Receive 1 line")

    row = Receipt.objects.get().lines.get()
    assert (row.quantity, row.rejected, row.reason) == (Decimal(200), Decimal(30), "wrong shade")
    assert store.lying(store.mill.button)[STORE, ""] == Decimal(170)
    assert order.lines.get().open_quantity == Decimal(330)


def test_what_was_announced_is_received_by_the_number_of_its_notice(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    yarn, buttons = order.lines.order_by("position")
    lines = [
        inbound.AnnouncedLine(line=yarn, quantity=Decimal(60), lot="BY-9"),
        inbound.AnnouncedLine(line=buttons, quantity=Decimal(500)),
    ]
    notice = inbound.announce_goods(
        store.ctx, purchase=order, lines=lines, expected_on=date(2026, 12, 14), tracking="AL-77"
    )
    gun.open("/scan/")
    assert "60 kg, BY-9" in gun.scan(notice.number).words
    gun.press(f"Receive {notice.number}")
    assert "Merino 2/48 Scanned 60 kg, lot BY-9" in gun.page.words
    gun.open("/scan/receive/")
    page = gun.scan("al-77")
    gun.press("Receive 2 lines")
    gun.page = page
    gun.press("Receive 2 lines")

    receipt = Receipt.objects.get()
    notice.refresh_from_db()
    assert (notice.state, notice.receipt) == ("arrived", receipt)
    assert store.lying(store.mill.yarn) == {(STORE, "BY-9"): Decimal(60)}
    gun.open("/scan/receive/")
    assert f"{notice.number} is arrived: nothing of it is awaited." in gun.scan(notice.number).words
