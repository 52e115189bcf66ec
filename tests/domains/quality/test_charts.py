"""Control charts, capability and the certificate of what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.inventory.models import Lot
from loomline.domains.quality import commands as quality
from loomline.domains.quality import pages, queries
from loomline.domains.quality.models import Check, CheckPlan
from tests.domains.inventory.mill import Mill


def measured(mill: Mill, plan: CheckPlan, lot: Lot, values: list[str]) -> None:
    for n, value in enumerate(values):
        later = replace(mill.ctx, now=mill.ctx.now + timedelta(hours=n))
        check = quality.open_check(later, lot=lot, plan=plan)
        quality.record_check(later, check=check, measured=Decimal(value))


@pytest.fixture
def width(mill: Mill) -> CheckPlan:
    return CheckPlan.objects.create(
        item=mill.yarn, characteristic="Width", unit="mm", lower=Decimal("9.4"), upper=Decimal("10.6")
    )


def test_a_point_beyond_three_sigma_is_a_signal(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    measured(mill, width, lot, ["10.0", "10.1", "9.9", "10.0"] * 6 + ["10.0", "10.5"])
    location, spread = queries.control_charts(plan=width).charts

    assert (location.name, spread.name) == ("Individuals", "Moving range")
    first = location.points[0]
    assert (first.value, round(first.centre, 4)) == (10.0, 10.0)
    [signal] = [p for p in location.signals if p.signals[0].startswith("1: ")]
    assert (signal.value, signal.signals[0]) == (10.5, "1: one point beyond three sigma")
    assert signal.value > signal.upper


def test_six_rising_points_are_a_signal(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    measured(mill, width, lot, ["9.8", "10.2"] * 12 + ["9.9", "9.95", "10.0", "10.05", "10.1", "10.15"])
    [location, _spread] = queries.control_charts(plan=width).charts
    assert "3: six points in a row, all rising or all falling" in location.signals[-1].signals


def test_shares_of_samples_have_limits_of_their_own(mill: Mill) -> None:
    plan = CheckPlan.objects.create(
        item=mill.yarn, characteristic="Knots", sampling="attributes", aql=Decimal("4.0")
    )
    for number, bad in enumerate((2, 3, 2, 4, 3, 2)):
        lot = mill.lot(f"K-{number}")
        mill.receive("500", lot=lot)
        check = quality.open_check(mill.ctx, lot=lot, plan=plan)
        quality.record_check(mill.ctx, check=check, nonconforming=bad)
    [chart] = queries.control_charts(plan=plan).charts
    assert (chart.name, chart.points[0].value, round(chart.points[0].centre, 4)) == ("p", 0.04, 0.0533)
    assert chart.points[0].lower == 0
    assert not chart.signals


def test_fewer_than_three_points_are_no_chart(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    measured(mill, width, lot, ["10.0", "10.1"])
    assert queries.control_charts(plan=width).charts == ()


def test_what_the_process_did_is_ppk_and_what_it_can_do_is_cpk(
    mill: Mill, lot: Lot, width: CheckPlan
) -> None:
    measured(mill, width, lot, ["9.98", "10.22"] * 10)
    found = queries.capability(plan=width)
    assert (found.count, found.mean) == (20, Decimal("10.1"))
    assert found.ppk is not None
    assert found.cpk is not None
    assert round(found.ppk, 3) == Decimal("1.354")
    assert round(found.cpk, 3) == Decimal("0.784")
    golden = {"mean": Decimal("10.1"), "deviation": Decimal("0.12")}
    assert round(queries.nearest(**golden, lower=width.lower, upper=width.upper) or 0, 3) == Decimal("1.389")


def test_the_page_of_a_plan_draws_its_chart(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    client = Client()
    client.force_login(mill.ctx.actor)
    measured(mill, width, lot, ["10.0", "10.1", "9.9", "10.0"] * 6 + ["10.0", "10.5"])
    page = client.get(f"/quality/check-plans/{width.pk}/?tab=control-chart").content.decode()
    assert 'class="chart desk"' in page
    assert "one point beyond three sigma" in page


def test_a_good_lot_has_a_certificate(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    measured(mill, width, lot, ["10.0", "10.1"])
    assert [(one.characteristic, one.wanted, one.found) for one in queries.results_of(lot=lot)] == [
        ("Width", "9.4 to 10.6 mm", "10.1 mm")
    ]
    assert pages.certificate(mill.ctx, lot=lot).startswith(b"%PDF")


def test_a_certificate_names_what_was_used_as_it_is(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    measured(mill, width, lot, ["11"])
    check = Check.objects.get()
    quality.decide(mill.ctx, check=check, decision="use_as_is")
    results = queries.results_of(lot=lot)
    assert [result.verdict for result in results] == ["Use as is"]
    data = pages.certificate_data(mill.ctx, lot, results)
    assert data["closing"][0].endswith("released; what did not conform is named above.")


def test_a_lot_that_failed_has_none(mill: Mill, lot: Lot, width: CheckPlan) -> None:
    client = Client()
    client.force_login(mill.ctx.actor)
    measured(mill, width, lot, ["10.0", "11"])
    with pytest.raises(pages.NotConforming, match="nothing to certify"):
        pages.certificate(mill.ctx, lot=lot)
    assert client.get(f"/quality/lots/{lot.pk}/certificate.pdf").status_code == 409
