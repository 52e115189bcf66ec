"""Patterns of points that chance alone makes rarely: the rules of Nelson and of Western Electric.

L. S. Nelson, "The Shewhart control chart: tests for special causes", Journal of Quality Technology 16
(1984); Western Electric, Statistical Quality Control Handbook (1956). A signal is told at the point that
completes the pattern; a pattern that goes on is told again at each further point. The rules about zones
suppose points that are spread evenly to both sides: for ranges, and for counts near zero, take the first
rule alone (`NELSON[:1]`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.quality.chart import Chart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Windows = NDArray[np.float64]
else:
    np = heavy("numpy")

Test = Callable[["Windows"], "Flags"]


@dataclass(frozen=True)
class Rule:
    """One pattern: its name, what it says, and how many points it looks at.

    `test` gets windows of shape (k, length), oldest point first, and says for each whether the pattern is
    there; before the first point stands NaN. `on_points` tests the points themselves, not their distances
    from the centre.
    """

    name: str
    says: str
    length: int
    test: Test
    on_points: bool = False


@dataclass(frozen=True)
class Signal:
    """A rule that was broken by the points from `start` to `position` (both count from 0)."""

    position: int
    start: int
    rule: Rule


def _beyond(distance: float, least: int) -> Test:
    """So many of the window beyond the distance on one side, the last point being one of them."""

    def test(z: Windows) -> Flags:
        above, under = z > distance, z < -distance
        return (above[:, -1] & (above.sum(axis=1) >= least)) | (under[:, -1] & (under.sum(axis=1) >= least))

    return test


def _steady(x: Windows) -> Flags:
    steps = np.diff(x, axis=1)
    return _everywhere(steps > 0) | _everywhere(steps < 0)


def _alternating(x: Windows) -> Flags:
    steps = np.diff(x, axis=1)
    return _everywhere(steps[:, 1:] * steps[:, :-1] < 0)


def _hugging(z: Windows) -> Flags:
    return _everywhere(np.abs(z) < 1)


def _avoiding(z: Windows) -> Flags:
    return _everywhere(np.abs(z) > 1)


def _everywhere(flags: Flags) -> Flags:
    return np.logical_and.reduce(flags, axis=1)


NELSON = (
    Rule("1", "one point beyond three sigma", 1, _beyond(3, 1)),
    Rule("2", "nine points in a row on one side of the centre", 9, _beyond(0, 9)),
    Rule("3", "six points in a row, all rising or all falling", 6, _steady, on_points=True),
    Rule("4", "fourteen points in a row, up and down in turn", 14, _alternating, on_points=True),
    Rule("5", "two of three points beyond two sigma on one side", 3, _beyond(2, 2)),
    Rule("6", "four of five points beyond one sigma on one side", 5, _beyond(1, 4)),
    Rule("7", "fifteen points in a row within one sigma", 15, _hugging),
    Rule("8", "eight points in a row with none within one sigma", 8, _avoiding),
)
WESTERN_ELECTRIC = (
    Rule("WE1", "one point beyond three sigma", 1, _beyond(3, 1)),
    Rule("WE2", "two of three points beyond two sigma on one side", 3, _beyond(2, 2)),
    Rule("WE3", "four of five points beyond one sigma on one side", 5, _beyond(1, 4)),
    Rule("WE4", "eight points in a row on one side of the centre", 8, _beyond(0, 8)),
)


def signals(chart: Chart, rules: Iterable[Rule] = NELSON) -> tuple[Signal, ...]:
    """Every signal of the chart, by position; NaN breaks any pattern."""
    distances = chart.standardised
    found = [
        Signal(int(at), max(0, int(at) - rule.length + 1), rule)
        for rule in rules
        for at in np.flatnonzero(
            rule.test(_windows(chart.points if rule.on_points else distances, rule.length))
        )
    ]
    return tuple(sorted(found, key=lambda signal: signal.position))


def _windows(values: NDArray[np.float64], length: int) -> Windows:
    padded = np.concatenate((np.full(length - 1, np.nan), values))
    return np.lib.stride_tricks.sliding_window_view(padded, length)
