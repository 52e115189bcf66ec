"""Taking goods in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.inventory.models import Lot
from loomline.domains.ledger import queries as ledger
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.ending import complete_purchase
from loomline.domains.procurement.commands.ordering import (
    GoesToCustomer,
    LineElsewhere,
    NothingAwaited,
    said_of,
)
from loomline.domains.procurement.events import GoodsReceived, GoodsRejected
from loomline.domains.procurement.models import Purchase, PurchaseLine, Receipt, ReceiptLine
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

ORIGIN = "procurement.receipt"
COST_PLACES = Decimal("0.000001")
Sums = Mapping[int, tuple[Decimal, Decimal]]


class NothingReceived(Refused):
    """A receipt without goods."""

    says = _("Say what arrived of {number}: at least one line with a quantity above 0.")


class QuantityWrong(Refused):
    """Quantities that cannot be."""

    says = _(
        "{item}: {quantity} received with {rejected} rejected cannot be. "
        "Receive more than 0, and reject no more than that."
    )


class SiteMissing(Refused):
    """Goods need a place."""

    says = _("{number} does not say where the goods go. Choose the site to deliver to first.")


class LotNotKept(Refused):
    """The item is not tracked."""

    says = _(
        "{item} is not tracked by lot, so {lot} cannot be kept. "
        "Leave the lot empty, or change the item's tracking."
    )


class OnePiecePerSerial(Refused):
    """A serial number stands for one piece."""

    says = _("{item} is tracked by serial number: receive one piece a line, each with its own number.")


class ReceivedMore(Warned):
    """More came than was ordered, within what was agreed."""

    says = _(
        "{item}: {accepted} {unit} would have come of {ordered} ordered. "
        "Take the {over} {unit} more, or reject them."
    )


class TooMuchReceived(Refused):
    """More came than was ordered and agreed."""

    says = _(
        "{item}: {accepted} {unit} would have come of {ordered} ordered; at most {most} {unit} can be taken. "
        "Reject the rest, or amend the order first."
    )


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """What arrived of a line, rejected goods included, in the item's stock unit, in one lot."""

    line: PurchaseLine
    quantity: Decimal
    lot: str = ""
    supplier_lot: str = ""
    rejected: Decimal = Decimal(0)
    fault: str = ""
    expires_on: date | None = None


@command(label=_("Receive"), icon="truck-delivery", move="receive")
def receive_goods(
    ctx: Ctx, *, purchase: Purchase, lines: list[ReceivedLine], delivery_note: str = "", note: str = ""
) -> Receipt:
    """Take goods in: what is good goes into stock by lot, what is rejected stands apart and is owed still."""
    purchase = lock(purchase)
    ordered = {row.pk: row for row in lock_all(purchase.lines.select_related("item__unit"))}

    _refuse_wrong(purchase, ordered, lines)
    sums = _sums(lines)
    _refuse_too_much(ctx, ordered, sums)

    receipt = Receipt.objects.create(
        purchase=purchase,
        supplier_id=purchase.supplier_id,
        site_id=purchase.site_id,
        received_at=ctx.now,
        delivery_note=delivery_note,
        note=note,
    )
    lots = lots_of(ctx, purchase, receipt, lines, ordered)
    _put_away(ctx, purchase, receipt, lines, lots, ordered)
    _write_lines(receipt, lines, lots, ordered, sums)
    advance(purchase, "receive")
    if not any(row.open_quantity > 0 for row in ordered.values()):
        complete_purchase(ctx, purchase=purchase)
        purchase = lock(purchase)

    _tell(ctx, purchase, receipt, lines, lots, ordered)
    return receipt


def _refuse_wrong(
    purchase: Purchase, ordered: Mapping[int, PurchaseLine], lines: Sequence[ReceivedLine]
) -> None:
    if purchase.state not in AWAITING:
        raise NothingAwaited(number=purchase.number)
    if not lines:
        raise NothingReceived(number=purchase.number)
    if purchase.customer is not None:
        raise GoesToCustomer(number=purchase.number, customer=purchase.customer)
    if purchase.site_id is None:
        raise SiteMissing(number=purchase.number)
    for row in lines:
        if row.line.pk not in ordered:
            raise LineElsewhere(line=row.line.pk, number=purchase.number)
        item = ordered[row.line.pk].item
        if row.quantity <= 0 or not 0 <= row.rejected <= row.quantity:
            raise QuantityWrong(item=item, quantity=plain(row.quantity), rejected=plain(row.rejected))
        refuse_lot(item, row.lot, row.quantity, is_asked=True)


