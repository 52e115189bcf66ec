"""Exact conversion between units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import queries
from loomline.domains.catalog.models import Conversion, Item, Unit
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import Refused


def unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


@pytest.fixture
def yarn(ctx: Ctx, units: None) -> Item:
    return catalog.add_item(ctx, sku="YRN", name="Merino", unit="kg")


@pytest.mark.usefixtures("units")
@pytest.mark.parametrize(
    ("given_", "to", "expected"),
    [
        ("1.5 kg", "g", "1500"),
        ("250 mg", "kg", "0.00025"),
        ("2 t", "lb", None),
        ("1 lb", "kg", None),
        ("100 lb", "g", "45359.237"),
        ("3 doz", "pcs", "36"),
        ("1 gross", "doz", "12"),
        ("1 yd", "cm", "91.44"),
        ("5 MJ", "kWh", None),
        ("9 MJ", "kWh", "2.5"),
    ],
)
def test_quantities_convert_exactly_or_not_at_all(given_: str, to: str, expected: str | None) -> None:
    quantity = Quantity.parse(given_)
    if expected is None:
        with pytest.raises(queries.NotExact, match=f"{quantity.unit}"):
            queries.convert(quantity, to=to)
    else:
        assert queries.convert(quantity, to=to) == Quantity(Decimal(expected), to)


@pytest.mark.usefixtures("units")
def test_units_without_a_ratio_are_refused() -> None:
    with pytest.raises(queries.NoConversion, match="There is no conversion from kg to m"):
        queries.convert(Quantity.parse("1 kg"), to="m")


def test_a_ratio_of_an_item_goes_before_one_for_all(ctx: Ctx, yarn: Item) -> None:
    other = catalog.add_item(ctx, sku="OTHER", name="Other")
    catalog.set_conversion(ctx, from_unit=unit("doz"), to_unit=unit("pcs"), numerator=13, item=other)

    assert queries.convert(Quantity.parse("2 doz"), item=other, to="pcs") == Quantity(Decimal(26), "pcs")
    assert queries.convert(Quantity.parse("2 doz"), item=yarn, to="pcs") == Quantity(Decimal(24), "pcs")


def test_a_ratio_of_an_item_joins_those_for_all(ctx: Ctx, yarn: Item) -> None:
    catalog.set_conversion(ctx, from_unit=unit("pcs"), to_unit=unit("g"), numerator=125, item=yarn)

    assert queries.in_stock_unit(Quantity.parse("2 doz"), item=yarn) == Quantity(Decimal(3), "kg")
    with pytest.raises(queries.NoConversion):
        queries.convert(Quantity.parse("2 doz"), to="kg")


def test_many_quantities_are_converted_with_one_statement(
    ctx: Ctx, yarn: Item, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        known = queries.converter(item_ids=[yarn.pk])
        amounts = [known.convert(Quantity(Decimal(n), "g"), to="kg", item_id=yarn.pk).amount for n in (1, 20)]
    assert amounts == [Decimal("0.001"), Decimal("0.02")]


def test_setting_a_ratio_replaces_its_reverse(ctx: Ctx, yarn: Item) -> None:
    cone = Unit.objects.create(code="cone", name="cone")
    catalog.set_conversion(ctx, from_unit=unit("kg"), to_unit=cone, numerator=2, denominator=4, item=yarn)
    catalog.set_conversion(ctx, from_unit=cone, to_unit=unit("kg"), numerator=3, item=yarn)

    assert [str(c) for c in Conversion.objects.filter(item=yarn)] == ["1 cone = 3 kg"]
    assert StoredEvent.objects.latest("id").sentence == "1 cone = 3 kg was set"


def test_two_ways_that_disagree_are_refused(ctx: Ctx, units: None) -> None:
    with pytest.raises(catalog.RatioContradicts, match="One t already is 1000000 g by way of other units"):
        catalog.set_conversion(ctx, from_unit=unit("t"), to_unit=unit("g"), numerator=999999)
    assert not Conversion.objects.filter(numerator=999999).exists()


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-3, 1)])
def test_a_ratio_is_positive(ctx: Ctx, units: None, numerator: int, denominator: int) -> None:
    before = Conversion.objects.count()
    with pytest.raises(Refused, match="Both parts of a ratio must be greater than zero"):
        catalog.set_conversion(
            ctx, from_unit=unit("pair"), to_unit=unit("pcs"), numerator=numerator, denominator=denominator
        )
    with pytest.raises(Refused, match="A ratio needs two different units"):
        catalog.set_conversion(ctx, from_unit=unit("kg"), to_unit=unit("kg"), numerator=1)
    assert Conversion.objects.count() == before


RATIO = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ratio=RATIO, amount=st.decimals(min_value=0, max_value=10**6, places=6))
def test_there_and_back_is_the_same_quantity(ratio: Fraction, amount: Decimal) -> None:
    known = queries.Converter({"a": {"b": ratio}, "b": {"a": 1 / ratio}})
    quantity = Quantity(amount, "a")
    try:
        there = known.convert(quantity, to="b")
    except queries.NotExact:
        return
    assert known.convert(there, to="a") == quantity
