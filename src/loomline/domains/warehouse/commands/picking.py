"""From reserved stock to a pick list, and what to do when a place holds less than the books say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Reservation
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.sales.models.order import OPEN
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind, Site
from loomline.domains.warehouse import ports, queries
from loomline.domains.warehouse.commands.telling import about
from loomline.domains.warehouse.events import PickedShort, PickListWritten, ShipmentCancelled
from loomline.domains.warehouse.models import Package, Shipment, ShipmentLine, ShipmentState
from loomline.domains.warehouse.queries import ORDER_LINE, SHIPMENT_LINE
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance, advance_all

SHOWN = 5
ZERO = Decimal(0)


class OrderNotOpen(Refused):
    """Only what is promised is picked."""

    says = _("Order {number} is {state}. Confirm it before picking.")


class NothingToPick(Refused):
    """All of it has left or is being picked."""

    says = _("Nothing of order {number} is left to pick: all of it has left or is being picked.")


class NoSite(Refused):
    """Goods leave from a place."""

    says = _(
        "Order {number} does not say where it ships from, and there is no site of our own. Open a site first."
    )


class StockMissing(Warned):
    """Not everything is there."""

    says = _("Not everything is in stock. {shortages}. Accept to pick what is there and leave the rest open.")


class NothingInStock(Refused):
    """Nothing is there."""

    says = _("Nothing of order {number} is in stock at {site}. {shortages}. Receive or make it first.")


class NotPicking(Refused):
    """The list is closed."""

    says = _("Shipment {number} is {state}; its pick list can no longer be changed.")


class NotShort(Refused):
    """A short pick finds less."""

    says = _(
        "The list asks for {quantity} {unit}. A short pick finds between 0 and less than that, not {found}."
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes onto one shipment line: all or a part of a reservation."""

    line: OrderLine
    kept: Reservation
    quantity: Decimal


@command(label=_("Pick"), icon="clipboard-list", states=OPEN)
def pick_order(ctx: Ctx, *, order: Order, planned_on: date | None = None) -> Shipment:
    """Write the pick list of an order from what is reserved for it; the rest is reserved now."""
    return pick_orders(ctx, orders=[order], planned_on=planned_on)[0]


@command(hidden=True)
def pick_orders(ctx: Ctx, *, orders: list[Order], planned_on: date | None = None) -> list[Shipment]:
    """Write the pick lists of many orders at once."""
    lines = queries.lines_to_pick(order_ids=[order.pk for order in orders])
    _refuse_unpickable(orders, lines)
    site = _site_of(lines)
    parts, short = _parts(ctx, lines, site)
    _refuse_missing(ctx, lines, parts, short, site)

    shipments = _shipments(ctx, lines, parts, site, planned_on)
    written = _lines(ctx, shipments, parts)

    for shipment, rows in zip(shipments.values(), written.values(), strict=True):
        ctx.emit(
            PickListWritten(
                **about(shipment, shipment.order, [(row.item_id, row.lot_id) for row in rows]),
                lines=len(rows),
                site=shipment.site.name,
            )
        )
    return list(shipments.values())


@command(label=_("Found less"), icon="alert-triangle")
def short_pick(ctx: Ctx, *, line: ShipmentLine, found: Decimal, reason: str = "") -> Shipment:
    """Correct a place that held less than the books said, and take the rest from elsewhere."""
    shipment = lock(line.shipment)
    line = lock(line)
    missing = line.quantity - found
    if shipment.state != ShipmentState.PICKING:
        raise NotPicking(number=shipment.number, state=shipment.state.label.lower())
    if found < 0 or missing <= 0:
        raise NotShort(quantity=plain(line.quantity), unit=line.item.unit, found=plain(found))

    kept = _keep_only(ctx, line, found)
    _write_off(ctx, line, missing, reason, kept=kept)
    replaced, short = _replace(ctx, shipment, line, missing)
    if not found and not replaced and not shipment.lines.exists():
        advance(shipment, "cancel")

    ctx.emit(
        PickedShort(
            **about(shipment, shipment.order, [(line.item_id, line.lot_id)]),
            item=line.item.name,
            unit=line.item.unit.code,
            location=str(line.location),
            location_id=line.location_id,
            missing=missing,
            replaced=replaced,
            short=short,
        )
    )
    return shipment


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_shipment(ctx: Ctx, *, shipment: Shipment, reason: str) -> Shipment:
    """Give up a shipment that has not left; its goods stay reserved for the order."""
    return cancel_shipments(ctx, shipments=[shipment], reason=reason)[0]


