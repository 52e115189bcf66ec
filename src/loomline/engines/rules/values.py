"""Values as an expression takes and gives them: exact decimals, days, moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from loomline.engines.rules.problem import CannotReckon, Problem

WORDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (Decimal, "number"),
    (str, "text"),
    (datetime, "moment"),
    (timedelta, "duration"),
    (list, "list"),
)
KINDS = ("text", "number", "boolean", "date", "moment", "list", "any")
# So many digits survive the way into a binary number and back.
DIGITS = 15
SAMPLES: Mapping[str, Any] = {
    "text": "a",
    "number": 1.0,
    "boolean": True,
    "date": datetime(2026, 1, 2, tzinfo=UTC),
    "moment": datetime(2026, 1, 2, 3, tzinfo=UTC),
    "list": [],
}


def given(name: str, value: Any) -> Any:
    """A value as the language takes it; a number with too many digits is refused, never rounded."""
    if value is None or isinstance(value, (bool, str, timedelta)):
        return value
    if isinstance(value, (int, Decimal)):
        number = float(value)
        if Decimal(repr(number)) != Decimal(value):
            raise CannotReckon(Problem("digits", name))
        return number
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.min, UTC)
    if isinstance(value, Mapping):
        return {str(key): given(name, item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [given(name, item) for item in value]
    return str(value)


def taken(value: Any) -> Any:
    """A result as the house takes it: numbers are Decimals without binary dust."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, datetime, timedelta)):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(f"{value:.{DIGITS}g}")
        return number.to_integral_value() if number == number.to_integral_value() else number
    if isinstance(value, list):
        return [taken(item) for item in value]
    return value


def kind_of(value: Any) -> str:
    """What a result is, in a word."""
    for kind, word in WORDS:
        if isinstance(value, kind):
            return word
    return "nothing" if value is None else "any"


def days(count: float) -> timedelta:
    """So many days: today + days(14)."""
    return timedelta(days=count)


def hours(count: float) -> timedelta:
    """So many hours: now - hours(48)."""
    return timedelta(hours=count)


def day(text: str) -> datetime:
    """A day as it is written: date("2026-11-23")."""
    return datetime.combine(date.fromisoformat(text), time.min, UTC)


def lower(text: str | None) -> str:
    """A text in small letters, so that a comparison does not depend on them."""
    return (text or "").lower()


def rounded(number: float, places: float = 0) -> float:
    """A number rounded half up: round(record.amount * 0.15, 2)."""
    exact = Decimal(f"{number:.{DIGITS}g}")
    return float(exact.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))


def weekday(moment: datetime) -> float:
    """Monday is 1, Sunday is 7."""
    return float(moment.isoweekday())


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "days": days,
    "hours": hours,
    "date": day,
    "lower": lower,
    "round": rounded,
    "weekday": weekday,
}
# What the language brings along.
BUILT_IN = frozenset(
    {
        *("size", "contains", "startsWith", "endsWith", "matches", "has", "int", "double", "string"),
        *("timestamp", "duration", "getFullYear", "getMonth", "getDayOfMonth", "getDayOfWeek", "getHours"),
        *("all", "exists", "exists_one", "map", "filter"),
    }
)
