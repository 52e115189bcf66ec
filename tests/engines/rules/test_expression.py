"""Expressions are read once, checked against what is known, and reckoned with exact values."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomline.engines.rules.expression import LONGEST, read
from loomline.engines.rules.problem import BadExpression, CannotReckon, Problem

KINDS = {
    "record.id": "number",
    "record.amount": "number",
    "record.name": "text",
    "record.closes_on": "date",
    "record.is_open": "boolean",
    "record.party.name": "text",
    "record.party.id": "number",
    "event.lines": "number",
    "event.tags": "list",
    "today": "date",
    "now": "moment",
}


def problem(source: str, *, wanted: str = "boolean") -> Problem:
    with pytest.raises(BadExpression) as caught:
        read(source).check(KINDS, wanted=wanted)
    return caught.value.problem


@pytest.mark.parametrize(
    ("source", "facts", "result"),
    [
        ("record.amount > 20000", {"record.amount": Decimal("20000.0001")}, True),
        ("record.amount > 20000", {"record.amount": Decimal("20000.0000")}, False),
        ("record.amount * 2 >= 5", {"record.amount": Decimal("2.5")}, True),
        ("event.lines == 3", {"event.lines": 3}, True),
        ("event.lines / 2 == 1.5", {"event.lines": 3}, True),
        ('record.name in ["a", "b"]', {"record.name": "b"}, True),
        ('lower(record.name).contains("knit")', {"record.name": "Nord KNITwear"}, True),
        ("record.closes_on < today + days(14)", {"record.closes_on": date(2026, 12, 1)}, True),
        ('record.closes_on == date("2026-12-01")', {"record.closes_on": date(2026, 12, 1)}, True),
        ("record.closes_on == null", {"record.closes_on": None}, True),
        ("record.closes_on != null && record.closes_on < today", {"record.closes_on": None}, False),
        ("weekday(today) == 1", {}, True),
        ("event.tags.exists(tag, tag == 2)", {"event.tags": (1, 2)}, True),
        ("event.tags[0] == 1", {"event.tags": (1, 2)}, True),
        ('record.party.name == "Nord"', {"record.party.name": "Nord"}, True),
        ("record.is_open ? record.amount > 1 : false", {"record.is_open": True, "record.amount": 2}, True),
    ],
)
def test_expressions_hold_or_do_not(source: str, facts: dict[str, Any], result: bool) -> None:
    read(source).check(KINDS, wanted="boolean")

    assert read(source).holds({"today": date(2026, 11, 23), **facts}) is result


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("record.amount * 0.1", Decimal("0.3")),
        ("round(record.amount / 7, 2)", Decimal("0.43")),
        ("record.amount + 1", Decimal(4)),
        ("record.amount", Decimal(3)),
        ('"D-" + string(record.amount)', "D-3"),
        ("today + days(2)", datetime(2026, 11, 25, tzinfo=UTC)),
        ("now - hours(1)", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("days(1) + days(1)", timedelta(days=2)),
    ],
)
def test_results_are_exact(source: str, result: Any) -> None:
    facts = {
        "record.amount": Decimal("3.0000"),
        "today": date(2026, 11, 23),
        "now": datetime(2026, 11, 23, 9, tzinfo=UTC),
    }

    assert read(source).value(facts) == result


def test_an_unknown_name_is_told_with_its_place_and_the_nearest_one() -> None:
    found = problem('record.is_open &&\n  record.amont > 3 || record.name == "x"')

    assert (found.kind, found.name, found.line, found.column) == ("name", "record.amont", 2, 3)
    assert str(found) == (
        "Line 2, column 3: There is no fact called record.amont; did you mean record.amount."
    )


@pytest.mark.parametrize(
    ("source", "kind", "line", "column"),
    [
        ("record.amount > ", "syntax", 1, 17),
        ("record.amount > 20000 && && true", "syntax", 1, 26),
        ("record.amount = 3", "syntax", 1, 15),
        ("record.amount > 3 &&\nrecord.amount > 4 )", "syntax", 2, 19),
        ("size(record.name) > 3 && shout(record.name) > 3", "function", 1, 26),
        ("record.party != null", "record", 1, 1),
        ("record.is_open && record.amount > record.name", "types", 1, 19),
        ("false && record.name + 1 == 2", "types", 1, 10),
        ("record.amount + 1", "result", 1, 1),
        ("", "empty", 1, 1),
        ("(" * 50 + "true" + ")" * 50, "syntax", 1, 41),
        ("[1].map(a, [1].map(b, [1].map(c, c)))", "syntax", 1, 27),
        ("true || " * LONGEST + "true", "long", 1, 1),
    ],
)
def test_a_bad_expression_is_refused_with_its_place(source: str, kind: str, line: int, column: int) -> None:
    found = problem(source)

    assert (found.kind, found.line, found.column) == (kind, line, column)


def test_what_a_macro_names_is_no_fact() -> None:
    read("event.tags.exists(tag, tag > record.amount)").check(KINDS, wanted="boolean")

    assert read("event.tags.all(x, x > 1)").facts == ("event.tags",)


def test_names_inside_texts_are_no_facts() -> None:
    assert read("record.name == 'record.secret + 5'").facts == ("record.name",)


def test_an_empty_value_says_which_one_it_is() -> None:
    with pytest.raises(CannotReckon, match=r"record\.closes_on is empty"):
        read("record.closes_on < today").value({"today": date(2026, 11, 23)})


def test_a_number_that_would_be_rounded_is_refused() -> None:
    with pytest.raises(CannotReckon, match="more digits"):
        read("record.amount > 1").value({"record.amount": Decimal("123456789012345.6789")})


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4), st.integers(-(10**10), 10**10))
def test_comparisons_are_those_of_decimals(amount: Decimal, limit: int) -> None:
    source = f"record.amount > {limit}" if limit >= 0 else f"record.amount > -{-limit}"

    assert read(source).holds({"record.amount": amount}) is (amount > limit)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(source: str) -> None:
    with contextlib.suppress(BadExpression):
        read(source).check(KINDS, wanted="boolean")
