"""Cells as customer systems write them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loomline.engines import cells
from loomline.engines.heads import plain, resolved, tidied


def clock(*parts: int) -> datetime:
    """What a clock on the wall shows, nobody knows where."""
    year, month, day, *rest = parts
    return datetime(year, month, day, *rest, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("short", "long"),
    [("001D000000IRt53", "001D000000IRt53IAD"), ("003D000000QYVzu", "003D000000QYVzuIAH")],
)
def test_fifteen_signs_become_the_eighteen_of_the_same_record(short: str, long: str) -> None:
    assert (cells.long_key(short), cells.long_key(long)) == (long, long)


def test_keys_have_one_writing() -> None:
    guid = "a0b1c2d3-0000-4000-8000-00000000000f"
    assert cells.guid(f"{{{guid.upper()}}}") == guid
    assert [cells.bare_key(text) for text in ("zcrm_1234", "1234", "1234.0")] == ["1234", "1234", "1234"]
    with pytest.raises(ValueError, match="a spreadsheet has cut this key"):
        cells.bare_key("9.57E+11")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$22,700.00", "22700"), ("3.00E+07", "30000000"), ("3,522.00", "3522"), ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("12,5", "12.5"), ("1 000,00 €", "1000"),
        ("(1,234.00)", "-1234"), ("-7", "-7"), ("EUR 5.50", "5.5"), ("20 %", "20"), ("1,234", "1234"),
    ],
)  # fmt: skip
def test_amounts_have_signs_separators_and_exponents(text: str, number: str) -> None:
    assert cells.amount(text) == Decimal(number)


@pytest.mark.parametrize("text", ["n/a", "1.2M", "12 k", "--", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no number|is shortened"):
        cells.amount(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-06-22", clock(2026, 6, 22)),
        ("2026-06-22 10:05", clock(2026, 6, 22, 10, 5)),
        ("2026-06-22T10:05:00.000Z", datetime(2026, 6, 22, 10, 5, tzinfo=UTC)),
        ("6/22/2026 10:00 AM", clock(2026, 6, 22, 10)),
        ("22/6/2026 10:00 PM", clock(2026, 6, 22, 22)),
        ("22.06.2026 08:00:30", clock(2026, 6, 22, 8, 0, 30)),
        ("15 Apr, 2021 00:03:00", clock(2021, 4, 15, 0, 3)),
        ("Apr 15, 2021", clock(2021, 4, 15)),
        ("46195.4166666667", clock(2026, 6, 22, 10)),
        ("1782122400000", datetime(2026, 6, 22, 10, tzinfo=UTC)),
        ("1899-12-31", None),
        ("1899-12-30 00:00:00", None),
        ("12/30/1899", None),
    ],
)
def test_moments_are_read_in_every_writing(text: str, found: datetime | None) -> None:
    assert cells.moment(text, order="month") == found


def test_an_open_date_goes_by_the_order_that_was_told() -> None:
    assert cells.moment("6/7/2026", order="month") == clock(2026, 6, 7)
    assert cells.moment("6/7/2026", order="day") == clock(2026, 7, 6)
    assert [cells.told_order(text) for text in ("22/6/2026", "6/22/2026", "6/7/2026")] == [
        "day",
        "month",
        None,
    ]
    assert [cells.is_open(text) for text in ("6/7/2026", "6/6/2026", "2026-06-07")] == [True, False, False]
    with pytest.raises(ValueError, match="is no date"):
        cells.moment("31/31/2026")


def test_the_hours_of_the_clock_change_are_exact_to_the_minute() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert cells.placed(clock(2026, 3, 29, 1, 59), berlin) == (
        datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
        False,
    )
    assert cells.placed(clock(2026, 3, 29, 3, 0), berlin) == (
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        False,
    )
    assert cells.placed(clock(2026, 10, 25, 1, 59), berlin)[0] == datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    assert cells.placed(clock(2026, 10, 25, 2, 30), berlin) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        True,
    )
    assert cells.placed(clock(2026, 10, 25, 3, 0), berlin)[0] == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_lists_lengths_names_and_countries() -> None:
    assert cells.several("12; 13;;14") == ["12", "13", "14"]
    assert cells.addressed("Ana Sá (ana@example.org)") == ("Ana Sá", "ana@example.org")
    assert cells.addressed("Ana Sá (Porto)") == ("Ana Sá (Porto)", "")
    assert (cells.minutes("1:02:30"), cells.minutes("90"), cells.minutes("soon")) == (62, 1, None)
    words = ("Deutschland", "USA", "de", "Países Bajos", "Atlantis")
    assert [cells.country(word) for word in words] == ["DE", "US", "DE", "NL", ""]


def test_heads_are_one_whatever_their_writing() -> None:
    writings = ("Account ID", "AccountId", "account_id", "\xa0ACCOUNT ID ", "property_account_id")
    assert {plain(head) for head in writings} == {"accountid"}
    assert plain("Account Owner(Account Owner).id") == plain("Account_Owner.id")
    assert tidied(["Billing Contact", "Billing Contact", "", "Id\xa0"]) == [
        "Billing Contact", "Billing Contact (2)", "Column 3", "Id",
    ]  # fmt: skip
    names = {"Id": ("Account ID",), "Name": ("Account Name",)}
    assert resolved(names, ["ACCOUNT ID", "name"]) == {"Id": "ACCOUNT ID", "Name": "name"}
