"""One order line through the whole chain, stretch by stretch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.catalog.models import Item, Unit
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.sites.models import Site
from loomline.domains.tracing.queries.history import Rows, rows_of
from loomline.domains.warehouse.models import Shipment, ShipmentState

ZERO = Decimal(0)
TONES = {"done": "ok", "now": "accent", "todo": "muted", "late": "bad", "hold": "hold"}


@dataclass(frozen=True)
class LotMark:
    """A lot on its way: our number, the supplier's, and whether it may be used."""

    pk: int
    number: str
    supplier_lot: str
    quantity: Decimal
    unit: str
    state: str
    tone: str


@dataclass(frozen=True)
class Stretch:
    """One stage of a thread. `progress` is done, now, todo, late or hold."""

    key: str
    name: str
    icon: str
    kind: str
    document: str
    document_id: int
    holder: str
    place: str
    planned: Decimal
    moved_in: Decimal | None
    moved_out: Decimal | None
    rejected: Decimal
    unit: str
    promised_on: date | None
    expected_on: date | None
    ended_on: date | None
    progress: str
    state: str
    cause: str = ""
    lots: tuple[LotMark, ...] = ()

    @property
    def tone(self) -> str:
        """The tone of its progress."""
        return TONES[self.progress]

    @property
    def day(self) -> date | None:
        """The day it ended, or is expected to."""
        return self.ended_on or self.expected_on

    @property
    def slip(self) -> int:
        """Days behind what was promised; negative when ahead."""
        return (self.day - self.promised_on).days if self.day and self.promised_on else 0


@dataclass(frozen=True)
class Thread:
    """An order line and its stretches from the raw material to the customer."""

    line: OrderLine
    order: Order
    item: Item
    at: datetime | None
    stretches: tuple[Stretch, ...]

    @property
    def now(self) -> Stretch | None:
        """The first stretch that is not done."""
        return next((found for found in self.stretches if found.progress != "done"), None)

    @property
    def sources(self) -> list[str]:
        """The suppliers' lots that the thread starts from, or our number where they gave none."""
        first = (lot for s in self.stretches if s.kind == "sourcing" for lot in s.lots)
        return list(dict.fromkeys(lot.supplier_lot or lot.number for lot in first))


@dataclass(frozen=True)
class _Names:
    """Names of what the rows point at, read set-wise."""

    parties: dict[int, str]
    sites: dict[int, str]
    items: dict[int, Item]
    lots: dict[int, Lot]
    purchases: dict[int, str]
    units: dict[int, str]


def thread_of(line: OrderLine, *, at: datetime | None = None, today: date) -> Thread | None:
    """The thread of an order line as it is, or as it was at a moment (None: the line did not exist).

    About twenty statements, whatever the length of the thread.
    """
    rows = rows_of(line, at)
    if rows is None:
        return None
    names = _names(rows)
    day = at.date() if at else today
    stretches = [
        *_sourcing(rows, names, day),
        *_stock(rows, names),
        *_making(rows, names, day),
        *_shipping(rows, names, day),
    ]
    return Thread(rows.line, rows.order, names.items[rows.line.item_id], at, tuple(stretches))


def _sourcing(rows: Rows, names: _Names, day: date) -> Iterable[Stretch]:
    received = defaultdict(list)
    for arrival in rows.receipts:
        received[arrival.purchase_line_id].append(arrival)
    needed: dict[int, Decimal] = {peg.supply_id: peg.quantity for peg in (*rows.pegs, *rows.material_pegs)}
    for pk, bought in sorted(rows.purchase_lines.items()):
        arrivals = received[pk]
        item = names.items[bought.item_id]
        came = bought.received - bought.rejected
        ended = max((a.receipt.received_at.date() for a in arrivals), default=None)
        is_done = came >= bought.quantity or bought.is_closed
        promised = bought.confirmed_on or bought.requested_on
        purchase = rows.purchases[bought.purchase_id]
        straight = _("{item} straight to the customer").format(item=item.name)
        yield Stretch(
            key=f"purchase-{pk}",
            name=straight if purchase.is_direct else _("Sourcing {item}").format(item=item.name),
            icon="truck-delivery" if purchase.is_direct else "spiral",
            kind="sourcing",
            document=names.purchases[bought.purchase_id],
            document_id=bought.purchase_id,
            holder=names.parties[purchase.supplier_id],
            place=names.parties.get(purchase.customer_id or 0) or names.sites.get(purchase.site_id or 0, ""),
            planned=needed.get(pk) or bought.quantity,
            moved_in=bought.received,
            moved_out=came,
            rejected=bought.rejected,
            unit=item.unit.code,
            promised_on=promised,
            expected_on=bought.expected_on or promised,
            ended_on=ended if is_done else None,
            progress=progress_of(is_done, bool(arrivals), bought.expected_on, promised, day),
            state=str(purchase.state.label),
            cause=bought.cause,
            lots=tuple(_mark(names, a.lot_id, a.quantity - a.rejected, item) for a in arrivals if a.lot_id),
        )


