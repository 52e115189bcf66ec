"""What could be done about a line that is late: by when it would help, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.inventory.models import Balance
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.procurement.models import PurchaseLine, SupplierItem
from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing.queries import play
from loomline.domains.tracing.queries.history import Book
from loomline.domains.tracing.queries.play import Play
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.quantity import plain

ZERO = Decimal(0)


@dataclass(frozen=True)
class WayOut:
    """One thing to do, the day on which it brings the goods to the customer, its cost, and where to do it.

    Without a cost nobody knows it before somebody asks; without a day it is the supplier's to say.
    """

    text: str
    kind: str
    object_id: int
    arrives_on: date | None = None
    cost: Money | None = None
    asks: int | None = None


def ways_out(ctx: Ctx, *, book: Book, line: OrderLine) -> list[WayOut]:
    """The ways out of a delay, what costs nothing first. Up to three statements; none for a line in time."""
    ready = play.ready_on(book, line)
    projected = play.projected_of(book, line, ready)
    if line.promised_on is None or line.is_direct or line.open_quantity <= 0:
        return []
    if projected is not None and projected <= line.promised_on:
        return []
    plays = play.plays_of(book, line)
    found = [
        *_from_stock(book, line),
        *_split(ctx, book, line),
        *_suppliers(book, line, plays, projected),
        *_overtime(ctx, book, line, plays, projected),
    ]
    return sorted(found, key=lambda way: (way.cost is None, way.cost.amount if way.cost else ZERO))


def _from_stock(book: Book, line: OrderLine) -> Iterator[WayOut]:
    """Free stock of ours, here or at another site."""
    rows = Balance.objects.filter(item=line.item_id, is_physical=True, owner=None, on_hand__gt=F("reserved"))
    rows = rows.filter(location__site__party=None).order_by()
    sums = rows.values("location__site", "location__site__name").annotate(
        loose=Sum(F("on_hand") - F("reserved"))
    )
    missing = line.open_quantity - sum((row.quantity for row in book.reservations[line.pk]), ZERO)
    for found in sums:
        if missing <= 0 or found["loose"] < missing:
            continue
        is_here = found["location__site"] == line.order.site_id
        words = _("Use {n} free in stock") if is_here else _("Bring {n} from {site}, where they are free")
        yield WayOut(
            words.format(n=plain(missing), site=found["location__site__name"]),
            "sales.order",
            line.order_id,
            arrives_on=play.arrives_on(book, line, book.day) if is_here else None,
            cost=Money(ZERO, line.order.currency) if is_here else None,
        )


def _split(ctx: Ctx, book: Book, line: OrderLine) -> Iterator[WayOut]:
    """Send what is kept for the line already, and the rest later."""
    kept = sum((row.quantity for row in book.reservations[line.pk]), ZERO)
    if not ZERO < kept < line.open_quantity:
        return
    freight = Money(line.order.freight, line.order.currency) if line.order.freight else None
    yield WayOut(
        _("Send {n} now and {rest} later").format(n=plain(kept), rest=plain(line.open_quantity - kept)),
        "sales.order",
        line.order_id,
        arrives_on=play.arrives_on(book, line, ctx.today),
        cost=freight,
    )


def _suppliers(
    book: Book, line: OrderLine, plays: dict[str, Play], projected: date | None
) -> Iterator[WayOut]:
    """Ask the supplier for an earlier day, or buy from another who is faster."""
    late = [row for row in book.purchase_lines.values() if _decides(plays.get(f"purchase-{row.pk}"))]
    terms = SupplierItem.objects.filter(item__in={row.item_id for row in late}).select_related("supplier")
    others = list(terms.order_by("lead_days", "pk")) if late else []
    for row in late:
        name = book.names.items[row.item_id].name
        supplier = book.names.party(row.purchase.supplier_id)
        text = _("Ask {supplier} to send {item} faster").format(supplier=supplier, item=name)
        yield WayOut(text, "procurement.purchase", row.purchase_id, asks=row.purchase.supplier_id)
        for other in others:
            if other.item_id == row.item_id and other.supplier_id != row.purchase.supplier_id:
                yield from _bought(book, line, row, other, plays, projected)


def _bought(
    book: Book,
    line: OrderLine,
    row: PurchaseLine,
    other: SupplierItem,
    plays: dict[str, Play],
    projected: date | None,
) -> Iterator[WayOut]:
    calendar = book.calendar(row.purchase.site_id or line.order.site_id)
    day = calendar.on_or_after(book.day + timedelta(days=other.lead_days))
    now = plays[f"purchase-{row.pk}"].projected_on
    if now is None or day >= now or projected is None:
        return
    same = other.currency == row.purchase.currency
    extra = (other.price - row.price) * (row.quantity - row.received + row.rejected)
    yield WayOut(
        _("Buy {item} from {supplier}, here on {day}").format(
            item=book.names.items[row.item_id].name,
            supplier=other.supplier.name,
            day=date_format(day, "j M"),
        ),
        "catalog.item",
        row.item_id,
        arrives_on=_earlier(book, line, projected, calendar.between(day, now)),
        cost=Money(max(extra, ZERO), other.currency).rounded() if same else None,
    )


def _overtime(
    ctx: Ctx, book: Book, line: OrderLine, plays: dict[str, Play], projected: date | None
) -> Iterator[WayOut]:
    """Work on days off at the stages that decide the day."""
    deciding = [
        (work, stage)
        for work in book.works_of(line.pk)
        for stage in play.running(book, work)
        if stage.centre_id and stage.state != StageState.DONE and _decides(plays.get(f"stage-{stage.pk}"))
    ]
    centres = WorkCentre.objects.in_bulk({stage.centre_id for _work, stage in deciding}) if deciding else {}
    for work, stage in deciding:
        off = _days_off(book, work, stage)
        if not off or projected is None:
            continue
        centre = centres[stage.centre_id or 0]
        rate = centre.machine_rate + centre.labour_rate
        hours = stage.standard_minutes / 60 / max(stage.days, 1) * off
        cost = Money(hours * rate, ctx.company.currency).rounded() if hours and rate else None
        words = ngettext("Work {n} day off at {centre}", "Work {n} days off at {centre}", off)
        yield WayOut(
            words.format(n=off, centre=centre.name),
            "workcentres.workcentre",
            centre.pk,
            arrives_on=_earlier(book, line, projected, off),
            cost=cost,
        )


def _days_off(book: Book, work: int, stage: WorkStage) -> int:
    """The days off between now, or its start, and its end."""
    if stage.expected_start is None or stage.expected_end is None:
        return 0
    begin = max(stage.expected_start, book.day)
    calendar = play.stage_calendar(book, work, stage)
    return max((stage.expected_end - begin).days - calendar.between(begin, stage.expected_end), 0)


def _decides(found: Play | None) -> bool:
    return found is not None and found.is_critical


def _earlier(book: Book, line: OrderLine, projected: date, days: int) -> date:
    """So many working days earlier; the way to the customer at least."""
    calendar = book.calendar(line.order.site_id)
    return max(calendar.add(projected, -days), play.arrives_on(book, line, book.day))
