"""Refusing goods after they were taken in, sending them back, and undoing a receipt entered by mistake."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import StockMove
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.ending import await_goods, reopen_purchase
from loomline.domains.procurement.commands.ordering import GoesToCustomer, said_of
from loomline.domains.procurement.commands.receiving import ORIGIN
from loomline.domains.procurement.events import GoodsRejected, GoodsReturned, ReceiptReversed
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, Receipt, ReceiptLine
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class MoreThanAccepted(Refused):
    """Only what was taken can be rejected later."""

    says = _("{item}: {quantity} cannot be rejected; {accepted} {unit} of this receipt were taken.")


class NothingToReturn(Refused):
    """Only what was rejected goes back."""

    says = _("{item}: {quantity} cannot go back; {waiting} {unit} rejected goods are waiting.")


class WhyRejected(Refused):
    """The supplier wants to know why."""

    says = _("Say why the goods are rejected: the supplier will ask.")


@command(label=_("Reject"), icon="circle-x", danger=True)
def reject_goods(ctx: Ctx, *, receipt_line: ReceiptLine, quantity: Decimal, reason: str) -> ReceiptLine:
    """Refuse goods that were taken in and proved bad: they stand apart, and the supplier owes them again."""
    row = lock(receipt_line)
    purchase = lock(row.receipt.purchase)

    if not reason.strip():
        raise WhyRejected(at_field="reason")
    if not 0 < quantity <= row.accepted:
        taken = plain(row.accepted)
        raise MoreThanAccepted(
            item=row.item, quantity=plain(quantity), accepted=taken, unit=row.item.unit, at_field="quantity"
        )

    site = _site(row)
    _move(ctx, row, quantity, sites.storage_of(site=site), sites.quarantine_of(site=site), reason=reason)
    ReceiptLine.objects.filter(pk=row.pk).update(rejected=F("rejected") + quantity, reason=reason[:300])
    PurchaseLine.objects.filter(pk=row.purchase_line_id).update(
        rejected=F("rejected") + quantity, is_closed=False
    )
    if purchase.state == PurchaseState.RECEIVED:
        reopen_purchase(ctx, purchase=purchase, reason=reason)
    row.rejected += quantity

    goods, lines = _goods(row, quantity), (row.purchase_line_id,)
    ctx.emit(
        GoodsRejected(**_said(row, purchase), line_ids=lines, goods=goods, quantity=quantity, reason=reason)
    )
    return row


@command(label=_("Send back"), icon="truck-return")
def return_goods(ctx: Ctx, *, receipt_line: ReceiptLine, quantity: Decimal | None = None) -> ReceiptLine:
    """Send rejected goods back to the supplier; without a quantity, all that wait."""
    row = lock(receipt_line)
    waiting = row.rejected - row.returned
    amount = waiting if quantity is None else quantity

    if not 0 < amount <= waiting:
        raise NothingToReturn(
            item=row.item, quantity=plain(amount), waiting=plain(waiting), unit=row.item.unit
        )

    apart = sites.quarantine_of(site=_site(row))
    _move(ctx, row, amount, apart, sites.virtual(kind=LocationKind.SUPPLIER), reason=row.reason)
    ReceiptLine.objects.filter(pk=row.pk).update(returned=F("returned") + amount)
    row.returned += amount

    ctx.emit(GoodsReturned(**_said(row, row.receipt.purchase), goods=_goods(row, amount)))
    return row


@command(move="reverse", label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_receipt(ctx: Ctx, *, receipt: Receipt, reason: str) -> Receipt:
    """Take back a receipt entered by mistake: its stock moves are reversed, the goods awaited again."""
    # Bills hold the lines of receipts, so these come first.
    rows: list[ReceiptLine] = lock_all(receipt.lines.select_related("item__unit", "lot"))
    receipt = lock(receipt)
    purchase = lock(receipt.purchase)
    ordered = {line.pk: line for line in lock_all(purchase.lines.all())}

    advance(receipt, "reverse")
    _undo_moves(ctx, receipt, reason)
    for row in rows:
        ordered[row.purchase_line_id].received -= row.quantity
        ordered[row.purchase_line_id].rejected -= row.rejected
        ordered[row.purchase_line_id].is_closed = False
    PurchaseLine.objects.bulk_update(ordered.values(), ["received", "rejected", "is_closed"])
    if purchase.state in (PurchaseState.RECEIVED, PurchaseState.CLOSED):
        purchase = reopen_purchase(ctx, purchase=purchase, reason=reason)
    if not any(line.received for line in ordered.values()):
        await_goods(ctx, purchase=purchase)

    ctx.emit(
        ReceiptReversed(
            **said_of(purchase, [ordered[row.purchase_line_id] for row in rows]),
            receipt_id=receipt.pk,
            lot_ids=tuple(sorted({row.lot_id for row in rows if row.lot_id})),
            line_ids=tuple(sorted({row.purchase_line_id for row in rows})),
            receipt=receipt.number,
            reason=reason,
        )
    )
    return receipt


def _undo_moves(ctx: Ctx, receipt: Receipt, reason: str) -> None:
    moves = stock.moves_of(kind=ORIGIN, ids=[receipt.pk]).filter(
        reverses__isnull=True, reversed_by__isnull=True
    )
    undone: list[StockMove] = list(moves)
    if undone:
        inventory.reverse_moves(ctx, moves=undone, reason=reason)


def _move(
    ctx: Ctx, row: ReceiptLine, quantity: Decimal, source: Location, target: Location, *, reason: str
) -> None:
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=row.item_id,
                lot_id=row.lot_id,
                quantity=quantity,
                source_id=source.pk,
                destination_id=target.pk,
                origin_kind=ORIGIN,
                origin_id=row.receipt_id,
                reason=reason[:200],
            )
        ],
    )


def _site(row: ReceiptLine) -> Site:
    """Where the goods of a receipt came to."""
    receipt = row.receipt
    if receipt.site is None:
        raise GoesToCustomer(number=receipt.purchase.number, customer=receipt.purchase.customer)
    return receipt.site


def _said(row: ReceiptLine, purchase: Purchase) -> dict[str, Any]:
    lots = (row.lot_id,) if row.lot_id else ()
    return {**said_of(purchase, [row.purchase_line]), "receipt_id": row.receipt_id, "lot_ids": lots}


def _goods(row: ReceiptLine, quantity: Decimal) -> str:
    name = f"{row.item.name} ({row.lot.number})" if row.lot else row.item.name
    return queries.in_words([(quantity, row.item.unit.code, name)])
