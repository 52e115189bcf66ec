"""What waits for each work centre, beside what it can do: by day or by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.manufacturing.models.work import OPEN
from loomline.domains.shopfloor.models import Report, TimeEntry, TimeKind
from loomline.domains.shopfloor.ports import Foreseen
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import WorkCentre

WAITS = (StageState.WAITING, StageState.READY, StageState.RUNNING)
ZERO = Decimal(0)
HOUR = Decimal(60)


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many standard minutes of a stage in one bucket."""

    stage: WorkStage
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Bucket:
    """A day or a week of a work centre: what it can do and what is asked of it."""

    first: date
    last: date
    capacity: Decimal
    load: Decimal
    waiting: tuple[Waiting, ...] = ()
    # What planned orders will ask for; part of the load.
    foreseen: Decimal = ZERO

    @property
    def over(self) -> Decimal:
        """What is asked beyond what it can do."""
        return max(self.load - self.capacity, ZERO)

    @property
    def share(self) -> Decimal | None:
        """What is asked as a share of what it can do; None when it can do nothing."""
        return self.load / self.capacity if self.capacity else None


@dataclass(frozen=True, slots=True)
class Change:
    """What if: so many hours of overtime on each working day of each machine, and a share given to others."""

    overtime: Decimal = ZERO
    outsourced: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Loaded:
    """A work centre over all buckets."""

    centre: WorkCentre
    buckets: tuple[Bucket, ...]
    has_hours: bool = True
    spill: tuple[Decimal, ...] = field(default=())

    @property
    def load(self) -> Decimal:
        return sum((bucket.load for bucket in self.buckets), ZERO)

    @property
    def capacity(self) -> Decimal:
        return sum((bucket.capacity for bucket in self.buckets), ZERO)

    @property
    def share(self) -> Decimal | None:
        """What is asked over all buckets as a share of what it can do."""
        return self.load / self.capacity if self.capacity else None

    @property
    def worst(self) -> Bucket | None:
        """The bucket with the largest overload; None when there is none."""
        over = [bucket for bucket in self.buckets if bucket.over > 0]
        return max(over, key=lambda bucket: bucket.over) if over else None

    @property
    def done_by(self) -> date | None:
        """Levelled (nothing is done before its time, what does not fit waits), the day it is all done."""
        late = [n for n, left in enumerate(self.spill) if left > 0]
        if not late:
            return self.worst.last if self.worst else None
        after = late[-1] + 1
        return self.buckets[after].last if after < len(self.buckets) else None


def load(
    *,
    centres: Iterable[WorkCentre],
    first: date,
    buckets: int,
    days: int = 7,
    change: Change | None = None,
    foreseen: Iterable[Foreseen] = (),
) -> list[Loaded]:
    """What is asked of each centre in each bucket of so many days, and what it can do. Seven statements.

    `foreseen` is what planned orders will ask for besides. Work that should have been done before the first
    day is asked of the first one.
    """
    wanted, what_if = list(centres), change or Change()
    last = first + timedelta(days=buckets * days - 1)
    capacity = workcentres.capacity(centres=wanted, first=first, last=last)
    stages = _stages(wanted)
    left = minutes_left(stages=stages)
    weekly = workcentres.weekly_minutes(centres=wanted)
    planned: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in foreseen:
        planned[one.centre_id][one.day] += one.minutes
    found = []
    for centre in wanted:
        hours = _hours(centre, capacity[centre.pk], what_if)
        asked = _asked(centre, [s for s in stages if s.centre_id == centre.pk], left, hours, first, last)
        rows = tuple(
            _bucket(hours, asked, planned[centre.pk], first + timedelta(days=n * days), days, what_if)
            for n in range(buckets)
        )
        found.append(Loaded(centre, rows, bool(weekly[centre.pk]), _spill(rows)))
    return found


