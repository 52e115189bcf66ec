"""Cells as the exports of customer systems write them: keys, dates, amounts, lists, countries.

Pure: text in, a value or ValueError with what was expected. Nothing here knows which column a text stood in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import import_module
from typing import Literal
from zoneinfo import ZoneInfo

Order = Literal["day", "month"]
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# What a spreadsheet makes of a long number that it took for one.
CUT = re.compile(r"^\d(\.\d+)?E\+\d+$", re.IGNORECASE)
SHORT_KEY = re.compile(r"^[A-Za-z0-9]{15}$")
WHOLE = re.compile(r"^\d+\.0+$")
GUID = re.compile(r"^\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?$")
# The first days that spreadsheets know: a date of theirs is an empty cell that was made a date.
DAY_ZERO = date(1899, 12, 30)
FIRST_DAY = date(1900, 1, 1)
SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
MILLISECONDS = re.compile(r"^\d{12,13}$")
FIGURES = re.compile(r"^(\d{1,4})[./-](\d{1,2})[./-](\d{2,4})(?:,?\s+(.*))?$")
WORDS = re.compile(
    r"^(?:[^\W\d]+,\s*)?(?:(\d{1,2})\.?\s+([^\W\d]+)|([^\W\d]+)\s+(\d{1,2})),?\s+(\d{4})(?:,?\s+(.*))?$"
)
CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?\s*(UTC|GMT|Z)?$")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SPENT = re.compile(r"^-?\d+:[0-5]\d:[0-5]\d$")
ADDRESSED = re.compile(r"^(.*?)\s*[(<]\s*([^()<>\s]+@[^()<>\s]+)\s*[)>]$")
SHORTENED = re.compile(r"\d\s*(k|m|mio|mn|mrd|bn|b)\.?$", re.IGNORECASE)
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ja", "zh")
USUAL = {"usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "uk": "GB",
         "great britain": "GB", "england": "GB", "scotland": "GB", "korea": "KR", "panama": "PA",
         "philipines": "PH", "holland": "NL", "the netherlands": "NL", "russia": "RU", "brasil": "BR",
         "czech republic": "CZ", "hong kong": "HK", "turkey": "TR"}  # fmt: skip


@lru_cache(maxsize=8192)
def long_key(text: str) -> str:
    """The eighteen signs of a Salesforce key; its short form of fifteen differs by capitals alone."""
    if CUT.match(text):
        raise ValueError("a spreadsheet has cut this key; export the file again and do not open it before")
    if not SHORT_KEY.match(text):
        return text
    ends = (
        CAPITALS[sum(1 << place for place, sign in enumerate(text[at : at + 5]) if "A" <= sign <= "Z")]
        for at in (0, 5, 10)
    )
    return text + "".join(ends)


def guid(text: str) -> str:
    """A GUID without braces and in small letters; any other text as it is."""
    found = GUID.match(text)
    return found.group(1).lower() if found else text


def bare_key(text: str) -> str:
    """A key of digits without the prefix of its system and without the decimals of a spreadsheet."""
    plain = text.removeprefix("zcrm_")
    if CUT.match(plain):
        raise ValueError("a spreadsheet has cut this key; export the file again and do not open it before")
    return plain.partition(".")[0] if WHOLE.match(plain) else plain


KEYS: Mapping[str, Callable[[str], str]] = {
    "": str,
    "salesforce": long_key,
    "dynamics": guid,
    "hubspot": bare_key,
    "zoho": bare_key,
}


def several(text: str) -> list[str]:
    """The parts of a list that is written with semicolons."""
    return [part for part in (piece.strip() for piece in text.split(";")) if part]


def addressed(text: str) -> tuple[str, str]:
    """Name and e-mail address of "First Last (first@example.org)"; the address may be empty."""
    found = ADDRESSED.match(text)
    return (found.group(1).strip(), found.group(2)) if found else (text, "")


def amount(text: str) -> Decimal:
    """A number with signs of money, separators of thousands and either decimal sign."""
    if SHORTENED.search(text):
        raise ValueError(f"{text!r} is shortened; write the whole number")
    plain = re.sub(r"[^\d.,()eE+\-−]", "", re.sub(r"[A-DF-Za-df-z]+|[^\W\d]{2,}", "", text)).replace("−", "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    dot, comma = plain.rfind("."), plain.rfind(",")
    if comma > dot and (dot >= 0 or len(plain) - comma <= 3) and plain.count(",") == 1:
        plain = plain.replace(".", "").replace(",", ".")
    elif dot > comma and plain.count(".") > 1:
        plain = plain.replace(".", "")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation as fault:
        raise ValueError(f"{text!r} is no number") from fault
    if not number.is_finite() or abs(number) >= Decimal("1e13"):
        raise ValueError(f"{text!r} is larger than any amount can be")
    return Decimal(f"{number:f}")


def minutes(text: str) -> int | None:
    """The minutes of a length of time such as 0:12:30, or of a number of seconds; None when it is neither."""
    if SPENT.match(text):
        hours, rest, _seconds = text.split(":")
        return abs(int(hours)) * 60 + int(rest)
    return int(text) // 60 if text.isdigit() else None


def moment(text: str, *, order: Order = "day") -> datetime | None:
    """The date and time of a cell, without a zone when it names none; None for the zero of spreadsheets.

    `order` says whether 6/7/2026 begins with the day or the month.
    """
    found = _counted(text) or _iso(text) or _in_figures(text, order) or _in_words(text)
    if found is None:
        raise ValueError(f"{text!r} is no date; write it as 2026-11-23")
    if found.date() <= FIRST_DAY or (text.startswith("1970-01-01") and found.time() == time()):
        return None
    if found.year > 9000:
        raise ValueError(f"{text!r} lies after the year 9000")
    return found


def told_order(text: str) -> Order | None:
    """Which part comes first in 22/6/2026; None when the text leaves it open."""
    found = FIGURES.match(text)
    if found is None or len(found.group(1)) == 4:
        return None
    if "." in text.split(" ")[0]:
        return "day"
    first, second = int(found.group(1)), int(found.group(2))
    return "day" if first > 12 else "month" if second > 12 else None


def is_open(text: str) -> bool:
    """True for a date in figures that may be read in either order."""
    found = FIGURES.match(text)
    if found is None or len(found.group(1)) == 4 or told_order(text) is not None:
        return False
    return found.group(1) != found.group(2)


def placed(found: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The instant in UTC, and whether the clock leaves it open (in the hours of the clock change)."""
    if found.tzinfo is not None:
        return found.astimezone(UTC), False
    first, second = (found.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return found.replace(tzinfo=zone).astimezone(UTC), first != second


@lru_cache(maxsize=4096)
def country(text: str) -> str:
    """Two letters for the code or the name of a country in any usual language; "" for an unknown one."""
    plain = text.strip().casefold()
    return USUAL.get(plain) or _countries("en").get(plain) or _countries(*LANGUAGES).get(plain, "")


@lru_cache(maxsize=2)
def _countries(*languages: str) -> Mapping[str, str]:
    locale = import_module("babel").Locale
    found: dict[str, str] = {}
    for language in languages:
        for code, name in locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}:
                found.setdefault(str(name).casefold(), str(code))
                found.setdefault(str(code).casefold(), str(code))
    return found


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None


