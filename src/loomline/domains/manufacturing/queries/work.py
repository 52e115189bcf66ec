"""What is being made, what it needs, and how the chain stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from loomline.domains.bills.models import StageKind
from loomline.domains.bills.queries import Need, Seed, stand_ins, tree
from loomline.domains.inventory.models import LotState
from loomline.domains.manufacturing.models import (
    MaterialUse,
    StageState,
    WorkLine,
    WorkOrder,
    WorkStage,
)
from loomline.domains.manufacturing.models.work import OPEN, OPEN_LINE
from loomline.kernel.quantity import Quantity

ACTIVE = (StageState.READY, StageState.RUNNING)
UNDONE = (StageState.WAITING, StageState.READY, StageState.RUNNING, StageState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Making:
    """What of one work order line is still to come, and when."""

    line_id: int
    work_id: int
    number: str
    item_id: int
    site_id: int | None
    quantity: Decimal
    due_on: date | None
    expected_on: date | None
    is_released: bool
    origin_kind: str
    origin_id: int | None


@dataclass(frozen=True, slots=True)
class Supplied:
    """Material of ours that lies at a partner for a stage."""

    item_id: int
    item: str
    lot: str
    quantity: Quantity
    place: str
    work: str
    stage: str
    stage_id: int


@dataclass(frozen=True, slots=True)
class StageLoad:
    """How much stands at one kind of stage now, and how much of it slips."""

    kind: str
    label: str
    icon: str
    stages: int
    quantity: Decimal
    slipping: int
    slipping_quantity: Decimal
    next_end: date | None


def open_work() -> QuerySet[WorkOrder]:
    """Work orders of which something is still to come."""
    return WorkOrder.objects.filter(state__in=OPEN).select_related("item", "style")


def making(*, item_ids: Iterable[int] | None = None, site_id: int | None = None) -> list[Making]:
    """What is still to be made, soonest first. Costs one statement."""
    rows = WorkLine.objects.filter(OPEN_LINE, work__state__in=OPEN)
    if item_ids is not None:
        rows = rows.filter(item__in=set(item_ids))
    if site_id is not None:
        rows = rows.filter(work__site=site_id)
    rows = rows.select_related("work").order_by(F("work__expected_on").asc(nulls_last=True), "pk")
    return [
        Making(
            line_id=line.pk,
            work_id=line.work_id,
            number=line.work.number,
            item_id=line.item_id,
            site_id=line.work.site_id,
            quantity=line.open_quantity,
            due_on=line.work.due_on,
            expected_on=line.work.expected_on,
            is_released=line.work.state != OPEN[0],
            origin_kind=line.origin_kind,
            origin_id=line.origin_id,
        )
        for line in rows
    ]


def work_for(*, kind: str, ids: Iterable[int]) -> QuerySet[WorkLine]:
    """The work order lines that were opened for these records, such as lines of a customer's order."""
    rows = WorkLine.objects.filter(origin_kind=kind, origin_id__in=set(ids))
    return rows.select_related("work", "item").prefetch_related("work__stages__partner").order_by("pk")


def needs_of(*, work: WorkOrder) -> list[Need]:
    """The materials a work order needs for its full quantity, exactly, in the order of its bill."""
    return needs_of_all(works=[work]).get(work.pk, [])


def needs_of_all(*, works: Iterable[WorkOrder]) -> dict[int, list[Need]]:
    """The materials each work order needs, with what was issued to it. Costs three statements.

    A phantom is never issued: what goes into it is. A work order without a bill needs nothing.
    """
    wanted = {work.pk: work for work in works if work.bill_id is not None}
    ids = list(wanted)
    lines = WorkLine.objects.filter(work__in=ids).order_by("work_id", "position", "pk")
    seeds = [
        Seed(
            line.work_id,
            line.item_id,
            line.quantity,
            _day(wanted[line.work_id]),
            wanted[line.work_id].bill_id,
        )
        for line in lines
    ]
    rows = tree(seeds=seeds, levels=1) if seeds else []
    issued = _issued(ids)
    found: dict[int, dict[int, Need]] = {pk: {} for pk in ids}
    for row in rows:
        if row.level == 0 or row.kind == "phantom":
            continue
        needs, known = found[row.root], found[row.root].get(row.item_id)
        line = (row.line_id,) if row.line_id is not None else ()
        if known is not None:
            lines_of = (*known.line_ids, *(pk for pk in line if pk not in known.line_ids))
            needs[row.item_id] = replace(known, quantity=known.quantity + row.quantity, line_ids=lines_of)
        else:
            used = issued.get((row.root, row.item_id), Decimal(0))
            needs[row.item_id] = Need(
                row.item_id,
                row.sku,
                row.name,
                row.quantity,
                row.stage_position,
                used,
                row.supply,
                row.kind == "stock",
                line,
                row.backflush,
            )
    return {pk: list(needs.values()) for pk, needs in _stood_in(found, issued).items()}


