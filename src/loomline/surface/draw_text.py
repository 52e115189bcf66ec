"""Numbers, money, days and times in the reader's own writing, through CLDR."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

# Plain English is written the European way, with the day first; American readers choose en-us.
HOUSE = {"en": "en_GB"}
NOTHING = "–"
NEAR = 182
Number = Decimal | int | float


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Find the writing rules of a language code, and fall back to the house's own."""
    try:
        return Locale.parse(HOUSE.get(language, language).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def here() -> Locale:
    """Return the writing rules of the language active now."""
    return locale_of(get_language() or "en")


@lru_cache(maxsize=8192)
def _said(write: Callable[..., str], *given: object, **rules: object) -> str:
    """What a formatter of Babel says; lists and boards say the same figures again and again."""
    return str(write(*given, **rules))


def number(value: Number | None, *, decimals: int | None = None) -> str:
    """Write a number with separators; without `decimals` it keeps up to three that matter."""
    if value is None:
        return NOTHING
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return _said(format_decimal, value, pattern, locale=here())


def money(value: Number | None, currency: str = "", *, decimals: int | None = None) -> str:
    """Write an amount with its currency sign; a missing currency leaves the bare number."""
    if value is None:
        return NOTHING
    if not currency:
        return number(value, decimals=2 if decimals is None else decimals)
    if decimals is None:
        return _said(format_currency, value, currency, locale=here())
    pattern = here().currency_formats["standard"].pattern.split(";")[0]
    whole = pattern.replace("0.00", "0" + ("." + "0" * decimals if decimals else ""))
    return _said(format_currency, value, currency, whole, locale=here(), currency_digits=False)


def compact(value: Number | None, currency: str = "") -> str:
    """Write a large figure shortly: €2.84M, 412k."""
    if value is None:
        return NOTHING
    size = abs(float(value))
    digits = 2 if size >= 1_000_000 else 0 if size >= 100_000 else 1
    if size < 1000:
        return money(value, currency, decimals=0) if currency else number(value, decimals=None)
    if currency:
        text = _said(format_compact_currency, value, currency, locale=here(), fraction_digits=digits)
    else:
        text = _said(format_compact_decimal, value, locale=here(), fraction_digits=digits)
    return text.replace("K", "k") if here().language == "en" else text


def percent(value: Number | None, *, decimals: int | None = 0) -> str:
    """Write a share; 0.942 is 94 %, or 94.2 % without `decimals`."""
    if value is None:
        return NOTHING
    return number(Decimal(str(value)) * 100, decimals=decimals) + "%"


def quantity(value: Number | None, unit: str = "", *, decimals: int | None = None) -> str:
    """Write an amount of something with its unit behind it."""
    if value is None:
        return NOTHING
    text = number(value, decimals=decimals)
    return f"{text} {unit}" if unit else text


@lru_cache(maxsize=4096)
def _day(value: dt.date, locale: Locale, with_year: bool) -> str:
    return str(format_skeleton("yMMMd" if with_year else "MMMd", value, locale=locale))


def day(value: dt.date | None) -> str:
    """Write a day shortly, with the year only when it is further away than half a year."""
    if value is None:
        return NOTHING
    plain = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    return _day(plain, here(), abs((plain - timezone.localdate()).days) > NEAR)


def full_day(value: dt.date | None) -> str:
    """Write a day in full, for titles and headings."""
    if value is None:
        return NOTHING
    plain = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    return _full_day(plain, here())


@lru_cache(maxsize=4096)
def _full_day(value: dt.date, locale: Locale) -> str:
    return str(format_date(value, "full", locale=locale))


def clock(value: dt.datetime | dt.time | None) -> str:
    """Write the time of day."""
    if value is None:
        return NOTHING
    local = (
        timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    )
    return _clock(local.hour, local.minute, here())


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, locale: Locale) -> str:
    return str(format_time(dt.time(hour, minute), "short", locale=locale))


def moment(value: dt.datetime | None) -> str:
    """Write an instant: the time alone for today, otherwise day and time."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return clock(local) if local.date() == timezone.localdate() else f"{day(local.date())}, {clock(local)}"


def full_moment(value: dt.datetime | None) -> str:
    """Write an instant in full, with its zone, for titles."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{full_day(local)}, {clock(local)} {local.tzname() or ''}".rstrip()


def ago(value: dt.datetime | None) -> str:
    """Write how long ago something was while that is under a day, otherwise when it was."""
    if value is None:
        return NOTHING
    seconds = int((timezone.now() - value).total_seconds())
    if seconds < 0 or seconds >= 86_400:
        return moment(value)
    if seconds < 60:
        return gettext("just now")
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(n)s min ago", "%(n)s min ago", minutes) % {"n": minutes}
    return ngettext("%(n)s h ago", "%(n)s h ago", minutes // 60) % {"n": minutes // 60}


def slip(days: int) -> str:
    """Write by how many days something moved."""
    if not days:
        return ""
    return gettext("%(sign)s%(days)s d") % {"sign": "+" if days > 0 else "−", "days": abs(days)}


def initials(name: str) -> str:
    """Take up to two letters that stand for a name."""
    words = [word for word in name.replace("&", " ").split() if word[:1].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def hue(name: str) -> int:
    """Give a name its colour, the same on every page and machine."""
    return sum(map(ord, name)) % 6