def _counted(text: str) -> datetime | None:
    """Days since 1899-12-30, as spreadsheets count, or milliseconds since 1970, as programs do."""
    if SERIAL.match(text):
        counted = datetime.combine(DAY_ZERO, time()) + timedelta(days=float(text))
        return (counted + timedelta(microseconds=500_000)).replace(microsecond=0)
    if MILLISECONDS.match(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return None


def _in_figures(text: str, order: Order) -> datetime | None:
    found = FIGURES.match(text)
    if found is None:
        return None
    first, second, third = found.group(1), int(found.group(2)), found.group(3)
    if len(first) == 4:
        return _made(int(first), second, int(third), found.group(4))
    year = int(third) + (2000 if int(third) < 70 else 1900) if len(third) == 2 else int(third)
    told = told_order(text) or order
    day, month = (int(first), second) if told == "day" else (second, int(first))
    return _made(year, month, day, found.group(4))


def _in_words(text: str) -> datetime | None:
    found = WORDS.match(text)
    if found is None:
        return None
    name = (found.group(2) or found.group(3))[:3].casefold()
    if name not in MONTHS:
        return None
    return _made(
        int(found.group(5)), MONTHS.index(name) + 1, int(found.group(1) or found.group(4)), found.group(6)
    )


def _made(year: int, month: int, day: int, clock: str | None) -> datetime | None:
    found = CLOCK.match((clock or "0:00").strip())
    if found is None:
        return None
    hour = int(found.group(1))
    if found.group(4):
        hour = hour % 12 + (12 if found.group(4) in "Pp" else 0)
    try:
        at = time(hour, int(found.group(2)), int(found.group(3) or 0))
        made = datetime.combine(date(year, month, day), at)
    except ValueError:
        return None
    return made.replace(tzinfo=UTC) if found.group(5) else made


def joined(parts: Iterable[str], by: str = ", ") -> str:
    """Those parts that are not empty, in one text."""
    return by.join(part for part in parts if part)