def needs_of_output(*, work: WorkOrder) -> list[Need]:
    """The materials that all that came out of a work order has taken by its bill, with what was issued."""
    if work.bill_id is None:
        return []
    share = {line.pk: line.done + line.rejected for line in work.lines.all()}
    seeds = [
        Seed(work.pk, line.item_id, share[line.pk], _day(work), work.bill_id)
        for line in WorkLine.objects.filter(work=work).order_by("position")
        if share[line.pk] > 0
    ]
    issued, found = _issued([work.pk]), dict[int, Need]()
    for row in tree(seeds=seeds, levels=1) if seeds else ():
        if row.level and row.kind != "phantom":
            known = found.get(row.item_id)
            quantity = row.quantity if known is None else known.quantity + row.quantity
            found[row.item_id] = Need(
                row.item_id,
                row.sku,
                row.name,
                quantity,
                row.stage_position,
                issued.get((work.pk, row.item_id), Decimal(0)),
                row.supply,
                row.kind == "stock",
                (row.line_id,) if row.line_id is not None else (),
                row.backflush,
            )
    return list(found.values())


def _stood_in(
    found: dict[int, dict[int, Need]], issued: dict[tuple[int, int], Decimal]
) -> dict[int, dict[int, Need]]:
    """What was used in place of a material counts as that material."""
    lines = {pk for needs in found.values() for need in needs.values() for pk in need.line_ids}
    if not issued or not lines:
        return found
    for line_id, others in stand_ins(line_ids=lines).items():
        for work, needs in found.items():
            for item, need in needs.items():
                if line_id not in need.line_ids:
                    continue
                used = sum(
                    (
                        issued.get((work, one.item_id), Decimal(0)) / one.factor
                        for one in others
                        if one.item_id not in needs
                    ),
                    Decimal(0),
                )
                needs[item] = replace(need, issued=need.issued + used)
    return found


def supplied_to(*, partner_id: int) -> list[Supplied]:
    """What of our material lies at a partner for stages that are not done. Costs one statement."""
    rows = MaterialUse.objects.filter(
        location__isnull=False, stage__partner=partner_id, stage__state__in=UNDONE
    ).order_by()
    names = (
        *("item_id", "item__name", "lot__number", "item__unit__code", "location__path", "work__number"),
        *("stage__name", "stage_id"),
    )
    return [
        Supplied(item, name, str(lot or ""), Quantity(amount, unit), place, work, stage, pk)
        for item, name, lot, unit, place, work, stage, pk, amount in rows.values_list(*names).annotate(
            Sum("quantity")
        )
        if amount > 0
    ]


def stages_by_work(*, work_ids: Iterable[int]) -> dict[int, list[WorkStage]]:
    """The stages of each work order in their order. Costs one statement."""
    found: dict[int, list[WorkStage]] = {pk: [] for pk in work_ids}
    for stage in WorkStage.objects.filter(work__in=list(found)).order_by("work_id", "position"):
        found[stage.work_id].append(stage)
    return found


def late_stages(*, on: date) -> QuerySet[WorkStage]:
    """Stages that should have started or ended before a day and have not."""
    overdue = Q(state=StageState.RUNNING, expected_end__lt=on) | Q(
        state=StageState.READY, expected_start__lt=on
    )
    rows = WorkStage.objects.filter(overdue, work__state__in=OPEN)
    return rows.select_related("work", "partner").order_by("expected_end", "pk")


def held_stages() -> QuerySet[WorkStage]:
    """Stages of open work whose lot may not be used until somebody decides on it."""
    rows = WorkStage.objects.filter(work__state__in=OPEN, lot__isnull=False).exclude(
        lot__state=LotState.AVAILABLE
    )
    return rows.select_related("lot").order_by("pk")


def chain(*, on: date) -> list[StageLoad]:
    """How much stands at each kind of stage today, in the order of the chain. Costs one statement."""
    slips = Q(expected_end__gt=F("planned_end")) | Q(expected_end__lt=on)
    rows = (
        WorkStage.objects.filter(state__in=ACTIVE, work__state__in=OPEN)
        .order_by()
        .values("kind")
        .annotate(
            stages=Count("pk"),
            amount=Sum("work__quantity"),
            slipping=Count("pk", filter=slips),
            slipping_amount=Sum("work__quantity", filter=slips),
            next_end=Min("expected_end"),
        )
    )
    found = {row["kind"]: row for row in rows}
    return [
        StageLoad(
            kind=kind.value,
            label=str(kind.label),
            icon=kind.icon,
            stages=found.get(kind.value, {}).get("stages", 0),
            quantity=found.get(kind.value, {}).get("amount") or Decimal(0),
            slipping=found.get(kind.value, {}).get("slipping", 0),
            slipping_quantity=found.get(kind.value, {}).get("slipping_amount") or Decimal(0),
            next_end=found.get(kind.value, {}).get("next_end"),
        )
        for kind in StageKind
    ]


def total(needs: Iterable[Need], *, unit: str) -> Quantity:
    """The sum of the needs in one unit."""
    return Quantity(sum((n.quantity.amount for n in needs if n.quantity.unit == unit), Decimal(0)), unit)


def _day(work: WorkOrder) -> date:
    """The day on which bills of phantoms within must hold."""
    return work.starts_on or work.due_on or date.max


def _issued(work_ids: list[int]) -> dict[tuple[int, int], Decimal]:
    rows = MaterialUse.objects.filter(work__in=work_ids).order_by().values_list("work_id", "item_id")
    return {(work, item): amount for work, item, amount in rows.annotate(Sum("quantity"))}
