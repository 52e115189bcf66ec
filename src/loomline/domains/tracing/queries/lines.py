"""Where every line of an order stands in the chain, in short: for lists, not for the whole thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkStage
from loomline.domains.planning import queries as planning
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.tracing.queries.thread import progress_of, stage_progress
from loomline.domains.warehouse.models import ShipmentLine, ShipmentState


@dataclass(frozen=True)
class Tick:
    """One stage of the chain as a list shows it. `progress` is done, now, todo, late or hold (of a lot)."""

    name: str
    icon: str
    progress: str
    day: date | None
    holder: str = ""
    lot: Lot | None = None


@dataclass(frozen=True)
class Standing:
    """An order line and its stages from the first material to the customer."""

    line: OrderLine
    ticks: tuple[Tick, ...]

    @property
    def now(self) -> Tick | None:
        """The first stage that is not done; None when the goods are with the customer."""
        return next((tick for tick in self.ticks if tick.progress != "done"), None)


def standing_of(order: Order, *, today: date) -> list[Standing]:
    """Where each line of an order stands, in the order of the lines. Seven statements."""
    lines = list(order.lines.select_related("item__unit", "item__style").order_by("position", "pk"))
    pegs = planning.pegs_for(kind=ORDER_LINE, ids=[line.pk for line in lines])
    work_of = dict(WorkLine.objects.filter(pk__in=_supplies(pegs, WORK_LINE)).values_list("pk", "work_id"))
    material = planning.pegs_for(kind=WORK_ORDER, ids=sorted(set(work_of.values())))
    bought = PurchaseLine.objects.select_related("purchase__supplier").in_bulk(
        [*_supplies(pegs, PURCHASE_LINE), *_supplies(material, PURCHASE_LINE)]
    )
    stages = _by(
        WorkStage.objects.filter(work__in=set(work_of.values()))
        .exclude(state=StageState.CANCELLED)
        .select_related("lot", "partner")
        .order_by("work", "position"),
        "work_id",
    )
    shipped = _by(
        ShipmentLine.objects.filter(order_line__in=[line.pk for line in lines])
        .exclude(shipment__state=ShipmentState.CANCELLED)
        .select_related("shipment__carrier"),
        "order_line_id",
    )
    pegs_by, material_by = _by(pegs, "demand_id"), _by(material, "demand_id")
    found = []
    for line in lines:
        works = list(dict.fromkeys(work_of[pk] for pk in _supplies(pegs_by[line.pk], WORK_LINE)))
        sources = _supplies(
            [*pegs_by[line.pk], *(peg for work in works for peg in material_by[work])], PURCHASE_LINE
        )
        ticks = [
            *_sourcing([bought[pk] for pk in dict.fromkeys(sources)], today),
            *(_making(stage, today) for work in works for stage in stages[work]),
            *([] if line.is_direct else [_shipping(line, shipped[line.pk], today)]),
        ]
        found.append(Standing(line, tuple(ticks)))
    return found


def _supplies(pegs: Iterable[Peg], kind: str) -> list[int]:
    return [peg.supply_id for peg in pegs if peg.supply_kind == kind]


def _by(rows: Iterable[Any], name: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _sourcing(bought: Sequence[PurchaseLine], today: date) -> Iterable[Tick]:
    """One stage for all that is bought: it stands where the line that is furthest behind stands."""
    if not bought:
        return
    states = []
    for line in bought:
        is_done = line.is_closed or line.received - line.rejected >= line.quantity
        promised = line.confirmed_on or line.requested_on
        states.append(progress_of(is_done, line.received > 0, line.expected_on, promised, today))
    worst = next((state for state in ("late", "now", "todo") if state in states), "done")
    open_lines = [line for line, state in zip(bought, states, strict=True) if state != "done"]
    days = [line.expected_on or line.confirmed_on or line.requested_on for line in open_lines or bought]
    yield Tick(
        name=_("Sourcing"),
        icon="spiral",
        progress=worst,
        day=max((day for day in days if day), default=None),
        holder=(open_lines or bought)[0].purchase.supplier.name,
    )


def _making(stage: WorkStage, today: date) -> Tick:
    progress = stage_progress(stage, stage.lot, today)
    return Tick(
        name=stage.name,
        icon=stage.icon,
        progress=progress,
        lot=stage.lot if progress == "hold" else None,
        day=stage.ended_at.date() if stage.ended_at else stage.expected_end or stage.planned_end,
        holder=stage.partner.name if stage.partner else _("Ourselves"),
    )


def _shipping(line: OrderLine, moved: Sequence[ShipmentLine], today: date) -> Tick:
    left = [row for row in moved if row.shipment.shipped_at]
    there = [row for row in left if row.shipment.state == ShipmentState.DELIVERED]
    is_done = bool(there) and sum(row.quantity for row in there) >= line.quantity
    last = max(left, key=lambda row: row.shipment.pk).shipment if left else None
    expected = (last.expected_on if last else None) or line.expected_on
    days = [row.shipment.delivered_at.date() for row in there if row.shipment.delivered_at]
    return Tick(
        name=_("Shipping"),
        icon="truck-delivery",
        progress=progress_of(is_done, bool(left), expected, line.promised_on, today),
        day=max(days) if is_done and days else expected,
        holder=last.carrier.name if last and last.carrier else "",
    )
