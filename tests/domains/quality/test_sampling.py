"""Judging lots by samples: ISO 2859-1 by attributes with switching, and measured pieces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.parties.models import Party
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckPlan, CheckState, Standing
from tests.domains.inventory.mill import Mill


@pytest.fixture
def spinner(mill: Mill) -> Party:
    return Party.objects.create(name="Biella Yarns")


def sampled(mill: Mill, **more: Any) -> CheckPlan:
    return CheckPlan.objects.create(
        **{
            "item": mill.yarn,
            "characteristic": "Knots",
            "sampling": "attributes",
            "aql": Decimal("1.0"),
            "holds": True,
            **more,
        }
    )


def arrives(mill: Mill, number: str, spinner: Party | None = None, quantity: str = "1000") -> Lot:
    lot = inventory.open_lot(mill.ctx, item=mill.yarn, number=number, supplier=spinner)
    mill.receive(quantity, lot=lot)
    return lot


def inspect(mill: Mill, lot: Lot, bad: int) -> Check:
    [check] = quality.open_planned_checks(mill.ctx, lots=[lot])
    return quality.record_check(mill.ctx, check=check, nonconforming=bad)


@pytest.mark.parametrize(
    ("aql", "accept"), [("0.65", 1), ("1.0", 2), ("1.5", 3), ("2.5", 5), ("4.0", 7), ("6.5", 10)]
)
def test_a_lot_of_a_thousand_is_judged_by_eighty_pieces(mill: Mill, aql: str, accept: int) -> None:
    sampled(mill, aql=Decimal(aql))
    lot = arrives(mill, "A")
    [check] = quality.open_planned_checks(mill.ctx, lots=[lot])

    assert (check.sample_size, check.accept, check.severity, check.quantity) == (80, accept, "normal", 1000)
    lot.refresh_from_db()
    assert lot.state == LotState.QUARANTINE

    passed = quality.record_check(mill.ctx, check=check, nonconforming=accept)
    lot.refresh_from_db()
    assert (passed.state, passed.nonconforming, lot.state) == (
        CheckState.PASSED,
        accept,
        LotState.AVAILABLE,
    )


def test_one_piece_more_than_accepted_fails_and_holds_the_lot(mill: Mill) -> None:
    sampled(mill, aql=Decimal("2.5"), holds=False)
    lot = arrives(mill, "A")
    check = inspect(mill, lot, 6)

    lot.refresh_from_db()
    assert (check.state, lot.state, lot.reason) == (
        CheckState.FAILED,
        LotState.QUARANTINE,
        "Knots: 6 of 80 nonconforming",
    )


def test_a_sample_asks_for_its_count(mill: Mill) -> None:
    sampled(mill)
    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "A")])
    for wrong in (None, 81, -1):
        with pytest.raises(quality.CountMissing, match="looks at 80 pieces"):
            quality.record_check(mill.ctx, check=check, nonconforming=wrong)
    check.refresh_from_db()
    assert check.state == CheckState.OPEN


def test_two_of_five_lots_refused_tighten_and_five_accepted_bring_back_normal(
    mill: Mill, spinner: Party
) -> None:
    plan = sampled(mill)
    inspect(mill, arrives(mill, "A", spinner), 3)
    inspect(mill, arrives(mill, "B", spinner), 0)
    inspect(mill, arrives(mill, "C", spinner), 3)

    standing = Standing.objects.get(plan=plan, supplier=spinner)
    assert (standing.severity, standing.lots) == ("tightened", 3)
    assert standing.why == "2 of 3 consecutive lots were not accepted."

    for number in "DEFGH":
        check = inspect(mill, arrives(mill, number, spinner), 1)
        assert (check.severity, check.accept, check.state) == ("tightened", 1, CheckState.PASSED)
    standing.refresh_from_db()
    assert standing.severity == "normal"


def test_suppliers_are_judged_apart(mill: Mill, spinner: Party) -> None:
    other = Party.objects.create(name="Prato Filati")
    sampled(mill)
    for number in "AB":
        inspect(mill, arrives(mill, number, spinner), 3)
    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "C", other)])
    assert check.severity == "normal"
    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "D", spinner)])
    assert (check.severity, check.accept) == ("tightened", 1)


def test_five_refused_under_tightened_discontinue_and_a_person_takes_up_again(
    mill: Mill, spinner: Party
) -> None:
    sampled(mill)
    for number in "ABCDEFG":
        inspect(mill, arrives(mill, number, spinner), 3)
    standing = Standing.objects.get(supplier=spinner)
    assert standing.severity == "discontinued"
    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "H", spinner)])
    assert (check.severity, check.sample_size, check.accept) == ("discontinued", 1000, 0)

    with pytest.raises(quality.WhySwitched):
        quality.resume_inspection(mill.ctx, standing=standing, reason=" ")
    quality.resume_inspection(mill.ctx, standing=standing, reason="new spinning frame")
    standing.refresh_from_db()
    assert (standing.severity, standing.why) == ("tightened", "new spinning frame")
    with pytest.raises(quality.NotDiscontinued):
        quality.resume_inspection(mill.ctx, standing=standing, reason="again")


def test_ten_clean_lots_reduce_unless_the_plan_forbids(mill: Mill, spinner: Party) -> None:
    sampled(mill)
    sampled(mill, characteristic="Slubs", may_reduce=False)
    for number in range(10):
        for check in quality.open_planned_checks(mill.ctx, lots=[arrives(mill, f"N{number}", spinner)]):
            quality.record_check(mill.ctx, check=check, nonconforming=0)

    assert dict(Standing.objects.values_list("plan__characteristic", "severity")) == {
        "Knots": "reduced",
        "Slubs": "normal",
    }
    [check, _other] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "Z", spinner)])
    assert (check.severity, check.sample_size, check.accept) == ("reduced", 32, 1)
    quality.end_reduced_inspection(
        mill.ctx, standing=Standing.objects.get(severity="reduced"), reason="new dyer"
    )
    assert not Standing.objects.filter(severity="reduced").exists()


def test_a_second_inspection_after_rework_counts_for_nothing(mill: Mill, spinner: Party) -> None:
    sampled(mill)
    failed = inspect(mill, arrives(mill, "A", spinner), 3)
    quality.decide(mill.ctx, check=failed, decision="rework")
    again = Check.objects.get(state=CheckState.OPEN)
    assert (again.is_original, again.sample_size) == (False, 80)
    quality.record_check(mill.ctx, check=again, nonconforming=3)

    assert Standing.objects.get().lots == 1


def test_the_plan_of_a_supplier_stands_in_for_the_plan_of_all(mill: Mill, spinner: Party) -> None:
    sampled(mill, aql=Decimal("2.5"))
    sampled(mill, aql=Decimal("0.65"), supplier=spinner)
    [theirs] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "A", spinner)])
    [others] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "B")])
    assert (theirs.accept, others.accept) == (1, 5)


def test_measured_pieces_must_lie_far_enough_inside_the_limits(mill: Mill) -> None:
    plan = {
        "sampling": "variables",
        "limiting": Decimal(10),
        "lower": Decimal("9.4"),
        "upper": Decimal("10.6"),
    }
    sampled(mill, **plan)
    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "A")])
    size = check.sample_size or 0
    assert 10 < size < 60
    with pytest.raises(quality.ReadingsMissing, match=f"wants {size} readings; there are 1"):
        quality.record_check(mill.ctx, check=check, readings=["10"])
    with pytest.raises(quality.NotANumber, match="ten is no number"):
        quality.record_check(mill.ctx, check=check, readings=["ten"] * size)

    steady = ["9.99", "10.01"] * size
    passed = quality.record_check(mill.ctx, check=check, readings=steady[:size])
    assert (passed.state, passed.readings.count()) == (CheckState.PASSED, size)

    [check] = quality.open_planned_checks(mill.ctx, lots=[arrives(mill, "B")])
    wild = ["9.5", "10.5"] * size
    failed = quality.record_check(mill.ctx, check=check, readings=wild[:size])
    assert failed.state == CheckState.FAILED
    assert failed.finding.startswith("quality index ")


def test_serial_numbers_are_sampled_together_and_decided_one_by_one(mill: Mill, spinner: Party) -> None:
    [pump] = catalog.add_items(
        mill.ctx,
        drafts=[catalog.ItemDraft(sku="P-1", name="Pump", unit="pcs", tracking=Tracking.SERIAL)],
    )
    sampled(mill, item=pump, characteristic="Leak", aql=Decimal("4.0"))
    serials = [inventory.open_lot(mill.ctx, item=pump, number=f"SN-{n}", supplier=spinner) for n in range(20)]
    for lot in serials:
        mill.receive("1", item=pump, lot=lot)
    [check] = quality.open_planned_checks(mill.ctx, lots=serials)
    assert (check.lot, check.quantity, check.sample_size, check.accept) == (None, 20, 3, 0)
    assert Lot.objects.filter(item=pump, state=LotState.QUARANTINE).count() == 20

    quality.record_check(mill.ctx, check=check, serials=[serials[4]])
    check.refresh_from_db()
    assert (check.state, check.nonconforming) == (CheckState.FAILED, 1)

    quality.decide_part(mill.ctx, check=check, decision="scrap", serials=[serials[4]], note="cracked")
    with pytest.raises(quality.NotInCheck):
        quality.decide_part(mill.ctx, check=check, decision="scrap", serials=[serials[4]])
    quality.decide(mill.ctx, check=check, decision="use_as_is")

    states = dict(Lot.objects.filter(item=pump).values_list("number", "state"))
    assert states.pop("SN-4") == LotState.BLOCKED
    assert set(states.values()) == {LotState.AVAILABLE}


@pytest.mark.parametrize(
    "values",
    [
        {"aql": Decimal("1.1")},
        {"aql": None},
        {"sampling": "variables", "limiting": Decimal(10)},
        {"sampling": "variables", "limiting": Decimal("0.5"), "upper": Decimal(1)},
    ],
)
def test_a_plan_that_cannot_be_applied_is_not_kept(mill: Mill, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sampled(mill, **values)
