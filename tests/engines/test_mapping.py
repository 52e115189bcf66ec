"""Cells of a file become values, whatever country they were written in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.engines.mapping import BadValue, FieldSpec, convert


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", "5"),
        ("1.5", "1.5"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("1.234,56", "1234.56"),
        ("-1.234.567,8", "-1234567.8"),
        ("1,125", "1125"),
        ("1,234.56", "1234.56"),
        ("€ 1 000,00", "1000"),
    ],
)
def test_a_number_is_read_with_a_point_or_a_comma(text: str, number: str) -> None:
    assert convert(text, FieldSpec(("Price",), kind="decimal"), column="Price") == Decimal(number)


@pytest.mark.parametrize("text", ["1,23,4", "1,,2", "1.2.3", "twelve", "1,234,56.7"])
def test_what_is_no_number_is_refused_with_its_column(text: str) -> None:
    with pytest.raises(BadValue, match=r"Price: .* is no number"):
        convert(text, FieldSpec(("Price",), kind="decimal"), column="Price")
