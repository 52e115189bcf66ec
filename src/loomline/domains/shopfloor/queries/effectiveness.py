"""What a day at a work centre was worth: availability, performance and quality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from loomline.domains.shopfloor.models import LossKind, Report, TimeEntry, TimeKind
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import WorkCentre
from loomline.engines.quality import oee
from loomline.engines.quality.oee import Effectiveness, Loss, Run

LOSS_OF = {
    LossKind.BREAKDOWN: Loss.BREAKDOWN,
    LossKind.SETUP: Loss.SETUP,
    LossKind.MINOR: Loss.MINOR_STOP,
}
SECONDS = 60
Key = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of one work centre. `value` is None when nothing was on: a machine without work loses nothing."""

    centre: WorkCentre
    on: date
    planned: float
    good: float
    rejected: float
    value: Effectiveness | None
    run: Run | None


@dataclass(frozen=True, slots=True)
class Together:
    """Several days as one: the shares, and the losses in minutes, the largest first."""

    value: Effectiveness | None
    losses: tuple[tuple[Loss, float], ...]


@dataclass(frozen=True, slots=True)
class ReasonLoss:
    """What one reason cost."""

    reason: str
    loss: str
    minutes: float
    times: int
    share: float
    cumulated: float


def effectiveness(*, centres: Iterable[WorkCentre], first: date, last: date, now: datetime) -> list[Day]:
    """The effectiveness of each centre on each day, of today what has passed. Six statements in all."""
    wanted = list(centres)
    capacity = workcentres.capacity(centres=wanted, first=first, last=last, until=now)
    stops, idle, used = _stops(wanted, first, last, now)
    made = _made(wanted, first, last)
    found = []
    for centre in wanted:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            key = centre.pk, day
            was_on = key in used or key in made
            planned = max(float(capacity[centre.pk].get(day, 0)) - idle[key], sum(stops[key].values()))
            found.append(_day(centre, day, planned, stops[key], made[key], was_on=was_on))
    return found


def together(*, days: Sequence[Day]) -> Together:
    """Several days, or several centres, as one; long runs weigh more."""
    runs = [day.run for day in days if day.run is not None]
    if not runs:
        return Together(None, ())
    value = oee.together(runs)
    return Together(value, tuple((loss, seconds / SECONDS) for loss, seconds in value.losses.items()))


def stops_by_reason(
    *, centres: Iterable[WorkCentre], first: date, last: date, now: datetime
) -> list[ReasonLoss]:
    """Why machines stood, the costliest reason first, with what it adds up to. One statement."""
    minutes: dict[tuple[str, str], float] = defaultdict(float)
    times: dict[tuple[str, str], int] = defaultdict(int)
    for centre, entry in _entries(centres, first, last, now):
        key = (str(entry), entry.reason.loss if entry.reason else LossKind.SETUP)
        if entry.kind == TimeKind.RUN or key[1] == LossKind.NONE:
            continue
        parts = _by_day(centre, entry, now)
        minutes[key] += sum(part for day, part in parts.items() if first <= day <= last)
        times[key] += 1
    whole, so_far, found = sum(minutes.values()), 0.0, []
    for key, lost in sorted(minutes.items(), key=lambda pair: -pair[1]):
        so_far += lost
        share = lost / whole if whole else 0.0
        found.append(
            ReasonLoss(
                key[0], str(LossKind(key[1]).label), lost, times[key], share, so_far / whole if whole else 0.0
            )
        )
    return found


def _day(
    centre: WorkCentre,
    day: date,
    planned: float,
    stops: dict[Loss, float],
    made: tuple[float, ...],
    *,
    was_on: bool,
) -> Day:
    """Quantities count in standard minutes, so that several items add up."""
    ideal, ideal_lost, ideal_start, good, rejected = made
    if planned <= 0 or not was_on:
        return Day(centre, day, max(planned, 0.0), good, rejected, None, None)
    run = Run(
        planned=planned * SECONDS,
        ideal_cycle=1.0,
        made=round(ideal * SECONDS),
        rejects=round(ideal_lost * SECONDS),
        startup_rejects=round(ideal_start * SECONDS),
        stops={loss: minutes * SECONDS for loss, minutes in stops.items()},
    )
    return Day(centre, day, planned, good, rejected, oee.effectiveness(run), run)


def _stops(
    centres: Sequence[WorkCentre], first: date, last: date, now: datetime
) -> tuple[dict[Key, dict[Loss, float]], dict[Key, float], set[Key]]:
    """Minutes of stops by loss, of stops that are none (breaks beyond those planned), and days in use."""
    stops: dict[Key, dict[Loss, float]] = defaultdict(lambda: defaultdict(float))
    idle: dict[Key, float] = defaultdict(float)
    used: set[Key] = set()
    for centre, entry in _entries(centres, first, last, now):
        for day, minutes in _by_day(centre, entry, now).items():
            kind = entry.reason.loss if entry.reason else LossKind.SETUP
            if kind != LossKind.NONE:
                used.add((centre.pk, day))
            if entry.kind == TimeKind.RUN or not first <= day <= last:
                continue
            if kind == LossKind.NONE:
                idle[centre.pk, day] += minutes
            else:
                stops[centre.pk, day][LOSS_OF[LossKind(kind)]] += minutes
    return stops, idle, used


def _made(
    centres: Sequence[WorkCentre], first: date, last: date
) -> dict[tuple[int, date], tuple[float, ...]]:
    found: dict[tuple[int, date], tuple[float, ...]] = defaultdict(lambda: (0.0,) * 5)
    by_key = {centre.pk: centre for centre in centres}
    rows = Report.objects.filter(centre__in=list(by_key), at__gte=_dawn(first), at__lt=_dawn(last, 3))
    for row in rows.select_related("reason"):
        centre = by_key[row.centre_id]
        key = centre.pk, row.at.astimezone(centre.site.zone).date()
        cycle, good, lost = float(row.cycle_minutes), float(row.good), float(row.rejected)
        starting = lost * cycle if row.reason is not None and row.reason.at_start else 0.0
        more = ((good + lost) * cycle, lost * cycle, starting, good, lost)
        found[key] = tuple(a + b for a, b in zip(found[key], more, strict=True))
    return found


def _entries(
    centres: Iterable[WorkCentre], first: date, last: date, now: datetime
) -> list[tuple[WorkCentre, TimeEntry]]:
    by_key = {centre.pk: centre for centre in centres}
    rows = TimeEntry.objects.filter(centre__in=list(by_key), started_at__lt=min(_dawn(last, 3), now)).exclude(
        ended_at__lt=_dawn(first)
    )
    return [(by_key[entry.centre_id], entry) for entry in rows.select_related("reason")]


def _by_day(centre: WorkCentre, entry: TimeEntry, now: datetime) -> dict[date, float]:
    """The minutes of an entry on each day of the centre's own clock."""
    zone, found = centre.site.zone, dict[date, float]()
    at, end = entry.started_at.astimezone(zone), (entry.ended_at or now).astimezone(zone)
    while at < end:
        midnight = datetime.combine(at.date() + timedelta(days=1), time.min, zone)
        until = min(end, midnight)
        # Both have the same zone: only their instants tell how long it was.
        found[at.date()] = (until.timestamp() - at.timestamp()) / SECONDS
        at = until
    return found


def _dawn(day: date, more: int = -1) -> datetime:
    """An instant that no clock on earth has reached on that day; later with `more` days."""
    return datetime.combine(day + timedelta(days=more), time.min, UTC)
