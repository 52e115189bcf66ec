"""Open times: when a machine, operator or tool can work, and what that does to an operation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

ENDLESS = 1 << 40
Span = tuple[int, int]


@dataclass(frozen=True)
class Calendar:
    """When something is open: spans [from, to) in whole units of time from the start of the plan.

    With a `period` the spans of one period repeat for ever (shifts of a week); `closed` spans are taken out
    (holidays, repairs). Spans may touch and come in any order.
    """

    open: tuple[Span, ...]
    period: int | None = None
    closed: tuple[Span, ...] = ()

    def spans(self, until: int) -> list[Span]:
        """The open spans that begin before `until`, joined and in order."""
        found = list(self.open)
        if self.period is not None:
            starts = range(0, max(until, 1), self.period)
            found = [(first + at, last + at) for at in starts for first, last in self.open]
        found = [span for span in found if span[0] < until]
        return _without(_joined(found), _joined(self.closed))


@dataclass(frozen=True)
class Windows:
    """Joined open spans in order, with the arithmetic of working time on them."""

    spans: tuple[Span, ...]

    @cached_property
    def starts(self) -> list[int]:
        """Where each span begins."""
        return [first for first, _ in self.spans]

    @cached_property
    def worked_before(self) -> list[int]:
        """The open time before each span."""
        total, made = 0, []
        for first, last in self.spans:
            made.append(total)
            total += last - first
        return made

    @property
    def is_endless(self) -> bool:
        """Whether it is always open."""
        return self.spans == ((0, ENDLESS),)

    def common(self, other: Windows) -> Windows:
        """When both are open."""
        if self.is_endless or other.is_endless:
            return other if self.is_endless else self
        made, a, b = [], 0, 0
        while a < len(self.spans) and b < len(other.spans):
            first = max(self.spans[a][0], other.spans[b][0])
            last = min(self.spans[a][1], other.spans[b][1])
            if first < last:
                made.append((first, last))
            if self.spans[a][1] <= other.spans[b][1]:
                a += 1
            else:
                b += 1
        return Windows(tuple(made))

    def fit(self, earliest: int, duration: int, may_pause: bool) -> Span | None:
        """The first start from `earliest` on, and the end; None when it never fits."""
        at = max(bisect_right(self.starts, earliest) - 1, 0)
        for k in range(at, len(self.spans)):
            first, last = self.spans[k]
            start = max(first, earliest)
            if start + duration <= last:
                return start, start + duration
            if may_pause and start < last:
                end = self.end_of(self.worked_before[k] + start - first + duration)
                return None if end is None else (start, end)
        return None

    def end_of(self, worked: int) -> int | None:
        """The time by which this much open time has passed; None when there is not as much."""
        k = bisect_left(self.worked_before, worked) - 1
        if k < 0:
            return self.spans[0][0] if self.spans else None
        end = self.spans[k][0] + worked - self.worked_before[k]
        return end if end <= self.spans[k][1] else None

    def pieces(self, duration: int, may_pause: bool, until: int) -> list[tuple[int, int, int]]:
        """(first start, last start, length): every possible start up to `until`, and how long it takes.

        The length is that from start to end, pauses included; within a piece it is the same.
        """
        made: list[tuple[int, int, int]] = []
        for k, (first, last) in enumerate(self.spans):
            if first > until:
                break
            if last - first >= duration:
                made.append((first, last - duration, duration))
            if may_pause and duration:
                made += self._paused(k, duration)
        return [(first, min(last, until), length) for first, last, length in made if first <= until]

    def _paused(self, k: int, duration: int) -> list[tuple[int, int, int]]:
        """The pieces of starts in span k that end in a later span."""
        first, last = self.spans[k]
        at, made = max(first, last - duration + 1), []
        while at < last:
            worked = self.worked_before[k] + at - first + duration
            j = bisect_left(self.worked_before, worked) - 1
            opens, closes = self.spans[j]
            end = opens + worked - self.worked_before[j]
            if end > closes:
                break
            upto = min(last - 1, at + closes - end)
            made.append((at, upto, end - at))
            at = upto + 1
        return made


ALWAYS = Windows(((0, ENDLESS),))


def windows_of(calendar: Calendar | None, until: int) -> Windows:
    """The windows of a calendar; no calendar is always open."""
    return ALWAYS if calendar is None else Windows(tuple(calendar.spans(until)))


def weekly(shifts: Iterable[Span], *, day: int = 1440, days: Sequence[int] = (0, 1, 2, 3, 4)) -> Calendar:
    """The same shifts on some days of every week; day 0 is the day on which the plan begins."""
    shifts = tuple(shifts)
    return Calendar(tuple((first + d * day, last + d * day) for d in days for first, last in shifts), 7 * day)


def _joined(spans: Iterable[Span]) -> list[Span]:
    made: list[Span] = []
    for first, last in sorted(spans):
        if first >= last:
            continue
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return made


def _without(spans: list[Span], closed: list[Span]) -> list[Span]:
    made: list[Span] = []
    for first, last in spans:
        for out, back in closed:
            if back <= first or out >= last:
                continue
            if out > first:
                made.append((first, out))
            first = back
        if first < last:
            made.append((first, last))
    return made
