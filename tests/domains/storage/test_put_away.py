"""Goods go where the rules send them, into places that hold them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports
from loomline.domains.inventory.models import Balance
from loomline.domains.inventory.ports import Arrival
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Location
from loomline.domains.storage import commands as storage
from loomline.domains.storage import queries
from loomline.domains.storage.models import Bin, Mixing, PutawayRule
from loomline.kernel.refusal import Refused
from tests.domains.inventory.mill import Mill


@pytest.fixture
def rack(mill: Mill) -> list[Location]:
    """Three bins on one shelf, each for 100 kg of one lot."""
    drafts = [sites.LocationDraft(code=code, parent=mill.shelf) for code in ("1", "2", "3")]
    bins = sites.add_locations(mill.ctx, site=mill.site, drafts=drafts)
    storage.set_bin(mill.ctx, location=mill.shelf, max_weight_kg=Decimal(100), mixing=Mixing.LOT)
    return bins


def lying(item: Item) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=item, is_physical=True, on_hand__gt=0)
    return {row.location.path: row.on_hand for row in rows.select_related("location")}


def test_room_is_set_for_all_places_within(mill: Mill, rack: list[Location]) -> None:
    assert list(Bin.objects.values_list("location__path", "max_weight_kg")) == [
        ("BRG/A/1", Decimal(100)),
        ("BRG/A/2", Decimal(100)),
        ("BRG/A/3", Decimal(100)),
    ]


def test_stock_is_put_into_as_many_places_as_it_takes(mill: Mill, rack: list[Location]) -> None:
    PutawayRule.objects.create(zone=mill.shelf)
    lot = mill.lot("A")
    mill.receive("250", lot=lot, at=mill.staging)
    storage.put_away(mill.ctx, balance=mill.balance(lot=lot, at=mill.staging))
    assert lying(mill.yarn) == {"BRG/A/1": Decimal(100), "BRG/A/2": Decimal(100), "BRG/A/3": Decimal(50)}


def test_lots_do_not_lie_together_where_that_is_not_allowed(mill: Mill, rack: list[Location]) -> None:
    PutawayRule.objects.create(zone=mill.shelf)
    first, second = mill.lot("A"), mill.lot("B")
    mill.receive("10", lot=first, at=mill.staging)
    mill.receive("10", lot=second, at=mill.staging)
    assert storage.put_away_site(mill.ctx, site=mill.site) == 2
    assert lying(mill.yarn) == {"BRG/A/1": Decimal(10), "BRG/A/2": Decimal(10)}


def test_the_same_lot_fills_its_place_first(mill: Mill, rack: list[Location]) -> None:
    PutawayRule.objects.create(zone=mill.shelf, prefer="same")
    lot = mill.lot("A")
    mill.receive("10", lot=lot, at=rack[1])
    [place] = storage.places_for(
        site=mill.site, goods=[Arrival(item_id=mill.yarn.pk, lot_id=lot.pk, quantity=Decimal(5))]
    )
    assert place == rack[1]


def test_what_arrives_first_takes_room_from_what_comes_after(mill: Mill, rack: list[Location]) -> None:
    PutawayRule.objects.create(zone=mill.shelf)
    lot = mill.lot("A")
    goods = [Arrival(item_id=mill.yarn.pk, lot_id=lot.pk, quantity=Decimal(n)) for n in (60, 60, 30, 200)]
    places = storage.places_for(site=mill.site, goods=goods)
    assert [place.path for place in places] == ["BRG/A/1", "BRG/A/2", "BRG/A/1", "BRG/STORE"]


def test_goods_that_must_be_cold_go_where_it_is_cold(mill: Mill, rack: list[Location]) -> None:
    Item.objects.filter(pk=mill.button.pk).update(temperature="chilled")
    Bin.objects.filter(location=rack[2]).update(temperature="chilled")
    PutawayRule.objects.create(zone=mill.shelf)
    [place] = storage.places_for(site=mill.site, goods=[Arrival(item_id=mill.button.pk, quantity=Decimal(5))])
    assert place == rack[2]


def test_dangerous_goods_need_a_place_that_takes_them_and_no_other_class(
    mill: Mill, rack: list[Location]
) -> None:
    Bin.objects.update(takes_hazards=True, mixing=Mixing.ANY)
    Item.objects.filter(pk=mill.yarn.pk).update(hazard="3")
    Item.objects.filter(pk=mill.button.pk).update(hazard="5.1")
    PutawayRule.objects.create(zone=mill.shelf)
    lot = mill.lot("A")
    goods = [
        Arrival(item_id=mill.yarn.pk, lot_id=lot.pk, quantity=Decimal(1)),
        Arrival(item_id=mill.button.pk, quantity=Decimal(1)),
    ]
    assert [place.path for place in storage.places_for(site=mill.site, goods=goods)] == ["BRG/A/1", "BRG/A/2"]


def test_more_than_a_bin_holds_needs_somebody_who_accepts_it(mill: Mill, rack: list[Location]) -> None:
    lot = mill.lot("A")
    mill.receive("150", lot=lot)
    balance = mill.balance(lot=lot)
    with pytest.raises(storage.PlaceOverfull, match=r"BRG/A/1 is not made for this: 101 kg of 100"):
        inventory.transfer_stock(mill.ctx, balance=balance, quantity=Decimal(101), destination=rack[0])
    assert lying(mill.yarn) == {"BRG/A": Decimal(150)}
    accepting = replace(mill.ctx, accepted=frozenset({"PlaceOverfull"}))
    inventory.transfer_stock(accepting, balance=balance, quantity=Decimal(101), destination=rack[0])
    assert queries.rooms(location_ids=[rack[0].pk])[rack[0].pk].load == Decimal("1.01")


def test_a_count_says_what_is_there_however_full(mill: Mill, rack: list[Location]) -> None:
    lot = mill.lot("A")
    inventory.record_stock(mill.ctx, item=mill.yarn, lot=lot, location=rack[0], counted=Decimal(120))
    assert lying(mill.yarn) == {"BRG/A/1": Decimal(120)}


def test_without_rules_goods_lie_where_the_site_keeps_its_stock(mill: Mill) -> None:
    goods = [Arrival(item_id=mill.button.pk, quantity=Decimal(1))]
    assert [p.path for p in ports.put_at(mill.ctx, site=mill.site, goods=goods)] == ["BRG/STORE"]


def test_nothing_to_put_away_is_said(mill: Mill, rack: list[Location]) -> None:
    with pytest.raises(Refused, match="Nothing waits in Braga"):
        storage.put_away_site(mill.ctx, site=mill.site)
    mill.receive("5")
    with pytest.raises(storage.NoRoom, match="No putaway rule of Braga has room for Button"):
        storage.put_away(mill.ctx, balance=mill.balance())
