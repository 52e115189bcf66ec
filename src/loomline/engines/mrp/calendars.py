"""Working time, so that lead times and machines stand still when nobody works."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

DAY = 86_400
FAR = 2**53
"""Seconds beyond any plan; whole in a float."""


@dataclass(frozen=True)
class WorkingTime:
    """Half-open intervals [start, end) of seconds in which work goes on; outside the covered span always.

    `starts` and `ends` have shape (k,), ascending and without overlap; k = 0 means around the clock.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @staticmethod
    def of(intervals: Sequence[tuple[int, int]]) -> WorkingTime:
        """From pairs of seconds; touching intervals are joined, overlapping or empty ones refused."""
        merged: list[list[int]] = []
        for start, end in sorted(intervals):
            if end <= start or (merged and start < merged[-1][1]):
                raise BadInput(
                    f"The working interval {start} to {end} is empty or overlaps another.",
                    remedy="Give intervals that end after they start and do not overlap.",
                )
            if merged and start == merged[-1][1]:
                merged[-1][1] = end
            else:
                merged.append([start, end])
        pairs = np.array(merged, dtype=np.int64).reshape(-1, 2)
        return WorkingTime(pairs[:, 0].copy(), pairs[:, 1].copy())

    @staticmethod
    def always() -> WorkingTime:
        """Around the clock."""
        return WorkingTime.of(())

    @cached_property
    def is_always(self) -> bool:
        """True where nothing ever stands still."""
        return len(self.starts) == 0

    @cached_property
    def _edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Starts, ends and worked seconds at each start, with an endless interval at both sides."""
        starts = np.concatenate([[-FAR], self.starts, [self.ends[-1]]]).astype(np.int64)
        ends = np.concatenate([[self.starts[0]], self.ends, [FAR]]).astype(np.int64)
        before = np.concatenate([[0], np.cumsum(ends - starts)[:-1]]).astype(np.int64) - FAR
        return starts, ends, before

    @cached_property
    def lists(self) -> tuple[list[int], list[int], list[int]]:
        """The same as plain lists, which are quicker one by one."""
        starts, ends, before = self._edges
        return starts.tolist(), ends.tolist(), before.tolist()

    def worked(self, at: ArrayLike) -> NDArray[np.int64]:
        """Working seconds from a fixed point far back until each instant; any shape."""
        when = np.asarray(at, dtype=np.int64)
        if self.is_always:
            return when
        starts, ends, before = self._edges
        index = np.searchsorted(starts, when, side="right") - 1
        return before[index] + np.minimum(when, ends[index]) - starts[index]

    def finish(self, worked: ArrayLike) -> NDArray[np.int64]:
        """The first instant at which so many working seconds are done."""
        done = np.asarray(worked, dtype=np.int64)
        if self.is_always:
            return done
        starts, _, before = self._edges
        index = np.maximum(np.searchsorted(before, done, side="left") - 1, 0)
        return starts[index] + done - before[index]

    def begin(self, worked: ArrayLike) -> NDArray[np.int64]:
        """The last instant at which no more than so many working seconds are done."""
        done = np.asarray(worked, dtype=np.int64)
        if self.is_always:
            return done
        starts, _, before = self._edges
        index = np.searchsorted(before, done, side="right") - 1
        return starts[index] + done - before[index]

    def after(self, at: ArrayLike, seconds: ArrayLike) -> NDArray[np.int64]:
        """When work of so many seconds that starts at `at` is done; `at` itself for none."""
        when, length = np.asarray(at, dtype=np.int64), np.asarray(seconds, dtype=np.int64)
        if self.is_always:
            return when + length
        return np.where(length > 0, self.finish(self.worked(when) + length), when)

    def before(self, at: ArrayLike, seconds: ArrayLike) -> NDArray[np.int64]:
        """When work of so many seconds must start to be done at `at`; `at` itself for none."""
        when, length = np.asarray(at, dtype=np.int64), np.asarray(seconds, dtype=np.int64)
        if self.is_always:
            return when - length
        return np.where(length > 0, self.begin(self.worked(when) - length), when)

    def worked_one(self, at: int) -> int:
        """`worked` of one instant."""
        if self.is_always:
            return at
        starts, ends, before = self.lists
        index = bisect_right(starts, at) - 1
        end = ends[index]
        return before[index] + (at if at < end else end) - starts[index]

    def finish_one(self, worked: int) -> int:
        """`finish` of one number."""
        if self.is_always:
            return worked
        starts, _, before = self.lists
        index = max(bisect_left(before, worked) - 1, 0)
        return starts[index] + worked - before[index]

    def begin_one(self, worked: int) -> int:
        """`begin` of one number."""
        if self.is_always:
            return worked
        starts, _, before = self.lists
        index = bisect_right(before, worked) - 1
        return starts[index] + worked - before[index]

    def after_one(self, at: int, seconds: int) -> int:
        """`after` of one instant."""
        return self.finish_one(self.worked_one(at) + seconds) if seconds > 0 else at

    def before_one(self, at: int, seconds: int) -> int:
        """`before` of one instant."""
        return self.begin_one(self.worked_one(at) - seconds) if seconds > 0 else at


@dataclass(frozen=True)
class Calendar:
    """One calendar in two lights: `hours` for machines, `days` (whole days with any work) for lead times."""

    name: str
    hours: WorkingTime
    days: WorkingTime

    @staticmethod
    def always(name: str = "always") -> Calendar:
        """Around the clock, every day."""
        return Calendar(name, WorkingTime.always(), WorkingTime.always())

    @staticmethod
    def of(name: str, intervals: Sequence[tuple[int, int]], midnight: int = 0) -> Calendar:
        """From working intervals; `midnight` is the second of any start of a day."""
        hours = WorkingTime.of(intervals)
        first = (hours.starts - midnight) // DAY
        last = (hours.ends - 1 - midnight) // DAY
        worked = sorted({day for a, b in zip(first, last, strict=True) for day in range(int(a), int(b) + 1)})
        days = WorkingTime.of([(midnight + day * DAY, midnight + (day + 1) * DAY) for day in worked])
        return Calendar(name, hours, days)


def together(first: WorkingTime, second: WorkingTime) -> WorkingTime:
    """When both work."""
    if first.is_always or second.is_always:
        return second if first.is_always else first
    pairs: list[tuple[int, int]] = []
    (a_starts, a_ends, _), (b_starts, b_ends, _) = first.lists, second.lists
    a = b = 0
    while a < len(a_starts) and b < len(b_starts):
        start, end = max(a_starts[a], b_starts[b]), min(a_ends[a], b_ends[b])
        if start < end and start > -FAR and end < FAR:
            pairs.append((start, end))
        if a_ends[a] < b_ends[b]:
            a += 1
        else:
            b += 1
    if not pairs:
        raise BadInput(
            "Two calendars that must work together never do.", remedy="Give them common working time."
        )
    return WorkingTime.of(pairs)
