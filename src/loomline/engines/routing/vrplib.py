"""Read VRPLIB files (Uchoa et al. 2017) with the fields of PyVRP's dialect, for many kinds of problem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.routing import edge_weights
from loomline.engines.routing.case import Case, CaseVehicle, check, convention

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

SECTIONS = {
    "NODE_COORD", "EDGE_WEIGHT", "DEMAND", "LINEHAUL", "BACKHAUL", "SERVICE_TIME", "TIME_WINDOW",
    "RELEASE_TIME", "PRIZE", "CAPACITY", "VEHICLES_DEPOT", "VEHICLES_MAX_DISTANCE", "VEHICLES_MAX_DURATION",
    "VEHICLES_FIXED_COST", "VEHICLES_UNIT_DISTANCE_COST", "VEHICLES_RELOAD_DEPOT", "VEHICLES_MAX_RELOADS",
    "VEHICLES_ALLOWED_CLIENTS", "MUTUALLY_EXCLUSIVE_GROUP", "PICKUP_AND_DELIVERY", "DEPOT",
    "DISPLAY_DATA",
}  # fmt: skip
UNINDEXED = {"EDGE_WEIGHT", "DEPOT"}
PAIR_FIELDS = 6


@dataclass
class _Sections:
    """The file cut up: header values by key, and per section its rows as (line number, numbers)."""

    file: str
    header: dict[str, str] = field(default_factory=dict)
    header_row: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[tuple[int, list[float]]]] = field(default_factory=dict)

    def refuse(self, says: str, remedy: str, row: int | None = None) -> BadInput:
        return BadInput(says, remedy=remedy, file=self.file, row=row)

    def number(self, key: str, default: float | None = None) -> float:
        """A header value; refused when it is missing and has no default, or is no number."""
        if key not in self.header:
            if default is None:
                raise self.refuse(f"There is no line {key}.", f"Add a line such as {key} : 100.")
            return default
        try:
            made = float(self.header[key])
        except ValueError:
            made = math.nan
        if not math.isfinite(made):
            says = f'{key} is "{self.header[key]}", which is not a number.'
            raise self.refuse(says, "Correct the number.", self.header_row[key])
        return made


def read(path: Path) -> Case:
    """Read one file. Raises BadInput with the row of what is wrong."""
    cut = _cut(path)
    kind = cut.header.get("TYPE", "CVRP").upper()
    name = cut.header.get("NAME", path.stem).strip('" ')
    if not cut.rows:
        raise cut.refuse("The file has no sections.", "Send a VRPLIB file with NODE_COORD_SECTION and so on.")
    size = int(cut.number("DIMENSION"))
    if size < 2:
        raise cut.refuse(f"DIMENSION is {size}.", "There must be a depot and a customer at least.")
    places = _table(cut, "NODE_COORD", size, 2) if "NODE_COORD" in cut.rows else np.zeros((0, 2))
    rounding, fewest = convention(name, kind, size)
    depots = _depots(cut, size)
    demand = _amounts(cut, "DEMAND" if "DEMAND" in cut.rows else "LINEHAUL", size)
    pairs, demand, windows, service = _pairs(cut, size, demand, depots)
    made = Case(
        name=name,
        kind=kind,
        travel=_travel(cut, places, size),
        depots=depots,
        demand=demand,
        backhaul=_like(demand, _amounts(cut, "BACKHAUL", size)),
        service=service,
        windows=windows,
        release=_column(cut, "RELEASE_TIME", size, 0.0),
        prize=_column(cut, "PRIZE", size, 0.0),
        vehicles=_vehicles(cut, size, depots, demand.shape[1]),
        places=places,
        groups=_groups(cut, size),
        pairs=pairs,
        rounding=rounding,
        fewest_first=fewest,
    )
    listed = "DEMAND" if "DEMAND" in cut.rows else "NODE_COORD"
    check(made, path.name, {i: row for i, (row, _) in enumerate(cut.rows.get(listed, []))})
    return made


def _cut(path: Path) -> _Sections:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise BadInput(
            f"It cannot be read: {fault.strerror}.", remedy="Name a file.", file=path.name
        ) from fault
    cut = _Sections(path.name)
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if words[0].upper() == "EOF":
            break
        if words[0].rstrip(":").upper().endswith("_SECTION"):
            section = words[0].rstrip(":").upper().removesuffix("_SECTION")
            _open(cut, section, number)
            words = words[1:]
        elif ":" in line and not _is_number(words[0]):
            key, _, value = line.partition(":")
            cut.header[key.strip().upper()] = value.strip()
            cut.header_row[key.strip().upper()] = number
            continue
        if words:
            _add(cut, section, number, words)
    return cut


def _open(cut: _Sections, section: str, number: int) -> None:
    if section not in SECTIONS:
        known = ", ".join(sorted(SECTIONS))
        raise cut.refuse(f"The section {section}_SECTION is not known.", f"Known are: {known}.", number)
    if section in cut.rows:
        raise cut.refuse(f"There are two {section}_SECTION.", "Keep one of them.", number)
    cut.rows[section] = []


def _add(cut: _Sections, section: str, number: int, words: Sequence[str]) -> None:
    if not section:
        raise cut.refuse(f'"{words[0]}" stands before any section.', "Write KEY : value lines first.", number)
    try:
        values = [float(word) for word in words]
    except ValueError:
        wrong = next(word for word in words if not _is_number(word))
        raise cut.refuse(f'"{wrong}" is not a number.', "Correct the number.", number) from None
    if not all(map(math.isfinite, values)):
        raise cut.refuse("A value is not finite.", "Correct the number.", number)
    if section in UNINDEXED or section == "DISPLAY_DATA":
        cut.rows[section].append((number, values))
        return
    at = len(cut.rows[section]) + 1
    if values[0] != at:
        says = f"The row of {section}_SECTION is numbered {values[0]:g}, where {at} should stand."
        raise cut.refuse(says, "Number the rows 1, 2, 3 without gaps or doubles.", number)
    cut.rows[section].append((number, values[1:]))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _table(cut: _Sections, section: str, rows: int, width: int) -> NDArray[np.float64]:
    """A section of exactly this many rows; further columns are left out, missing ones refused."""
    found = cut.rows[section]
    if len(found) != rows:
        says = f"{section}_SECTION has {len(found)} rows instead of {rows}."
        raise cut.refuse(says, "Complete the section, or correct DIMENSION.", found[-1][0] if found else None)
    for number, values in found:
        if len(values) < width:
            raise cut.refuse(f"A row of {section}_SECTION is too short.", f"Write {width} values.", number)
    return np.array([values[:width] for _, values in found])


def _amounts(cut: _Sections, section: str, size: int) -> NDArray[np.float64]:
    if section not in cut.rows:
        return np.zeros((size, 1))
    width = len(cut.rows[section][0][1]) if cut.rows[section] else 1
    return _table(cut, section, size, max(width, 1))


def _like(demand: NDArray[np.float64], backhaul: NDArray[np.float64]) -> NDArray[np.float64]:
    """Backhaul in as many dimensions as demand."""
    return backhaul if backhaul.shape == demand.shape else np.zeros_like(demand)


def _column(cut: _Sections, key: str, rows: int, default: float) -> NDArray[np.float64]:
    """One value a place or vehicle: from a section, or the same for all from the header."""
    if key in cut.rows:
        return _table(cut, key, rows, 1)[:, 0]
    return np.full(rows, cut.number(key, default))


def _depots(cut: _Sections, size: int) -> tuple[int, ...]:
    found: list[int] = []
    for number, values in cut.rows.get("DEPOT", []):
        for value in values:
            if value == -1:
                return tuple(found) or (0,)
            if value != int(value) or not 1 <= value <= size:
                raise cut.refuse(
                    f"Depot {value:g} is no place.", f"Write a whole number, 1 to {size}.", number
                )
            found.append(int(value) - 1)
    return tuple(found) or (0,)


def _travel(cut: _Sections, places: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    kind = cut.header.get("EDGE_WEIGHT_TYPE", "EUC_2D").upper()
    row = cut.header_row.get("EDGE_WEIGHT_TYPE")
    if kind == "EXPLICIT":
        form = cut.header.get("EDGE_WEIGHT_FORMAT", "FULL_MATRIX").upper()
        values = [value for _, row_values in cut.rows.get("EDGE_WEIGHT", []) for value in row_values]
        made = edge_weights.explicit(values, form, size)
        if made is None:
            says = f"EDGE_WEIGHT_SECTION has {len(values)} values, which do not fill a {form} of {size}."
            raise cut.refuse(says, f"Write the matrix as one of {', '.join(edge_weights.FORMATS)}.")
        return made
    if kind not in edge_weights.METRICS:
        known = ", ".join(["EXPLICIT", *edge_weights.METRICS])
        raise cut.refuse(f"EDGE_WEIGHT_TYPE {kind} is not known.", f"Known are: {known}.", row)
    if not len(places):
        raise cut.refuse("There is no NODE_COORD_SECTION.", "Add the coordinates, or EXPLICIT distances.")
    return edge_weights.METRICS[kind](places)


def _pairs(
    cut: _Sections, size: int, demand: NDArray[np.float64], depots: tuple[int, ...]
) -> tuple[tuple[tuple[int, int], ...], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Pairs, amounts, windows and service times, from the sections of a pick-up problem or of another."""
    windows = np.tile([0.0, math.inf], (size, 1))
    if "PICKUP_AND_DELIVERY" not in cut.rows:
        if "TIME_WINDOW" in cut.rows:
            windows = _table(cut, "TIME_WINDOW", size, 2)
        service = _column(cut, "SERVICE_TIME", size, 0.0)
        if "SERVICE_TIME" not in cut.rows:
            service[list(depots)] = 0.0
        return (), demand, windows, service
    table = _table(cut, "PICKUP_AND_DELIVERY", size, PAIR_FIELDS)
    rows = [number for number, _ in cut.rows["PICKUP_AND_DELIVERY"]]
    return pairs_of(table, rows, cut.file, base=1), table[:, :1], table[:, 1:3], table[:, 3]


