"""Goods are put away by scanning them and then the bin."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, StockMove
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Location
from loomline.domains.storage import commands as storage
from loomline.domains.storage.models import Mixing, PutawayRule
from tests.domains.scanning.conftest import Handheld, Store


@pytest.fixture
def lot(store: Store) -> Lot:
    """250 kg of a lot at the door, and three bins on the shelf for 100 kg of one lot each."""
    drafts = [sites.LocationDraft(code=code, parent=store.mill.shelf) for code in ("1", "2", "3")]
    sites.add_locations(store.ctx, site=store.mill.site, drafts=drafts)
    storage.set_bin(
        store.ctx, location=store.mill.shelf, max_weight_kg=Decimal(100), max_units=1, mixing=Mixing.LOT
    )
    PutawayRule.objects.create(zone=store.mill.shelf)
    made = store.mill.lot("A7")
    store.mill.receive("250", lot=made, at=store.mill.staging)
    return made


def lying(store: Store) -> dict[str, Decimal]:
    return {place: n for (place, _lot), n in store.lying(store.mill.yarn).items()}


def test_a_lot_goes_bin_by_bin_where_the_rules_send_it(gun: Handheld, store: Store, lot: Lot) -> None:
    door = store.mill.staging.path
    assert f"Merino 2/48, lot A7 250 kg, {door}" in gun.open("/scan/put-away/").words
    assert "To BRG/A/1" in gun.scan("a7").words
    assert "Quantity 100 kg" in gun.page.words
    page = gun.scan("BRG/A/1")
    assert "To BRG/A/2" in page.words
    gun.scan("2")
    assert "To BRG/A/3" in gun.page.words
    assert "Quantity 50 kg" in gun.page.words
    assert "Nothing waits to be put away." in gun.scan("brg/a/3").words
    assert lying(store) == {"BRG/A/1": Decimal(100), "BRG/A/2": Decimal(100), "BRG/A/3": Decimal(50)}


def test_another_bin_is_asked_about_first(gun: Handheld, store: Store, lot: Lot) -> None:
    gun.open("/scan/put-away/")
    gun.scan("A7")
    page = gun.scan("BRG/A/3")
    assert "You have scanned BRG/A/3; the rules send it to BRG/A/1." in page.words
    assert lying(store) == {store.mill.staging.path: Decimal(250)}
    assert gun.open(page.url).words == page.words
    gun.press("Put it into BRG/A/3")
    assert lying(store) == {store.mill.staging.path: Decimal(150), "BRG/A/3": Decimal(100)}


def test_what_a_bin_does_not_hold_is_said_and_may_be_accepted(gun: Handheld, store: Store, lot: Lot) -> None:
    gun.open("/scan/put-away/")
    gun.scan("A7")
    gun.press("Another quantity")
    gun.scan("120")
    asked = gun.scan("BRG/A/1")
    assert asked.status == 422
    assert "120 kg of 100" in asked.words
    assert lying(store) == {store.mill.staging.path: Decimal(250)}
    gun.press("Do it anyway")
    assert lying(store) == {store.mill.staging.path: Decimal(130), "BRG/A/1": Decimal(120)}


def test_a_lot_beside_another_one_is_asked_about(gun: Handheld, store: Store, lot: Lot) -> None:
    other = store.mill.lot("B1")
    store.mill.receive("10", lot=other, at=Location.objects.get(path="BRG/A/2"))
    gun.open("/scan/put-away/")
    gun.scan("A7")
    gun.scan("BRG/A/2")
    asked = gun.press("Put it into BRG/A/2")
    assert "more than one lot" in asked.words
    gun.press("Do it anyway")
    assert lying(store)["BRG/A/2"] == 100


def test_a_pallet_goes_as_one(gun: Handheld, store: Store, lot: Lot) -> None:
    unit = inventory.open_unit(store.ctx, location=store.mill.staging)
    balance = store.mill.balance(lot=lot, at=store.mill.staging)
    inventory.pack_stock(store.ctx, balance=balance, quantity=Decimal(90), unit=unit)
    gun.open("/scan/put-away/")
    assert f"To BRG/A/1 Handling unit {unit.sscc}" in gun.scan(f"00{unit.sscc}").words
    gun.scan("BRG/A/1")
    unit.refresh_from_db()
    assert unit.location.path == "BRG/A/1"
    assert lying(store) == {store.mill.staging.path: Decimal(160), "BRG/A/1": Decimal(90)}
    gun.open("/scan/put-away/", unit=str(unit.pk))
    gun.scan("BRG/A/1")
    assert "The stock is at BRG/A/1 already." in gun.press("Put it into BRG/A/1").words


def test_wrong_scans_change_nothing(gun: Handheld, store: Store, lot: Lot) -> None:
    gun.open("/scan/put-away/")
    assert "NO names no goods that lie here." in gun.scan("NO").words
    assert "Nothing of B-1 lies loose and free." in gun.scan("B-1").words
    gun.scan("A7")
    moves = StockMove.objects.count()
    assert "B9 is no place of Braga. Scan the label of the bin." in gun.scan("B9").words
    assert StockMove.objects.count() == moves


def test_the_same_page_sent_twice_moves_goods_once(gun: Handheld, store: Store, lot: Lot) -> None:
    gun.open("/scan/put-away/")
    page = gun.scan("A7")
    gun.scan("BRG/A/1")
    gun.page = page
    gun.scan("BRG/A/1")
    assert lying(store) == {store.mill.staging.path: Decimal(150), "BRG/A/1": Decimal(100)}


def test_goods_in_several_places_are_chosen(gun: Handheld, store: Store, lot: Lot) -> None:
    store.mill.receive("5", lot=lot, at=store.mill.rack)
    gun.open("/scan/put-away/")
    page = gun.scan("A7")
    assert "It lies in several places. Choose one." in page.words
    assert "Lies at BRG/B" in gun.open(page.links[0]).words
