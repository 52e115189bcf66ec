"""A planner's problem from a folder of tables, and its tours as a table."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns, read
from loomline.engines.heavy import heavy
from loomline.engines.routing.distances import great_circle
from loomline.engines.routing.plan import Plan
from loomline.engines.routing.problem import (
    Break,
    Call,
    Depot,
    DrivingRules,
    Load,
    Problem,
    Shipment,
    Span,
    Stop,
    Travel,
    Vehicle,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

Made = TypeVar("Made")
TABLES = ("stops.csv", "shipments.csv", "depots.csv", "vehicles.csv", "travel.csv")
CLOCK = re.compile(r"(\d{1,3}):(\d\d)")
CLOCKS = "Write hours and minutes, such as 07:30; windows as 08:00-12:00 14:00-18:00."
KMH = 60.0
DETOUR = 1.3


def problem(folder: Path) -> Problem:
    """Read stops.csv, depots.csv, vehicles.csv and, if they are there, shipments.csv and travel.csv.

    Raises BadInput with file, row and column. Without travel.csv the ways are great circles times 1.3, driven
    at the `kmh` of the vehicle (60).
    """
    for name in ("depots.csv", "vehicles.csv"):
        if not (folder / name).is_file():
            raise BadInput(
                f"There is no {name}.", remedy=f"A folder holds {', '.join(TABLES)}.", file=folder.name
            )
    places = _Places()
    depots = _depots(read(folder / "depots.csv", "name"), places)
    stops = _stops(folder / "stops.csv", places)
    shipments = _shipments(folder / "shipments.csv", places)
    table = read(folder / "vehicles.csv", "name", "start")
    speeds = table.numbers("kmh", least=1.0, default=KMH)
    kinds = sorted(set(speeds.tolist()))
    vehicles = _vehicles(table, [kinds.index(speed) for speed in speeds.tolist()])
    travel = _travel(folder / "travel.csv", places, kinds)
    loads = [v.capacity for v in vehicles] + [s.deliver for s in stops] + [s.pick_up for s in stops]
    loads += [one.amount for one in shipments]
    return Problem(stops, depots, vehicles, travel, shipments, max(1, *map(len, loads)))


def table(plan: Plan) -> str:
    """The tours as CSV: vehicle, position, kind, name, arrives, begins, ends, km, load."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["vehicle", "position", "kind", "name", "arrives", "begins", "ends", "km", "load"])
    for tour in plan.tours:
        for at, event in enumerate(tour.events):
            times = [clock(time) for time in (event.arrives, event.begins, event.ends)]
            load = " ".join(f"{part:g}" for part in event.load)
            writer.writerow(
                [tour.vehicle.name, at, event.kind, event.name, *times, f"{event.metres / 1000:.1f}", load]
            )
    return text.getvalue()


def summary(plan: Plan) -> str:
    """One line a tour with cost and CO2e, the totals, and the reason for everything unserved."""
    lines = [
        f"{tour.vehicle.name}: {len(tour.visits)} visits, {tour.timetable.metres / 1000:,.1f} km, "
        f"{clock(tour.timetable.duration)} h, cost {tour.timetable.cost:,.2f}, "
        f"{tour.timetable.co2e:,.1f} kg CO2e"
        for tour in plan.tours
    ]
    lines.append(
        f"{len(plan.tours)} tours, {plan.metres / 1000:,.1f} km, cost {plan.cost:,.2f}, "
        f"{plan.co2e:,.1f} kg CO2e; {len(plan.unserved)} unserved."
    )
    return "\n".join([*lines, *(f"{one.name} ({one.rule}): {one.reason}" for one in plan.unserved)])