@command(hidden=True)
def cancel_shipments(ctx: Ctx, *, shipments: list[Shipment], reason: str) -> list[Shipment]:
    """Give up shipments that have not left; their goods stay reserved for the orders."""
    locked = lock_all(shipments)
    lines: dict[int, list[ShipmentLine]] = defaultdict(list)
    for line in queries.lines_of(shipment_ids=[shipment.pk for shipment in locked]):
        lines[line.shipment_id].append(line)

    advance_all(locked, "cancel")
    Package.objects.filter(shipment__in=locked).delete()
    inventory.hand_back(ctx, holders=[(SHIPMENT_LINE, line.pk) for rows in lines.values() for line in rows])

    for shipment in locked:
        goods = [(line.item_id, line.lot_id) for line in lines[shipment.pk]]
        ctx.emit(ShipmentCancelled(**about(shipment, shipment.order, goods), reason=reason))
    return locked


@command(hidden=True)
def withdraw_orders(ctx: Ctx, *, order_ids: list[int], reason: str) -> list[Shipment]:
    """Stop picking for orders that will not be delivered, and free what was kept for them."""
    standing = list(queries.standing_shipments(order_ids=order_ids))
    cancelled = cancel_shipments(ctx, shipments=standing, reason=reason) if standing else []

    inventory.release(ctx, origins=[(ORDER_LINE, pk) for pk in queries.line_ids_of(order_ids=order_ids)])
    return cancelled


def _refuse_unpickable(orders: Sequence[Order], lines: Sequence[OrderLine]) -> None:
    open_orders = {line.order_id: line.order for line in lines}
    for order in orders:
        known = open_orders.get(order.pk)
        if known is None:
            raise NothingToPick(number=order)
        if known.state not in OPEN:
            raise OrderNotOpen(number=known, state=known.state.label.lower())


def _site_of(lines: Sequence[OrderLine]) -> dict[int, Site]:
    """The site each order ships from; one without any ships from the first of our own."""
    found = {line.order_id: line.order.site for line in lines if line.order.site is not None}
    without = [line.order for line in lines if line.order.site is None]
    if without:
        usual = sites.own_sites().order_by("pk").first()
        if usual is None:
            raise NoSite(number=without[0])
        found |= {order.pk: usual for order in without}
    return found


def _parts(
    ctx: Ctx, lines: Sequence[OrderLine], site: Mapping[int, Site]
) -> tuple[list[_Part], list[tuple[OrderLine, Decimal]]]:
    """What each line gets of what is reserved, and what is missing; reserves what is not reserved yet."""
    standing = queries.standing(line_ids=[line.pk for line in lines])
    wanted = {line.pk: line.open_quantity - standing.picked[line.pk] for line in lines}
    demands = []
    for line in lines:
        lack = wanted[line.pk] - sum((row.quantity for row in standing.reserved[line.pk]), ZERO)
        if lack > 0:
            demands.append(
                inventory.Demand(
                    item_id=line.item_id,
                    quantity=lack,
                    origin_kind=ORDER_LINE,
                    origin_id=line.pk,
                    site_id=site[line.order_id].pk,
                    customer_id=line.order.customer_id,
                    consigned=True,
                )
            )
    missing: dict[int, Decimal] = {}
    if demands:
        asking = {demand.origin_id for demand in demands}
        result = inventory.reserve(
            ctx,
            demands=demands,
            after=ports.promised_before(ctx, lines=[line for line in lines if line.pk in asking]),
        )
        for row in result.reserved:
            standing.reserved[row.origin_id].append(row)
        missing = {short.demand.origin_id: short.missing for short in result.short}
    parts = [part for line in lines for part in _fit(ctx, line, standing.reserved[line.pk], wanted[line.pk])]
    return parts, [(line, missing[line.pk]) for line in lines if line.pk in missing]


def _fit(ctx: Ctx, line: OrderLine, kept: Iterable[Reservation], wanted: Decimal) -> list[_Part]:
    """The reservations that a line needs; one that keeps more than is needed gives the rest back."""
    parts = []
    for row in kept:
        if wanted <= 0:
            break
        if row.quantity > wanted:
            inventory.shrink_reservation(ctx, reservation=row, quantity=wanted)
            row.quantity = wanted
        parts.append(_Part(line, row, row.quantity))
        wanted -= row.quantity
    return parts


def _refuse_missing(
    ctx: Ctx,
    lines: Sequence[OrderLine],
    parts: Sequence[_Part],
    short: Sequence[tuple[OrderLine, Decimal]],
    site: Mapping[int, Site],
) -> None:
    shortages = _shortages(short)
    served = {part.line.order_id for part in parts}
    for line in lines:
        if line.order_id not in served:
            if not shortages:
                raise NothingToPick(number=line.order)
            raise NothingInStock(number=line.order, site=site[line.order_id].name, shortages=shortages)
    if short:
        ctx.warn(StockMissing(shortages=shortages))


