"""Measures of a service desk: response and resolution times, first-contact resolution, attainment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loomline.engines.bad_input import BadInput
from loomline.engines.service_time.clock import Pause, ServiceClock
from loomline.engines.service_time.sla import Reading, State

REOPEN_WINDOW = timedelta(days=7)


@dataclass(frozen=True)
class Case:
    """What is known of one case. `contacts` counts the answers of agents until it was solved."""

    opened_at: datetime
    responded_at: datetime | None = None
    solved_at: datetime | None = None
    contacts: int = 0
    reopened_at: tuple[datetime, ...] = ()
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True)
class Times:
    """Of `count` cases: mean, median and 90th percentile of working time and of time that passed."""

    count: int
    business_mean: timedelta
    business_median: timedelta
    business_p90: timedelta
    elapsed_mean: timedelta
    elapsed_median: timedelta
    elapsed_p90: timedelta


@dataclass(frozen=True)
class Rate:
    """A share of `of` things; None when there are none."""

    part: int
    of: int

    @property
    def share(self) -> float | None:
        """The share from 0 to 1."""
        return self.part / self.of if self.of else None


def first_response(clock: ServiceClock, cases: Iterable[Case]) -> Times | None:
    """From opening to the first answer, over the cases that have one; None when none has."""
    return _times(clock, [(c.opened_at, c.responded_at, ()) for c in cases if c.responded_at])


def resolution(clock: ServiceClock, cases: Iterable[Case]) -> Times | None:
    """From opening to solution without the pauses, over the solved cases; None when none is."""
    return _times(clock, [(c.opened_at, c.solved_at, c.pauses) for c in cases if c.solved_at])


def next_response(clock: ServiceClock, waits: Iterable[tuple[datetime, datetime | None]]) -> Times | None:
    """From each message of a customer to the answer that follows it; messages without one do not count."""
    return _times(clock, [(asked, answered, ()) for asked, answered in waits if answered])


def first_contact_resolution(
    cases: Iterable[Case], *, now: datetime, window: timedelta = REOPEN_WINDOW
) -> Rate:
    """Solved with one contact and not reopened within the window, of the solved whose window is over."""
    ripe = [case for case in cases if case.solved_at and case.solved_at + window <= now]
    return Rate(sum(case.contacts == 1 and not _reopened(case, window) for case in ripe), len(ripe))


def reopen_rate(cases: Iterable[Case], *, now: datetime, window: timedelta = REOPEN_WINDOW) -> Rate:
    """Reopened within the window, of the solved cases whose window is over."""
    ripe = [case for case in cases if case.solved_at and case.solved_at + window <= now]
    return Rate(sum(_reopened(case, window) for case in ripe), len(ripe))


def attainment(readings: Iterable[Reading]) -> Rate:
    """Promises met, of those met or breached; what still runs or stands still does not count."""
    states = [reading.state for reading in readings]
    met = states.count(State.MET)
    return Rate(met, met + states.count(State.BREACHED))


def deflection(sessions: Iterable[tuple[datetime, bool]], cases: Sequence[datetime]) -> Rate:
    """Help sessions of one customer in which an article was read and no case followed within 24 hours.

    `sessions` are (time, whether an article was read), `cases` the times at which this customer opened one.
    """
    told = list(sessions)
    day = timedelta(hours=24)
    helped = sum(read and not any(at <= case < at + day for case in cases) for at, read in told)
    return Rate(helped, len(told))


def _reopened(case: Case, window: timedelta) -> bool:
    solved = case.solved_at
    return solved is not None and any(solved <= at <= solved + window for at in case.reopened_at)


def _times(
    clock: ServiceClock, spans: Sequence[tuple[datetime, datetime | None, tuple[Pause, ...]]]
) -> Times | None:
    business: list[timedelta] = []
    elapsed: list[timedelta] = []
    for at, (start, end, pauses) in enumerate(spans):
        if end is None or end < start:
            raise BadInput("A case ends before it was opened.", remedy="Correct its times.", position=at)
        business.append(clock.between(start, end, pauses))
        elapsed.append(end - start)
    if not spans:
        return None
    return Times(len(spans), *_spread(business), *_spread(elapsed))


def _spread(times: list[timedelta]) -> tuple[timedelta, timedelta, timedelta]:
    times = sorted(times)
    return sum(times, timedelta()) / len(times), _nearest(times, 0.5), _nearest(times, 0.9)


def _nearest(times: list[timedelta], share: float) -> timedelta:
    """The percentile by nearest rank: always one of the times."""
    return times[max(math.ceil(share * len(times)) - 1, 0)]
