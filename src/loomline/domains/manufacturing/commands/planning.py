"""Planning work orders: what is made, by which bill and route, and on which days each stage runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models import Bill, RouteStage
from loomline.domains.bills.queries import Slot, Step, backward, bills_for, forward, working_days
from loomline.domains.catalog.models import Item, Style
from loomline.domains.manufacturing.commands.telling import goods_of, said_of
from loomline.domains.manufacturing.events import WorkPlanned, WorkTakenOver
from loomline.domains.manufacturing.models import WorkLine, WorkOrder, WorkStage, WorkState
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.domains.workcentres import queries as workcentres
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.quantity import PLACES
from loomline.kernel.refusal import Refused, Warned

BATCH = 2000


class NothingToMake(Refused):
    """A work order makes something."""

    says = _("A work order needs at least one item with a quantity above 0.")


class MixedWork(Refused):
    """Things made together follow one route."""

    says = _("{first} and {other} are not made by the same bill. Open a work order for each.")


class NoBill(Warned):
    """Nobody said what goes into it."""

    says = _("{item} has no bill of materials for {day}: no material and no stage would be planned.")


class BillOfOther(Refused):
    """The bill makes something else."""

    says = _("{bill} is not a bill of {item}. Choose one of its own.")


class PlannedFirst(Refused):
    """A work order begins as planned."""

    says = _("A work order begins as planned. Orders that run already are taken over instead.")


@dataclass(frozen=True, kw_only=True)
class WorkLineDraft:
    """An item to be made. `done` and `rejected` are only for orders that are taken over."""

    item: Item
    quantity: Decimal
    origin_kind: str = ""
    origin_id: int | None = None
    done: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class WorkDraft:
    """A work order to be. With `starts_on` it is planned forward, with `due_on` alone backward."""

    lines: Sequence[WorkLineDraft]
    due_on: date | None = None
    starts_on: date | None = None
    site: Site | None = None
    bill: Bill | None = None
    priority: int = 50
    note: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    origin_kind: str = ""
    origin_id: int | None = None
    number: str = ""
    state: WorkState = WorkState.PLANNED


@dataclass(frozen=True)
class Book:
    """What planning needs to know, read once for any number of drafts."""

    items: Mapping[int, Item]
    bills: Mapping[int, Bill]
    routes: Mapping[int, Sequence[RouteStage]]
    calendars: Mapping[int | None, WorkCalendar]
    home: Site | None
    days: Mapping[int, Decimal] = field(default_factory=dict)


@command(label=_("New work order"), icon="plus", creates=WorkOrder)
def open_work(
    ctx: Ctx,
    *,
    lines: list[WorkLineDraft],
    due_on: date | None = None,
    starts_on: date | None = None,
    site: Site | None = None,
    bill: Bill | None = None,
    priority: int = 50,
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> WorkOrder:
    """Plan to make an item, or several colours and sizes of a style together."""
    draft = WorkDraft(
        lines=lines, due_on=due_on, starts_on=starts_on, site=site, bill=bill, priority=priority, note=note,
        custom=custom or {},
    )  # fmt: skip
    return plan_work(ctx, drafts=[draft])[0]


@command(hidden=True)
def plan_work(ctx: Ctx, *, drafts: list[WorkDraft]) -> list[WorkOrder]:
    """Plan many work orders at once; every stage gets its days from the calendar of its place."""
    for draft in drafts:
        if draft.state != WorkState.PLANNED:
            raise PlannedFirst
    book = _book(ctx, drafts)
    _refuse_wrong(ctx, drafts, book)

    works, lines = _write(ctx, drafts, book)

    for work, rows in zip(works, lines, strict=True):
        ctx.emit(
            WorkPlanned(
                **said_of(work, rows),
                goods=goods_of(rows),
                due_on=work.due_on,
                starts_on=work.starts_on,
                expected_on=work.expected_on,
            )
        )
    return works


@command(hidden=True)
def take_over_work(ctx: Ctx, *, drafts: list[WorkDraft]) -> list[WorkOrder]:
    """Bring work orders over from another system as they stand there; no goods move and no stage runs."""
    book = _book(ctx, drafts)
    for draft in drafts:
        if not draft.lines or min(line.quantity for line in draft.lines) <= 0:
            raise NothingToMake

    works, _lines = _write(ctx, drafts, book, with_stages=False)

    if works:
        items = sorted({line.item.pk for draft in drafts for line in draft.lines})
        ctx.emit(WorkTakenOver(item_ids=tuple(items), orders=len(works)))
    return works


def slots_for(
    steps: Sequence[Step], *, starts_on: date | None, due_on: date | None, today: date
) -> list[Slot]:
    """The days of a new plan: forward from its start, or backward from its due day if there is time."""
    if starts_on is not None:
        return forward(steps, start=starts_on)
    if due_on is not None and steps:
        latest = backward(steps, due=due_on)
        if latest[0].start >= today:
            return latest
    return forward(steps, start=today)


def _book(ctx: Ctx, drafts: Sequence[WorkDraft]) -> Book:
    ids = {line.item.pk for draft in drafts for line in draft.lines}
    items = Item.objects.select_related("unit", "style").in_bulk(ids)
    bills = bills_for(item_ids=ids, on=ctx.today)
    given = {draft.bill.pk for draft in drafts if draft.bill is not None}
    routes: dict[int, list[RouteStage]] = {}
    for stage in RouteStage.objects.filter(
        bill__in=given | {bill.pk for bill in bills.values()}
    ).select_related("site", "centre"):
        routes.setdefault(stage.bill_id, []).append(stage)
    home = sites.own_sites().order_by("pk").first()
    places = {
        stage.site.pk: stage.site for route in routes.values() for stage in route if stage.site is not None
    }
    places |= {site.pk: site for site in (home, *(draft.site for draft in drafts)) if site is not None}
    centres = {stage.centre for route in routes.values() for stage in route if stage.centre is not None}
    days = workcentres.usual_day(centres=centres) if centres else {}
    return Book(items, bills, routes, sites.work_calendars(sites=places.values()), home, days)


def _refuse_wrong(ctx: Ctx, drafts: Sequence[WorkDraft], book: Book) -> None:
    for draft in drafts:
        if not draft.lines or min(line.quantity for line in draft.lines) <= 0:
            raise NothingToMake
        made = [book.items[line.item.pk] for line in draft.lines]
        bill = _bill(draft, book)
        for item in made:
            if (
                bill is not None
                and item.pk != bill.item_id
                and (bill.style_id is None or item.style_id != bill.style_id)
            ):
                wrong = (
                    BillOfOther(bill=bill, item=item) if draft.bill else MixedWork(first=made[0], other=item)
                )
                raise wrong
            own = book.bills.get(item.pk)
            if draft.bill is None and own != bill:
                raise MixedWork(first=made[0], other=item)
            if item.pk != made[0].pk and (item.style_id is None or item.style_id != made[0].style_id):
                raise MixedWork(first=made[0], other=item)
        if bill is None:
            ctx.warn(NoBill(item=made[0], day=ctx.today))


def _bill(draft: WorkDraft, book: Book) -> Bill | None:
    return draft.bill or book.bills.get(draft.lines[0].item.pk)


def _write(
    ctx: Ctx, drafts: Sequence[WorkDraft], book: Book, *, with_stages: bool = True
) -> tuple[list[WorkOrder], list[list[WorkLine]]]:
    works, stages, lines = [], [], []
    rules = fields_of("manufacturing.workorder")
    for draft in drafts:
        work = _work(draft, book)
        work.custom = checked(rules, draft.custom)
        bill = _bill(draft, book)
        route = book.routes.get(bill.pk, ()) if bill is not None and with_stages else ()
        unit_id = book.items[draft.lines[0].item.pk].unit_id
        rows = [_stage(work, stage, unit_id, book.days) for stage in route]
        _schedule(ctx, work, rows, book)
        works.append(work)
        stages.extend(rows)
        lines.append([_line(work, book, row, line) for row, line in enumerate(draft.lines, start=1)])
    WorkOrder.objects.bulk_create(works, batch_size=BATCH)
    WorkLine.objects.bulk_create((line for rows in lines for line in rows), batch_size=BATCH)
    WorkStage.objects.bulk_create(stages, batch_size=BATCH)
    return works, lines


def _work(draft: WorkDraft, book: Book) -> WorkOrder:
    made = [book.items[line.item.pk] for line in draft.lines]
    one = made[0] if len({item.pk for item in made}) == 1 else None
    style: Style | None = made[0].style if one is None else None
    work = WorkOrder(
        item=one,
        style=style,
        bill=_bill(draft, book),
        site=draft.site or book.home,
        state=draft.state,
        priority=draft.priority,
        quantity=sum((line.quantity for line in draft.lines), Decimal(0)),
        done=sum((line.done for line in draft.lines), Decimal(0)),
        rejected=sum((line.rejected for line in draft.lines), Decimal(0)),
        due_on=draft.due_on,
        starts_on=draft.starts_on,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        note=draft.note,
    )
    if draft.number:
        work.number = draft.number
    return work


def _line(work: WorkOrder, book: Book, row: int, draft: WorkLineDraft) -> WorkLine:
    return WorkLine(
        work=work,
        position=row,
        item=book.items[draft.item.pk],
        quantity=draft.quantity,
        done=draft.done,
        rejected=draft.rejected,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
    )


def rescale(work: WorkOrder, quantity: Decimal) -> None:
    """Plan the stages of a work order for another quantity of it."""
    work.quantity = quantity
    WorkOrder.objects.filter(pk=work.pk).update(quantity=quantity)
    stages = list(work.stages.select_related("centre").order_by("position"))
    rows = RouteStage.objects.filter(bill=work.bill_id).select_related("centre")
    routes = {route.position: route for route in rows}
    days = workcentres.usual_day(centres={s.centre for s in stages if s.centre is not None})
    for stage in stages:
        stage.quantity = (quantity * stage.factor).quantize(PLACES)
        route = routes.get(stage.position)
        stage.days = stage.days if route is None else _days(route, stage.quantity, days)
        stage.scheduled_days = None
    WorkStage.objects.bulk_update(stages, ["quantity", "days", "scheduled_days"])


def _days(route: RouteStage, quantity: Decimal, usual: Mapping[int, Decimal]) -> int:
    """The working days of a stage: those of its route, or more where its minutes take longer."""
    days = working_days(days=route.days, per_day=route.per_day, quantity=quantity)
    daily = usual.get(route.centre_id or 0, Decimal(0))
    if daily <= 0:
        return days
    waits = route.queue_minutes + route.move_minutes
    minutes = waits + route.setup_minutes + route.run_minutes * quantity
    return max(days, int((minutes / daily).to_integral_value(ROUND_CEILING)))


def _stage(work: WorkOrder, route: RouteStage, unit_id: int, usual: Mapping[int, Decimal]) -> WorkStage:
    quantity = (work.quantity * route.factor).quantize(PLACES)
    return WorkStage(
        work=work,
        position=route.position,
        name=route.name,
        kind=route.kind,
        partner_id=route.partner_id,
        site=route.site,
        centre_id=route.centre_id,
        setup_minutes=route.setup_minutes,
        run_minutes=route.run_minutes,
        queue_minutes=route.queue_minutes,
        move_minutes=route.move_minutes,
        days=_days(route, quantity, usual),
        move_days=route.move_days,
        item_id=route.item_id,
        unit_id=route.unit_id or unit_id,
        factor=route.factor,
        quantity=quantity,
    )


def _schedule(ctx: Ctx, work: WorkOrder, stages: Sequence[WorkStage], book: Book) -> None:
    calendars = book.calendars
    steps = [
        Step(
            days=stage.days,
            calendar=calendars[stage.site_id if stage.site_id in calendars else work.site_id],
            move_days=stage.move_days,
        )
        for stage in stages
    ]
    slots = slots_for(steps, starts_on=work.starts_on, due_on=work.due_on, today=ctx.today)
    for stage, slot in zip(stages, slots, strict=True):
        stage.planned_start = stage.expected_start = slot.start
        stage.planned_end = stage.expected_end = slot.end
    if slots:
        work.starts_on = work.starts_on or slots[0].start
        work.planned_on = work.expected_on = slots[-1].end
    else:
        work.planned_on = work.expected_on = work.due_on or work.starts_on