def clock(seconds: float) -> str:
    """Seconds as hh:mm."""
    minutes = math.floor(seconds / 60 + 0.5)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class _Places:
    """Coordinates in the order in which places are met; each name of a depot or stop is a place."""

    def __init__(self) -> None:
        self.latitudes: list[float] = []
        self.longitudes: list[float] = []
        self.names: dict[str, int] = {}

    def add(self, table: Columns, names: list[str], columns: tuple[str, str], suffix: str = "") -> list[int]:
        latitudes = table.numbers(columns[0], least=-90, most=90)
        longitudes = table.numbers(columns[1], least=-360, most=360)
        first = len(self.latitudes)
        self.latitudes += latitudes.tolist()
        self.longitudes += longitudes.tolist()
        self.names |= {name + suffix: first + at for at, name in enumerate(names)}
        return list(range(first, first + table.rows))


def _optional(table: Columns, name: str) -> list[str]:
    return table.cells.get(name, [""] * table.rows)


def _each(table: Columns, name: str, parse: Callable[[str], Made], remedy: str) -> list[Made]:
    """Every cell of a column that may be missing, parsed; what does not parse is refused."""
    made = []
    for at, cell in enumerate(_optional(table, name)):
        try:
            made.append(parse(cell))
        except ValueError:
            table.refuse(name, at, f'"{cell}" cannot be read.', remedy)
    return made


def _time(cell: str) -> float:
    found = CLOCK.fullmatch(cell)
    if found is None or int(found[2]) > 59:
        raise ValueError(cell)
    return int(found[1]) * 3600.0 + int(found[2]) * 60.0


def _spans(cell: str) -> tuple[Span, ...]:
    spans = [tuple(map(_time, word.split("-"))) for word in cell.split()]
    if any(len(span) != 2 or span[0] > span[1] for span in spans):
        raise ValueError(cell)
    return tuple((span[0], span[1]) for span in spans)


def _load(cell: str) -> Load:
    made = tuple(float(word) for word in cell.split())
    if any(not (part >= 0 and math.isfinite(part)) for part in made):
        raise ValueError(cell)
    return made


def _breaks(cell: str) -> tuple[Break, ...]:
    made = []
    for word in cell.split():
        span, _, minutes = word.partition("/")
        ((earliest, latest),) = _spans(span)
        made.append(Break(earliest, latest, float(minutes) * 60))
    return tuple(made)


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split())


def _prize(cell: str) -> float | None:
    return float(cell) if cell else None


def _depots(table: Columns, places: _Places) -> tuple[Depot, ...]:
    table.unique("name")
    names = table.texts("name")
    rows = places.add(table, names, ("lat", "lon"))
    opens = _each(table, "opens", lambda cell: _time(cell) if cell else 0.0, CLOCKS)
    closes = _each(table, "closes", lambda cell: _time(cell) if cell else math.inf, CLOCKS)
    service = table.numbers("service", least=0, default=0.0) * 60
    return tuple(map(Depot, names, rows, opens, closes, service.tolist()))


def _stops(path: Path, places: _Places) -> tuple[Stop, ...]:
    if not path.is_file():
        return ()
    table = read(path, "name", "lat", "lon")
    table.unique("name")
    names = table.texts("name")
    calls = _calls(table, places.add(table, names, ("lat", "lon")), "")
    deliver = _each(table, "deliver", _load, "Write one number a dimension, such as 120 2.5.")
    pick_up = _each(table, "pick_up", _load, "Write one number a dimension, such as 120 2.5.")
    ready = _each(table, "ready", lambda cell: _time(cell) if cell else 0.0, CLOCKS)
    return tuple(map(Stop, names, calls, deliver, pick_up, ready, *_wish(table)))


def _shipments(path: Path, places: _Places) -> tuple[Shipment, ...]:
    if not path.is_file():
        return ()
    table = read(path, "name", "from_lat", "from_lon", "to_lat", "to_lon")
    table.unique("name")
    names = table.texts("name")
    start = _calls(table, places.add(table, names, ("from_lat", "from_lon"), "/from"), "from_")
    end = _calls(table, places.add(table, names, ("to_lat", "to_lon"), "/to"), "to_")
    amount = _each(table, "amount", _load, "Write one number a dimension, such as 120 2.5.")
    return tuple(map(Shipment, names, start, end, amount, *_wish(table)))


