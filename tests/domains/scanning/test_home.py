"""Whatever is scanned is shown with where it lies and what can be done next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loomline.domains.accounts import reference
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from tests.domains.scanning.conftest import GTIN, Handheld, Store


def other_lot(store: Store, number: str) -> None:
    """A lot of buttons with the number of a lot of yarn."""
    Item.objects.filter(pk=store.mill.button.pk).update(tracking="lot")
    store.mill.button.refresh_from_db()
    store.mill.lot(number, item=store.mill.button)


def test_an_item_is_known_by_its_number_and_its_gtin(gun: Handheld, store: Store) -> None:
    store.mill.receive("40")
    order = store.purchase(yarn="", buttons="500")
    for code in ("B-1", "b-1", GTIN, f"0{GTIN}", f"(01)0{GTIN}", f"010{GTIN}"):
        gun.open("/scan/")
        page = gun.scan(code)
        assert "Button 12 mm (B-1)" in page.words
        assert "On hand 40 pcs Reserved 0 pcs" in page.words
        assert "BRG/A 40 pcs" in page.words
        assert f"Receive {order.number}" in page.words


def test_a_lot_says_where_it_lies_and_until_when_it_keeps(gun: Handheld, store: Store) -> None:
    lot = store.mill.lot("BY-7781")
    store.mill.receive("40", lot=lot)
    store.mill.receive("2.5", lot=lot, at=store.mill.rack)
    gun.open("/scan/")
    words = gun.scan("by-7781").words
    assert "Merino 2/48 Y-1 On hand 42.5 kg Reserved 0 kg State Available" in words
    assert "Lies at BRG/A 40 kg Put away BRG/B 2.5 kg Put away" in words


def test_a_label_with_item_and_lot_leads_to_that_lot(gun: Handheld, store: Store) -> None:
    lot = store.mill.lot("A7")
    other_lot(store, "A7")
    store.mill.receive("40", lot=lot)
    gun.open("/scan/")
    assert "On hand 40 kg" in gun.scan("(240)Y-1(10)A7").words
    gun.open("/scan/")
    words = gun.scan(f"]C1010{GTIN}10A8").words
    assert "Button 12 mm is known, its lot A8 is not: it was never received here." in words


def test_an_ambiguous_code_asks_which_one(gun: Handheld, store: Store) -> None:
    store.mill.lot("A7")
    other_lot(store, "A7")
    gun.open("/scan/")
    page = gun.scan("A7")
    assert "Several things are called A7. Choose one." in page.words
    assert "A7 Lot, Button 12 mm A7 Lot, Merino 2/48" in page.words
    _first, second = (link for link in page.links if "kind=lot" in link)
    assert "Merino 2/48 Y-1" in gun.open(second).words


def test_a_place_shows_what_lies_there(gun: Handheld, store: Store) -> None:
    store.mill.receive("40", lot=store.mill.lot("A7"))
    gun.open("/scan/")
    assert "Lies here Merino 2/48, lot A7 40 kg" in gun.scan("BRG/A").words


def test_a_pallet_is_known_by_its_sscc_with_or_without_00(gun: Handheld, store: Store) -> None:
    lot = store.mill.lot("A7")
    store.mill.receive("40", lot=lot)
    unit = inventory.open_unit(store.ctx, location=store.mill.shelf)
    inventory.pack_stock(store.ctx, balance=store.mill.balance(lot=lot), quantity=30, unit=unit)
    for code in (unit.sscc, f"00{unit.sscc}", f"(00){unit.sscc}"):
        gun.open("/scan/")
        words = gun.scan(code).words
        assert "Pallet" in words
        assert "Stands at BRG/A Open" in words
        assert "Contents Merino 2/48, lot A7" in words


def test_a_purchase_order_says_what_is_still_to_come(gun: Handheld, store: Store) -> None:
    order = store.purchase("100", buttons="500")
    gun.open("/scan/")
    words = gun.scan(order.number.lower()).words
    assert "Supplier Biella Yarns Sent" in words
    assert "Still to come Merino 2/48 100 kg Button 12 mm 500 pcs" in words


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("NO-1", "Nothing is called NO-1 here."),
        ("(01)04006381333930", "This label cannot be read. The check digit of (01) 04006381333930 is wrong."),
        ("%27; DROP", "Nothing is called %27; DROP here."),
    ],
)
def test_a_code_that_names_nothing_is_said(gun: Handheld, store: Store, code: str, says: str) -> None:
    gun.open("/scan/")
    assert says in gun.scan(code).words


def test_buttons_stand_only_where_they_can_succeed(gun_of: Callable[..., Handheld], store: Store) -> None:
    order = store.purchase("100")
    gun = gun_of("inventory.view", "catalog.view", "procurement.view", "sites.view")
    assert "Receive" not in gun.open("/scan/").words
    page = gun.scan(order.number)
    assert "Still to come Merino 2/48 100 kg" in page.words
    assert "Receive" not in page.words
    assert gun.open("/scan/receive/").status == 403


def test_what_somebody_may_not_see_is_not_there(gun_of: Callable[..., Handheld], store: Store) -> None:
    order = store.purchase("100")
    gun = gun_of("inventory.view_balance", "catalog.view")
    gun.open("/scan/")
    assert f"Nothing is called {order.number} here." in gun.scan(order.number).words
    assert gun.open("/scan/", kind="purchase", pk=str(order.pk)).status == 404


def test_nobody_without_a_right_to_stock_scans(gun_of: Callable[..., Handheld]) -> None:
    gun = gun_of("catalog.view", "procurement.view", "warehouse.view", "counting.view")
    for path in ("", "receive/", "put-away/", "pick/", "count/"):
        assert gun.open(f"/scan/{path}").status == 403


def test_who_works_in_the_store_finds_all_steps(gun_of: Callable[..., Handheld], store: Store) -> None:
    role = next(one for one in reference.STANDARD_ROLES if str(one.name) == "Warehouse")
    gun = gun_of(*role.all_grants())
    page = gun.open("/scan/")
    assert "Go Receive Put away Pick Count" in page.words
    assert 'href="/scan/"' in page.body
    for step in ("Receive", "Put away", "Pick", "Count"):
        gun.open("/scan/")
        assert gun.press(step).status == 200


def test_who_only_looks_is_offered_no_step(gun_of: Callable[..., Handheld], store: Store) -> None:
    lot = store.mill.lot("A7")
    store.mill.receive("40", lot=lot)
    gun = gun_of("inventory.view", "catalog.view", "sites.view")
    page = gun.open("/scan/")
    assert 'href="/scan/"' not in page.body
    words = gun.scan("A7").words
    assert "Lies at BRG/A 40 kg" in words
    assert "Put away" not in words
