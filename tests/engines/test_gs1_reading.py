"""What a scanner sends is taken apart, against the rules of the General Specifications."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.gs1 import (
    Element,
    check_digit,
    day_of,
    element_string,
    in_words,
    is_marked,
    read,
    weight_kg,
)

GS = "\x1d"
WANTED = [Element("01", "04006381333931"), Element("17", "270301"), Element("10", "A7")]
CHARACTERS = "ABCxyz0123456789-/_."


@pytest.mark.parametrize(
    "sent",
    [
        "(01)04006381333931(17)270301(10)A7",
        "(01) 04006381333931 (17) 270301 (10) A7",
        "[01]04006381333931[17]270301[10]A7",
        "]C101040063813339311727030110A7",
        "01040063813339311727030110A7",
        f"{GS}01040063813339311727030110A7{GS}",
    ],
)
def test_one_label_is_read_however_it_is_sent(sent: str) -> None:
    assert read(sent) == WANTED


@pytest.mark.parametrize("separator", [GS, "\u241d", "<GS>", "{GS}"])
def test_data_of_no_fixed_length_end_at_their_separator(separator: str) -> None:
    assert read(f"]d210BY-7781{separator}0104006381333931{separator}21S1") == [
        Element("10", "BY-7781"),
        Element("01", "04006381333931"),
        Element("21", "S1"),
    ]


def test_a_pallet_label_says_its_number() -> None:
    assert read("00376104250021234569") == [Element("00", "376104250021234569")]


def test_a_weight_knows_its_decimals() -> None:
    [gtin, weight] = read("0104006381333931" + "3103012345")
    assert weight_kg(weight) == Decimal("12.345")
    assert weight_kg(gtin) is None


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("(01)04006381333930", "The check digit of (01) 04006381333930 is wrong."),
        ("0104006381", "(01) 04006381 has not the length that belongs to it."),
        ("(00)37610425002123456", "(00) 37610425002123456 has not the length that belongs to it."),
        ("]C188XYZ", "Nothing is known that begins with 88XY."),
        ("(10)", "(10)  has not the length that belongs to it."),
        ("(10)" + "A" * 21, "has not the length that belongs to it."),
    ],
)
def test_what_cannot_be_is_refused(sent: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(sent)
    assert says in str(refused.value)


def test_a_text_says_whether_it_is_one() -> None:
    assert [is_marked(text) for text in ("(01)0", "]C1010", f"10A{GS}21B", "0104006381333931", "P-0007")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_day_is_in_the_nearest_century_and_00_is_the_last_of_its_month() -> None:
    near = date(2026, 11, 23)
    assert day_of("270301", near=near) == date(2027, 3, 1)
    assert day_of("280200", near=near) == date(2028, 2, 29)
    assert day_of("261200", near=near) == date(2026, 12, 31)
    # 7.12: 51 years or more ahead lie in the century before, 50 or more behind in the next one.
    assert day_of("770101", near=near) == date(1977, 1, 1)
    assert day_of("760101", near=near) == date(2076, 1, 1)
    assert day_of("000101", near=date(2099, 1, 1)) == date(2100, 1, 1)
    with pytest.raises(BadInput):
        day_of("271399", near=near)


@given(
    body=st.text("0123456789", min_size=13, max_size=13),
    lot=st.text(CHARACTERS, min_size=1, max_size=20),
    serial=st.text(CHARACTERS, min_size=1, max_size=20),
)
def test_what_is_written_is_read_again(body: str, lot: str, serial: str) -> None:
    said = [Element("01", body + str(check_digit(body))), Element("10", lot), Element("21", serial)]
    assert read(element_string(said, separator=GS)) == said
    assert read(in_words(said)) == said