def _shortages(short: Sequence[tuple[OrderLine, Decimal]]) -> str:
    sentences = [
        _t("{item}: {missing} {unit} missing").format(
            item=line.item, missing=plain(missing), unit=line.item.unit
        )
        for line, missing in short[:SHOWN]
    ]
    if len(short) > SHOWN:
        sentences.append(_t("and {n} more").format(n=len(short) - SHOWN))
    return "; ".join(sentences)


def _shipments(
    ctx: Ctx,
    lines: Sequence[OrderLine],
    parts: Sequence[_Part],
    site: Mapping[int, Site],
    planned_on: date | None,
) -> dict[int, Shipment]:
    served = {part.line.order_id for part in parts}
    orders = {line.order_id: line.order for line in lines if line.order_id in served}
    made = Shipment.objects.bulk_create(
        Shipment(
            order=order,
            customer=order.customer,
            site=site[pk],
            carrier_id=order.carrier_id,
            ship_name=order.ship_name or order.customer.name,
            ship_address=order.ship_address,
            ship_latitude=order.ship_to.latitude if order.ship_to else None,
            ship_longitude=order.ship_to.longitude if order.ship_to else None,
            planned_on=planned_on or ctx.today,
            promised_on=order.promised_on,
            expected_on=order.expected_on,
            picked_at=ctx.now,
        )
        for pk, order in orders.items()
    )
    return dict(zip(orders, made, strict=True))


def _lines(
    ctx: Ctx, shipments: Mapping[int, Shipment], parts: Sequence[_Part]
) -> dict[int, list[ShipmentLine]]:
    position: dict[int, int] = defaultdict(int)
    rows = []
    for part in parts:
        position[part.line.order_id] += 1
        rows.append(
            ShipmentLine(
                shipment=shipments[part.line.order_id],
                position=position[part.line.order_id],
                order_line=part.line,
                item_id=part.kept.item_id,
                lot_id=part.kept.lot_id,
                location_id=part.kept.location_id,
                quantity=part.quantity,
            )
        )
    ShipmentLine.objects.bulk_create(rows)
    taken = {part.kept.pk: (SHIPMENT_LINE, row.pk) for part, row in zip(parts, rows, strict=True)}
    inventory.hand_over(ctx, reservations=taken)
    written: dict[int, list[ShipmentLine]] = {pk: [] for pk in shipments}
    for row, part in zip(rows, parts, strict=True):
        written[part.line.order_id].append(row)
    return written


def _keep_only(ctx: Ctx, line: ShipmentLine, found: Decimal) -> Reservation | None:
    """The line and its reservation shrink to what was found. Returns what was kept for it."""
    kept = Reservation.objects.filter(holder_kind=SHIPMENT_LINE, holder_id=line.pk).first()
    if kept is not None:
        inventory.shrink_reservation(ctx, reservation=kept, quantity=found)
    rows = ShipmentLine.objects.filter(pk=line.pk)
    if found:
        rows.update(quantity=found)
    else:
        rows.delete()
    return kept


def _write_off(
    ctx: Ctx, line: ShipmentLine, missing: Decimal, reason: str, *, kept: Reservation | None
) -> None:
    """What is not there is taken out of the books, so that nobody is sent to the same place again."""
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=line.item_id,
                lot_id=line.lot_id,
                owner_id=kept.owner_id if kept is not None else None,
                source_unit_id=kept.unit_id if kept is not None else None,
                quantity=missing,
                source_id=line.location_id,
                destination_id=sites.virtual(LocationKind.ADJUSTMENT).pk,
                origin_kind=SHIPMENT_LINE,
                origin_id=line.pk,
                reason=reason or _t("not found when picking"),
            )
        ],
    )


def _replace(ctx: Ctx, shipment: Shipment, line: ShipmentLine, missing: Decimal) -> tuple[Decimal, Decimal]:
    """Take what is missing from other places. Returns what was found there and what is still short."""
    demand = inventory.Demand(
        item_id=line.item_id,
        quantity=missing,
        origin_kind=ORDER_LINE,
        origin_id=line.order_line_id,
        site_id=shipment.site_id,
        customer_id=shipment.customer_id,
        consigned=True,
    )
    before = ports.promised_before(ctx, lines=[line.order_line])
    result = inventory.reserve(ctx, demands=[demand], after=before)
    last = shipment.lines.order_by("-position").values_list("position", flat=True).first() or 0
    rows = ShipmentLine.objects.bulk_create(
        ShipmentLine(
            shipment=shipment,
            position=last + n,
            order_line_id=line.order_line_id,
            item_id=row.item_id,
            lot_id=row.lot_id,
            location_id=row.location_id,
            quantity=row.quantity,
        )
        for n, row in enumerate(result.reserved, start=1)
    )
    if rows:
        taken = {kept.pk: (SHIPMENT_LINE, row.pk) for kept, row in zip(result.reserved, rows, strict=True)}
        inventory.hand_over(ctx, reservations=taken)
    replaced = sum((row.quantity for row in rows), ZERO)
    return replaced, missing - replaced
