"""What each column of a table holds (numbers, dates, categories), so that any table can be learned from."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

Kind = Literal["number", "date", "category"]

NO_CATEGORY = frozenset({"", "nan", "null", "n/a", "na", "#n/a", "?", "nat"})
NO_NUMBER = NO_CATEGORY | {"none", "-", "--", "nil", "unknown"}
NO_DATE = NO_NUMBER
EMPTY = "(empty)"
MOST_LEVELS = 5000
ISO, COMPACT = "iso", "%Y%m%d"
# The first that reads every cell is taken: with dots and dashes the day leads, with slashes the month.
DATE_FORMS = (
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %b, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%m-%d-%y",
    "%d.%m.%y",
)
TIME_FORMS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_POINTS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+,\d+")
_CODE = re.compile(r"0\d+")
_MONEY = re.compile(r"^(USD|EUR|GBP|CHF|US\$|[$€£¥])?(.*?)(USD|EUR|GBP|CHF|[$€£¥%])?$")


@dataclass(frozen=True)
class Trait:
    """One column as the model reads it.

    `levels` are the words of a category, most frequent first; a value is the position of its word, NaN for a
    word never seen. A date is the number of days since 1970-01-01 and reads by `form`; a number is itself,
    NaN where the cell is empty.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    form: str = ""

    def values(self, cells: Sequence[str], *, file: str = "") -> NDArray[np.float64]:
        """The cells as numbers, shape (rows,); infinite numbers are refused."""
        if self.kind == "category":
            known = {level: float(at) for at, level in enumerate(self.levels)}
            code = {cell: known.get(_word(cell), math.nan) for cell in set(cells)}
            return np.array([code[cell] for cell in cells], dtype=float)
        each: dict[str, float] = {}
        for at, cell in enumerate(cells):
            if cell in each:
                continue
            found = number(cell) if self.kind == "number" else day(cell, self.form)
            if found is not None and math.isinf(found):
                raise BadInput(
                    f'"{cell}" is no finite number.',
                    remedy="Correct it or leave the cell empty.",
                    file=file,
                    row=at + 2,
                    column=self.name,
                )
            each[cell] = math.nan if found is None else found
        return np.array([each[cell] for cell in cells], dtype=float)

    def says(self, value: float) -> str:
        """A value of this column in words."""
        if self.kind == "category":
            at = int(value) if value == value else -1
            return (self.levels[at] or EMPTY) if 0 <= at < len(self.levels) else "a word not seen before"
        if value != value:
            return EMPTY
        if self.kind == "date":
            return datetime.fromtimestamp(value * 86400, UTC).strftime("%Y-%m-%d")
        return f"{value:.6g}"


def look(name: str, cells: Sequence[str]) -> Trait:
    """Find out what a column holds."""
    counted = Counter(cells)
    form = _date_form(counted)
    if form:
        return Trait(name, "date", form=form)
    if _is_number(counted):
        return Trait(name, "number")
    words: Counter[str] = Counter()
    for cell, count in counted.items():
        words[_word(cell)] += count
    ranked = sorted(words, key=lambda word: (-words[word], word))[:MOST_LEVELS]
    return Trait(name, "category", levels=tuple(ranked))


def values_of(traits: Sequence[Trait], table: Columns) -> NDArray[np.float64]:
    """All traits of a table, shape (rows, traits); missing columns are refused."""
    table.need(*(trait.name for trait in traits))
    made = [trait.values(table.cells[trait.name], file=table.file) for trait in traits]
    return np.column_stack(made) if made else np.zeros((0, 0))


def number(cell: str) -> float | None:
    """The number in a cell as people write it ($1,234.50, 12 %, 3,5); None when there is none."""
    bare = cell.strip()
    if _PLAIN.fullmatch(bare):
        return float(bare)
    if bare.lower() in {"inf", "-inf", "+inf", "infinity", "-infinity"}:
        return math.inf
    money = _MONEY.match(bare.replace("\xa0", " ").replace(" ", ""))
    bare = money.group(2) if money else bare
    if _PLAIN.fullmatch(bare):
        return float(bare)
    if _THOUSANDS.fullmatch(bare):
        return float(bare.replace(",", ""))
    if _COMMA.fullmatch(bare):
        return float(bare.replace(",", "."))
    if _POINTS.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    return None


def day(cell: str, form: str) -> float | None:
    """Days since 1970-01-01 (with the time as a fraction); None when the cell is no date of the form."""
    text = " ".join(cell.split())
    try:
        found = (
            datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form).replace(tzinfo=UTC)
        )
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() / 86400


def _word(cell: str) -> str:
    return "" if cell.strip().lower() in NO_CATEGORY else cell.strip()


def _is_number(counted: Counter[str]) -> bool:
    filled = {cell: count for cell, count in counted.items() if cell.strip().lower() not in NO_NUMBER}
    if not filled or any(_CODE.fullmatch(cell) for cell in filled):
        return False
    read = sum(count for cell, count in filled.items() if number(cell) is not None)
    others = sum(1 for cell in filled if number(cell) is None)
    share = read / sum(filled.values())
    return share >= 0.95 or (share >= 0.5 and others <= 5 and len(filled) > 20)


def _date_form(counted: Counter[str]) -> str:
    filled = [cell for cell in counted if cell.strip().lower() not in NO_DATE]
    if not filled or not any(character.isdigit() for character in filled[0]):
        return ""
    if all(len(cell) == 8 and cell.isdigit() and cell[:2] in {"19", "20"} for cell in filled):
        return COMPACT if all(day(cell, COMPACT) is not None for cell in filled) else ""
    if any(number(cell) is not None for cell in filled[:20]):
        return ""
    for form in (ISO, *(day_form + time for day_form in DATE_FORMS for time in TIME_FORMS)):
        if day(filled[0], form) is not None and _mostly_reads(filled, form):
            return form
    # Few cells that are no date ("Date Not Captured") leave a date column one, but no form may be guessed
    # from a cell that is not.
    for form in (ISO, *(day_form + time for day_form in DATE_FORMS for time in TIME_FORMS)):
        if any(day(cell, form) is not None for cell in filled[1:6]) and _mostly_reads(filled, form):
            return form
    return ""


def _mostly_reads(cells: Sequence[str], form: str) -> bool:
    allowed = 2 if len(cells) > 20 else 0
    for cell in cells:
        if day(cell, form) is None:
            allowed -= 1
            if allowed < 0:
                return False
    return True