def _calls(table: Columns, rows: list[int], prefix: str) -> list[Call]:
    service = table.numbers(f"{prefix}service", least=0, default=0.0) * 60
    windows = _each(table, f"{prefix}windows", _spans, CLOCKS)
    return list(map(Call, rows, service.tolist(), windows))


def _wish(table: Columns) -> tuple[list[float | None], list[frozenset[str]], list[str | None]]:
    prizes = _each(table, "prize", _prize, "Write money, or nothing for what must be served.")
    skills = [frozenset(cell.split()) for cell in _optional(table, "skills")]
    return prizes, skills, [cell or None for cell in _optional(table, "vehicle")]


def _vehicles(table: Columns, profiles: list[int]) -> tuple[Vehicle, ...]:
    table.unique("name")
    rules = table.among("rules", ("eu561", "none"), default="none")
    shifts = _each(table, "shift", lambda cell: _spans(cell)[0] if cell else (0.0, math.inf), CLOCKS)
    capacity = _each(table, "capacity", _load, "Write one number a dimension, such as 1200 12.")
    breaks = _each(table, "breaks", _breaks, "Write earliest-latest/minutes, such as 11:30-13:00/30.")
    reload_at = _each(table, "reload_at", _words, "")
    order = _each(table, "order", _words, "")
    full = table.numbers("co2e_per_km_full", least=0, may_be_empty=True, default=math.nan).tolist()
    figures = {
        name: table.numbers(name, least=0, default=default).tolist()
        for name, default in (
            ("fixed_cost", 0.0),
            ("cost_per_km", 1.0),
            ("cost_per_hour", 0.0),
            ("co2e_per_km", 0.0),
        )
    }
    hours = table.numbers("max_hours", least=0, default=math.inf).tolist()
    far = table.numbers("max_km", least=0, default=math.inf).tolist()
    return tuple(
        Vehicle(
            name,
            start,
            _optional(table, "end")[at] or None,
            capacity[at],
            shifts[at],
            hours[at] * 3600,
            far[at] * 1000,
            **{key: values[at] for key, values in figures.items()},
            skills=frozenset(_optional(table, "skills")[at].split()),
            reload_at=reload_at[at],
            profile=profiles[at],
            rules=DrivingRules() if rules[at] == "eu561" else None,
            breaks=breaks[at],
            co2e_per_km_full=None if math.isnan(full[at]) else full[at],
            order=order[at],
        )
        for at, (name, start) in enumerate(zip(table.texts("name"), table.texts("start"), strict=True))
    )


def _travel(path: Path, places: _Places, kinds: list[float]) -> Travel:
    if not path.is_file():
        metres = great_circle(np.array(places.latitudes), np.array(places.longitudes)) * DETOUR
        return Travel(np.stack([metres] * len(kinds)), np.stack([metres / (kmh / 3.6) for kmh in kinds]))
    table = read(path, "from", "to", "metres", "seconds")
    size = len(places.latitudes)
    made: list[NDArray[np.float64]] = []
    for name in ("metres", "seconds"):
        matrix = np.full((size, size), np.nan)
        np.fill_diagonal(matrix, 0.0)
        for at, (start, end, value) in enumerate(
            zip(table.texts("from"), table.texts("to"), table.numbers(name, least=0).tolist(), strict=True)
        ):
            for column, place in (("from", start), ("to", end)):
                if place not in places.names:
                    table.refuse(column, at, f"There is no place {place}.", "Name a depot or stop.")
            matrix[places.names[start], places.names[end]] = value
        made.append(matrix)
    missing = np.argwhere(np.isnan(made[0]))
    if len(missing):
        names = list(places.names)
        start, end = missing[0]
        says = f"The way from {names[start]} to {names[end]} is missing."
        raise BadInput(says, remedy="Write every pair, both ways.", file=path.name)
    return Travel(np.stack([made[0]] * len(kinds)), np.stack([made[1]] * len(kinds)))
