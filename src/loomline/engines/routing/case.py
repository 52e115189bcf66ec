"""A benchmark instance of the literature as arrays, and the rounding its published results follow."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

Rounding = Literal["round", "trunc", "dimacs", "exact", "double"]
ROUNDINGS: tuple[Rounding, ...] = ("round", "trunc", "dimacs", "exact", "double")

# By the TYPE of a VRPLIB file, as the collections that publish these types count.
BY_KIND: dict[str, Rounding] = {
    "VRPTW": "dimacs",
    "PCVRPTW": "dimacs",
    "MTVRPTWR": "dimacs",
    "VRPTW-RT": "dimacs",
    "MDVRPTW": "exact",
    "SDVRPTW": "exact",
    "HFVRP": "exact",
    "PDPTW": "exact",
}
# Sets whose published lengths are unrounded although their files say EUC_2D.
UNROUNDED = re.compile(r"(CMT|Golden_|Li_|tai)\d", re.IGNORECASE)
SOLOMON = re.compile(r"(C|R|RC)[12]\d\d(\.\d+)?", re.IGNORECASE)
SOLOMON_SIZE = 101


@dataclass(frozen=True)
class CaseVehicle:
    """One vehicle of a case: loads per dimension, its depot (place), costs and limits; inf is no limit."""

    capacity: tuple[float, ...]
    depot: int
    fixed_cost: float = 0.0
    unit_cost: float = 1.0
    max_distance: float = math.inf
    max_duration: float = math.inf
    reload_at: tuple[int, ...] = ()
    max_reloads: int | None = None
    allowed: frozenset[int] | None = None


@dataclass(frozen=True)
class Case:
    """A benchmark instance; places count from 0 in the order of the file, as routes in a .sol file do.

    `travel` (n, n) is the unrounded distance, which is also the time; `demand` and `backhaul` are
    (n, dimensions); `service`, `release` and `prize` are (n,); `windows` (n, 2) has inf where it is open.
    A prize above 0 makes a customer optional. `pairs` are (pick-up place, delivery place). Of each group
    in `groups` exactly one place is visited.
    """

    name: str
    kind: str
    travel: NDArray[np.float64]
    depots: tuple[int, ...]
    demand: NDArray[np.float64]
    backhaul: NDArray[np.float64]
    service: NDArray[np.float64]
    windows: NDArray[np.float64]
    release: NDArray[np.float64]
    prize: NDArray[np.float64]
    vehicles: tuple[CaseVehicle, ...]
    places: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    groups: tuple[tuple[int, ...], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    rounding: Rounding = "round"
    fewest_first: bool = False

    @property
    def customers(self) -> list[int]:
        """Every place that is no depot."""
        depots = set(self.depots)
        return [place for place in range(len(self.service)) if place not in depots]


def convention(name: str, kind: str, places: int) -> tuple[Rounding, bool]:
    """Rounding, and whether the number of vehicles counts first, for a VRPLIB file of this NAME and TYPE.

    Solomon's instances are compared by vehicles and then by unrounded distance in whichever layout they
    come; other VRPTW files follow the DIMACS challenge of 2021 (one decimal, cut off; distance only).
    """
    if kind == "VRPTW" and places <= SOLOMON_SIZE and SOLOMON.fullmatch(name):
        return "double", True
    if UNROUNDED.match(name):
        return "double", False
    return BY_KIND.get(kind, "round"), False


def check(case: Case, file: str, row_of: dict[int, int]) -> None:
    """Refuse what no plan can serve; `row_of` is the row in the file of each place."""

    def refuse(place: int, says: str, remedy: str) -> None:
        raise BadInput(f"Place {place + 1}: {says}", remedy=remedy, file=file, row=row_of.get(place))

    most = np.max([vehicle.capacity for vehicle in case.vehicles], axis=0)
    for place in case.customers:
        early, late = case.windows[place]
        if early > late:
            refuse(
                place, f"the window opens at {early:g}, after it closes at {late:g}.", "Correct the window."
            )
        if case.service[place] < 0:
            refuse(place, f"the service time {case.service[place]:g} is negative.", "Write 0 or more.")
        need = np.maximum(case.demand[place], case.backhaul[place])
        least = min(case.demand[place].min(), case.backhaul[place].min())
        if not case.pairs and least < 0:
            refuse(place, f"the demand {least:g} is negative.", "Write 0 or more.")
        if case.prize[place] == 0 and (need > most).any():
            refuse(
                place, f"it asks for {need.max():g}; no vehicle holds more than {most.max():g}.", "Split it."
            )
