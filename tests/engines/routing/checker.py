"""Judge routes of benchmark files without a line of the engine: own reading, own arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from pathlib import Path

EPSILON = 1e-6
SCALE = {"round": 1, "dimacs": 10, "exact": 1000, "double": 1}


@dataclass
class Sheet:
    """What a file says, places from 0."""

    header: dict[str, str]
    rows: dict[str, list[list[float]]]
    coordinates: list[tuple[float, float]]
    depots: list[int]
    demand: list[float]
    pickup: list[float]
    service: list[float]
    opens: list[float]
    closes: list[float]
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def travel(self, a: int, b: int) -> float:
        return math.dist(self.coordinates[a], self.coordinates[b])

    def of_vehicle(self, key: str, vehicle: int, default: float) -> float:
        if key in self.rows:
            return self.rows[key][vehicle][0]
        return float(self.header.get(key, default))


def read_vrplib(path: Path) -> Sheet:
    header: dict[str, str] = {}
    rows: dict[str, list[list[float]]] = {}
    now = ""
    for line in path.read_text().splitlines():
        word = line.split()[0] if line.split() else "EOF"
        if word == "EOF":
            continue
        if word.endswith("_SECTION"):
            now = word[:-8]
            rows[now] = []
        elif ":" in line:
            key, value = line.split(":", 1)
            header[key.strip()] = value.strip()
        else:
            rows[now].append([float(x) for x in line.split()][0 if now == "DEPOT" else 1 :])
    size = int(header["DIMENSION"])
    depots = [int(row[0]) - 1 for row in rows.get("DEPOT", [[1.0]]) if row[0] > 0]
    zero = [[0.0]] * size
    uniform = [[0.0] if i in depots else [float(header.get("SERVICE_TIME", 0))] for i in range(size)]
    windows = rows.get("TIME_WINDOW", [[0.0, math.inf]] * size)
    sheet = Sheet(
        header,
        rows,
        [(x, y) for x, y in rows["NODE_COORD"]],
        depots,
        [row[0] for row in rows.get("DEMAND", rows.get("LINEHAUL", zero))],
        [row[0] for row in rows.get("BACKHAUL", zero)],
        [row[0] for row in rows.get("SERVICE_TIME", uniform)],
        [row[0] for row in windows],
        [row[1] for row in windows],
    )
    if "PICKUP_AND_DELIVERY" in rows:
        _pair(sheet, rows["PICKUP_AND_DELIVERY"], base=1)
    return sheet


def _is_number(word: str) -> bool:
    return word.lstrip("-").replace(".", "").isdigit()


def read_text(path: Path) -> Sheet:
    """Solomon's and Li and Lim's layouts."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    numbers = [[float(x) for x in line] for line in lines if all(map(_is_number, line))]
    (count, capacity, *_), table = numbers[0], numbers[1:]
    sheet = Sheet(
        {"VEHICLES": str(count), "CAPACITY": str(capacity)},
        {},
        [(row[1], row[2]) for row in table],
        [0],
        [row[3] for row in table],
        [0.0] * len(table),
        [row[6] for row in table],
        [row[4] for row in table],
        [row[5] for row in table],
    )
    if len(table[0]) == 9:
        _pair(sheet, [[*row[3:7], row[7], row[8]] for row in table], base=0)
    return sheet


def _pair(sheet: Sheet, table: list[list[float]], *, base: int) -> None:
    sheet.demand = [row[0] for row in table]
    sheet.opens, sheet.closes = [row[1] for row in table], [row[2] for row in table]
    sheet.service = [row[3] for row in table]
    sheet.pairs = [(i, int(row[5]) - base) for i, row in enumerate(table) if row[5]]


def read_sol(text: str) -> tuple[dict[int, list[int]], float]:
    routes: dict[int, list[int]] = {}
    cost = math.nan
    for line in text.splitlines():
        if line.startswith("Route"):
            name, _, visits = line.partition(":")
            routes[int(name.split("#")[1])] = [int(x) for x in visits.split()]
        elif line.lower().startswith("cost"):
            cost = float(line.split()[-1])
    return routes, cost


def whole(length: float, rounding: str) -> float:
    """The length as the set's convention counts it."""
    if rounding == "round":
        return math.floor(length + 0.5)
    if rounding == "dimacs":
        return math.floor(10 * length)
    return math.floor(1000 * length + 0.5) if rounding == "exact" else length


def judge(sheet: Sheet, routes: dict[int, list[int]], rounding: str) -> tuple[float, list[str]]:
    """The cost of the routes, and everything that is wrong with them."""
    faults: list[str] = []
    scale = SCALE[rounding]
    if len([route for route in routes.values() if route]) > int(float(sheet.header.get("VEHICLES", 10**9))):
        faults.append("more routes than vehicles")
    cost = sum(
        _judge_route(sheet, number - 1, route, rounding, faults) for number, route in routes.items() if route
    )
    served = [p for route in routes.values() for p in route if p not in sheet.depots]
    faults += [f"{p} is served twice" for p in set(served) if served.count(p) > 1]
    groups = [{int(p) - 1 for p in group} for group in sheet.rows.get("MUTUALLY_EXCLUSIVE_GROUP", [])]
    grouped = set().union(*groups) if groups else set()
    faults += [
        f"{len(group & set(served))} of group {group}" for group in groups if len(group & set(served)) != 1
    ]
    for place in set(range(len(sheet.demand))) - set(served) - set(sheet.depots) - grouped:
        prize = sheet.rows["PRIZE"][place][0] if "PRIZE" in sheet.rows else 0
        cost += prize * scale
        if not prize:
            faults.append(f"{place} is not served")
    return cost, faults