def _stock(rows: Rows, names: _Names) -> Iterable[Stretch]:
    from_stock = [*rows.reservations]
    if rows.pegs or not (from_stock or rows.shipment_lines):
        return
    item = names.items[rows.line.item_id]
    held = from_stock or rows.shipment_lines
    quantity = sum((row.quantity for row in held), ZERO)
    yield Stretch(
        key="stock",
        name=_("From stock"),
        icon="building-warehouse",
        kind="sourcing",
        document="",
        document_id=0,
        holder=names.sites.get(rows.order.site_id or 0, ""),
        place="",
        planned=rows.line.quantity,
        moved_in=quantity,
        moved_out=quantity,
        rejected=ZERO,
        unit=item.unit.code,
        promised_on=None,
        expected_on=None,
        ended_on=None,
        progress="done",
        state=_("Reserved") if from_stock else _("Taken"),
        lots=tuple(_mark(names, row.lot_id, row.quantity, item) for row in held if row.lot_id),
    )


def _making(rows: Rows, names: _Names, day: date) -> Iterable[Stretch]:
    used: dict[int | None, list[Any]] = defaultdict(list)
    for use in rows.uses:
        used[use.stage_id].append(use)
    came: dict[int | None, list[Any]] = defaultdict(list)
    for output in rows.outputs:
        came[output.stage_id].append(output)
    item = names.items[rows.line.item_id]
    for stage in rows.stages:
        if stage.state == StageState.CANCELLED:
            continue
        work = rows.works[stage.work_id]
        lots = [_mark(names, o.lot_id, o.quantity, o.item) for o in came[stage.pk] if o.lot_id]
        if stage.lot_id and all(lot.pk != stage.lot_id for lot in lots):
            lots.append(_mark(names, stage.lot_id, stage.quantity_out or ZERO, item))
        yield Stretch(
            key=f"stage-{stage.pk}",
            name=stage.name,
            icon=stage.icon,
            kind=stage.kind,
            document=work.number,
            document_id=work.pk,
            holder=names.parties.get(stage.partner_id or 0, _("Ourselves")),
            place=names.sites.get(stage.site_id or 0, ""),
            planned=stage.quantity,
            moved_in=stage.quantity_in,
            moved_out=stage.quantity_out,
            rejected=stage.rejected,
            unit=names.units.get(stage.unit_id or 0, item.unit.code),
            promised_on=stage.planned_end,
            expected_on=stage.expected_end,
            ended_on=stage.ended_at.date() if stage.ended_at else None,
            progress=stage_progress(stage, names.lots.get(stage.lot_id or 0), day),
            state=str(stage.state.label),
            cause=stage.cause,
            lots=tuple(lots),
        )


def _shipping(rows: Rows, names: _Names, day: date) -> Iterable[Stretch]:
    item = names.items[rows.line.item_id]
    quantities: dict[int, list[Any]] = defaultdict(list)
    for moved in rows.shipment_lines:
        quantities[moved.shipment_id].append(moved)
    for pk, shipment in sorted(rows.shipments.items()):
        if shipment.state == ShipmentState.CANCELLED:
            continue
        quantity = sum((moved.quantity for moved in quantities[pk]), ZERO)
        lots = tuple(
            _mark(names, moved.lot_id, moved.quantity, item) for moved in quantities[pk] if moved.lot_id
        )
        is_done = shipment.state == ShipmentState.DELIVERED
        yield _way(rows, names, shipment, quantity, lots, is_done=is_done, day=day)
    if rows.line.is_direct:
        return
    if sum((moved.quantity for moved in rows.shipment_lines), ZERO) < rows.line.quantity:
        yield _way(rows, names, None, rows.line.open_quantity, (), is_done=False, day=day)


