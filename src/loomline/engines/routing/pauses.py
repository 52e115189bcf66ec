"""Where a driver's breaks fall: on the road when driving time is used up, on arrival, or before leaving."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loomline.engines.routing.problem import Break, DrivingRules

EPSILON = 1e-6


class Label(NamedTuple):
    """A state of the driver: the clock, driving since the last full break, and what was taken so far.

    `half` says that the first part of a split break was taken; `taken` counts the fixed breaks. `arrived`,
    `begun` and `pauses` (start, end) tell of the last leg, `before` is the state that it came from.
    """

    time: float
    since: float = 0.0
    half: bool = False
    taken: int = 0
    began: float = 0.0
    arrived: float = 0.0
    begun: float = 0.0
    pauses: tuple[tuple[float, float], ...] = ()
    before: Label | None = None


def undominated(labels: Iterable[Label]) -> list[Label]:
    """Leave out every label that another one beats or equals in clock, driving and breaks taken."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda one: (one.time, one.since, not one.half, -one.taken)):
        if not any(
            other.since <= label.since + EPSILON
            and (other.half or not label.half)
            and other.taken == label.taken
            for other in kept
        ):
            kept.append(label)
    return kept


class Pausing:
    """What breaks a driver may take on one leg."""

    def __init__(self, rules: DrivingRules | None, breaks: tuple[Break, ...]) -> None:
        self._rules = rules
        self._breaks = tuple(sorted(breaks, key=lambda one: one.latest))

    def drive(self, label: Label, seconds: float, left: float) -> list[Label]:
        """Every useful state on arrival after a leg of so many seconds, with `left` to drive after it.

        A break that driving time asks for is never better before leaving than on the road or on arrival.
        """
        start = label._replace(pauses=(), before=label)
        due = self._rules is not None and label.since + seconds + left > self._rules.before_break + EPSILON
        if not due and label.taken >= len(self._breaks):
            return [
                start._replace(
                    time=label.time + seconds,
                    since=label.since + seconds,
                    arrived=label.time + seconds,
                )
            ]
        made: list[Label] = []
        for departing in (start, *self._fixed(start)):
            for arriving in self._on_the_road(departing, seconds):
                made += [one._replace(arrived=arriving.time) for one in self._pauses(arriving, due)]
        return undominated(made)

    def is_over(self, label: Label) -> bool:
        """Whether a tour may end like this: no fixed break is left that fell into it."""
        owed = self._breaks[self._skipped(label).taken :]
        return all(label.time <= one.latest + EPSILON for one in owed)

    def _pauses(self, label: Label, due: bool) -> Iterator[Label]:
        """The state itself, and the same after one break of each kind, taken where the vehicle stands."""
        yield label
        if due and self._rules is not None and label.since > 0:
            yield self._rested(label, self._pause(label))
            if self._rules.may_split and not label.half:
                yield self._later(label, self._rules.first_part)._replace(half=True)
        yield from self._fixed(label)

    def _fixed(self, label: Label) -> Iterator[Label]:
        """The state after the next fixed break, if it can begin where the vehicle stands."""
        fixed = self._skipped(label)
        if fixed.taken < len(self._breaks):
            due = self._breaks[fixed.taken]
            if label.time <= due.latest + EPSILON:
                yield self._taken(fixed, due, max(label.time, due.earliest))

    def _on_the_road(self, label: Label, seconds: float) -> Iterator[Label]:
        """Arrival with the breaks that driving time forces, and with a fixed one at its latest moment."""
        plain = self._driven(label, seconds)
        yield plain
        fixed = self._skipped(label)
        if fixed.taken < len(self._breaks):
            due = self._breaks[fixed.taken]
            if label.time < due.latest < plain.time:
                halfway = self._driven(fixed, due.latest - label.time)
                if halfway.time <= due.latest + EPSILON:
                    rest = seconds - (due.latest - label.time)
                    yield self._driven(self._taken(halfway, due, halfway.time), rest)

    def _driven(self, label: Label, seconds: float) -> Label:
        rules = self._rules
        while rules is not None and label.since + seconds > rules.before_break + EPSILON:
            part = max(rules.before_break - label.since, 0.0)
            seconds -= part
            stopped = label._replace(time=label.time + part, since=label.since + part)
            label = self._rested(stopped, self._pause(stopped))
        return label._replace(time=label.time + seconds, since=label.since + seconds)

    def _skipped(self, label: Label) -> Label:
        """Fixed breaks whose last moment came before the tour began are not owed."""
        taken = label.taken
        while taken < len(self._breaks) and self._breaks[taken].latest < label.began:
            taken += 1
        return label._replace(taken=taken)

    def _pause(self, label: Label) -> float:
        assert self._rules is not None
        return self._rules.second_part if label.half else self._rules.pause

    def _later(self, label: Label, seconds: float) -> Label:
        pauses = (*label.pauses, (label.time, label.time + seconds))
        return label._replace(time=label.time + seconds, pauses=pauses)

    def _rested(self, label: Label, seconds: float) -> Label:
        return self._later(label, seconds)._replace(since=0.0, half=False)

    def _taken(self, label: Label, due: Break, at: float) -> Label:
        made = self._later(label._replace(time=at), due.duration)
        rests = self._rules is not None and due.duration >= self._pause(label)
        made = made._replace(taken=label.taken + 1)
        return made._replace(since=0.0, half=False) if rests else made
