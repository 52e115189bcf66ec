"""Goods that a supplier brings straight to a customer: we buy and sell them, and never hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.ending import complete_purchase
from loomline.domains.procurement.commands.opening import (
    PurchaseLineDraft,
    book_of,
    refuse_line,
    written_lines,
)
from loomline.domains.procurement.commands.ordering import LineElsewhere, said_of
from loomline.domains.procurement.commands.receiving import (
    COST_PLACES,
    NothingReceived,
    ReceivedLine,
    lots_of,
    rate_of,
    refuse_lot,
)
from loomline.domains.procurement.events import DeliveredDirectly
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, Receipt, ReceiptLine
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NotDirect(Refused):
    """What comes to us is received."""

    says = _("The goods of {number} come to us, not straight to a customer. Receive them instead.")


class NotWithSupplier(Refused):
    """Only what was ordered, and is not over, is delivered."""

    says = _("{number} is {state}; only orders that were sent and are not finished are delivered.")


class LeftAlready(Refused):
    """Only a draft takes more."""

    says = _("{number} is {state}; more goods are ordered with a new purchase order.")


class DeliveredWrongly(Refused):
    """A quantity that cannot be."""

    says = _("{item}: {quantity} {unit} cannot have been delivered; {open} {unit} of {number} are open.")


class DeliveredWhen(Refused):
    """A day that cannot be."""

    says = _("{number} was ordered on {ordered_on}, and today is {today}: {day} cannot be the day.")


@dataclass(frozen=True, kw_only=True)
class DeliveredLine:
    """What a customer got of a line, in the item's stock unit, and the lot that the supplier names."""

    line: PurchaseLine
    quantity: Decimal
    lot: str = ""


@command(label=_("Delivered to customer"), icon="truck-delivery", states=AWAITING)
def deliver_directly(
    ctx: Ctx,
    *,
    purchase: Purchase,
    lines: list[DeliveredLine],
    delivered_on: date | None = None,
    tracking: str = "",
    delivery_note: str = "",
) -> Receipt:
    """Note what the supplier says it has brought to the customer: it counts as delivered on their order.

    Without a day it was today. Our stock does not move; what the goods cost us stands in the books. A lot is
    kept as the supplier names it, so that a complaint finds it; none is made up.
    """
    purchase = lock(purchase)
    ordered = {row.pk: row for row in lock_all(purchase.lines.select_related("item__unit"))}
    day = delivered_on or ctx.today

    _refuse_wrong(ctx, purchase, ordered, lines, day)

    receipt = Receipt.objects.create(
        purchase=purchase,
        supplier_id=purchase.supplier_id,
        received_at=ctx.now if day == ctx.today else datetime.combine(day, time(12), ctx.company.zone),
        delivery_note=delivery_note.strip(),
        tracking=tracking.strip(),
    )
    rate = rate_of(ctx, purchase)
    lots = _lots(ctx, purchase, receipt, lines, ordered)
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            purchase_line_id=row.line.pk,
            item_id=ordered[row.line.pk].item_id,
            lot=lot,
            quantity=row.quantity,
            unit_cost=_cost(ordered[row.line.pk], rate),
        )
        for row, lot in zip(lines, lots, strict=True)
    )
    for row in lines:
        ordered[row.line.pk].received += row.quantity
    PurchaseLine.objects.bulk_update(ordered.values(), ["received"])
    advance(purchase, "receive")
    if not any(row.open_quantity > 0 for row in ordered.values()):
        complete_purchase(ctx, purchase=purchase)

    ctx.emit(_told(purchase, receipt, [(ordered[row.line.pk], row.quantity) for row in lines], day))
    return receipt


@command(hidden=True)
def keep_costs(ctx: Ctx, *, receipt: Receipt, line_ids: list[int]) -> list[ReceiptLine]:
    """Keep what a unit of these lines is worth today: what moves no stock has its cost nowhere else."""
    rows = list(receipt.lines.filter(purchase_line__in=line_ids).select_related("purchase_line__item"))
    rate = rate_of(ctx, receipt.purchase)
    for row in rows:
        row.unit_cost = _cost(row.purchase_line, rate)
    ReceiptLine.objects.bulk_update(rows, ["unit_cost"])
    return rows


