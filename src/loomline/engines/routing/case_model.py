"""A benchmark case as PyVRP's problem data, in whole numbers that keep the case's own rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.routing.case import Case, CaseVehicle, Rounding

if TYPE_CHECKING:
    import numpy as np
    import pyvrp
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    pyvrp = heavy("pyvrp")

# Ten thousandths: fine enough that no published order of two solutions changes.
DOUBLE = 10_000
SCALES: dict[Rounding, int] = {"round": 1, "trunc": 1, "dimacs": 10, "exact": 1000, "double": DOUBLE}
# A part of what the largest coordinates leave of a float64, so that a whole distance stays whole.
HAIR = 1e-6
FINE = 1000
UNLIMITED = (1 << 64) - 1
NEVER = 1 << 50
FORBIDDEN = 1 << 40


@dataclass(frozen=True)
class CaseModel:
    """The data, the scale of its lengths, and the case's vehicles by PyVRP's vehicle type."""

    case: Case
    data: pyvrp.ProblemData
    scale: int
    cost_scale: int
    vehicles_of: tuple[tuple[int, ...], ...]


def model(case: Case) -> CaseModel:
    """Build the data; with rounding "double", times are rounded up so that a plan is never late in truth."""
    scale = SCALES[case.rounding]
    distance = rounded(case.travel, case.rounding)
    duration = distance
    if case.rounding == "double":
        duration = np.ceil(case.travel * scale - HAIR).astype(np.int64)
    # Costs per distance are whole numbers to PyVRP: fractional ones make every cost a thousand times finer.
    unit = 1 if all(vehicle.unit_cost == round(vehicle.unit_cost) for vehicle in case.vehicles) else FINE
    types, vehicles_of, profiles = _vehicle_types(case, scale, unit)
    paired = {place for pair in case.pairs for place in pair}
    clients = [place for place in case.customers if place not in paired]
    groups, group_of = _groups(case, clients)

    def matrices(travel: NDArray[np.int64]) -> Any:
        # The stubs of PyVRP write the type of an array in a way that no array has.
        return [_closed(case, travel, allowed) for allowed in profiles]

    data = pyvrp.ProblemData(
        [pyvrp.Location(x, y) for x, y in _points(case)],
        [_client(case, place, (scale, scale * unit), group_of.get(place)) for place in clients],
        [pyvrp.Depot(place) for place in case.depots],
        types,
        matrices(distance),
        matrices(duration),
        groups,
        [_shipment(case, pair, scale) for pair in case.pairs],
    )
    return CaseModel(case, data, scale, scale * unit, vehicles_of)


def rounded(travel: NDArray[np.float64], rounding: Rounding) -> NDArray[np.int64]:
    """Distances as whole numbers: to the nearest, cut off, or after scaling by 10, 1,000 or 10,000."""
    scale = SCALES[rounding]
    if rounding in ("trunc", "dimacs"):
        return np.floor(travel * scale + HAIR).astype(np.int64)
    return np.floor(travel * scale + 0.5).astype(np.int64)


def _points(case: Case) -> list[tuple[float, float]]:
    if len(case.places):
        return [(float(x), float(y)) for x, y in case.places]
    return [(0.0, 0.0)] * len(case.service)


def _fine(case: Case) -> int:
    """1, or what makes fractional loads whole."""
    amounts = np.concatenate([case.demand.ravel(), case.backhaul.ravel()])
    return 1 if np.allclose(amounts, np.round(amounts)) else FINE


def _load(values: NDArray[np.float64] | tuple[float, ...], fine: int) -> list[int]:
    return [NEVER if math.isinf(value) else round(value * fine) for value in values]


def _time(value: float, scale: int, *, late: bool) -> int:
    """A point in time; a limit is never moved outwards."""
    if math.isinf(value):
        return NEVER
    return math.floor(value * scale + HAIR) if late else math.ceil(value * scale - HAIR)


def _client(case: Case, place: int, scales: tuple[int, int], group: int | None) -> pyvrp.Client:
    scale, cost_scale = scales
    early, late = case.windows[place]
    fine = _fine(case)
    prize = float(case.prize[place])
    return pyvrp.Client(
        place,
        _load(case.demand[place], fine),
        _load(case.backhaul[place], fine),
        service_duration=_time(case.service[place], scale, late=False),
        tw_early=_time(max(early, 0.0), scale, late=False),
        tw_late=_time(late, scale, late=True),
        release_time=_time(case.release[place], scale, late=False),
        prize=round(prize * cost_scale),
        required=prize == 0 and group is None,
        group=group,
    )


def _shipment(case: Case, pair: tuple[int, int], scale: int) -> pyvrp.Shipment:
    start, end = pair
    return pyvrp.Shipment(
        start,
        end,
        _time(max(case.windows[start][0], 0.0), scale, late=False),
        _time(case.windows[start][1], scale, late=True),
        _time(case.service[start], scale, late=False),
        _time(max(case.windows[end][0], 0.0), scale, late=False),
        _time(case.windows[end][1], scale, late=True),
        _time(case.service[end], scale, late=False),
        _load(case.demand[start], _fine(case)),
    )


def _groups(case: Case, clients: list[int]) -> tuple[list[pyvrp.ClientGroup], dict[int, int]]:
    """Groups of one are ordinary customers."""
    index = {place: at for at, place in enumerate(clients)}
    real = [group for group in case.groups if len(group) > 1]
    group_of = {place: at for at, group in enumerate(real) for place in group}
    return [pyvrp.ClientGroup([index[place] for place in group]) for group in real], group_of


def _vehicle_types(
    case: Case, scale: int, unit: int
) -> tuple[list[pyvrp.VehicleType], tuple[tuple[int, ...], ...], list[frozenset[int] | None]]:
    same: dict[CaseVehicle, list[int]] = {}
    for at, vehicle in enumerate(case.vehicles):
        same.setdefault(vehicle, []).append(at)
    profiles = list(dict.fromkeys(vehicle.allowed for vehicle in same))
    depot_at = {place: at for at, place in enumerate(case.depots)}
    fine = _fine(case)
    types = []
    for vehicle, numbers in same.items():
        opens, closes = case.windows[vehicle.depot]
        types.append(
            pyvrp.VehicleType(
                len(numbers),
                _load(vehicle.capacity, fine),
                depot_at[vehicle.depot],
                depot_at[vehicle.depot],
                fixed_cost=round(vehicle.fixed_cost * scale * unit),
                tw_early=_time(max(opens, 0.0), scale, late=False),
                tw_late=_time(closes, scale, late=True),
                shift_duration=_time(vehicle.max_duration, scale, late=True),
                max_distance=_time(vehicle.max_distance, scale, late=True),
                unit_distance_cost=round(vehicle.unit_cost * unit),
                profile=profiles.index(vehicle.allowed),
                reload_depots=[depot_at[place] for place in vehicle.reload_at],
                max_reloads=UNLIMITED if vehicle.max_reloads is None else vehicle.max_reloads,
            )
        )
    return types, tuple(tuple(numbers) for numbers in same.values()), profiles


def _closed(case: Case, travel: NDArray[np.int64], allowed: frozenset[int] | None) -> NDArray[np.int64]:
    """The matrix with the ways that nobody (or not this vehicle) may take made endless."""
    made = travel.copy()
    if case.kind == "VRPB":
        line, back = (case.demand > 0).any(axis=1), (case.backhaul > 0).any(axis=1)
        depots = np.isin(np.arange(len(travel)), case.depots)
        made[np.ix_(depots, back)] = FORBIDDEN
        made[np.ix_(back, line)] = FORBIDDEN
    if allowed is not None:
        shut = [place for place in case.customers if place not in allowed]
        made[:, shut] = made[shut, :] = FORBIDDEN
        np.fill_diagonal(made, 0)
    return made