def _judge_route(sheet: Sheet, vehicle: int, route: Sequence[int], rounding: str, faults: list[str]) -> float:
    scale = SCALE[rounding]
    home = int(sheet.of_vehicle("VEHICLES_DEPOT", vehicle, sheet.depots[0] + 1)) - 1
    way = [home, *route, home]
    length = sum(whole(sheet.travel(a, b), rounding) for a, b in pairwise(way))
    if length > sheet.of_vehicle("VEHICLES_MAX_DISTANCE", vehicle, math.inf) * scale + EPSILON:
        faults.append(f"route {vehicle + 1} is too long")
    allowed = sheet.rows.get("VEHICLES_ALLOWED_CLIENTS")
    if allowed and any(p + 1 not in allowed[vehicle] for p in route if p not in sheet.depots):
        faults.append(f"route {vehicle + 1} visits whom its vehicle may not")
    _judge_load(sheet, vehicle, route, faults)
    _judge_time(sheet, vehicle, way, rounding, faults)
    unit = sheet.of_vehicle("VEHICLES_UNIT_DISTANCE_COST", vehicle, 1)
    return unit * length + sheet.of_vehicle("VEHICLES_FIXED_COST", vehicle, 0) * scale


def _judge_load(sheet: Sheet, vehicle: int, route: Sequence[int], faults: list[str]) -> None:
    trips: list[list[int]] = [[]]
    for place in route:
        if place in sheet.depots:
            trips.append([])
        else:
            trips[-1].append(place)
    if len(trips) > 1 and "VEHICLES_RELOAD_DEPOT" not in sheet.rows:
        faults.append(f"route {vehicle + 1} reloads")
    for trip in trips:
        _judge_trip(sheet, vehicle, trip, faults)


def _judge_trip(sheet: Sheet, vehicle: int, trip: Sequence[int], faults: list[str]) -> None:
    pick_up_at = {end: start for start, end in sheet.pairs}
    faults += [
        f"{place} is delivered before it is picked up"
        for at, place in enumerate(trip)
        if place in pick_up_at and pick_up_at[place] not in trip[:at]
    ]
    sign = 1 if sheet.pairs else -1
    loads = [0.0 if sheet.pairs else sum(sheet.demand[place] for place in trip)]
    for place in trip:
        loads.append(loads[-1] + sheet.pickup[place] + sign * sheet.demand[place])
    if max(loads) > sheet.of_vehicle("CAPACITY", vehicle, math.inf) + EPSILON or min(loads) < -EPSILON:
        faults.append(f"route {vehicle + 1} carries {loads}")
    backs = [sheet.pickup[place] > 0 for place in trip]
    if sheet.header.get("TYPE") == "VRPB" and (backs != sorted(backs) or backs[0]):
        faults.append(f"route {vehicle + 1} picks up before it has delivered")


def _finish(sheet: Sheet, way: Sequence[int], start: float, rounding: str) -> float:
    """When the vehicle is back, infinite when it is late anywhere; releases bind the start of each trip."""
    scale = SCALE[rounding]
    releases = [row[0] * scale for row in sheet.rows.get("RELEASE_TIME", [])]
    now = start
    for at, place in enumerate(way):
        now += whole(sheet.travel(way[at - 1], place), rounding) if at else 0
        if place in sheet.depots and releases:
            trip = list(takewhile(lambda p: p not in sheet.depots, way[at + 1 :]))
            now = max([now, *(releases[p] for p in trip)])
        now = max(now, sheet.opens[place] * scale)
        if now > sheet.closes[place] * scale + EPSILON:
            return math.inf
        now += sheet.service[place] * scale if 0 < at < len(way) - 1 else 0
    return now


def _judge_time(sheet: Sheet, vehicle: int, way: Sequence[int], rounding: str, faults: list[str]) -> None:
    """The latest start that still ends at the earliest end gives the shortest duration."""
    low = sheet.opens[way[0]] * SCALE[rounding]
    earliest = high = _finish(sheet, way, low, rounding)
    most = sheet.of_vehicle("VEHICLES_MAX_DURATION", vehicle, math.inf) * SCALE[rounding]
    if math.isinf(earliest):
        faults.append(f"route {vehicle + 1} is late")
        return
    for _ in range(60 if math.isfinite(most) else 0):
        middle = (low + high) / 2
        in_time = _finish(sheet, way, middle, rounding) <= earliest + EPSILON
        low, high = (middle, high) if in_time else (low, middle)
    if math.isfinite(most) and earliest - low > most + EPSILON * 10:
        faults.append(f"route {vehicle + 1} takes {earliest - low} of {most}")
