"""Sensor readings of many units, cycle by cycle: read from a table or from NASA's C-MAPSS text files."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import kinds
from loomline.engines.prediction.guard import LeftOut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

CMAPSS_COLUMNS, CMAPSS_SETTINGS = 26, 3

_SETTING = re.compile(r"setting|operating|op_?cond|regime", re.IGNORECASE)


@dataclass(frozen=True)
class Sequences:
    """Readings of `units` in time order; rows of one unit stand together.

    `unit` (rows,) is the position in `units`, `cycle` (rows,) the time, `readings` (rows, sensors) and
    `settings` (rows, settings) what was measured and set; NaN where nothing was.
    """

    file: str
    units: tuple[str, ...]
    unit: NDArray[np.int64]
    cycle: NDArray[np.float64]
    sensors: tuple[str, ...]
    readings: NDArray[np.float64]
    setting_names: tuple[str, ...]
    settings: NDArray[np.float64]
    is_cmapss: bool = False
    left_out: tuple[LeftOut, ...] = ()

    @property
    def last_rows(self) -> NDArray[np.int64]:
        """The last row of each unit."""
        return np.append(np.flatnonzero(np.diff(self.unit)), len(self.unit) - 1).astype(np.int64)

    def lives(self) -> NDArray[np.float64]:
        """The last cycle of each unit, shape (units,)."""
        return self.cycle[self.last_rows]


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are what; settings may be found by their name."""

    unit: str = ""
    cycle: str = ""
    settings: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def read(path: Path, layout: Layout) -> Sequences:
    """Read sequences; refuses cycles that do not rise within a unit, and files without numbers."""
    if not layout.unit and _is_bare(path):
        return _cmapss(path)
    if not layout.unit or not layout.cycle:
        raise BadInput(
            "The columns of the unit and of the cycle were not named.",
            remedy="Give --unit COLUMN and --cycle COLUMN.",
            file=path.name,
        )
    return of_table(columns.read(path), layout)


def of_table(table: Columns, layout: Layout) -> Sequences:
    """Sequences from a table; columns that hold no numbers are left out."""
    table.need(layout.unit, layout.cycle, *layout.settings, *layout.exclude)
    names = np.array(table.texts(layout.unit))
    units, first, unit = np.unique(names, return_index=True, return_inverse=True)
    cycle = table.numbers(layout.cycle)
    # Units keep the order in which the file names them first.
    rank = np.empty(len(units), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(units))
    unit = rank[unit]
    order = np.argsort(unit, kind="stable")
    _refuse_unsorted(table.file, names, unit[order], cycle[order], order + 2, layout.cycle)
    sensors, settings, left_out = _measured(table, layout)
    return Sequences(
        file=table.file,
        units=tuple(units[np.argsort(first)].tolist()),
        unit=unit[order],
        cycle=cycle[order],
        sensors=tuple(sensors),
        readings=_stacked(table, sensors)[order],
        setting_names=tuple(settings),
        settings=_stacked(table, settings)[order],
        left_out=tuple(left_out),
    )


def read_truth(path: Path, units: Sequence[str]) -> NDArray[np.float64]:
    """True remaining lives of the units: one number a line in their order, or a table of unit and number."""
    if _is_bare(path):
        found = _numbers(path)
        if found.shape[1] == 1 and len(found) == len(units):
            return np.asarray(found[:, 0])
        raise BadInput(
            f"There are {len(found)} true lives of {len(units)} units.",
            remedy="Send one number a line, in the order of the units.",
            file=path.name,
        )
    table = columns.read(path)
    name, value = list(table.cells)[:2] if len(table.cells) > 1 else ("", next(iter(table.cells)))
    lives = table.numbers(value, least=0.0)
    if not name:
        return lives
    known = dict(zip(table.texts(name), lives.tolist(), strict=True))
    for one in units:
        if one not in known:
            raise BadInput(
                f"Unit {one} has no true life.", remedy="Add a row for it.", file=path.name, column=name
            )
    return np.array([known[one] for one in units])