def _way(
    rows: Rows,
    names: _Names,
    shipment: Shipment | None,
    quantity: Decimal,
    lots: tuple[LotMark, ...],
    *,
    is_done: bool,
    day: date,
) -> Stretch:
    left = shipment is not None and shipment.shipped_at is not None
    expected = (shipment.expected_on if shipment else None) or rows.line.expected_on
    return Stretch(
        key=f"shipment-{shipment.pk}" if shipment else "shipment",
        name=_("Shipping"),
        icon="truck-delivery",
        kind="shipping",
        document=shipment.number if shipment else "",
        document_id=shipment.pk if shipment else 0,
        holder=names.parties.get((shipment.carrier_id if shipment else rows.order.carrier_id) or 0, ""),
        place=names.parties.get(rows.order.customer_id, ""),
        planned=quantity,
        moved_in=quantity if left else None,
        moved_out=quantity if is_done else None,
        rejected=ZERO,
        unit=names.items[rows.line.item_id].unit.code,
        promised_on=rows.line.promised_on,
        expected_on=expected,
        ended_on=shipment.delivered_at.date() if shipment and shipment.delivered_at else None,
        progress=progress_of(is_done, left, expected, rows.line.promised_on, day),
        state=str(shipment.state.label) if shipment else _("Not yet picked"),
        cause=rows.line.cause,
        lots=lots,
    )


def progress_of(
    is_done: bool, is_begun: bool, expected: date | None, promised: date | None, day: date
) -> str:
    """Where something stands on a day, between what was promised and what is expected."""
    if is_done:
        return "done"
    if (expected and promised and expected > promised) or (expected and expected < day):
        return "late"
    return "now" if is_begun else "todo"


def stage_progress(stage: WorkStage, lot: Lot | None, day: date) -> str:
    """Where a stage stands; a lot that may not be used holds it."""
    if lot is not None and lot.state != "available":
        return "hold"
    is_done, is_begun = stage.state == StageState.DONE, stage.state == StageState.RUNNING
    return progress_of(is_done, is_begun, stage.expected_end, stage.planned_end, day)


def _mark(names: _Names, lot_id: int, quantity: Decimal, item: Item) -> LotMark:
    lot = names.lots[lot_id]
    return LotMark(
        pk=lot.pk,
        number=lot.number,
        supplier_lot=lot.supplier_lot,
        quantity=quantity,
        unit=item.unit.code,
        state=str(lot.state.label),
        tone=lot.state.tone,
    )


def _names(rows: Rows) -> _Names:
    parties = {rows.order.customer_id, rows.order.carrier_id}
    parties |= {p.customer_id for p in rows.purchases.values()}
    parties |= {p.supplier_id for p in rows.purchases.values()} | {s.partner_id for s in rows.stages}
    parties |= {s.carrier_id for s in rows.shipments.values()}
    places = (
        {rows.order.site_id} | {p.site_id for p in rows.purchases.values()} | {s.site_id for s in rows.stages}
    )
    holders: list[Any] = [*rows.receipts, *rows.reservations, *rows.shipment_lines, *rows.outputs]
    lots = {holder.lot_id for holder in holders}
    lots |= {stage.lot_id for stage in rows.stages}
    items = {rows.line.item_id} | {bought.item_id for bought in rows.purchase_lines.values()}
    return _Names(
        parties=dict(Party.objects.filter(pk__in=parties - {None}).values_list("pk", "name")),
        sites=dict(Site.objects.filter(pk__in=places - {None}).values_list("pk", "name")),
        items=Item.objects.select_related("unit").in_bulk(items),
        lots=Lot.objects.in_bulk(lots - {None}),
        purchases={pk: purchase.number for pk, purchase in rows.purchases.items()},
        units=dict(
            Unit.objects.filter(pk__in={s.unit_id for s in rows.stages} - {None}).values_list("pk", "code")
        ),
    )


__all__ = ["LotMark", "Stretch", "Thread", "progress_of", "stage_progress", "thread_of"]
