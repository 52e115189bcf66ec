"""The health of a customer from 0 to 100: weighted distances from what is usual, with the reasons for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from loomline.engines.bad_input import BadInput

MIDDLE = 50
FURTHEST = 3.0


@dataclass(frozen=True)
class Driver:
    """One measure of health: what is usual for it, how much it weighs, and whether more is better.

    `mean` and `deviation` are those of comparable customers, or of the own past of this one.
    """

    name: str
    mean: float
    deviation: float
    weight: float = 1.0
    more_is_better: bool = True

    def __post_init__(self) -> None:
        known = all(map(math.isfinite, (self.mean, self.deviation, self.weight)))
        if not known or self.deviation < 0 or self.weight <= 0:
            raise BadInput(
                f"The driver {self.name} cannot be weighed.",
                remedy="Give a mean, a deviation of 0 or more and a weight above 0.",
            )


@dataclass(frozen=True)
class Reason:
    """What one driver adds to the 50 points of a customer who is usual in everything.

    `z` is its distance from the mean in deviations, at most 3 either way, positive when that is good; None
    when the value is not known. Such a driver adds nothing and the others take over its weight.
    """

    driver: str
    value: float | None
    z: float | None
    points: float


@dataclass(frozen=True)
class Health:
    """`score` is 50 and the points of all reasons; the reasons stand in order of their size."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def top(self) -> tuple[Reason, ...]:
        """The three reasons that move the score most."""
        return tuple(reason for reason in self.reasons[:3] if reason.points)


def health(drivers: Sequence[Driver], values: Mapping[str, float | None]) -> Health:
    """The health of one customer: 50 + 50/3 times the weighted mean of the distances.

    So 50 is usual and 100 is reached when every driver is three deviations better than usual. A driver
    whose customers are all alike (deviation 0) puts a customer who is not at the end of the range.
    Raises BadInput when no value is known, when a value is not finite, and for values without a driver.
    """
    unknown = sorted(set(values) - {driver.name for driver in drivers})
    if unknown:
        raise BadInput(f"There is no driver {unknown[0]}.", remedy="Leave the value out or add the driver.")
    distances = {driver.name: _distance(driver, values.get(driver.name)) for driver in drivers}
    weight = sum(driver.weight for driver in drivers if distances[driver.name] is not None)
    if not weight:
        raise BadInput("Nothing is known of this customer.", remedy="Give at least one value.")
    reasons = []
    for driver in drivers:
        z = distances[driver.name]
        points = MIDDLE / FURTHEST * driver.weight / weight * z if z is not None else 0.0
        reasons.append(Reason(driver.name, values.get(driver.name), z, points))
    reasons.sort(key=lambda reason: (-abs(reason.points), reason.driver))
    total = MIDDLE + float(sum((Fraction(reason.points) for reason in reasons), Fraction()))
    return Health(min(max(total, 0.0), 100.0), tuple(reasons))


def _distance(driver: Driver, value: float | None) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value):
        raise BadInput(f"{driver.name} is {value}.", remedy="Give a number, or None when it is not known.")
    off = (value - driver.mean) * (1 if driver.more_is_better else -1)
    if not off:
        return 0.0
    if off and not driver.deviation:
        return math.copysign(FURTHEST, off)
    return min(max(off / driver.deviation, -FURTHEST), FURTHEST)