def refuse_lot(item: Item, lot: str, quantity: Decimal, *, is_asked: bool) -> None:
    """Say no to a lot of goods that have none, and to many pieces under one serial number.

    Where goods never come to us nobody is asked for their numbers.
    """
    if item.tracking == Tracking.NONE and lot:
        raise LotNotKept(item=item, lot=lot)
    if item.tracking == Tracking.SERIAL and quantity != 1 and (lot or is_asked):
        raise OnePiecePerSerial(item=item)


def _sums(lines: Sequence[ReceivedLine]) -> Sums:
    sums: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in lines:
        received, rejected = sums[row.line.pk]
        sums[row.line.pk] = (received + row.quantity, rejected + row.rejected)
    return sums


def _refuse_too_much(ctx: Ctx, ordered: Mapping[int, PurchaseLine], sums: Sums) -> None:
    for pk, (received, rejected) in sums.items():
        line = ordered[pk]
        accepted = line.accepted + received - rejected
        if accepted <= line.quantity:
            continue
        ordered_quantity = plain(line.quantity)
        facts: dict[str, Any] = {
            "item": line.item,
            "unit": line.item.unit,
            "accepted": plain(accepted),
            "ordered": ordered_quantity,
        }
        if accepted > line.most_accepted:
            raise TooMuchReceived(**facts, most=plain(line.most_accepted))
        ctx.warn(ReceivedMore(**facts, over=plain(accepted - line.quantity)))


def lots_of(
    ctx: Ctx,
    purchase: Purchase,
    receipt: Receipt,
    lines: Sequence[ReceivedLine],
    ordered: Mapping[int, PurchaseLine],
) -> list[Lot | None]:
    """The lot of each line: one that is known and comes again, or a new one; None where none are kept."""
    numbers: list[tuple[int, str] | None] = []
    for place, row in enumerate(lines, start=1):
        item = ordered[row.line.pk].item
        number = row.lot or row.supplier_lot or f"{receipt.number}-{place}"
        numbers.append((item.pk, number) if item.tracking != Tracking.NONE else None)
    wanted = {key for key in numbers if key is not None}
    known = {
        (lot.item_id, lot.number): lot
        for lot in Lot.objects.filter(item__in={i for i, _n in wanted}, number__in={n for _i, n in wanted})
    }
    new = {key: row for key, row in zip(numbers, lines, strict=True) if key is not None and key not in known}
    if new:
        drafts = [
            inventory.LotDraft(
                item_id=item_id,
                number=number,
                supplier_id=purchase.supplier_id,
                supplier_lot=row.supplier_lot or row.lot,
                expires_on=row.expires_on,
                origin_kind=ORIGIN,
                origin_id=receipt.pk,
            )
            for (item_id, number), row in new.items()
        ]
        known |= dict(zip(new, inventory.open_lots(ctx, drafts=drafts), strict=True))
    return [known[key] if key is not None else None for key in numbers]


def _put_away(
    ctx: Ctx,
    purchase: Purchase,
    receipt: Receipt,
    lines: Sequence[ReceivedLine],
    lots: Sequence[Lot | None],
    ordered: Mapping[int, PurchaseLine],
) -> None:
    supplier = sites.virtual(kind=LocationKind.SUPPLIER)
    if purchase.site is None:
        raise SiteMissing(number=purchase.number)
    goods = [
        (ordered[row.line.pk], lot, quantity, is_good)
        for row, lot in zip(lines, lots, strict=True)
        for quantity, is_good in ((row.quantity - row.rejected, True), (row.rejected, False))
        if quantity and ordered[row.line.pk].item.is_stocked
    ]
    good = [
        inventory_ports.Arrival(item_id=line.item_id, lot_id=lot.pk if lot else None, quantity=quantity)
        for line, lot, quantity, is_good in goods
        if is_good
    ]
    places = iter(inventory_ports.put_at(ctx, site=purchase.site, goods=good) if good else [])
    apart = sites.quarantine_of(site=purchase.site) if len(good) < len(goods) else None
    rate = rate_of(ctx, purchase)
    moves = [
        inventory.MoveDraft(
            item_id=line.item_id,
            lot_id=lot.pk if lot else None,
            quantity=quantity,
            source_id=supplier.pk,
            destination_id=(next(places) if is_good or apart is None else apart).pk,
            origin_kind=ORIGIN,
            origin_id=receipt.pk,
            unit_cost=(line.net_price * rate).quantize(COST_PLACES) if rate is not None else None,
        )
        for line, lot, quantity, is_good in goods
    ]
    if moves:
        inventory.move_stock(ctx, moves=moves)