@command(hidden=True)
def redirect_purchase(ctx: Ctx, *, purchase: Purchase, ship_name: str, ship_address: str) -> Purchase:
    """Send the goods to another address of the same customer, while the supplier has not heard of any."""
    purchase = lock(purchase)

    Purchase.objects.filter(pk=purchase.pk).update(ship_name=ship_name, ship_address=ship_address)
    purchase.ship_name, purchase.ship_address = ship_name, ship_address
    return purchase


@command(hidden=True)
def add_purchase_lines(ctx: Ctx, *, purchase: Purchase, lines: list[PurchaseLineDraft]) -> Purchase:
    """Order more goods with a purchase order that has not left yet, each line for who asked for it."""
    purchase = lock(purchase)
    if purchase.state != PurchaseState.DRAFT:
        raise LeftAlready(number=purchase.number, state=purchase.state.label.lower())
    for line in lines:
        refuse_line(line)

    book = book_of(lines, supplier_ids=[purchase.supplier_id])
    [rows] = written_lines([(purchase, lines)], book=book, on=ctx.today)
    last = purchase.lines.aggregate(n=Max("position"))["n"] or 0
    for row in rows:
        row.position += last
    PurchaseLine.objects.bulk_create(rows)
    purchase.total += sum((row.amount for row in rows), Decimal(0))
    Purchase.objects.filter(pk=purchase.pk).update(total=purchase.total)
    return purchase


def _refuse_wrong(
    ctx: Ctx,
    purchase: Purchase,
    ordered: Mapping[int, PurchaseLine],
    lines: Sequence[DeliveredLine],
    day: date,
) -> None:
    if not purchase.is_direct:
        raise NotDirect(number=purchase.number)
    if purchase.state not in AWAITING:
        raise NotWithSupplier(number=purchase.number, state=purchase.state.label.lower())
    if not lines:
        raise NothingReceived(number=purchase.number)
    if day > ctx.today or (purchase.ordered_on is not None and day < purchase.ordered_on):
        raise DeliveredWhen(
            number=purchase.number,
            ordered_on=purchase.ordered_on,
            today=ctx.today,
            day=day,
            at_field="delivered_on",
        )
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for row in lines:
        if row.line.pk not in ordered:
            raise LineElsewhere(line=row.line.pk, number=purchase.number)
        line = ordered[row.line.pk]
        sums[line.pk] += row.quantity
        if row.quantity <= 0 or sums[line.pk] > line.open_quantity:
            raise DeliveredWrongly(
                item=line.item,
                quantity=plain(sums[line.pk]),
                unit=line.item.unit,
                open=plain(line.open_quantity),
                number=purchase.number,
            )
        refuse_lot(line.item, row.lot, row.quantity, is_asked=False)


def _lots(
    ctx: Ctx,
    purchase: Purchase,
    receipt: Receipt,
    lines: Sequence[DeliveredLine],
    ordered: Mapping[int, PurchaseLine],
) -> list[Lot | None]:
    """The lot of each line that the supplier has named one for."""
    named = [ReceivedLine(line=row.line, quantity=row.quantity, lot=row.lot) for row in lines if row.lot]
    lots = iter(lots_of(ctx, purchase, receipt, named, ordered) if named else [])
    return [next(lots) if row.lot else None for row in lines]


def _cost(line: PurchaseLine, rate: Decimal | None) -> Decimal:
    """What a unit is worth to us; what it usually costs while nobody has written an exchange rate."""
    worth = line.item.standard_cost if rate is None else line.net_price * rate
    return worth.quantize(COST_PLACES)


def _told(
    purchase: Purchase, receipt: Receipt, rows: Sequence[tuple[PurchaseLine, Decimal]], day: date
) -> DeliveredDirectly:
    lines = [line for line, _quantity in rows]
    due = [on for line in lines if (on := line.confirmed_on or line.requested_on)]
    return DeliveredDirectly(
        **said_of(purchase, lines),
        receipt_id=receipt.pk,
        customer_id=purchase.customer_id or 0,
        line_ids=tuple(sorted({line.pk for line in lines})),
        receipt=receipt.number,
        customer=str(purchase.customer),
        goods=queries.in_words([(quantity, line.item.unit.code, line.item.name) for line, quantity in rows]),
        tracked=_t(", tracking number {number}").format(number=receipt.tracking) if receipt.tracking else "",
        delivered_on=day,
        days_late=max([0, *((day - on).days for on in due)]),
    )
