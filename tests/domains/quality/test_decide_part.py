"""Deciding about a part of a lot: what is bad goes, the rest is used."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot, LotState, Reservation
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckState, PartDecision
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import Mill


@pytest.fixture
def failed(mill: Mill, lot: Lot) -> Check:
    check = quality.open_check(mill.ctx, lot=lot, characteristic="Shade", unit="ΔE", upper=Decimal("1.2"))
    return quality.record_check(mill.ctx, check=check, measured=Decimal("2.4"))


def free(mill: Mill) -> Decimal:
    return stock.available(item_ids=[mill.yarn.pk], on=mill.ctx.today)[mill.yarn.pk]


def test_the_bad_part_is_scrapped_and_the_rest_is_used(mill: Mill, lot: Lot, failed: Check) -> None:
    quality.decide_part(
        mill.ctx, check=failed, decision="scrap", quantity=Decimal("20.5"), note="outer cones"
    )
    assert free(mill) == 0
    quality.decide(mill.ctx, check=failed, decision="use_as_is")

    lot.refresh_from_db()
    assert (lot.state, free(mill)) == (LotState.AVAILABLE, Decimal(100))
    assert Balance.objects.get(lot=lot, location__kind="scrap").on_hand == Decimal("20.5")
    row = PartDecision.objects.get()
    assert (row.decision, row.quantity, row.note) == ("scrap", Decimal("20.5"), "outer cones")


def test_a_reworked_part_stands_apart_until_it_passes(mill: Mill, lot: Lot, failed: Check) -> None:
    quality.decide_part(mill.ctx, check=failed, decision="rework", quantity=Decimal(20))
    quality.decide(mill.ctx, check=failed, decision="use_as_is")
    assert free(mill) == Decimal("100.5")
    assert mill.balance(lot=lot, at=mill.quarantine).on_hand == 20

    again = Check.objects.get(state=CheckState.OPEN)
    assert (again.quantity, again.is_apart) == (20, True)
    quality.record_check(mill.ctx, check=again, measured=Decimal("0.8"))
    assert (free(mill), mill.balance(lot=lot, at=mill.quarantine).on_hand) == (Decimal("120.5"), 0)


def test_a_reworked_part_that_fails_again_leaves_the_rest_alone(mill: Mill, lot: Lot, failed: Check) -> None:
    quality.decide_part(mill.ctx, check=failed, decision="rework", quantity=Decimal(20))
    quality.decide(mill.ctx, check=failed, decision="use_as_is")
    again = Check.objects.get(state=CheckState.OPEN)
    quality.record_check(mill.ctx, check=again, measured=Decimal(3))
    assert free(mill) == Decimal("100.5")
    again.refresh_from_db()
    quality.decide(mill.ctx, check=again, decision="scrap")
    lot.refresh_from_db()
    assert (lot.state, free(mill)) == (LotState.AVAILABLE, Decimal("100.5"))


def test_scrapping_a_part_frees_what_was_reserved_beyond_the_rest(mill: Mill, lot: Lot) -> None:
    inventory.reserve(mill.ctx, demands=[mill.demand("100", item=mill.yarn)])
    check = quality.open_check(mill.ctx, lot=lot, characteristic="Handle")
    quality.fail_check(mill.ctx, check=check, finding="scratchy")
    check.refresh_from_db()
    quality.decide_part(mill.ctx, check=check, decision="scrap", quantity=Decimal(60))
    assert not Reservation.objects.exists()
    assert stock.stock_of_lot(lot_id=lot.pk) == (Decimal("60.5"), 0)


def test_a_part_is_more_than_nothing_and_at_most_what_is_there(mill: Mill, lot: Lot, failed: Check) -> None:
    for wrong in (None, Decimal(0), Decimal(121)):
        with pytest.raises(quality.NoPart, match=r"at most 120.5 kg"):
            quality.decide_part(mill.ctx, check=failed, decision="scrap", quantity=wrong)
    with pytest.raises(quality.RestIsUsed):
        quality.decide_part(mill.ctx, check=failed, decision="use_as_is", quantity=Decimal(20))
    with pytest.raises(quality.NoSupplier):
        quality.decide_part(mill.ctx, check=failed, decision="return", quantity=Decimal(20))
    assert not PartDecision.objects.exists()


def test_when_nothing_is_left_the_check_is_decided(mill: Mill, lot: Lot, failed: Check) -> None:
    quality.decide_part(mill.ctx, check=failed, decision="scrap", quantity=Decimal("120.5"))
    failed.refresh_from_db()
    assert (failed.state, failed.decision) == (CheckState.DECIDED, "scrap")
    with pytest.raises(MoveRefused, match="only of what failed"):
        quality.decide_part(mill.ctx, check=failed, decision="scrap", quantity=Decimal(1))
