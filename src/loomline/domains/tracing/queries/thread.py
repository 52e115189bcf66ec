"""One order line through the whole chain, stretch by stretch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.tracing.queries.history import Book, Names, book_of
from loomline.domains.tracing.queries.play import NO_PLAY, Play, plays_of
from loomline.domains.tracing.queries.reasons import Reason, reasons_of
from loomline.domains.tracing.queries.ways import WayOut, ways_out
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
# Working days of slack with which a promise is still kept, and one more mishap breaks it.
TIGHT = 2
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
    holder_id: int | None
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
    play: Play = NO_PLAY

    @property
    def tone(self) -> str:
        """The tone of its progress."""
        return TONES[self.progress]

    @property
    def day(self) -> date | None:
        """The day it ended, or is projected to."""
        return self.ended_on or self.play.projected_on or self.expected_on

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
    customer: str
    style: str
    unit: str
    reasons: tuple[Reason, ...] = ()
    ways: tuple[WayOut, ...] = ()

    @property
    def now(self) -> Stretch | None:
        """The first stretch that is not done."""
        return next((found for found in self.stretches if found.progress != "done"), None)

    @property
    def projected_on(self) -> date | None:
        """The day on which the last of it is projected to be with the customer; None where nobody knows."""
        days = [one.day for one in self.stretches if one.kind == "shipping" and one.day]
        return max(days, default=None) if self.line.expected_on is not None else None

    @property
    def slack(self) -> int | None:
        """Working days that the whole line may still slip; below zero when its promise is missed."""
        known = [
            one.play.slack for one in self.stretches if one.kind == "shipping" and one.play.slack is not None
        ]
        return min(known, default=None)

    @property
    def is_late(self) -> bool:
        """True when the promise is missed as things are projected, or nobody knows a day."""
        return self.line.expected_on is None or (self.slack is not None and self.slack < 0)

    @property
    def is_tight(self) -> bool:
        """True when one more mishap breaks the promise: a stage with little slack, or a lot that is held."""
        return any(
            one.progress == "hold" or (one.play.slack is not None and one.play.slack <= TIGHT)
            for one in self.stretches
            if one.kind != "shipping"
        )

    @property
    def sources(self) -> list[str]:
        """The suppliers' lots that the thread starts from, or our number where they gave none."""
        first = (lot for s in self.stretches if s.kind == "sourcing" for lot in s.lots)
        return list(dict.fromkeys(lot.supplier_lot or lot.number for lot in first))


def thread_of(line: OrderLine, *, at: datetime | None = None, today: date) -> Thread | None:
    """The thread of an order line as it is, or as it was at a moment (None: the line did not exist).

    Seventeen statements, whatever the length of the thread; more for a past moment.
    """
    book = book_of([line.pk], at=at, day=at.date() if at else today)
    return next(iter(threads_in(book)), None)


def thread_with_ways(ctx: Ctx, *, line: OrderLine) -> Thread | None:
    """The thread as it is now, with what could be done if it is late. Up to three statements more."""
    book = book_of([line.pk], at=None, day=ctx.today)
    for found in threads_in(book):
        return replace(found, ways=tuple(ways_out(ctx, book=book, line=found.line)))
    return None


def threads_in(book: Book) -> list[Thread]:
    """The threads of all lines of a book, in its order. Costs no statement."""
    return [_thread(book, line) for line in book.lines.values()]


def _thread(book: Book, line: OrderLine) -> Thread:
    plays = plays_of(book, line)
    stretches = [
        replace(stretch, play=plays.get(stretch.key, NO_PLAY))
        for stretch in (
            *_sourcing(book, line),
            *_stock(book, line),
            *_making(book, line),
            *_shipping(book, line),
        )
    ]
    item, names = book.names.items[line.item_id], book.names
    return Thread(
        line=line,
        order=line.order,
        item=item,
        at=book.at,
        stretches=tuple(stretches),
        customer=names.party(line.order.customer_id),
        style=names.styles.get(item.style_id or 0, ""),
        unit=names.unit_of(item),
        reasons=reasons_of(book, line),
    )


def _sourcing(book: Book, line: OrderLine) -> Iterable[Stretch]:
    works = book.works_of(line.pk)
    needed: dict[int, Decimal] = {
        peg.supply_id: peg.quantity
        for peg in (*book.pegs[line.pk], *(peg for work in works for peg in book.material_pegs[work]))
    }
    for pk in sorted(book.sources_of(line.pk)):
        yield _bought(book, pk, needed.get(pk))


def _bought(book: Book, pk: int, needed: Decimal | None) -> Stretch:
    bought, arrivals, names = book.purchase_lines[pk], book.receipts[pk], book.names
    purchase, item = bought.purchase, names.items[bought.item_id]
    came = bought.received - bought.rejected
    ended = max((row.receipt.received_at.date() for row in arrivals), default=None)
    is_done = came >= bought.quantity or bought.is_closed
    promised = bought.confirmed_on or bought.requested_on
    straight = _("{item} straight to the customer").format(item=item.name)
    return Stretch(
        key=f"purchase-{pk}",
        name=straight if purchase.is_direct else _("Sourcing {item}").format(item=item.name),
        icon="truck-delivery" if purchase.is_direct else "spiral",
        kind="sourcing",
        document=purchase.number,
        document_id=purchase.pk,
        holder=names.party(purchase.supplier_id),
        holder_id=purchase.supplier_id,
        place=names.party(purchase.customer_id) or names.site(purchase.site_id),
        planned=needed or bought.quantity,
        moved_in=bought.received,
        moved_out=came,
        rejected=bought.rejected,
        unit=names.unit_of(item),
        promised_on=promised,
        expected_on=bought.expected_on or promised,
        ended_on=ended if is_done else None,
        progress=progress_of(is_done, bool(arrivals), bought.expected_on, promised, book.day),
        state=str(purchase.state.label),
        cause=bought.cause,
        lots=tuple(
            _mark(names, row.lot_id, row.quantity - row.rejected, item) for row in arrivals if row.lot_id
        ),
    )