def bottlenecks(loads: Sequence[Loaded]) -> list[Loaded]:
    """The centres that are asked for more than they can do in some bucket, the tightest first."""
    tight = [one for one in loads if one.worst is not None]
    return sorted(tight, key=lambda one: -(one.worst.over if one.worst else ZERO))


def _stages(centres: Sequence[WorkCentre]) -> list[WorkStage]:
    rows = WorkStage.objects.filter(
        centre__in=[centre.pk for centre in centres], state__in=WAITS, work__state__in=OPEN
    )
    return list(rows.select_related("work").order_by("expected_start", "pk"))


def minutes_left(*, stages: Sequence[WorkStage]) -> dict[int, Decimal]:
    """The standard minutes that each stage still asks for. Two statements."""
    keys = [stage.pk for stage in stages]
    sums = Report.objects.filter(stage__in=keys).order_by().values_list("stage_id")
    made = {
        pk: (good or ZERO) + (lost or ZERO)
        for pk, good, lost in sums.annotate(a=Sum("good"), b=Sum("rejected"))
    }
    set_up = set(
        TimeEntry.objects.filter(stage__in=keys, kind=TimeKind.RUN).values_list("stage_id", flat=True)
    )
    found = {}
    for stage in stages:
        into = stage.quantity if stage.quantity_in is None else stage.quantity_in
        run = stage.run_minutes * max(into - made.get(stage.pk, ZERO), ZERO)
        found[stage.pk] = run + (ZERO if stage.pk in set_up else stage.setup_minutes)
    return found


def _hours(centre: WorkCentre, days: Mapping[date, Decimal], change: Change) -> dict[date, Decimal]:
    """Standard minutes of each day, with the overtime that is being thought of."""
    extra = change.overtime * HOUR * centre.machines
    return {day: workcentres.effective(centre, minutes + extra) for day, minutes in days.items()}


def _asked(
    centre: WorkCentre,
    stages: Sequence[WorkStage],
    left: Mapping[int, Decimal],
    hours: Mapping[date, Decimal],
    first: date,
    last: date,
) -> dict[date, list[Waiting]]:
    """Each stage spread over the days it is expected to take, as far as the centre works on them."""
    found: dict[date, list[Waiting]] = defaultdict(list)
    for stage in stages:
        begin = max(stage.expected_start or first, first)
        end = max(stage.expected_end or begin, begin)
        if begin > last or left[stage.pk] <= 0:
            continue
        days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
        open_days = [day for day in days if hours.get(day)] or [end]
        part = left[stage.pk] / len(open_days)
        for day in open_days:
            found[day].append(Waiting(stage, part))
    return found


def _bucket(
    hours: Mapping[date, Decimal],
    asked: Mapping[date, list[Waiting]],
    planned: Mapping[date, Decimal],
    first: date,
    days: int,
    change: Change,
) -> Bucket:
    last = first + timedelta(days=days - 1)
    span = [first + timedelta(days=n) for n in range(days)]
    by_stage: dict[int, Waiting] = {}
    for one in (one for day in span for one in asked.get(day, ())):
        known = by_stage.get(one.stage.pk)
        by_stage[one.stage.pk] = Waiting(one.stage, one.minutes + (known.minutes if known else ZERO))
    foreseen = sum((planned.get(day, ZERO) for day in span), ZERO) * (1 - change.outsourced)
    whole = sum((one.minutes for one in by_stage.values()), ZERO) * (1 - change.outsourced) + foreseen
    waiting = tuple(sorted(by_stage.values(), key=lambda one: -one.minutes))
    return Bucket(first, last, sum((hours.get(day, ZERO) for day in span), ZERO), whole, waiting, foreseen)


def _spill(buckets: Sequence[Bucket]) -> tuple[Decimal, ...]:
    """What is left over at the end of each bucket when nothing is done beyond what each can do."""
    found, over = [], ZERO
    for bucket in buckets:
        over = max(over + bucket.load - bucket.capacity, ZERO)
        found.append(over)
    return tuple(found)
