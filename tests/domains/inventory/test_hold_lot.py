"""Whether a lot may be used, and who is told."""

from __future__ import annotations

from datetime import date

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState, Reservation
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import NOW, Mill


def told(name: str) -> str:
    return StoredEvent.objects.get(name=f"inventory.{name}").sentence


def test_a_lot_gets_the_next_number_when_none_is_given(mill: Mill) -> None:
    lots = inventory.open_lots(
        mill.ctx,
        drafts=[
            inventory.LotDraft(item_id=mill.yarn.pk),
            inventory.LotDraft(item_id=mill.yarn.pk, number="BY-7781"),
        ],
    )
    assert lots[0].number.startswith("L-")
    assert lots[1].number == "BY-7781"


def test_the_best_before_day_follows_from_the_shelf_life(mill: Mill) -> None:
    Item.objects.filter(pk=mill.yarn.pk).update(shelf_life_days=90)
    lot = inventory.open_lot(mill.ctx, item=mill.yarn, made_on=date(2026, 11, 1))
    assert lot.expires_on == date(2027, 1, 30)


def test_a_number_belongs_to_one_lot_of_an_item(mill: Mill) -> None:
    mill.lot("BY-7781")
    with pytest.raises(inventory.LotKnown, match="Merino 2/48 already has a lot BY-7781"):
        mill.lot("BY-7781")
    assert Lot.objects.count() == 1


def test_an_item_that_is_not_tracked_has_no_lots(mill: Mill) -> None:
    with pytest.raises(inventory.NotTracked, match="Button 12 mm is not tracked by lot"):
        mill.lot("B", item=mill.button)


def test_a_held_lot_keeps_its_reservations_and_says_what_hangs_on_it(mill: Mill) -> None:
    lot = mill.lot("BY-7781")
    mill.receive("10.5", lot=lot)
    inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn)])

    held = inventory.hold_lot(mill.ctx, lot=lot, reason="shade 2.4 ΔE")

    assert (held.state, held.reason) == (LotState.QUARANTINE, "shade 2.4 ΔE")
    assert Reservation.objects.get().quantity == 4
    assert told("LotHeld") == (
        "Lot BY-7781 of Merino 2/48 is on hold: shade 2.4 ΔE (10.5 kg in stock, 4 reserved)"
    )
    assert EventAbout.objects.filter(
        kind="inventory.lot", object_id=lot.pk, event__name="inventory.LotHeld"
    ).exists()


def test_a_held_lot_cannot_be_held_again_and_can_be_released(mill: Mill) -> None:
    lot = mill.lot("BY-7781")
    inventory.hold_lot(mill.ctx, lot=lot, reason="shade")
    with pytest.raises(MoveRefused, match=r"Lot BY-7781 is on hold; it cannot hold now"):
        inventory.hold_lot(mill.ctx, lot=lot, reason="shade")

    released = inventory.release_lot(mill.ctx, lot=lot, reason="second reading 0.9 ΔE")
    assert (released.state, released.reason) == (LotState.AVAILABLE, "")


def test_a_blocked_lot_loses_its_reservations_and_those_who_had_them_are_told(mill: Mill) -> None:
    lot = mill.lot("BY-7781")
    mill.receive("10", lot=lot)
    inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn, origin=17)])

    inventory.block_lot(mill.ctx, lot=lot, reason="moth")

    assert not Reservation.objects.exists()
    assert mill.balance(lot=lot).reserved == 0
    freed = StoredEvent.objects.get(name="inventory.ReservationsFreed")
    assert freed.subjects.filter(kind="sales.orderline", object_id=17).exists()
    assert freed.sentence == "1 reservations were freed: lot BY-7781 is blocked"
    assert told("LotBlocked").endswith("(10 kg in stock, 4 no longer reserved)")


def test_a_lot_cannot_expire_before_it_was_made(mill: Mill) -> None:
    with pytest.raises(Exception, match="cannot expire before it was made"):
        inventory.open_lot(mill.ctx, item=mill.yarn, made_on=NOW.date(), expires_on=date(2026, 1, 1))
    assert not Lot.objects.exists()