def rate_of(ctx: Ctx, purchase: Purchase) -> Decimal | None:
    """What one unit of the order's currency is worth to us today; None while nobody has written a rate."""
    own = ctx.company.currency
    if purchase.currency == own:
        return Decimal(1)
    known = ledger.exchange_rates(currencies=[purchase.currency], into=own, on=ctx.today)
    return known.get(purchase.currency)


def _write_lines(
    receipt: Receipt,
    lines: Sequence[ReceivedLine],
    lots: Sequence[Lot | None],
    ordered: Mapping[int, PurchaseLine],
    sums: Sums,
) -> None:
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            purchase_line_id=row.line.pk,
            item_id=ordered[row.line.pk].item_id,
            lot=lot,
            quantity=row.quantity,
            rejected=row.rejected,
            reason=row.fault[:300],
        )
        for row, lot in zip(lines, lots, strict=True)
    )
    for pk, (received, rejected) in sums.items():
        line = ordered[pk]
        line.received += received
        line.rejected += rejected
        # Enough has come: what is missing is within what was agreed, and is not awaited any more.
        line.is_closed = line.is_closed or (
            line.under_tolerance > 0 and line.least_accepted <= line.accepted < line.quantity
        )
    PurchaseLine.objects.bulk_update([ordered[pk] for pk in sums], ["received", "rejected", "is_closed"])


def _tell(
    ctx: Ctx,
    purchase: Purchase,
    receipt: Receipt,
    lines: Sequence[ReceivedLine],
    lots: Sequence[Lot | None],
    ordered: Mapping[int, PurchaseLine],
) -> None:
    rows = [(row, ordered[row.line.pk], lot) for row, lot in zip(lines, lots, strict=True)]
    good = [one for one in rows if one[0].quantity > one[0].rejected]
    bad = [one for one in rows if one[0].rejected]
    if good:
        late = [
            (ctx.today - day).days for _r, line, _l in good if (day := line.confirmed_on or line.requested_on)
        ]
        ctx.emit(
            GoodsReceived(
                **_said(purchase, receipt, good),
                site_id=purchase.site_id or 0,
                receipt=receipt.number,
                goods=queries.in_words(
                    [(row.quantity - row.rejected, *_names(line, lot)) for row, line, lot in good]
                ),
                days_late=max(late, default=0),
            )
        )
    for reason in dict.fromkeys(row.fault for row, _line, _lot in bad):
        same = [one for one in bad if one[0].fault == reason]
        ctx.emit(
            GoodsRejected(
                **_said(purchase, receipt, same),
                goods=queries.in_words([(row.rejected, *_names(line, lot)) for row, line, lot in same]),
                quantity=sum((row.rejected for row, _line, _lot in same), Decimal(0)),
                reason=reason,
            )
        )


def _said(
    purchase: Purchase, receipt: Receipt, rows: Sequence[tuple[ReceivedLine, PurchaseLine, Lot | None]]
) -> dict[str, Any]:
    return {
        **said_of(purchase, [line for _row, line, _lot in rows]),
        "receipt_id": receipt.pk,
        "lot_ids": tuple(sorted({lot.pk for _row, _line, lot in rows if lot is not None})),
        "line_ids": tuple(sorted({line.pk for _row, line, _lot in rows})),
    }


def _names(line: PurchaseLine, lot: Lot | None) -> tuple[str, str]:
    name = f"{line.item.name} ({lot.number})" if lot else line.item.name
    return line.item.unit.code, name
