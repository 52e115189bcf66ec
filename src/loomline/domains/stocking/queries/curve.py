"""What service costs in safety stock over all places, and where the house stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loomline.domains.stocking.models import Method, Recommendation
from loomline.engines.heavy import heavy
from loomline.engines.stocking.exchange_curve import SafetyPoint, safety_curve, safety_point

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

WEEKS_OF_YEAR = 52
STEPS = 12
# The curve reaches this much beyond the dearer of the two points that it is compared with.
BEYOND = 1.5
LEAST, MOST = 0.5, 0.9999


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Safety stock in money, the share of demand served, what falls short in a year, and that by class."""

    value: float
    service: float
    short: float
    targets: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Curve:
    """The best that money can buy, where the present policies are, and where the recommended ones."""

    places: int
    demand: float
    cycle_stock: float
    points: list[CurvePoint] = field(default_factory=list)
    now: CurvePoint | None = None
    then: CurvePoint | None = None


def curve(rows: Iterable[Recommendation]) -> Curve:
    """The exchange curve of these places; those without demand, spread or cost are left out of it."""
    kept = [row for row in rows if _counts(row)]
    if not kept:
        return Curve(0, 0.0, 0.0)
    columns = _columns(kept)
    rate, worth, lots, _spread = columns
    now = safety_point(*columns, stocks=[row.figures["held_now"] for row in kept])
    then = safety_point(*columns, stocks=[float(row.safety_stock) for row in kept])
    top = max(now.safety_stock, then.safety_stock, float((_spread * worth).sum())) * BEYOND
    found = safety_curve(*columns, budgets=[top * n / STEPS for n in range(STEPS + 1)])
    return Curve(
        places=len(kept),
        demand=float((rate * worth).sum()),
        cycle_stock=float((lots * worth).sum() / 2),
        points=[_point(kept, columns, one) for one in found],
        now=_point(kept, columns, now),
        then=_point(kept, columns, then),
    )


def _counts(row: Recommendation) -> bool:
    return row.method != Method.NONE and min(row.mean, row.unit_cost) > 0 and row.figures.get("spread", 0) > 0


def _columns(rows: Sequence[Recommendation]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Demand a year, value of a unit, order quantity, and deviation of lead-time demand."""
    return (
        np.array([float(row.mean) * WEEKS_OF_YEAR for row in rows]),
        np.array([float(row.unit_cost) for row in rows]),
        np.array([max(float(row.order_quantity), 1e-6) for row in rows]),
        np.array([float(row.figures["spread"]) for row in rows]),
    )


def _point(rows: Sequence[Recommendation], columns: tuple[np.ndarray, ...], found: SafetyPoint) -> CurvePoint:
    """The point, with the service that each class gets at it."""
    rate, worth, lots, spread = columns
    classes = np.array([row.worth for row in rows])
    targets = []
    for letter in "ABC":
        at = classes == letter
        share = found.service
        if at.any():
            share = safety_point(rate[at], worth[at], lots[at], spread[at], stocks=found.stocks[at]).service
        targets.append(min(max(share, LEAST), MOST))
    return CurvePoint(found.safety_stock, found.service, found.short, (targets[0], targets[1], targets[2]))
