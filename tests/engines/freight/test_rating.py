from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.freight.rating import Shipment, allocate, charge, cheapest
from loomline.engines.freight.tariff import Accessorial, Break, Tariff, Zone

D = Decimal
ROAD = Zone(
    (Break(D(0), D("2.0")), Break(D(45), D("1.6")), Break(D(100), D("1.2")), Break(D(300), D("1.0"))), D(70)
)


def tariff(**more: object) -> Tariff:
    return Tariff("road", {"1": ROAD}, **more)


def total(weight: str, **more: object) -> Decimal:
    return charge(Shipment("s", "1", D(weight)), tariff(**more)).total


@pytest.mark.parametrize(
    ("weight", "amount"), [("20", "70"), ("40", "72"), ("80", "120"), ("250", "300"), ("290", "300")]
)
def test_the_published_breaks_give_the_published_charges(weight: str, amount: str) -> None:
    assert total(weight) == D(amount)


def test_without_the_deficit_rule_the_own_break_holds() -> None:
    assert total("80", has_deficit=False) == D("128.00")
    assert total("290", has_deficit=False) == D("348.00")


def test_the_reason_names_the_deficit_weight_and_the_minimum() -> None:
    made = charge(Shipment("s", "1", D(80)), tariff())
    assert made.why == "80 kg rated as 100 kg at 1.2 per kg (deficit weight): 120.00."
    assert made.rated == 100
    assert (
        charge(Shipment("s", "1", D(20)), tariff()).why == "20 kg at 2 per kg: 40.00. The minimum is 70.00."
    )


def test_volume_is_charged_where_it_exceeds_weight_and_rounded_up_to_the_step() -> None:
    # 100 x 60 x 50 cm at 3000 cm3/kg are 100 kg; at 5000 they are 60 kg, rounded up to 60.
    shipment = Shipment("s", "1", D(40), volume=D(300_001))
    made = charge(shipment, tariff(divisor=D(3000), step=D(1)))
    assert made.chargeable == 101
    assert made.total == D("121.20")


def test_volume_below_the_weight_changes_nothing() -> None:
    made = charge(Shipment("s", "1", D("40.2"), volume=D(1000)), tariff(divisor=D(3000), step=D("0.5")))
    assert made.chargeable == D("40.5")


def test_fuel_is_taken_on_the_base_and_on_the_accessorials_that_bear_it() -> None:
    extras = {
        "tail-lift": Accessorial("tail-lift", "fixed", D(25), bears_fuel=True),
        "label": Accessorial("label", "per piece", D("0.35"), minimum=D(2)),
        "security": Accessorial("security", "percent", D(3), maximum=D(3), is_always=True),
        "toll": Accessorial("toll", "per kg", D("0.015")),
    }
    shipment = Shipment("s", "1", D(350), pieces=4, extras=("tail-lift", "label", "toll"))
    made = charge(shipment, tariff(fuel=D("12.5"), accessorials=extras))
    amounts = {line.what: line.amount for line in made.lines}
    # 5.25 EUR toll, 1.40 raised to 2, 3 % of 350 capped at 3, and 12.5 % of 375 = 46.875.
    assert amounts == {
        "base": D("350.00"),
        "tail-lift": D("25.00"),
        "label": D("2.00"),
        "security": D("3.00"),
        "toll": D("5.25"),
        "fuel": D("46.88"),
    }
    assert made.total == D("432.13")


def test_a_flat_break_is_for_the_whole_shipment() -> None:
    parcels = Zone((Break(D(0), D("6.90"), is_flat=True), Break(D(5), D("9.90"), is_flat=True)))
    one = Tariff("parcel", {"1": parcels})
    assert charge(Shipment("s", "1", D("4.9")), one).total == D("6.90")
    assert charge(Shipment("s", "1", D(5)), one).total == D("9.90")


@settings(max_examples=200, deadline=None)
@given(
    rates=st.lists(st.integers(1, 400), min_size=1, max_size=5),
    starts=st.sets(st.integers(1, 500), min_size=4, max_size=4),
    minimum=st.integers(0, 300),
    light=st.decimals(D("0.1"), D(600), places=1),
    more=st.decimals(D(0), D(200), places=1),
)
def test_a_heavier_shipment_never_costs_less_and_deficit_weight_never_more_than_the_next_break(
    rates: list[int], starts: set[int], minimum: int, light: Decimal, more: Decimal
) -> None:
    breaks = [D(0), *map(D, sorted(starts))][: len(rates)]
    falling = [D(rate) / 100 for rate in sorted(rates, reverse=True)]
    zone = Zone(tuple(Break(b, r) for b, r in zip(breaks, falling, strict=True)), D(minimum))
    one = Tariff("t", {"1": zone})
    cost = charge(Shipment("a", "1", light), one).total
    assert cost <= charge(Shipment("b", "1", light + more), one).total
    cent = D("0.01")
    own = max((b, r) for b, r in zip(breaks, falling, strict=True) if b <= light)
    assert cost <= max(light * own[1], D(minimum)) + cent
    for start, rate in zip(breaks, falling, strict=True):
        if start > light:
            assert cost <= max(start * rate, D(minimum)) + cent


def test_the_cheapest_tariff_comes_first_and_those_that_cannot_take_it_are_left_out() -> None:
    air = Tariff("air", {"1": Zone((Break(D(0), D(9)),))})
    away = Tariff("away", {"2": Zone((Break(D(0), D(1)),))})
    made = cheapest(Shipment("s", "1", D(80)), [air, tariff(), away])
    assert [(one.tariff, one.total) for one in made] == [("road", D("120.00")), ("air", D("720.00"))]


def test_tariffs_of_two_currencies_are_not_ranked() -> None:
    with pytest.raises(BadInput, match="priced in EUR, USD"):
        cheapest(Shipment("s", "1", D(80)), [tariff(), Tariff("us", {"1": ROAD}, currency="USD")])


def test_a_zone_or_service_or_day_that_the_tariff_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput, match=r"column zone: Tariff road has no zone 9\. Its zones are 1"):
        charge(Shipment("s", "9", D(1)), tariff())
    with pytest.raises(BadInput, match="column extras: Tariff road has no accessorial crane"):
        charge(Shipment("s", "1", D(1), extras=("crane",)), tariff())
    with pytest.raises(BadInput, match="column on: Tariff road does not hold on 2026-02-01"):
        charge(Shipment("s", "1", D(1), on=date(2026, 2, 1)), tariff(valid_to=date(2026, 2, 1)))


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="column weight_kg"):
        total("0")


@settings(max_examples=100, deadline=None)
@given(cents=st.integers(-10_000, 10_000), weights=st.lists(st.integers(0, 99), min_size=1, max_size=8))
def test_an_allocated_charge_adds_up_to_the_cent_and_no_line_is_off_by_more_than_one(
    cents: int, weights: list[int]
) -> None:
    if not any(weights):
        weights = [*weights, 1]
    whole = D(cents) / 100
    parts = allocate(whole, [D(w) for w in weights])
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - whole * weight / sum(weights)) < D("0.01")