def pairs_of(
    table: NDArray[np.float64], rows: Sequence[int], file: str, *, base: int
) -> tuple[tuple[int, int], ...]:
    """The (pick-up, delivery) places of a table whose last two columns name each other's row, from `base`."""
    made = []
    for place, (*_, before, after) in enumerate(table):
        if after == 0 and before == 0:
            continue
        other = int(after or before) - base
        if not 0 <= other < len(table) or int(table[other][-2] or table[other][-1]) - base != place:
            says = f"Place {place + base} is paired with {other + base}, which is not paired with it."
            raise BadInput(
                says, remedy="Correct the pick-up and delivery columns.", file=file, row=rows[place]
            )
        if after:
            made.append((place, other))
    return tuple(made)


def _groups(cut: _Sections, size: int) -> tuple[tuple[int, ...], ...]:
    groups = []
    for number, values in cut.rows.get("MUTUALLY_EXCLUSIVE_GROUP", []):
        if any(value != int(value) or not 1 <= value <= size for value in values):
            raise cut.refuse("A group names a place that is not there.", f"Write 1 to {size}.", number)
        groups.append(tuple(int(value) - 1 for value in values))
    return tuple(groups)


def _vehicles(cut: _Sections, size: int, depots: tuple[int, ...], dimensions: int) -> tuple[CaseVehicle, ...]:
    count = int(cut.number("VEHICLES", len(cut.rows.get("CAPACITY", [])) or size - len(depots)))
    if "CAPACITY" in cut.rows:
        capacity = _amounts(cut, "CAPACITY", count)
    else:
        capacity = np.full((count, dimensions), cut.number("CAPACITY", math.inf))
    if capacity.shape[1] != dimensions:
        says = f"CAPACITY has {capacity.shape[1]} dimensions and DEMAND {dimensions}."
        raise cut.refuse(says, "Write as many of each.")
    home = _column(cut, "VEHICLES_DEPOT", count, depots[0] + 1.0)
    fixed = _column(cut, "VEHICLES_FIXED_COST", count, 0.0)
    unit = _column(cut, "VEHICLES_UNIT_DISTANCE_COST", count, 1.0)
    distance = _column(cut, "VEHICLES_MAX_DISTANCE", count, math.inf)
    # Classic files of the CMT and Golden sets call the longest time of a route DISTANCE.
    longest = "VEHICLES_MAX_DURATION" if "VEHICLES_MAX_DURATION" in {*cut.rows, *cut.header} else "DISTANCE"
    duration = _column(cut, longest, count, math.inf)
    reloads = _column(cut, "VEHICLES_MAX_RELOADS", count, math.inf)
    where = _lists(cut, "VEHICLES_RELOAD_DEPOT", count)
    allowed = _lists(cut, "VEHICLES_ALLOWED_CLIENTS", count)
    return tuple(
        CaseVehicle(
            capacity=tuple(capacity[i].tolist()),
            depot=int(home[i]) - 1,
            fixed_cost=float(fixed[i]),
            unit_cost=float(unit[i]),
            max_distance=float(distance[i]),
            max_duration=float(duration[i]),
            reload_at=where[i] if where else (),
            max_reloads=None if math.isinf(reloads[i]) else int(reloads[i]),
            allowed=frozenset(allowed[i]) if allowed else None,
        )
        for i in range(count)
    )


def _lists(cut: _Sections, section: str, count: int) -> list[tuple[int, ...]]:
    if section not in cut.rows:
        return []
    if len(cut.rows[section]) != count:
        says = f"{section}_SECTION has {len(cut.rows[section])} rows for {count} vehicles."
        raise cut.refuse(says, "Write one row a vehicle.")
    return [tuple(int(value) - 1 for value in values) for _, values in cut.rows[section]]
