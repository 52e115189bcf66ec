"""Measuring a lot: the figure decides, and a failure holds the lot."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot, LotState, Reservation
from loomline.domains.quality import commands as quality
from loomline.domains.quality import queries
from loomline.domains.quality.models import Check, CheckPlan, CheckState, Decision
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import Mill


def shade(mill: Mill, lot: Lot, **more: object) -> Check:
    return quality.open_check(
        mill.ctx, lot=lot, characteristic="Shade", unit="ΔE", upper=Decimal("1.2"), **more
    )


def told(name: str) -> StoredEvent:
    return StoredEvent.objects.filter(name=f"quality.{name}").latest("id")


def test_a_figure_within_the_limits_passes_and_leaves_the_lot_free(mill: Mill, lot: Lot) -> None:
    check = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("1.2"))

    assert (check.state, check.measured, check.checked_by, check.checked_at) == (
        CheckState.PASSED,
        Decimal("1.2"),
        mill.ctx.actor,
        mill.ctx.now,
    )
    lot.refresh_from_db()
    assert lot.state == LotState.AVAILABLE
    assert told("CheckPassed").sentence == "Shade of lot L-3381 passed: 1.2 ΔE (at most 1.2 ΔE)"


def test_a_figure_outside_the_limits_fails_and_holds_the_lot_with_the_figures(mill: Mill, lot: Lot) -> None:
    check = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("2.4"))

    assert check.state == CheckState.FAILED
    lot.refresh_from_db()
    assert (lot.state, lot.reason) == (LotState.QUARANTINE, "Shade 2.4 ΔE (at most 1.2 ΔE)")
    failed = told("CheckFailed")
    assert failed.sentence.startswith("Shade of lot L-3381 failed: 2.4 ΔE (at most 1.2 ΔE)")
    assert {(a.kind, a.object_id) for a in EventAbout.objects.filter(event=failed)} == {
        ("quality.check", check.pk),
        ("inventory.lot", lot.pk),
        ("catalog.item", mill.yarn.pk),
    }
    assert stock.available(item_ids=[mill.yarn.pk], on=mill.ctx.today) == {mill.yarn.pk: Decimal(0)}


@pytest.mark.parametrize(
    ("lower", "upper", "measured", "state"),
    [
        (None, "1.2", "1.200001", CheckState.FAILED),
        ("9.4", "10.6", "9.4", CheckState.PASSED),
        ("9.4", "10.6", "9.399999", CheckState.FAILED),
        ("9.4", None, "100", CheckState.PASSED),
    ],
)
def test_the_limits_themselves_pass(
    mill: Mill, lot: Lot, lower: str | None, upper: str | None, measured: str, state: CheckState
) -> None:
    check = quality.open_check(
        mill.ctx,
        lot=lot,
        characteristic="Width",
        unit="mm",
        lower=Decimal(lower) if lower else None,
        upper=Decimal(upper) if upper else None,
    )
    assert quality.record_check(mill.ctx, check=check, measured=Decimal(measured)).state == state


def test_a_check_is_recorded_once(mill: Mill, lot: Lot) -> None:
    check = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal(1))
    with pytest.raises(MoveRefused, match="is passed; it cannot fail now"):
        quality.record_check(mill.ctx, check=check, measured=Decimal(9))
    check.refresh_from_db()
    assert check.measured == 1


def test_without_limits_people_decide_by_what_they_see(mill: Mill, lot: Lot) -> None:
    check = quality.open_check(mill.ctx, lot=lot, characteristic="Handle")
    with pytest.raises(quality.NoLimits):
        quality.record_check(mill.ctx, check=check, measured=Decimal(1))
    with pytest.raises(quality.FindingMissing):
        quality.fail_check(mill.ctx, check=check)
    again = quality.open_check(mill.ctx, lot=lot, characteristic="Smell")
    assert quality.record_check(mill.ctx, check=again).state == CheckState.PASSED
    assert quality.fail_check(mill.ctx, check=check, finding="scratchy").state == CheckState.FAILED
    lot.refresh_from_db()
    assert lot.reason == "Handle: scratchy"


def test_where_there_are_limits_a_figure_is_needed(mill: Mill, lot: Lot) -> None:
    check = shade(mill, lot)
    with pytest.raises(quality.FigureMissing, match=r"passes when it is at most 1.2 ΔE"):
        quality.record_check(mill.ctx, check=check)
    with pytest.raises(IntegrityError, match="quality_check_passed"), transaction.atomic():
        Check.objects.filter(pk=check.pk).update(state="passed", measured=9, checked_at=mill.ctx.now)


def test_a_plan_says_what_is_measured_and_later_changes_leave_open_checks_alone(mill: Mill, lot: Lot) -> None:
    plan = CheckPlan.objects.create(item=mill.yarn, characteristic="Shade", unit="ΔE", upper=Decimal("1.2"))
    other = CheckPlan.objects.create(item=mill.button, characteristic="Diameter", unit="mm", upper=12)
    [check] = quality.open_planned_checks(
        mill.ctx, lots=[lot], origin_kind="procurement.receipt", origin_id=5
    )
    CheckPlan.objects.filter(pk=plan.pk).update(upper=3)

    check.refresh_from_db()
    assert (check.plan, check.upper, check.limits) == (plan, Decimal("1.2"), "at most 1.2 ΔE")
    assert EventAbout.objects.filter(kind="procurement.receipt", object_id=5).exists()
    assert not Check.objects.filter(plan=other).exists()


def test_a_lot_that_waits_for_its_result_is_held_until_the_last_check_passes(mill: Mill, lot: Lot) -> None:
    for name in ("Shade", "Strength"):
        CheckPlan.objects.create(item=mill.yarn, characteristic=name, upper=5, holds=True)
    first, second = quality.open_planned_checks(mill.ctx, lots=[lot])
    lot.refresh_from_db()
    assert (lot.state, lot.reason) == (LotState.QUARANTINE, "waits for the check of Shade")

    quality.record_check(mill.ctx, check=first, measured=Decimal(1))
    lot.refresh_from_db()
    assert lot.state == LotState.QUARANTINE
    quality.record_check(mill.ctx, check=second, measured=Decimal(1))
    lot.refresh_from_db()
    assert lot.state == LotState.AVAILABLE


def test_used_as_it_is_the_lot_is_free_again(mill: Mill, lot: Lot) -> None:
    failed = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("1.4"))
    decided = quality.decide(mill.ctx, check=failed, decision=Decision.USE_AS_IS, note="customer agrees")

    assert (decided.state, decided.decision, decided.decided_by) == (
        CheckState.DECIDED,
        "use_as_is",
        mill.ctx.actor,
    )
    lot.refresh_from_db()
    assert lot.state == LotState.AVAILABLE
    assert told("CheckDecided").sentence == (
        "lot L-3381 failed its check of Shade; decided: use as is (customer agrees)"
    )


def test_rework_asks_for_the_same_check_again_and_its_passing_frees_the_lot(mill: Mill, lot: Lot) -> None:
    failed = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("2.4"))
    quality.decide(mill.ctx, check=failed, decision=Decision.REWORK)

    again = Check.objects.get(state=CheckState.OPEN)
    assert (again.characteristic, again.upper, again.holds) == ("Shade", Decimal("1.2"), True)
    lot.refresh_from_db()
    assert lot.state == LotState.QUARANTINE
    quality.record_check(mill.ctx, check=again, measured=Decimal("0.9"))
    lot.refresh_from_db()
    assert lot.state == LotState.AVAILABLE


def test_scrap_blocks_the_lot_frees_its_reservations_and_takes_it_out_of_stock(mill: Mill, lot: Lot) -> None:
    inventory.reserve(mill.ctx, demands=[mill.demand("20", item=mill.yarn)])
    failed = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("2.4"))

    quality.decide(mill.ctx, check=failed, decision=Decision.SCRAP)

    lot.refresh_from_db()
    assert lot.state == LotState.BLOCKED
    assert not Reservation.objects.exists()
    assert Balance.objects.get(lot=lot, location__kind="scrap").on_hand == Decimal("120.5")
    assert told("CheckDecided").payload["scrapped"] == "120.500000"
    assert stock.compare_balances() == []


def test_one_decision_does_not_free_a_lot_that_failed_twice(mill: Mill, lot: Lot) -> None:
    failed = quality.record_check(mill.ctx, check=shade(mill, lot), measured=Decimal("1.4"))
    second = quality.open_check(mill.ctx, lot=lot, characteristic="Strength", lower=Decimal(10))
    quality.record_check(mill.ctx, check=second, measured=Decimal(3))
    quality.decide(mill.ctx, check=failed, decision=Decision.USE_AS_IS)
    lot.refresh_from_db()
    assert lot.state == LotState.QUARANTINE
    assert list(queries.to_decide()) == [second]


def test_only_what_failed_is_decided(mill: Mill, lot: Lot) -> None:
    with pytest.raises(MoveRefused, match="is to be checked; it cannot decide now"):
        quality.decide(mill.ctx, check=shade(mill, lot), decision=Decision.SCRAP)
    assert Balance.objects.get(lot=lot, location=mill.shelf).on_hand == Decimal("120.5")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"characteristic": "Shade"}, quality.NothingToCheck),
        ({"stage": "dyeing"}, quality.CharacteristicMissing),
        (
            {"stage": "dyeing", "characteristic": "pH", "lower": Decimal(7), "upper": Decimal(5)},
            quality.LimitsCrossed,
        ),
    ],
)
def test_an_unclear_check_is_refused(mill: Mill, wrong: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        quality.open_check(mill.ctx, **wrong)
    assert not Check.objects.exists()


def test_capability_is_the_distance_to_the_nearer_limit(mill: Mill, lot: Lot) -> None:
    assert queries.nearest(
        mean=Decimal("10.1"), deviation=Decimal("0.12"), lower=Decimal("9.4"), upper=Decimal("10.6")
    ).quantize(Decimal("0.001")) == Decimal("1.389")
    plan = CheckPlan.objects.create(item=mill.yarn, characteristic="Count", lower=9, upper=11)
    for value in ("9.9", "10", "10.1"):
        [check] = quality.open_planned_checks(mill.ctx, lots=[lot])
        quality.record_check(mill.ctx, check=check, measured=Decimal(value))
    found = queries.capability(plan=plan)
    assert (found.count, found.mean, found.lowest, found.highest) == (3, 10, Decimal("9.9"), Decimal("10.1"))
    assert found.deviation.quantize(Decimal("0.0001")) == Decimal("0.1000")
    assert found.ppk.quantize(Decimal("0.001")) == Decimal("3.333")
    assert queries.pass_rate(starts_on=mill.ctx.today, ends_on=mill.ctx.today.replace(day=30)) == (3, 3)
