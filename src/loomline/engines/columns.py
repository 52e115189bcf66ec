"""The columns of a table file as arrays; a cell that does not fit is refused with its row and column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from loomline.engines import tabular
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

DATES = "Write dates as 2026-11-22, or with a time as 2026-11-22T14:00."


@dataclass(frozen=True)
class Columns:
    """A table by column: each of `cells` has one text per row, blanks cut off at both ends."""

    file: str
    cells: dict[str, list[str]]
    rows: int

    def need(self, *names: str) -> None:
        """Refuse the file when one of the columns is missing."""
        missing = [name for name in names if name not in self.cells]
        if missing:
            raise BadInput(
                f"There is no column {', '.join(missing)}; the file has {', '.join(self.cells)}.",
                remedy=f"Name the columns {', '.join(names)} in the first row.",
                file=self.file,
                row=1,
            )

    def texts(self, name: str, *, may_be_empty: bool = False) -> list[str]:
        """Every cell as it stands; an empty one is refused unless it may be."""
        self.need(name)
        cells = self.cells[name]
        if not may_be_empty and "" in cells:
            self.refuse(name, cells.index(""), "The cell is empty.", "Fill it in or leave the row out.")
        return cells

    def numbers(
        self,
        name: str,
        *,
        may_be_empty: bool = False,
        least: float = -math.inf,
        most: float = math.inf,
        default: float | None = None,
    ) -> NDArray[np.float64]:
        """Decimal numbers with a point; NaN (or the default) where a cell may be empty and is.

        A column that is missing altogether is filled with the default, when there is one.
        """
        if default is not None and name not in self.cells:
            return np.full(self.rows, default)
        may_be_empty = may_be_empty or default is not None
        cells = self.texts(name, may_be_empty=may_be_empty)
        try:
            made = np.array([cell or "nan" for cell in cells] if may_be_empty else cells, dtype=float)
        except ValueError:
            made = self._slowly(name, cells)
        empty = np.array([not cell for cell in cells], dtype=bool)
        wrong = ~empty & (~np.isfinite(made) | (made < least) | (made > most))
        if wrong.any():
            at = int(np.argmax(wrong))
            self.refuse(name, at, f'"{cells[at]}" is not {_span(least, most)}.', "Correct the number.")
        if default is not None:
            made[empty] = default
        return made

    def whole(self, name: str, *, least: float = -math.inf, default: int | None = None) -> NDArray[np.int64]:
        """Whole numbers."""
        made = self.numbers(name, least=least, default=default)
        wrong = made != np.floor(made)
        if wrong.any():
            at = int(np.argmax(wrong))
            self.refuse(name, at, f'"{self.cells[name][at]}" is not a whole number.', "Correct the number.")
        return made.astype(np.int64)

    def days(
        self, name: str, *, unit: Literal["s", "D"] = "s", may_be_empty: bool = False
    ) -> NDArray[np.datetime64]:
        """Dates in ISO 8601, as `datetime64` of the unit ("D" or "s"); NaT where a cell may be empty."""
        cells = self.texts(name, may_be_empty=may_be_empty)
        try:
            return np.array([cell or "NaT" for cell in cells], dtype=f"datetime64[{unit}]")
        except ValueError:
            for at, cell in enumerate(cells):
                try:
                    np.datetime64(cell or "NaT", unit)
                except ValueError:
                    self.refuse(name, at, f'"{cell}" is not a date.', DATES)
            raise

    def among(self, name: str, allowed: Iterable[str], *, default: str | None = None) -> list[str]:
        """Words of a closed list."""
        known = sorted(allowed)
        if default is not None and name not in self.cells:
            return [default] * self.rows
        cells = [c or (default or "") for c in self.texts(name, may_be_empty=default is not None)]
        for at, cell in enumerate(cells):
            if cell not in known:
                self.refuse(name, at, f'"{cell}" is not known here.', f"Write one of {', '.join(known)}.")
        return cells

    def unique(self, *names: str) -> None:
        """Refuse the second row with the same key."""
        seen: dict[tuple[str, ...], int] = {}
        for at, key in enumerate(zip(*(self.texts(name) for name in names), strict=True)):
            if key in seen:
                self.refuse(
                    ", ".join(names),
                    at,
                    f"{' '.join(key)} stands in row {seen[key] + 2} already.",
                    "Keep one of the two rows.",
                )
            seen[key] = at

    def refuse(self, column: str, at: int, says: str, remedy: str) -> None:
        """Raise BadInput for the cell at this position (0 is the first row below the header)."""
        raise BadInput(says, remedy=remedy, file=self.file, row=at + 2, column=column)

    def _slowly(self, name: str, cells: Sequence[str]) -> NDArray[np.float64]:
        made = np.full(len(cells), np.nan)
        for at, cell in enumerate(cells):
            try:
                made[at] = float(cell) if cell else np.nan
            except ValueError:
                self.refuse(name, at, f'"{cell}" is not a number.', "Write it with digits and a point.")
        return made


def read(path: Path, *needed: str) -> Columns:
    """Read a CSV (any delimiter, also .gz) or spreadsheet file; an empty one is refused."""
    try:
        table = tabular.read(path.read_bytes(), name=path.name)
    except tabular.Unreadable as fault:
        raise BadInput(str(fault), remedy="Send a CSV or XLSX file.", file=path.name) from fault
    if not table.rows:
        raise BadInput("The file has no rows below the header.", remedy="Add rows.", file=path.name)
    across: Iterable[tuple[str, ...]] = zip(*table.rows, strict=True)
    cells = {
        name: [cell.strip() for cell in column] for name, column in zip(table.columns, across, strict=True)
    }
    made = Columns(path.name, cells, len(table.rows))
    made.need(*needed)
    return made


def _span(least: float, most: float) -> str:
    if math.isinf(least) and math.isinf(most):
        return "a finite number"
    if math.isinf(most):
        return f"a number of {least:g} or more"
    return f"a number of {most:g} or less" if math.isinf(least) else f"a number from {least:g} to {most:g}"
