"""Something is not as it should be: it is written down, contained, disposed of and closed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.corrections import commands as corrections
from loomline.domains.corrections.models import Nonconformance, NonconformanceState
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot, LotState
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckState
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import Mill


def free(mill: Mill) -> Decimal:
    return stock.available(item_ids=[mill.yarn.pk], on=mill.ctx.today)[mill.yarn.pk]


def test_a_nonconforming_lot_is_held_until_it_is_used_as_it_is(mill: Mill, lot: Lot) -> None:
    found = corrections.raise_nonconformance(mill.ctx, title="Oil stains", grade="major", lot=lot)
    lot.refresh_from_db()
    assert (found.quantity, found.item, lot.state) == (Decimal("120.5"), mill.yarn, LotState.QUARANTINE)
    assert lot.reason == f"{found.number}: Oil stains"
    assert (
        StoredEvent.objects.get(name="corrections.NonconformanceRaised").sentence
        == f"Nonconformance {found.number} raised (major): Oil stains"
    )

    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="use_as_is", note="washed")
    found.refresh_from_db()
    lot.refresh_from_db()
    assert (found.state, found.disposition, lot.state) == (
        NonconformanceState.DISPOSED,
        "use_as_is",
        LotState.AVAILABLE,
    )


def test_a_part_is_set_apart_and_the_rest_goes_on(mill: Mill, lot: Lot) -> None:
    found = corrections.raise_nonconformance(
        mill.ctx, title="Torn cones", lot=lot, quantity=Decimal(20), source="store"
    )
    assert (found.is_apart, free(mill)) == (True, Decimal("100.5"))
    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="scrap")
    assert Balance.objects.get(lot=lot, location__kind="scrap").on_hand == 20
    lot.refresh_from_db()
    assert (lot.state, free(mill)) == (LotState.AVAILABLE, Decimal("100.5"))


def test_a_part_that_is_reworked_comes_back_when_it_passes(mill: Mill, lot: Lot) -> None:
    found = corrections.raise_nonconformance(mill.ctx, title="Damp", lot=lot, quantity=Decimal(20))
    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="rework")
    check = Check.objects.get()
    assert (check.is_apart, check.quantity, check.origin_kind) == (True, 20, "corrections.nonconformance")
    quality.record_check(mill.ctx, check=check)
    assert free(mill) == Decimal("120.5")


def test_what_a_check_found_is_disposed_of_through_the_check(mill: Mill, lot: Lot) -> None:
    check = quality.open_check(mill.ctx, lot=lot, characteristic="Shade", unit="ΔE", upper=Decimal("1.2"))
    quality.record_check(mill.ctx, check=check, measured=Decimal("2.4"))
    check.refresh_from_db()
    found = corrections.raise_from_check(mill.ctx, check=check, grade="critical")
    assert (found.title, found.lot) == ("Shade of lot L-3381: 2.4 ΔE (at most 1.2 ΔE)", lot)

    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="scrap")
    check.refresh_from_db()
    lot.refresh_from_db()
    assert (check.state, check.decision, lot.state) == (CheckState.DECIDED, "scrap", LotState.BLOCKED)


def test_a_cancelled_one_gives_the_goods_back(mill: Mill, lot: Lot) -> None:
    found = corrections.raise_nonconformance(mill.ctx, title="Smell", lot=lot)
    with pytest.raises(corrections.ReasonMissing):
        corrections.cancel_nonconformance(mill.ctx, nonconformance=found, reason="")
    corrections.cancel_nonconformance(mill.ctx, nonconformance=found, reason="was the truck")
    assert free(mill) == Decimal("120.5")


def test_a_major_one_is_not_closed_without_a_word_about_its_cause(mill: Mill, lot: Lot) -> None:
    found = corrections.raise_nonconformance(mill.ctx, title="Oil stains", lot=lot)
    with pytest.raises(MoveRefused):
        corrections.close_nonconformance(
            replace(mill.ctx, accepted=frozenset({"NoAction"})), nonconformance=found
        )
    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="use_as_is")
    with pytest.raises(corrections.NoAction, match="nobody went after its cause"):
        corrections.close_nonconformance(mill.ctx, nonconformance=found)
    corrections.close_nonconformance(
        replace(mill.ctx, accepted=frozenset({"NoAction"})), nonconformance=found
    )
    found.refresh_from_db()
    assert found.state == NonconformanceState.CLOSED


def test_a_lot_stays_held_while_something_else_is_wrong_with_it(mill: Mill, lot: Lot) -> None:
    first = corrections.raise_nonconformance(mill.ctx, title="Oil stains", lot=lot)
    second = corrections.raise_nonconformance(mill.ctx, title="Smell", lot=lot)
    corrections.dispose_nonconformance(mill.ctx, nonconformance=first, disposition="use_as_is")
    assert free(mill) == 0
    corrections.cancel_nonconformance(mill.ctx, nonconformance=second, reason="was the truck")
    assert free(mill) == Decimal("120.5")


@pytest.mark.parametrize("quantity", ["0", "121"])
def test_no_more_is_wrong_than_is_there(mill: Mill, lot: Lot, quantity: str) -> None:
    with pytest.raises(corrections.TooMuch, match=r"There are 120.5 of lot L-3381"):
        corrections.raise_nonconformance(mill.ctx, title="Torn", lot=lot, quantity=Decimal(quantity))
    assert not Nonconformance.objects.exists()