def _measured(table: Columns, layout: Layout) -> tuple[list[str], list[str], list[LeftOut]]:
    sensors: list[str] = []
    settings: list[str] = []
    left_out = [LeftOut(name, "you said so") for name in layout.exclude]
    for name, cells in table.cells.items():
        if name in {layout.unit, layout.cycle, *layout.exclude} or not name:
            continue
        is_setting = name in layout.settings or (not layout.settings and bool(_SETTING.search(name)))
        if kinds.look(name, cells).kind != "number":
            left_out.append(LeftOut(name, "holds no numbers"))
        elif is_setting:
            settings.append(name)
        else:
            sensors.append(name)
    if not sensors:
        raise BadInput("There is no column with readings.", remedy="Add a sensor.", file=table.file, row=1)
    return sensors, settings, left_out


def _stacked(table: Columns, names: Sequence[str]) -> NDArray[np.float64]:
    made = [kinds.Trait(name, "number").values(table.cells[name], file=table.file) for name in names]
    return np.column_stack(made) if made else np.zeros((table.rows, 0))


def _refuse_unsorted(
    file: str,
    names: Sequence[str] | NDArray[np.str_],
    unit: NDArray[np.int64],
    cycle: NDArray[np.float64],
    lines: NDArray[np.int64],
    column: str,
) -> None:
    wrong = np.flatnonzero((np.diff(unit) == 0) & (np.diff(cycle) <= 0)) + 1
    if not len(wrong):
        return
    at = int(wrong[0])
    line = int(lines[at])
    same = cycle[at] == cycle[at - 1]
    says = f"Unit {names[line - 2] if len(names) >= line - 1 else names[int(unit[at])]} "
    says += f"has the cycle {cycle[at]:g} twice." if same else "goes back in time here."
    raise BadInput(
        says, remedy="Sort each unit by time, one row a cycle.", file=file, row=line, column=column
    )


def _is_bare(path: Path) -> bool:
    """Whether the file starts with a line of nothing but numbers and blanks."""
    return re.fullmatch(r"\s*[-+.\deE]+(\s+[-+.\deE]+)*\s*", _text(path).split("\n", 1)[0]) is not None


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    except (OSError, EOFError) as fault:
        raise BadInput(
            f"The file cannot be read: {fault}.", remedy="Name another.", file=path.name
        ) from fault


def _numbers(path: Path) -> NDArray[np.float64]:
    lines = [line.split() for line in _text(path).splitlines() if line.strip()]
    width = len(lines[0])
    for number, line in enumerate(lines, start=1):
        if len(line) != width:
            raise BadInput(
                f"The line has {len(line)} numbers, the first has {width}.",
                remedy="Give each line the same columns.",
                file=path.name,
                row=number,
            )
    try:
        made = np.array(lines, dtype=float)
    except ValueError as fault:
        raise BadInput(f"Not a number: {fault}.", remedy="Correct it.", file=path.name) from fault
    if not np.isfinite(made).all():
        row = int(np.flatnonzero(~np.isfinite(made).all(axis=1))[0]) + 1
        raise BadInput(
            "A number is not finite.", remedy="Correct it or leave the line out.", file=path.name, row=row
        )
    return made


def _cmapss(path: Path) -> Sequences:
    """Unit, cycle, three settings and sensors, without a header (Saxena et al. 2008)."""
    made = _numbers(path)
    if made.shape[1] < CMAPSS_SETTINGS + 3:
        raise BadInput(
            f"The file has {made.shape[1]} columns.",
            remedy="Send unit, cycle, three settings and the sensors, or a table with a header.",
            file=path.name,
        )
    first = 2 + CMAPSS_SETTINGS
    ids = made[:, 0]
    units, start, unit = np.unique(ids, return_index=True, return_inverse=True)
    rank = np.empty(len(units), dtype=np.int64)
    rank[np.argsort(start)] = np.arange(len(units))
    unit = rank[unit]
    order = np.argsort(unit, kind="stable")
    names = [f"{one:g}" for one in units[np.argsort(start)].tolist()]
    shown = [names[at] for at in unit.tolist()]
    _refuse_unsorted(path.name, ["", *shown], unit[order], made[order, 1], order + 1, "2")
    return Sequences(
        file=path.name,
        units=tuple(names),
        unit=unit[order],
        cycle=made[order, 1],
        sensors=tuple(f"sensor {at + 1}" for at in range(made.shape[1] - first)),
        readings=made[order, first:],
        setting_names=tuple(f"setting {at + 1}" for at in range(CMAPSS_SETTINGS)),
        settings=made[order, 2:first],
        is_cmapss=made.shape[1] == CMAPSS_COLUMNS,
    )
