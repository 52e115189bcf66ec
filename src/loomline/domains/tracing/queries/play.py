"""How far each stage of a thread may slip before the customer feels it, and which stages decide the day.

The chain is reckoned twice from its end: from the promised day, which says what slack is left, and from the
day that is projected, which says what is critical: a stage without play there moves the whole line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from loomline.domains.bills.queries import Step, backward
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import StageState, WorkOrder, WorkStage
from loomline.domains.planning.queries import OUTBOUND_DAYS
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing.queries.history import Book
from loomline.domains.warehouse.models import ShipmentState
from loomline.kernel.calendar import WorkCalendar


@dataclass(frozen=True)
class Play:
    """The play of one stage: the day its end is projected for and the latest that still keeps the promise.

    `slack` is in working days, below zero where the promise is missed by this stage; None where it is done,
    where nothing waits for it any more, or where nobody knows.
    """

    projected_on: date | None = None
    latest_on: date | None = None
    slack: int | None = None
    is_critical: bool = False


NO_PLAY = Play()


@dataclass(frozen=True)
class _Open:
    """Something that is still to end."""

    key: str
    projected_on: date
    calendar: WorkCalendar


def plays_of(book: Book, line: OrderLine) -> dict[str, Play]:
    """The play of every open stage of a line's thread, by the key of its stretch. Costs no statement."""
    open_ones = [*_purchases(book, line), *_stages(book, line)]
    goal = ready_by(book, line)
    ready = ready_on(book, line)
    latest = latest_ends(book, line, goal) if goal else {}
    needed = latest_ends(book, line, ready) if ready else {}
    found = {}
    for one in open_ones:
        end, last = one.projected_on, latest.get(one.key)
        found[one.key] = Play(
            projected_on=end,
            latest_on=last,
            slack=one.calendar.between(end, last) if last else None,
            is_critical=one.key in needed and one.calendar.between(end, needed[one.key]) <= 0,
        )
    return {**found, **_ways(book, line, ready)}


def ready_by(book: Book, line: OrderLine) -> date | None:
    """The last day on which the goods may be ready for their way to keep the promise."""
    if line.promised_on is None or line.is_direct:
        return line.promised_on
    return book.calendar(line.order.site_id).add(line.promised_on, -OUTBOUND_DAYS)


def ready_on(book: Book, line: OrderLine) -> date | None:
    """The day on which all goods of a line are projected to be ready; None where nothing stands behind it."""
    days = [_arrival(book, pk) for pk in book.bought_for(line.pk) if pk in book.purchase_lines]
    for work in book.works_of(line.pk):
        stages = running(book, work)
        days.append(stages[-1].expected_end if stages else _work(book, work).expected_on)
    known = [day for day in days if day is not None]
    if not known and not book.reservations[line.pk]:
        return None
    return max([book.day, *known])


def arrives_on(book: Book, line: OrderLine, ready: date) -> date:
    """When goods that are ready on a day are with the customer."""
    return ready if line.is_direct else book.calendar(line.order.site_id).add(ready, OUTBOUND_DAYS)


def latest_ends(book: Book, line: OrderLine, due: date) -> dict[str, date]:
    """The latest end of each supply and stage of a line with which everything is ready on a day."""
    found = {f"purchase-{pk}": due for pk in book.bought_for(line.pk)}
    for work in book.works_of(line.pk):
        stages = running(book, work)
        slots = backward(steps_of(book, work, stages), due=due)
        found |= {f"stage-{stage.pk}": slot.end for stage, slot in zip(stages, slots, strict=True)}
        begun = [n for n, stage in enumerate(stages) if stage.started_at is not None]
        for stage in stages[: max(begun, default=0)]:
            # What comes after it has begun without it.
            found.pop(f"stage-{stage.pk}")
        if not begun:
            first = slots[0].start if slots else due
            found |= {f"purchase-{pk}": first for pk in book.materials_of(work)}
    return found


def running(book: Book, work: int) -> Sequence[WorkStage]:
    """The stages of a work order that have been done or will be."""
    return [stage for stage in book.stages[work] if stage.state != StageState.CANCELLED]


def steps_of(book: Book, work: int, stages: Sequence[WorkStage]) -> list[Step]:
    """What the schedule needs to know of the stages."""
    steps = [
        Step(days=stage.days, calendar=stage_calendar(book, work, stage), move_days=stage.move_days)
        for stage in stages
    ]
    return making.as_scheduled(steps, stages)


def stage_calendar(book: Book, work: int, stage: WorkStage) -> WorkCalendar:
    """The days worked where a stage is done; else where the goods come to."""
    return book.calendar(stage.site_id if stage.site_id is not None else _work(book, work).site_id)


def arrival_of(line: PurchaseLine) -> date | None:
    """The day on which a purchase is believed to come."""
    return line.expected_on or line.confirmed_on or line.requested_on


def _arrival(book: Book, pk: int) -> date | None:
    line = book.purchase_lines[pk]
    day = arrival_of(line)
    return max(day, book.day) if day is not None and _is_awaited(line) else None


def _is_awaited(line: PurchaseLine) -> bool:
    return not line.is_closed and line.received - line.rejected < line.quantity


def _work(book: Book, work: int) -> WorkOrder:
    return next(row.work for row in book.work_lines.values() if row.work_id == work)


def _purchases(book: Book, line: OrderLine) -> Iterator[_Open]:
    for pk in book.sources_of(line.pk):
        day = _arrival(book, pk)
        if day is not None:
            site = book.purchase_lines[pk].purchase.site_id or line.order.site_id
            yield _Open(f"purchase-{pk}", day, book.calendar(site))


def _stages(book: Book, line: OrderLine) -> Iterator[_Open]:
    for work in book.works_of(line.pk):
        for stage in running(book, work):
            if stage.is_open and stage.expected_end is not None:
                day = max(stage.expected_end, book.day)
                yield _Open(f"stage-{stage.pk}", day, stage_calendar(book, work, stage))


def _ways(book: Book, line: OrderLine, ready: date | None) -> dict[str, Play]:
    """The way to the customer: what has left comes as its carrier says, the rest when it is ready."""
    calendar = book.calendar(line.order.site_id)
    found = {}
    for row in book.shipped[line.pk]:
        shipment = row.shipment
        if shipment.state in (ShipmentState.DELIVERED, ShipmentState.CANCELLED):
            continue
        day = shipment.expected_on or line.expected_on
        found[f"shipment-{shipment.pk}"] = _way(line, calendar, day)
    found["shipment"] = _way(line, calendar, projected_of(book, line, ready))
    return found


def projected_of(book: Book, line: OrderLine, ready: date | None) -> date | None:
    """The day on which a line is projected to be with its customer; None where nobody knows."""
    if line.expected_on is None:
        return None
    arrives = arrives_on(book, line, ready) if ready is not None else line.expected_on
    promised = line.promised_on
    is_late = promised is not None and line.expected_on > promised
    return max(arrives, line.expected_on) if is_late else arrives


def _way(line: OrderLine, calendar: WorkCalendar, day: date | None) -> Play:
    if day is None or line.promised_on is None:
        return Play(projected_on=day, latest_on=line.promised_on, is_critical=True)
    slack = calendar.between(day, line.promised_on)
    return Play(projected_on=day, latest_on=line.promised_on, slack=slack, is_critical=True)
