"""The survival curve of a group without any model (Kaplan & Meier 1958), with Greenwood's bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Curve:
    """A falling step function: at each of `times` (m,) survival drops to `survival` (m,).

    `low` and `high` bound it with 95 % on the log(-log) scale; `at_risk` and `events` are counts.
    """

    times: NDArray[np.float64]
    survival: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]

    def at(self, when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Survival just after each time, 1 before the first event."""
        place = np.searchsorted(self.times, when, side="right")
        return np.concatenate([[1.0], self.survival])[place]

    def before(self, when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Survival just before each time."""
        place = np.searchsorted(self.times, when, side="left")
        return np.concatenate([[1.0], self.survival])[place]

    @property
    def median(self) -> float:
        """The first time at which at most half are without the event; infinite when it is not reached."""
        reached = np.flatnonzero(self.survival <= 0.5)
        return float(self.times[reached[0]]) if len(reached) else float("inf")


def curve(duration: NDArray[np.float64], event: NDArray[np.float64]) -> Curve:
    """The curve of durations (n,) with events (n,; 1 had it, 0 censored)."""
    times, deaths, at_risk = event_table(duration, event)
    survival: NDArray[np.float64] = np.cumprod(1.0 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        log = np.log(survival)
        half = 1.96 * np.sqrt(spread) / np.abs(log)
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    flat = (survival <= 0) | (survival >= 1)
    low, high = np.where(flat, survival, low), np.where(flat, survival, high)
    return Curve(times, survival, low, high, at_risk, deaths)


def event_table(
    duration: NDArray[np.float64], event: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The times of events in order, how many came at each, and how many were at risk just before."""
    times, deaths = np.unique(duration[event == 1], return_counts=True)
    at_risk = len(duration) - np.searchsorted(np.sort(duration), times, side="left")
    return times, deaths.astype(np.int64), at_risk.astype(np.int64)
