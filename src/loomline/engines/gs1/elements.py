"""GS1 General Specifications, sections 3 and 7: identifiers, their data, and check digits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.engines.bad_input import BadInput

# Data of these identifiers have a length that readers know (figure 7.8.5-2): no separator ends them.
FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6}
# What code set 82 has beside letters and figures.
EXTRA = frozenset("!\"%&'()*+,-./_:;<=>?")
LONGEST = {"10": 20, "21": 20, "37": 8, "240": 30, "241": 30}


@dataclass(frozen=True, slots=True)
class Element:
    """An application identifier with its data."""

    ai: str
    data: str

    @property
    def is_fixed(self) -> bool:
        """True when readers know where the data end."""
        return self.ai in FIXED or self.ai[:2] in ("31", "32", "33", "34", "35", "36")


def check_digit(digits: str) -> int:
    """The last digit of a GTIN or SSCC: the sum, weighted 3 and 1 in turn, becomes a multiple of 10."""
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return -total % 10


def fits(text: str, ai: str) -> bool:
    """True when these characters may stand after this identifier."""
    allowed = text.isascii() and all(c.isalnum() or c in EXTRA for c in text)
    return bool(text) and allowed and len(text) <= LONGEST.get(ai, 90)


def goods(
    *,
    gtin: str = "",
    sku: str = "",
    lot: str = "",
    serial: str = "",
    best_before: date | None = None,
    weight_kg: Decimal | None = None,
    count: int | None = None,
) -> list[Element]:
    """What a label says of goods, as far as GS1 can say it; what does not fit is left out."""
    found = []
    if gtin and gtin.isdecimal() and len(gtin) in (8, 12, 13, 14) and int(gtin[-1]) == check_digit(gtin[:-1]):
        found.append(Element("01", gtin.zfill(14)))
    elif fits(sku, "240"):
        found.append(Element("240", sku))
    if best_before is not None:
        found.append(Element("17", f"{best_before:%y%m%d}"))
    if weight_kg is not None and 0 < weight_kg < 1000:
        found.append(Element("3103", f"{int((weight_kg * 1000).to_integral_value()):06d}"))
    if fits(lot, "10"):
        found.append(Element("10", lot))
    if fits(serial, "21"):
        found.append(Element("21", serial))
    if count is not None and 0 < count < 10**8 and gtin:
        found.append(Element("30", str(count)))
    return found


def in_words(elements: Iterable[Element]) -> str:
    """The elements as people read them: (01) 04012345678901 (10) A7."""
    return " ".join(f"({element.ai}) {element.data}" for element in elements)


def bracketed(elements: Iterable[Element]) -> str:
    """The elements as symbol makers take them: [01]04012345678901[10]A7."""
    return "".join(f"[{element.ai}]{element.data}" for element in elements)


def element_string(elements: Sequence[Element], *, separator: str) -> str:
    """The elements in one string, those without a fixed length last and ended where another follows."""
    if not elements:
        raise BadInput("A symbol needs at least one element.", remedy="Name what it is to say.")
    ordered = sorted(elements, key=lambda element: not element.is_fixed)
    parts = []
    for n, element in enumerate(ordered):
        ended = element.is_fixed or n == len(ordered) - 1
        parts.append(f"{element.ai}{element.data}{'' if ended else separator}")
    return "".join(parts)
