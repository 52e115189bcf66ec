"""Working time between two instants, and the instant at which an amount of it is over."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from loomline.engines.bad_input import BadInput
from loomline.engines.service_time.calendar import Calendar, aware, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
EMPTY_YEARS = 20
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class Pause:
    """The clock of a case stands still from `start` until `end`; without an end it still does."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.start, "The pause from")
        if self.end is not None and aware(self.end, "The pause until") < self.start:
            raise BadInput(
                f"The pause ends at {self.end.isoformat()}, before it starts at {self.start.isoformat()}.",
                remedy="Swap the two times or leave the pause out.",
            )


class ServiceClock:
    """Adds, takes away and measures the working time of one calendar.

    The calendar is open at an instant when the clock on the wall of its zone shows a time inside an opening
    of the day that it shows. So an hour that a change to summer time leaves out does not count, and one that
    the change back repeats counts twice. Instants are aware datetimes of any zone; those that come back are
    in UTC. Each year of the calendar is laid out once, when it is first asked for (about 2 ms); after that
    an answer is a search by bisection. One clock may be shared by threads.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = zone_of(calendar.zone)
        self._years: dict[int, _Year] = {}

    def is_open(self, at: datetime) -> bool:
        """True when the calendar is open at this instant."""
        moment = _micros(aware(at))
        return self._year(_year_of(moment)).covers(moment)

    def between(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """The working time in [start, end) outside the pauses; negative when the end comes first."""
        begin, until = _micros(aware(start)), _micros(aware(end))
        if until < begin:
            return -self.between(end, start, pauses)
        worked = self._span(begin, until)
        for first, last in _merged(pauses):
            first, last = max(first, begin), until if last is None else min(last, until)
            if first < last:
                worked -= self._span(first, last)
        return worked * MICROSECOND

    def add(self, start: datetime, allowance: timedelta) -> datetime:
        """The first instant by which the allowance has passed since the start.

        With nothing to add it is the start itself; with a negative allowance the last instant from which
        as much working time passes until the start. Raises BadInput when the calendar is not open for
        twenty years on end.
        """
        moment = _micros(aware(start))
        work = allowance // MICROSECOND
        return _instant(self._forward(moment, work) if work >= 0 else self._backward(moment, -work))

    def due(self, start: datetime, allowance: timedelta, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The instant at which the allowance is used up; None while a pause keeps it from that."""
        at, left = _micros(aware(start)), allowance // MICROSECOND
        if left < 0:
            raise BadInput("The allowance is negative.", remedy="Give a duration of zero or more.")
        for first, last in _merged(pauses):
            if first > at:
                worked = self._span(at, first)
                if worked >= left:
                    break
                left -= worked
            if last is None:
                return None if left else _instant(at)
            at = max(at, last)
        return _instant(self._forward(at, left))

    def _span(self, start: int, end: int) -> int:
        """Working microseconds in [start, end)."""
        first, last = _year_of(start), _year_of(end)
        worked = self._year(last).worked(end) - self._year(first).worked(start)
        return worked + sum(self._year(year).total for year in range(first, last))

    def _forward(self, at: int, work: int) -> int:
        if not work:
            return at
        number, idle = _year_of(at), 0
        target = work + self._year(number).worked(at)
        while target > (year := self._year(number)).total:
            target -= year.total
            idle = 0 if year.total else idle + 1
            number += 1
            self._refuse_idle(idle, number)
        return year.reached(target)

    def _backward(self, at: int, work: int) -> int:
        number, idle = _year_of(at), 0
        target = self._year(number).worked(at) - work
        while target < 0:
            number -= 1
            year = self._year(number)
            target += year.total
            idle = 0 if year.total else idle + 1
            self._refuse_idle(idle, number)
        return self._year(number).left(target)

    def _refuse_idle(self, idle: int, number: int) -> None:
        if idle > EMPTY_YEARS:
            raise BadInput(
                f"The calendar is not open for {EMPTY_YEARS} years around {number}.",
                remedy="Give it openings in the week, or special days within reach.",
            )

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            if not 1 < number < 9999:
                raise BadInput(f"Nobody serves in the year {number}.", remedy="Correct the date.")
            year = self._years[number] = _laid_out(self.calendar, self._zone, number)
        return year


