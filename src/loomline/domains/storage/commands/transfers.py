"""Transfers: goods leave one of our sites, are in transit, and arrive at another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.inventory.models import Lot, StockMove
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind, Site
from loomline.domains.storage.events import (
    TransferCancelled,
    TransferClosed,
    TransferOpened,
    TransferReceived,
    TransferReleased,
    TransferShipped,
)
from loomline.domains.storage.models import Transfer, TransferLine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

LINE = "storage.transferline"
ZERO = Decimal(0)
# Line, item, lot, owner: what is in transit is known by these.
Key = tuple[int, int, int | None, int | None]


class NothingToTransfer(Refused):
    """A transfer without lines."""

    says = _("Name at least one item and a quantity above zero to transfer.")


class SameSite(Refused):
    """Goods that stay at a site are moved, not transferred."""

    says = _("{site} cannot send goods to itself. Move the stock to another location instead.")


class TransferShort(Warned):
    """Less can be reserved than is asked for."""

    says = _("Transfer {number}: {shortages}. Accept to send what there is.")


class MoreThanSent(Refused):
    """No more arrives than left."""

    says = _("{item}: {quantity} arrived, but only {in_transit} are on their way. Count the rest in.")


class NothingArrived(Refused):
    """A receipt of nothing."""

    says = _("Enter what arrived: at least one quantity above zero.")


@dataclass(frozen=True, kw_only=True)
class TransferLineDraft:
    """A line to be, in the item's stock unit; without a lot what goes first is taken."""

    item: Item
    quantity: Decimal
    lot: Lot | None = None


@dataclass(frozen=True, kw_only=True)
class ArrivedLine:
    """How much of a line arrived."""

    line: TransferLine
    quantity: Decimal


@command(creates=Transfer, label=_("New transfer"), icon="plus")
def open_transfer(
    ctx: Ctx,
    *,
    source: Site,
    destination: Site,
    lines: list[TransferLineDraft],
    planned_on: date | None = None,
    expected_on: date | None = None,
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Transfer:
    """Draft an order to bring goods from one site to another."""
    if source.pk == destination.pk:
        raise SameSite(site=source, at_field="destination")
    if not lines or any(line.quantity <= 0 for line in lines):
        raise NothingToTransfer

    transfer: Transfer = Transfer.objects.create(
        source=source,
        destination=destination,
        planned_on=planned_on,
        expected_on=expected_on,
        note=note,
        custom=dict(custom or {}),
    )
    rows = TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, position=n, item=line.item, lot=line.lot, quantity=line.quantity)
        for n, line in enumerate(lines, start=1)
    )

    ctx.emit(TransferOpened(**_about(transfer, rows), lines=len(rows)))
    return transfer


@command(move="release", label=_("Release"), icon="clipboard-check")
def release_transfer(ctx: Ctx, *, transfer: Transfer) -> Transfer:
    """Reserve the goods of a transfer at the site they leave."""
    transfer = lock(transfer)
    lines = _lines(transfer)

    advance(transfer, "release")
    demands = [
        inventory.Demand(
            item_id=line.item_id,
            lot_id=line.lot_id,
            quantity=line.quantity,
            origin_kind=LINE,
            origin_id=line.pk,
            site_id=transfer.source_id,
        )
        for line in lines.values()
    ]
    result = inventory.reserve(ctx, demands=demands)
    if result.short:
        wanted = [(lines[short.demand.origin_id].item, short.missing) for short in result.short]
        missing = [f"{item}: {plain(quantity)} {item.unit}" for item, quantity in wanted]
        shortages = _("{items} missing at {site}").format(items=", ".join(missing), site=transfer.source)
        ctx.warn(TransferShort(number=transfer, shortages=shortages))

    ctx.emit(TransferReleased(**_about(transfer, lines.values()), short=len(result.short)))
    return transfer


@command(move="ship", label=_("Ship"), icon="truck")
def ship_transfer(ctx: Ctx, *, transfer: Transfer) -> Transfer:
    """Let the reserved goods leave: they are in transit until the other site receives them."""
    transfer = lock(transfer)
    lines = _lines(transfer)

    advance(transfer, "ship", shipped_at=ctx.now)
    moves = inventory.issue_reserved(
        ctx,
        destination=sites.virtual(LocationKind.TRANSIT),
        origins=[(LINE, pk) for pk in lines],
        keeps_owner=True,
    )
    for move in moves:
        lines[move.origin_id or 0].shipped += move.quantity
    TransferLine.objects.bulk_update(lines.values(), ["shipped"])

    ctx.emit(
        TransferShipped(**_about(transfer, lines.values(), moves=moves), expected_on=transfer.expected_on)
    )
    return transfer


@command(move="receive", label=_("Receive"), icon="truck-delivery")
def receive_transfer(ctx: Ctx, *, transfer: Transfer, lines: list[ArrivedLine]) -> Transfer:
    """Take in what arrived and put it away; what is missing stays in transit."""
    transfer = lock(transfer)
    rows = _lines(transfer)
    arrived = _arrived(rows, lines)

    advance(transfer, "receive")
    moves = _take_in(ctx, transfer, arrived)
    for pk, quantity in arrived.items():
        rows[pk].received += quantity
    TransferLine.objects.bulk_update(rows.values(), ["received"])
    missing = sum((row.in_transit for row in rows.values()), ZERO)
    if not missing:
        advance(transfer, "complete", received_at=ctx.now)

    ctx.emit(TransferReceived(**_about(transfer, rows.values(), moves=moves), missing=missing))
    return transfer


