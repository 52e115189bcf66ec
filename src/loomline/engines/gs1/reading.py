"""GS1 General Specifications, sections 3, 7.8 and 7.12: what a scanner sends, taken apart into elements."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from loomline.engines.bad_input import BadInput
from loomline.engines.gs1.elements import Element, check_digit

# What scanners send for the function character 1 that ends data of no fixed length.
SEPARATORS = ("\x1d", "\u241d", "<GS>", "{GS}")
# Symbology identifiers (ISO/IEC 15424) of symbols that hold element strings.
MARKS = ("]C1", "]e0", "]d2", "]Q3", "]J1")
# Identifiers of two digits whose data have a length that readers know (figure 7.8.5-2).
KNOWN = {"00": 18, "01": 14, "02": 14, "20": 2} | dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6)
# The longest data of the others, by the digits that they begin with; the identifier has as many as it says.
LONGEST = {
    "10": (2, 20),
    "21": (2, 20),
    "22": (2, 20),
    "30": (2, 8),
    "37": (2, 8),
    "90": (2, 30),
    **{str(n): (2, 90) for n in range(91, 100)},
    **{str(n): (3, 30) for n in (240, 241, 250, 251, 253, 400, 403)},
    "254": (3, 20),
    "420": (3, 20),
    "401": (3, 30),
    "39": (4, 18),
    "70": (4, 30),
    "80": (4, 70),
}
CHECKED = ("00", "01", "02")
BRACKETED = re.compile(r"[(\[](\d{2,4})[)\]]\s*")
# Net weight in kilograms: the last digit of the identifier says how many decimals there are.
WEIGHT = re.compile(r"310([0-5])")


def is_marked(text: str) -> bool:
    """True when a text says itself that it is an element string: by brackets, a mark or a separator."""
    return (
        text.startswith(MARKS)
        or BRACKETED.match(text) is not None
        or any(separator in text for separator in SEPARATORS)
    )


def read(text: str) -> list[Element]:
    """The elements of an element string, in brackets as people read it or as a scanner sends it."""
    text = text.strip()
    if BRACKETED.match(text):
        parts = BRACKETED.split(text)[1:]
        found = [Element(ai, data.strip()) for ai, data in zip(parts[::2], parts[1::2], strict=True)]
    else:
        found = list(_taken_apart(text))
    for element in found:
        _refuse_wrong(element)
    return found


def day_of(data: str, *, near: date) -> date:
    """A day of six digits, in the century that is nearest; day 00 is the last one of its month."""
    year, month, day = int(data[:2]), int(data[2:4]), int(data[4:6])
    apart = year - near.year % 100
    year += near.year - near.year % 100 + (-100 if apart >= 51 else 100 if apart <= -50 else 0)
    try:
        if day:
            return date(year, month, day)
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError as fault:
        raise BadInput(f"{data} is no day.", remedy="Write it as year, month, day: 271231.") from fault


def weight_kg(element: Element) -> Decimal | None:
    """The net weight that an element says; None where it says something else."""
    known = WEIGHT.fullmatch(element.ai)
    return Decimal(element.data).scaleb(-int(known[1])) if known else None


def _taken_apart(text: str) -> list[Element]:
    for mark in MARKS:
        text = text.removeprefix(mark)
    for separator in SEPARATORS:
        text = text.replace(separator, SEPARATORS[0])
    found = []
    while text := text.lstrip(SEPARATORS[0]):
        width, length, is_known = _shape(text)
        ai, rest = text[:width], text[width:]
        end = rest.find(SEPARATORS[0])
        size = length if is_known else len(rest) if end < 0 else end
        found.append(Element(ai, rest[:size]))
        text = rest[size:]
    return found


def _shape(text: str) -> tuple[int, int, bool]:
    """How many digits the identifier at the beginning has, how long its data are, and whether always."""
    if text[:2] in KNOWN:
        return 2, KNOWN[text[:2]], True
    if text[:2].isdecimal() and "31" <= text[:2] <= "36":
        return 4, 6, True
    if text[:2] == "41":
        return 3, 13, True
    for head in (text[:2], text[:3]):
        if head in LONGEST:
            return (*LONGEST[head], False)
    raise BadInput(
        f"Nothing is known that begins with {text[:4]}.", remedy="Scan the label again, or type the number."
    )


def _refuse_wrong(element: Element) -> None:
    _width, length, is_known = _shape(element.ai.ljust(4, "0"))
    fits = len(element.data) == length and element.data.isdecimal() if is_known else bool(element.data)
    if not fits or len(element.data) > length or not element.data.isascii():
        raise BadInput(
            f"({element.ai}) {element.data} has not the length that belongs to it.",
            remedy="Scan the label again.",
        )
    if element.ai in CHECKED and int(element.data[-1]) != check_digit(element.data[:-1]):
        raise BadInput(
            f"The check digit of ({element.ai}) {element.data} is wrong.", remedy="Scan the label again."
        )