def _stock(book: Book, line: OrderLine) -> Iterable[Stretch]:
    reserved, shipped, names = book.reservations[line.pk], book.shipped[line.pk], book.names
    if book.pegs[line.pk] or not (reserved or shipped):
        return
    item = names.items[line.item_id]
    held = reserved or shipped
    quantity = sum((row.quantity for row in held), ZERO)
    yield Stretch(
        key="stock",
        name=_("From stock"),
        icon="building-warehouse",
        kind="sourcing",
        document="",
        document_id=0,
        holder=names.site(line.order.site_id),
        holder_id=None,
        place="",
        planned=line.quantity,
        moved_in=quantity,
        moved_out=quantity,
        rejected=ZERO,
        unit=names.unit_of(item),
        promised_on=None,
        expected_on=None,
        ended_on=None,
        progress="done",
        state=_("Reserved") if reserved else _("Taken"),
        lots=tuple(_mark(names, row.lot_id, row.quantity, item) for row in held if row.lot_id),
    )


def _making(book: Book, line: OrderLine) -> Iterable[Stretch]:
    numbers = {row.work_id: row.work.number for row in book.work_lines.values()}
    for work in book.works_of(line.pk):
        for stage in book.stages[work]:
            if stage.state != StageState.CANCELLED:
                yield _made(book, line, stage, numbers[work])


def _made(book: Book, line: OrderLine, stage: WorkStage, number: str) -> Stretch:
    names = book.names
    item = names.items[line.item_id]
    lots = [
        _mark(names, row.lot_id, row.quantity, names.items[row.item_id])
        for row in book.outputs[stage.pk]
        if row.lot_id
    ]
    if stage.lot_id and all(lot.pk != stage.lot_id for lot in lots):
        lots.append(_mark(names, stage.lot_id, stage.quantity_out or ZERO, item))
    return Stretch(
        key=f"stage-{stage.pk}",
        name=stage.name,
        icon=stage.icon,
        kind=stage.kind,
        document=number,
        document_id=stage.work_id,
        holder=names.party(stage.partner_id, _("Ourselves")),
        holder_id=stage.partner_id,
        place=names.site(stage.site_id),
        planned=stage.quantity,
        moved_in=stage.quantity_in,
        moved_out=stage.quantity_out,
        rejected=stage.rejected,
        unit=names.units.get(stage.unit_id or 0) or names.unit_of(item),
        promised_on=stage.planned_end,
        expected_on=stage.expected_end,
        ended_on=stage.ended_at.date() if stage.ended_at else None,
        progress=stage_progress(stage, names.lots.get(stage.lot_id or 0), book.day),
        state=str(stage.state.label),
        cause=stage.cause,
        lots=tuple(lots),
    )


def _shipping(book: Book, line: OrderLine) -> Iterable[Stretch]:
    item = book.names.items[line.item_id]
    moved: dict[int, list[Any]] = defaultdict(list)
    for row in book.shipped[line.pk]:
        if row.shipment.state != ShipmentState.CANCELLED:
            moved[row.shipment_id].append(row)
    for pk in sorted(moved):
        shipment = moved[pk][0].shipment
        quantity = sum((row.quantity for row in moved[pk]), ZERO)
        lots = tuple(_mark(book.names, row.lot_id, row.quantity, item) for row in moved[pk] if row.lot_id)
        yield _way(book, line, shipment, quantity, lots)
    if not line.is_direct and sum((row.quantity for row in book.shipped[line.pk]), ZERO) < line.quantity:
        yield _way(book, line, None, line.open_quantity, ())


def _way(
    book: Book, line: OrderLine, shipment: Shipment | None, quantity: Decimal, lots: tuple[LotMark, ...]
) -> Stretch:
    left = shipment is not None and shipment.shipped_at is not None
    is_done = shipment is not None and shipment.state == ShipmentState.DELIVERED
    expected = (shipment.expected_on if shipment else None) or line.expected_on
    carrier = shipment.carrier_id if shipment else line.order.carrier_id
    return Stretch(
        key=f"shipment-{shipment.pk}" if shipment else "shipment",
        name=_("Shipping"),
        icon="truck-delivery",
        kind="shipping",
        document=shipment.number if shipment else "",
        document_id=shipment.pk if shipment else 0,
        holder=book.names.party(carrier),
        holder_id=carrier,
        place=book.names.party(line.order.customer_id),
        planned=quantity,
        moved_in=quantity if left else None,
        moved_out=quantity if is_done else None,
        rejected=ZERO,
        unit=book.names.unit_of(book.names.items[line.item_id]),
        promised_on=line.promised_on,
        expected_on=expected,
        ended_on=shipment.delivered_at.date() if shipment and shipment.delivered_at else None,
        progress=progress_of(is_done, left, expected, line.promised_on, book.day),
        state=str(shipment.state.label) if shipment else _("Not yet picked"),
        cause=line.cause,
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


def _mark(names: Names, lot_id: int, quantity: Decimal, item: Item) -> LotMark:
    lot = names.lots[lot_id]
    return LotMark(
        pk=lot.pk,
        number=lot.number,
        supplier_lot=lot.supplier_lot,
        quantity=quantity,
        unit=names.unit_of(item),
        state=str(lot.state.label),
        tone=lot.state.tone,
    )
