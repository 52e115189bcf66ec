"""What work centres can still do on each day, and the routes that ask for it, as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.bills.models import RouteStage
from loomline.domains.shopfloor import queries as shopfloor
from loomline.domains.supplyplan.queries.documents import ZERO, Documents, TriedHours
from loomline.domains.supplyplan.queries.plant import AROUND, Laid
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import WorkCentre
from loomline.engines.mrp.calendars import DAY, Calendar, WorkingTime
from loomline.engines.mrp.plant import Kind, Operations, Plant, Resources

MINUTES, HOUR = 24 * 60, 60
# What is late may end so many days beyond the horizon of the plan and still find the hours of a centre.
BEYOND_DAYS = AROUND
Row = tuple[int, int, int, float, float, float]


@dataclass(frozen=True)
class Hours:
    """A work centre: its free standard minutes on each day, and how many a minute of the engine is.

    The machines of a centre work on one order together, so a day may have more minutes than a clock.
    """

    centre: WorkCentre
    free: tuple[Decimal, ...]
    scale: float

    @property
    def seconds(self) -> list[int]:
        """The seconds of the engine on each day."""
        return [int(float(minutes) * 60 / self.scale) for minutes in self.free]

    @property
    def end(self) -> int:
        """The second of the engine after which the hours are not known, and the centre is never full."""
        return len(self.free) * DAY

    def calendar(self) -> Calendar:
        """Each day's seconds from its midnight on; nothing before today, everything after the last day."""
        work = [(n * DAY, n * DAY + many) for n, many in enumerate(self.seconds) if many > 0]
        end = self.end
        time = WorkingTime.of([(-2 * DAY, -2 * DAY + 1), *work, (end, end + DAY)])
        return Calendar(self.centre.code, time, time)

    def minutes(self, start: int, end: int, today: date) -> list[tuple[date, Decimal]]:
        """The standard minutes of some work on each of its days."""
        found = []
        many = self.seconds
        for n in range(max(start // DAY, 0), min((end - 1) // DAY + 1, len(many))):
            worked = min(end, n * DAY + many[n]) - max(start, n * DAY)
            amount = Decimal(worked * self.scale / 60).quantize(Decimal("0.01")) if worked > 0 else ZERO
            if amount > 0:
                found.append((today + timedelta(days=n), amount))
        return found


def free_hours(found: Documents) -> dict[int, Hours]:
    """The work centres of all routes that have shifts, less what open work asks of them. Eight statements."""
    wanted = {
        stage.centre_id
        for stages in found.routes.values()
        for stage in stages
        if stage.centre_id is not None and (stage.run_minutes or stage.setup_minutes)
    }
    centres = list(WorkCentre.objects.filter(pk__in=wanted, is_active=True).select_related("site"))
    days = (found.until - found.today).days + BEYOND_DAYS
    hours = {}
    for one in shopfloor.load(centres=centres, first=found.today, buckets=days, days=1):
        if not one.has_hours:
            continue
        tried = [change for change in found.tried_hours if change.centre_id == one.centre.pk]
        free = _free(one, tried)
        scale = max(float(max(free, default=ZERO)) / MINUTES, 1.0)
        hours[one.centre.pk] = Hours(one.centre, free, scale)
    return hours


def _free(one: shopfloor.Loaded, tried: Sequence[TriedHours]) -> tuple[Decimal, ...]:
    """What each day leaves when open work is levelled: what does not fit takes from the days after it."""
    found, over = [], ZERO
    for bucket in one.buckets:
        there = bucket.capacity
        if tried and there:
            machine = there / one.centre.efficiency
            there = workcentres.effective(one.centre, tried_minutes(one.centre, bucket.first, machine, tried))
        left = there - bucket.load - over
        over = max(-left, ZERO)
        found.append(max(left, ZERO))
    return tuple(found)


def tried_minutes(centre: WorkCentre, day: date, minutes: Decimal, tried: Iterable[TriedHours]) -> Decimal:
    """The machine minutes of a working day with fewer machines or with overtime."""
    mine = [one for one in tried if one.first <= day <= one.last]
    standing = min(sum(one.standing for one in mine), centre.machines)
    overtime = sum((one.overtime for one in mine), ZERO) * HOUR * centre.machines
    return minutes * (centre.machines - standing) / centre.machines + overtime


def with_machines(
    found: Documents, laid: Laid, hours: Mapping[int, Hours]
) -> tuple[Plant, list[Hours | None]]:
    """The plant with the routes that a full work centre could hold up, and what each resource is.

    What a route does elsewhere takes its working days on a resource that is never full.
    """
    plant, calendars = laid.plant, list(laid.plant.calendars)
    resources: list[Hours | None] = [None] * len(calendars)
    clocks = list(range(len(calendars)))
    at: dict[int, int] = {}
    for pk, one in hours.items():
        at[pk] = len(resources)
        resources.append(one)
        clocks.append(len(calendars))
        calendars.append(one.calendar())
    rows: list[Row] = []
    routed = set()
    for n, row in enumerate(laid.rows):
        stages = found.route(row.place[0]) if row.kind == "make" else []
        if any(stage.centre_id in at for stage in stages):
            routed.add(n)
            days = int(plant.items.calendar[n])
            rows += [one for stage in stages for one in _steps(n, stage, at, resources, days)]
    offsets = plant.bills.offset_days.copy()
    offsets[[parent in routed for parent in plant.bills.parent.tolist()]] = 0
    steps = plant.bills.step * 2
    kinds = plant.items.kind.copy()
    kinds[kinds == Kind.NONE] = Kind.BUY
    made = plant.with_(
        items=plant.items.but(kind=kinds),
        bills=plant.bills.but(offset_days=offsets, step=steps),
        operations=Operations.of(
            item=[row[0] for row in rows],
            step=[row[1] for row in rows],
            resource=[row[2] for row in rows],
            setup_hours=[row[3] for row in rows],
            run_hours=[row[4] for row in rows],
            wait_hours=[row[5] for row in rows],
        ),
        resources=Resources.of(
            names=[one.centre.name if one else "" for one in resources],
            capacity=[1 if one else 0 for one in resources],
            calendar=clocks,
        ),
        calendars=tuple(calendars),
    )
    return made, resources


def _steps(
    item: int, stage: RouteStage, at: Mapping[int, int], resources: list[Hours | None], days: int
) -> list[Row]:
    """A stage at a centre, then its way; or the days of a stage elsewhere."""
    number = stage.position * 2
    place = at.get(stage.centre_id or 0)
    found = resources[place] if place is not None else None
    if found is None:
        each = float(stage.factor / stage.per_day) if stage.per_day else 0.0
        return [(item, number, days, (stage.days + stage.move_days) * 24.0, each * 24.0, 0.0)]
    setup = float(stage.setup_minutes) / 60 / found.scale
    run = float(stage.run_minutes * stage.factor) / 60 / found.scale
    waits = float(stage.queue_minutes + stage.move_minutes) / 60
    rows: list[Row] = [(item, number, at[found.centre.pk], setup, run, waits)]
    if stage.move_days:
        rows.append((item, number + 1, days, stage.move_days * 24.0, 0.0, 0.0))
    return rows
