"""The clock of one promise to a customer, told from its log: elapsed, paused, due, warnings, breach.

The log is what happened; everything else is computed from it, so that each tick is evidence and a change of
priority or policy keeps what has elapsed and what was paused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from loomline.engines.bad_input import BadInput
from loomline.engines.service_time.calendar import aware
from loomline.engines.service_time.clock import NO_TIME, ServiceClock

WARN_AT = (0.5, 0.75, 0.9)


class Turn(StrEnum):
    """What happened to a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    CHANGED = "changed"
    MET = "met"


class State(StrEnum):
    """How a clock stands; a breached one may be met since, or run on."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True)
class Tick:
    """One entry of the log. STARTED and CHANGED bring an allowance and a clock, the others bring neither."""

    at: datetime
    turn: Turn
    allowance: timedelta | None = None
    clock: ServiceClock | None = None
    cause: str = ""


@dataclass(frozen=True)
class Reading:
    """How a promise stands at one instant.

    `elapsed` and `paused` are working time; `remaining` is what is left of the allowance, negative after a
    breach. `due` is the instant at which the allowance is used up, as things stand; None while paused.
    `warnings` are the instants at which the shares of the allowance were or will be used.
    """

    state: State
    allowance: timedelta
    elapsed: timedelta
    paused: timedelta
    due: datetime | None
    met_at: datetime | None
    breached_at: datetime | None
    warnings: tuple[tuple[float, datetime], ...]

    @property
    def remaining(self) -> timedelta:
        """The working time that is left, negative when more was used."""
        return self.allowance - self.elapsed


@dataclass(frozen=True)
class _Stretch:
    """The time from one tick to the next, and the terms that hold during it."""

    start: datetime
    end: datetime | None
    clock: ServiceClock
    runs: bool

    def until(self, now: datetime) -> timedelta:
        end = now if self.end is None else min(self.end, now)
        return self.clock.between(self.start, end) if end > self.start else NO_TIME


def read(ticks: Sequence[Tick], *, now: datetime, warn_at: Sequence[float] = WARN_AT) -> Reading:
    """How the promise stands now, by its log in the order of time.

    The allowance of the last STARTED or CHANGED counts for the whole; time that had elapsed before stays
    elapsed, measured by the calendar of its day. When a change leaves less than had elapsed, the promise is
    due at the instant of the change. A promise met at its due time is kept.
    Raises BadInput for a log that does not start with STARTED, is out of order, or pauses twice.
    """
    aware(now, "The time")
    stretches, allowance, met_at = _told(ticks, now)
    running = [stretch for stretch in stretches if stretch.runs]
    paused = [stretch for stretch in stretches if not stretch.runs]
    elapsed = sum((stretch.until(now) for stretch in running), NO_TIME)
    due = _due([tick for tick in ticks if tick.at <= now], stretches, allowance)
    end = now if met_at is None else met_at
    breached_at = due if due is not None and due < end else None
    marks = tuple((share, at) for share in warn_at if (at := _used(stretches, allowance * share)))
    return Reading(
        state=_state(breached_at, met_at, stretches),
        allowance=allowance,
        elapsed=elapsed,
        paused=sum((stretch.until(now) for stretch in paused), NO_TIME),
        due=due,
        met_at=met_at,
        breached_at=breached_at,
        warnings=marks,
    )


def _state(breached_at: datetime | None, met_at: datetime | None, stretches: Sequence[_Stretch]) -> State:
    if breached_at is not None:
        return State.BREACHED
    if met_at is not None:
        return State.MET
    return State.RUNNING if stretches[-1].runs else State.PAUSED


def _told(ticks: Sequence[Tick], now: datetime) -> tuple[list[_Stretch], timedelta, datetime | None]:
    """The stretches of the log, the allowance in force, and when the promise was met."""
    _check(ticks)
    known = [tick for tick in ticks if tick.at <= now]
    if not known:
        raise BadInput(
            f"The clock starts at {ticks[0].at.isoformat()}, after the time asked for.",
            remedy="Ask for a later time.",
        )
    stretches: list[_Stretch] = []
    allowance, clock, runs = NO_TIME, known[0].clock, True
    for tick, after in [*pairwise(known), (known[-1], None)]:
        allowance = allowance if tick.allowance is None else tick.allowance
        clock = tick.clock or clock
        runs = {Turn.PAUSED: False, Turn.RESUMED: True}.get(tick.turn, runs)
        assert clock is not None
        if tick.turn is Turn.MET:
            return stretches, allowance, tick.at
        stretches.append(_Stretch(tick.at, after.at if after else None, clock, runs))
    return stretches, allowance, None


def _due(ticks: Sequence[Tick], stretches: Sequence[_Stretch], allowance: timedelta) -> datetime | None:
    """When the allowance in force is used up; nothing is due before the terms that say so were known."""
    due = _used(stretches, allowance)
    changed = max((n for n, tick in enumerate(ticks) if tick.turn is Turn.CHANGED), default=0)
    if not changed or due is None or due >= ticks[changed].at:
        return due
    before = ticks[:changed]
    earlier, terms, _met = _told(before, before[-1].at)
    known = _due(before, earlier, terms)
    return ticks[changed].at if known is None else max(due, min(known, ticks[changed].at))


def _used(stretches: Sequence[_Stretch], allowance: timedelta) -> datetime | None:
    """When so much working time had or will have elapsed; None while a pause keeps it from that.

    A promise that was met is taken to run on, so that its due time is known.
    """
    left = allowance
    for number, stretch in enumerate(stretches):
        if not stretch.runs:
            continue
        is_last = number == len(stretches) - 1
        worked = None if is_last or stretch.end is None else stretch.clock.between(stretch.start, stretch.end)
        if worked is None or worked >= left:
            return stretch.clock.add(stretch.start, left)
        left -= worked
    return None


def _check(ticks: Sequence[Tick]) -> None:
    if not ticks or ticks[0].turn is not Turn.STARTED:
        raise BadInput("The log does not begin with a start.", remedy="Put the start first.", position=0)
    paused = False
    for at, (before, tick) in enumerate(zip([None, *ticks], ticks, strict=False)):
        fault = _fault(before, tick, paused=paused)
        if fault:
            raise BadInput(fault, remedy="Correct the log.", position=at)
        paused = {Turn.PAUSED: True, Turn.RESUMED: False}.get(tick.turn, paused)


def _fault(before: Tick | None, tick: Tick, *, paused: bool) -> str:
    brings = tick.allowance is not None and tick.clock is not None
    out_of_order = before is not None and aware(tick.at) < before.at
    faults = {
        "A tick lies before the one above it.": out_of_order,
        "The clock is started twice.": before is not None and tick.turn is Turn.STARTED,
        "Something follows after the promise was met.": before is not None and before.turn is Turn.MET,
        "The clock is paused twice.": tick.turn is Turn.PAUSED and paused,
        "The clock is resumed but was not paused.": tick.turn is Turn.RESUMED and not paused,
        "A start needs an allowance and a clock.": tick.turn is Turn.STARTED and not brings,
        "A change needs an allowance or a clock.": tick.turn is Turn.CHANGED
        and tick.allowance is None
        and tick.clock is None,
        "The allowance is negative.": tick.allowance is not None and tick.allowance < NO_TIME,
    }
    return next((says for says, holds in faults.items() if holds), "")
