"""Sentences are filled, and rows of conditions become expressions that mean the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loomline.engines.rules.expression import read
from loomline.engines.rules.problem import BadExpression
from loomline.engines.rules.rows import Row, written
from loomline.engines.rules.rows import read as rows_of
from loomline.engines.rules.text import read_text

KINDS = {
    "record.name": "text",
    "record.amount": "number",
    "record.closes_on": "date",
    "record.staged_at": "moment",
    "record.is_open": "boolean",
    "today": "date",
    "now": "moment",
}
FACTS: dict[str, Any] = {
    "record.name": 'Autumn "Fjord"',
    "record.amount": Decimal("20000.5000"),
    "record.closes_on": date(2026, 11, 30),
    "record.staged_at": datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
    "record.is_open": True,
    "today": date(2026, 11, 23),
    "now": datetime(2026, 11, 23, 9, tzinfo=UTC),
}


def test_a_sentence_is_filled_as_people_write() -> None:
    said = read_text("{record.name}: {record.amount} until {record.closes_on}, {record.is_open} {{so}}")
    said.check(KINDS)

    assert said.filled(FACTS) == 'Autumn "Fjord": 20000.5 until 2026-11-30, yes {so}'
    assert said.facts == ("record.name", "record.amount", "record.closes_on", "record.is_open")


def test_a_placeholder_may_reckon() -> None:
    assert read_text("{record.amount * 2}").filled(FACTS) == "40001"


def test_a_bad_placeholder_is_refused_with_its_place_in_the_sentence() -> None:
    with pytest.raises(BadExpression) as caught:
        read_text("Call {record.name}\nabout {record.nmae}").check(KINDS)
    assert (caught.value.problem.line, caught.value.problem.column) == (2, 8)

    with pytest.raises(BadExpression) as caught:
        read_text("Call {record.name +}")
    assert (caught.value.problem.kind, caught.value.problem.column) == ("syntax", 20)


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (Row("record.name", "is", 'Autumn "Fjord"'), True),
        (Row("record.name", "contains", "FJORD"), True),
        (Row("record.name", "starts", "winter"), False),
        (Row("record.name", "empty"), False),
        (Row("record.name", "filled"), True),
        (Row("record.amount", "above", "20000"), True),
        (Row("record.amount", "to", "20000.5"), True),
        (Row("record.amount", "below", "20 000"), False),
        (Row("record.amount", "not", "20000.5"), False),
        (Row("record.is_open", "yes"), True),
        (Row("record.is_open", "no"), False),
        (Row("record.closes_on", "coming", "7"), True),
        (Row("record.closes_on", "coming", "6"), False),
        (Row("record.closes_on", "past"), False),
        (Row("record.closes_on", "before", "2026-12-01"), True),
        (Row("record.closes_on", "is", "2026-11-30"), True),
        (Row("record.staged_at", "older", "14"), True),
        (Row("record.staged_at", "older", "30"), False),
    ],
)
def test_a_row_means_what_it_says(row: Row, holds: bool) -> None:
    source = written([row], KINDS)
    read(source).check(KINDS, wanted="boolean")

    assert read(source).holds(FACTS) is holds


ROWS = [
    Row("record.name", "is", 'Autumn "Fjord" && || (x)'),
    Row("record.name", "contains", "fjord"),
    Row("record.name", "starts", "winter"),
    Row("record.name", "empty"),
    Row("record.name", "filled"),
    Row("record.amount", "above", "20000"),
    Row("record.amount", "not", "-5"),
    Row("record.amount", "empty"),
    Row("record.is_open", "no"),
    Row("record.closes_on", "coming", "7"),
    Row("record.closes_on", "past"),
    Row("record.closes_on", "is", "2026-11-30"),
    Row("record.closes_on", "after", "today"),
    Row("record.staged_at", "older", "14"),
    Row("record.staged_at", "coming", "3"),
]


@pytest.mark.parametrize("join", ["and", "or"])
def test_what_rows_have_written_is_read_as_the_same_rows(join: str) -> None:
    for row in ROWS:
        assert rows_of(written([row], KINDS)) == ([row], "and")
    assert rows_of(written(ROWS, KINDS, join=join)) == (ROWS, join)


def test_an_expression_written_by_hand_is_read_as_rows_where_rows_can_say_it() -> None:
    assert rows_of('event.to_stage == "Negotiating" && record.amount>20000') is None
    assert rows_of('event.to_stage == "Negotiating"\n  && record.amount > 20000') == (
        [Row("event.to_stage", "is", "Negotiating"), Row("record.amount", "above", "20000")],
        "and",
    )
    for beyond in ("record.amount * 2 > 5", "a.b > c.d", "a.b == 1 && (c.d == 2 || e.f == 3)", "§"):
        assert rows_of(beyond) is None
    assert rows_of("") == ([], "and")


def test_rows_are_joined_by_and_or_or() -> None:
    rows = [Row("record.closes_on", "past"), Row("record.name", "empty"), Row("record.is_open", "yes")]

    assert written(rows, KINDS) == (
        "record.closes_on != null && record.closes_on < today"
        ' && (record.name == null || record.name == "") && record.is_open == true'
    )
    assert written(rows, KINDS, join="or") == (
        "(record.closes_on != null && record.closes_on < today)"
        ' || record.name == null || record.name == "" || record.is_open == true'
    )
    assert not read(written(rows, KINDS)).holds(FACTS)
    assert read(written(rows, KINDS, join="or")).holds(FACTS)


def test_no_value_breaks_out_of_its_quotation_marks() -> None:
    source = written([Row("record.name", "is", '" || true || "')], KINDS)

    assert not read(source).holds(FACTS)