@command(move="close", label=_("Close short"), icon="circle-x", danger=True)
def close_transfer(ctx: Ctx, *, transfer: Transfer, reason: str) -> Transfer:
    """Give up what is still in transit: it is written off."""
    transfer = lock(transfer)
    rows = _lines(transfer)
    missing = sum((row.in_transit for row in rows.values()), ZERO)

    advance(transfer, "close", reason=reason, received_at=ctx.now)
    adjustment = sites.virtual(LocationKind.ADJUSTMENT).pk
    drafts = [
        _out_of_transit(key, quantity, adjustment, reason=reason)
        for key, quantity in _in_transit(rows).items()
        if quantity > 0
    ]
    if drafts:
        inventory.move_stock(ctx, moves=drafts)

    ctx.emit(TransferClosed(**_about(transfer, rows.values()), missing=missing, reason=reason))
    return transfer


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_transfer(ctx: Ctx, *, transfer: Transfer, reason: str) -> Transfer:
    """Give a transfer up before it left; its goods are free again."""
    transfer = lock(transfer)
    rows = _lines(transfer)

    advance(transfer, "cancel", reason=reason)
    inventory.release(ctx, origins=[(LINE, pk) for pk in rows])

    ctx.emit(TransferCancelled(**_about(transfer, rows.values()), reason=reason))
    return transfer


def _lines(transfer: Transfer) -> dict[int, TransferLine]:
    rows = transfer.lines.select_related("item__unit")
    return {row.pk: row for row in lock_all(rows)}


def _arrived(rows: Mapping[int, TransferLine], lines: Sequence[ArrivedLine]) -> dict[int, Decimal]:
    arrived: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.quantity > 0:
            arrived[line.line.pk] += line.quantity
    if not arrived:
        raise NothingArrived
    for pk, quantity in arrived.items():
        row = rows.get(pk)
        if row is None or quantity > row.in_transit:
            item, sent = (row.item, row.in_transit) if row else (_("Another transfer"), ZERO)
            raise MoreThanSent(item=item, quantity=plain(quantity), in_transit=plain(sent))
    return dict(arrived)


def _take_in(ctx: Ctx, transfer: Transfer, arrived: Mapping[int, Decimal]) -> list[StockMove]:
    parts: list[tuple[Key, Decimal]] = []
    rest = dict(arrived)
    for key, quantity in _in_transit(rest).items():
        part = min(quantity, rest[key[0]])
        if part > 0:
            rest[key[0]] -= part
            parts.append((key, part))
    goods = [
        inventory_ports.Arrival(item_id=item, lot_id=lot, quantity=part)
        for (_line, item, lot, _owner), part in parts
    ]
    places = inventory_ports.put_at(ctx, site=transfer.destination, goods=goods)
    drafts = [_out_of_transit(key, part, place.pk) for (key, part), place in zip(parts, places, strict=True)]
    return inventory.move_stock(ctx, moves=drafts)


def _in_transit(line_ids: Iterable[int]) -> dict[Key, Decimal]:
    """What of these lines left and has not come out of transit, by line, item, lot and owner."""
    transit = sites.virtual(LocationKind.TRANSIT).pk
    found: dict[Key, Decimal] = defaultdict(Decimal)
    rows = StockMove.objects.filter(origin_kind=LINE, origin_id__in=list(line_ids)).order_by()
    sums = rows.values_list("origin_id", "item_id", "lot_id", "owner_id", "source_id", "destination_id")
    for line, item, lot, owner, source, destination, quantity in sums.annotate(Sum("quantity")):
        sign = int(destination == transit) - int(source == transit)
        found[line, item, lot, owner] += sign * quantity
    return dict(sorted(found.items(), key=lambda one: (one[0][0], one[0][2] or 0)))


def _out_of_transit(key: Key, quantity: Decimal, place: int, *, reason: str = "") -> inventory.MoveDraft:
    line, item, lot, owner = key
    return inventory.MoveDraft(
        item_id=item,
        lot_id=lot,
        owner_id=owner,
        quantity=quantity,
        source_id=sites.virtual(LocationKind.TRANSIT).pk,
        destination_id=place,
        origin_kind=LINE,
        origin_id=line,
        reason=reason,
    )


def _about(
    transfer: Transfer, lines: Iterable[TransferLine], *, moves: Sequence[StockMove] = ()
) -> dict[str, Any]:
    rows = list(lines)
    lots = {row.lot_id for row in rows if row.lot_id} | {move.lot_id for move in moves if move.lot_id}
    return {
        "transfer_id": transfer.pk,
        "number": transfer.number,
        "site_ids": (transfer.source_id, transfer.destination_id),
        "source": str(transfer.source),
        "destination": str(transfer.destination),
        "item_ids": tuple(sorted({row.item_id for row in rows})),
        "lot_ids": tuple(sorted(lots)),
    }