@dataclass(frozen=True, slots=True)
class _Year:
    """The openings of a year in UTC, as microseconds since 1970; `before` is what was worked before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def covers(self, at: int) -> bool:
        n = bisect_right(self.starts, at) - 1
        return n >= 0 and at < self.ends[n]

    def worked(self, at: int) -> int:
        """What is worked from the start of the year until this instant."""
        n = bisect_right(self.starts, at) - 1
        return self.before[n] + min(at, self.ends[n]) - self.starts[n] if n >= 0 else 0

    def reached(self, target: int) -> int:
        """The first instant by which so much is worked; the target lies above 0 and within the total."""
        n = bisect_left(self.before, target) - 1
        return self.starts[n] + target - self.before[n]

    def left(self, target: int) -> int:
        """The last instant at which no more is worked; the target lies from 0 to below the total."""
        n = bisect_right(self.before, target) - 1
        return self.starts[n] + target - self.before[n]


def _laid_out(calendar: Calendar, zone: ZoneInfo, number: int) -> _Year:
    """The openings of the days of one year of UTC, cut at its ends and joined where they touch."""
    starts: list[int] = []
    ends: list[int] = []
    for begin, until, offset in _offsets(zone, number):
        for start, end in _openings(calendar, begin + offset, until + offset):
            if ends and ends[-1] == start - offset:
                ends[-1] = end - offset
            else:
                starts.append(start - offset)
                ends.append(end - offset)
    sums = list(accumulate((end - start for start, end in zip(starts, ends, strict=True)), initial=0))
    return _Year(starts, ends, sums[:-1], sums[-1])


def _openings(calendar: Calendar, begin: int, until: int) -> Iterator[tuple[int, int]]:
    """The openings that the wall clock passes on its way from one reading to another."""
    for number in range(begin // DAY, (until - 1) // DAY + 1):
        midnight = number * DAY
        for opening in calendar.on(date.fromordinal(EPOCH.toordinal() + number)):
            start = max(midnight + opening.start * MINUTE, begin)
            end = min(midnight + opening.end * MINUTE, until)
            if start < end:
                yield start, end


def _offsets(zone: ZoneInfo, number: int) -> Iterator[tuple[int, int, int]]:
    """The stretches of a year of UTC during which the wall clock keeps one distance to UTC."""
    begin, until = _start_of(number), _start_of(number + 1)
    since, offset = begin, _offset(zone, begin)
    for at in [*range(begin + DAY, until, DAY), until - 1]:
        now = _offset(zone, at)
        if now != offset:
            change = _change(zone, max(at - DAY, begin), at)
            yield since, change, offset
            since, offset = change, now
    yield since, until, offset


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The instant between the two at which the distance to UTC changes."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = _instant(at).astimezone(zone).utcoffset()
    return offset // MICROSECOND if offset is not None else 0


def _merged(pauses: Iterable[Pause]) -> list[tuple[int, int | None]]:
    """The pauses in order, those that touch or overlap as one."""
    found: list[tuple[int, int | None]] = []
    for start, end in sorted(
        ((_micros(pause.start), None if pause.end is None else _micros(pause.end)) for pause in pauses),
        key=lambda pause: pause[0],
    ):
        if found and (found[-1][1] is None or start <= found[-1][1]):
            first, last = found[-1]
            found[-1] = first, None if last is None or end is None else max(last, end)
        else:
            found.append((start, end))
    return found


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _instant(at: int) -> datetime:
    return EPOCH + at * MICROSECOND


def _year_of(at: int) -> int:
    return _instant(at).year


def _start_of(number: int) -> int:
    return _micros(datetime(number, 1, 1, tzinfo=UTC))
