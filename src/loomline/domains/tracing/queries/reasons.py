"""Why a line is late: each cause with its days, which add up to the delay.

The chain is run once as it was planned. Then what really happened is put into it, one thing after the other
from the material to the customer; what a thing adds to the day of arrival is its share. What slack takes up
adds nothing and is no cause; time that was made up again counts less than nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loomline.domains.bills.queries import Step, forward
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing.queries import play
from loomline.domains.tracing.queries.history import Book
from loomline.kernel.quantity import plain


@dataclass(frozen=True)
class Reason:
    """One cause of a delay: what happened, how many days it costs the customer, and where to look."""

    text: str
    days: int
    icon: str
    kind: str = ""
    object_id: int = 0


@dataclass
class _Run:
    """The chain of one line as far as what really happened has been put into it."""

    book: Book
    line: OrderLine
    bought: dict[int, date] = field(default_factory=dict)
    stages: dict[int, WorkStage] = field(default_factory=dict)

    def late(self) -> int:
        """Days after the promise, as things stand in this run."""
        ready = self._ready()
        if ready is None or self.line.promised_on is None:
            return 0
        arrives = play.arrives_on(self.book, self.line, ready)
        return max((arrives - self.line.promised_on).days, 0)

    def _ready(self) -> date | None:
        days = [self.bought[pk] for pk in self.book.bought_for(self.line.pk) if pk in self.bought]
        for work in self.book.works_of(self.line.pk):
            day = self._end(work)
            days += [] if day is None else [day]
        return max(days, default=None)

    def _end(self, work: int) -> date | None:
        stages = play.running(self.book, work)
        arrivals = [self.bought[pk] for pk in self.book.materials_of(work) if pk in self.bought]
        planned = [stage.planned_start for stage in stages if stage.planned_start is not None]
        start = max([*arrivals, *planned[:1]], default=None)
        if start is None:
            return None
        steps = making.as_scheduled([self._step(work, stage) for stage in stages], stages)
        slots = forward(steps, start=start)
        return slots[-1].end if slots else start

    def _step(self, work: int, stage: WorkStage) -> Step:
        calendar = play.stage_calendar(self.book, work, stage)
        plan = Step(stage.days, calendar, stage.move_days)
        if stage.pk not in self.stages or stage.expected_end is None:
            return replace(plan, not_before=stage.planned_start)
        end = max(stage.expected_end, self.book.day) if stage.is_open else stage.expected_end
        return replace(plan, started_on=stage.expected_start, ended_on=end)


def reasons_of(book: Book, line: OrderLine) -> tuple[Reason, ...]:
    """The causes of a line's delay from the material to the customer; none for a line that is in time.

    Their days add up to the days between the promise and the day that is projected. Costs no statement.
    """
    projected = play.projected_of(book, line, play.ready_on(book, line))
    if projected is None or line.promised_on is None or projected <= line.promised_on:
        return ()
    total = (projected - line.promised_on).days
    run = _Run(book, line)
    wanted = [
        *book.bought_for(line.pk),
        *(pk for work in book.works_of(line.pk) for pk in book.materials_of(work)),
    ]
    rows = [book.purchase_lines[pk] for pk in dict.fromkeys(wanted) if pk in book.purchase_lines]
    run.bought = {
        row.pk: day for row in rows if (day := row.requested_on or play.arrival_of(row)) is not None
    }
    found = [Reason(_("Planned later than promised"), run.late(), "calendar-event")]
    for text, icon, kind, pk in _happened(run, rows):
        found.append(Reason(text, run.late() - sum(one.days for one in found), icon, kind, pk))
    rest = total - sum(one.days for one in found)
    found.append(_on_the_way(book, line, rest))
    return tuple(one for one in found if one.days)


def _happened(run: _Run, rows: list[PurchaseLine]) -> Iterator[tuple[str, str, str, int]]:
    """Put what happened into the run, one thing at a time."""
    for row in rows:
        item, who = run.book.names.items[row.item_id].name, run.book.names.party(row.purchase.supplier_id)
        place = ("procurement.purchase", row.purchase_id)
        if row.confirmed_on is not None and row.pk in run.bought:
            run.bought[row.pk] = row.confirmed_on
            said = _("{item}: {supplier} confirmed {day}").format(
                item=item, supplier=who, day=date_format(row.confirmed_on, "j M")
            )
            yield said, "signature", *place
        day = _came(run.book, row)
        if day is not None:
            run.bought[row.pk] = day
            yield _of_purchase(row, item, who), "truck-delivery", *place
    for work in run.book.works_of(run.line.pk):
        for stage in play.running(run.book, work):
            run.stages[stage.pk] = stage
            yield _of_stage(run.book, stage), stage.icon, "manufacturing.workorder", work


def _came(book: Book, row: PurchaseLine) -> date | None:
    """The day on which the last of it came, or is believed to come."""
    if row.is_closed or row.received - row.rejected >= row.quantity:
        arrived = [one.receipt.received_at.date() for one in book.receipts[row.pk]]
        return max(arrived, default=None) or play.arrival_of(row)
    day = play.arrival_of(row)
    return max(day, book.day) if day is not None else None


def _of_purchase(row: PurchaseLine, item: str, supplier: str) -> str:
    good = row.received - row.rejected
    if 0 < good < row.quantity:
        words = _("{item}: {good} of {quantity} came from {supplier}")
        said = words.format(item=item, good=plain(good), quantity=plain(row.quantity), supplier=supplier)
    else:
        said = _("{item} from {supplier}").format(item=item, supplier=supplier)
    return f"{said}: {row.cause}" if row.cause else said


def _of_stage(book: Book, stage: WorkStage) -> str:
    holder = book.names.party(stage.partner_id)
    said = _("{stage} at {partner}").format(stage=stage.name, partner=holder) if holder else stage.name
    lot = book.names.lots.get(stage.lot_id or 0)
    if lot is not None and lot.state != "available":
        return _("{stage}: lot {lot} is held").format(stage=said, lot=lot)
    if stage.cause:
        return f"{said}: {stage.cause}"
    if stage.state == StageState.DONE:
        return _("{stage} took another time than planned").format(stage=said)
    return _("{stage} goes another way than planned").format(stage=said)


def _on_the_way(book: Book, line: OrderLine, days: int) -> Reason:
    """What nothing else explains: goods that were lost, or that are held up on their way."""
    moving = [row.shipment for row in book.shipped[line.pk] if row.shipment.shipped_at is not None]
    if moving:
        text = moving[-1].delay_reason or _("On the way to the customer")
        return Reason(text, days, "truck-delivery", "warehouse.shipment", moving[-1].pk)
    return Reason(line.cause or _("Days on the way"), days, "clock", "sales.orderline", line.pk)
