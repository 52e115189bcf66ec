"""Out of the door, on the way, at the customer's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import LotState
from loomline.domains.sales import commands as sales
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.domains.warehouse import ports, queries
from loomline.domains.warehouse.commands.telling import about
from loomline.domains.warehouse.events import ShipmentDelayed, ShipmentDelivered, ShipmentLeft, ShipmentSeen
from loomline.domains.warehouse.models import Shipment, ShipmentLine, ShipmentState
from loomline.domains.warehouse.queries import SHIPMENT_LINE
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import MoveRefused, Refused, Warned
from loomline.kernel.state import advance_all


class NothingToShip(Refused):
    """An empty shipment."""

    says = _("Shipment {number} has no lines. Cancel it, or pick the order again.")


class LotNotFree(Refused):
    """The goods may not be used."""

    says = _("Lot {lot} of {item} is {state}: {reason}. Release the lot, or pick another one.")


class LotExpired(Warned):
    """The goods are past their day."""

    says = _("Lot {lot} of {item} expired on {expires_on}.")


class ReservationGone(Refused):
    """The stock went elsewhere."""

    says = _(
        "Part of what shipment {number} was to carry is no longer reserved for it. Cancel it and pick again."
    )


class HeldBack(Refused):
    """Somebody keeps the goods here."""

    says = _("Shipment {number} of order {order} may not leave: {reason}")


class NotUnderway(Refused):
    """Only what is on its way is seen or delayed."""

    says = _("Shipment {number} is {state}; it is not on its way.")


class SameDay(Refused):
    """A day that is expected already."""

    says = _("Shipment {number} is already expected on {expected_on}.")


class PlaceUnknown(Refused):
    """A position that is none."""

    says = _("Enter a place, or a latitude from -90 to 90 and a longitude from -180 to 180.")


class DeliveredTooSoon(Refused):
    """Goods cannot arrive before they left, nor tomorrow."""

    says = _(
        "Shipment {number} left at {shipped_at}; it was delivered between then and now, not at"
        " {delivered_at}."
    )


@command(move="ship", label=_("Ship"), icon="truck")
def ship_shipment(
    ctx: Ctx, *, shipment: Shipment, expected_on: date | None = None, tracking: str = ""
) -> Shipment:
    """Let a shipment leave: its goods go out of stock to the customer."""
    values: dict[str, Any] = {"expected_on": expected_on} if expected_on else {}
    if tracking:
        values["tracking"] = tracking
    return _ship(ctx, [shipment], values)[0]


@command(hidden=True)
def ship_shipments(ctx: Ctx, *, shipments: list[Shipment]) -> list[Shipment]:
    """Let many shipments leave at once, as when the lorry is loaded."""
    return _ship(ctx, shipments, {})


def _ship(ctx: Ctx, shipments: Sequence[Shipment], values: Mapping[str, Any]) -> list[Shipment]:
    locked, lines = queries.to_move(shipment_ids=[shipment.pk for shipment in shipments])
    _refuse_unshippable(ctx, locked, lines)

    # The order is locked before the stock, as picking does, so that the two never wait for each other.
    noted = sales.record_shipped(ctx, shipped=_by_order_line(lines), arrives=_arrivals(locked, lines, values))
    orders = {order.pk: order for order in noted}
    for shipment in locked:
        shipment.order = orders.get(shipment.order_id, shipment.order)
    moves = inventory.issue_reserved(
        ctx,
        holders=[(SHIPMENT_LINE, line.pk) for line in lines],
        destination=sites.virtual(LocationKind.CUSTOMER),
    )
    _refuse_incomplete(locked, lines, {move.origin_id: move.quantity for move in moves})
    advance_all(locked, "ship", shipped_at=ctx.now, **values)

    by_shipment: dict[int, list[ShipmentLine]] = defaultdict(list)
    for line in lines:
        by_shipment[line.shipment_id].append(line)
    for shipment in locked:
        ctx.emit(_left(shipment, by_shipment[shipment.pk]))
    return locked


@command(move="deliver", label=_("Deliver"), icon="circle-check")
def deliver_shipment(
    ctx: Ctx, *, shipment: Shipment, received_by: str = "", delivered_at: datetime | None = None
) -> Shipment:
    """Note that the customer has the goods, and who took them."""
    return _deliver(ctx, [shipment], received_by=received_by, delivered_at=delivered_at or ctx.now)[0]


@command(hidden=True)
def deliver_shipments(ctx: Ctx, *, shipments: list[Shipment]) -> list[Shipment]:
    """Note that the customers have the goods of many shipments."""
    return _deliver(ctx, shipments, received_by="", delivered_at=ctx.now)


def _deliver(
    ctx: Ctx, shipments: Sequence[Shipment], *, received_by: str, delivered_at: datetime
) -> list[Shipment]:
    locked = lock_all(Shipment.objects.filter(pk__in=[s.pk for s in shipments]).select_related("order"))
    for shipment in locked:
        left = shipment.shipped_at
        if delivered_at > ctx.now or (left is not None and delivered_at < left):
            raise DeliveredTooSoon(number=shipment, shipped_at=left, delivered_at=delivered_at)

    on = delivered_at.astimezone(ctx.company.zone).date()
    advance_all(locked, "deliver", delivered_at=delivered_at, received_by=received_by, expected_on=on)

    for shipment in locked:
        late = max((on - shipment.promised_on).days, 0) if shipment.promised_on else 0
        ctx.emit(
            ShipmentDelivered(
                **about(shipment, shipment.order),
                delivered_on=on,
                promised_on=shipment.promised_on,
                days_late=late,
                punctually=ngettext("{n} day late", "{n} days late", late).format(n=late)
                if late
                else _t("on time"),
                received_by=received_by,
            )
        )
    return locked


@command(label=_("Seen"), icon="map-pin", states=(ShipmentState.SHIPPED,))
def report_position(
    ctx: Ctx,
    *,
    shipment: Shipment,
    place: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    seen_at: datetime | None = None,
) -> Shipment:
    """Note where a shipment was seen; an older sighting than the last one changes nothing on the map."""
    shipment = lock(shipment)
    if shipment.state != ShipmentState.SHIPPED:
        raise NotUnderway(number=shipment, state=shipment.state.label.lower())
    _refuse_unclear(place, latitude, longitude)

    at = seen_at or ctx.now
    if shipment.seen_at is None or at >= shipment.seen_at:
        shipment.latitude, shipment.longitude = latitude, longitude
        shipment.place, shipment.seen_at = place, at
        shipment.save(update_fields=["latitude", "longitude", "place", "seen_at"])

    shown = place or f"{latitude}, {longitude}"
    ctx.emit(ShipmentSeen(**about(shipment, shipment.order), place=shown))
    return shipment


@command(label=_("Report delay"), icon="calendar-event", states=(ShipmentState.SHIPPED,))
def report_delay(ctx: Ctx, *, shipment: Shipment, expected_on: date, reason: str) -> Shipment:
    """Note that a shipment will arrive on another day than was expected, and why."""
    shipment = lock(shipment)
    if shipment.state in (ShipmentState.DELIVERED, ShipmentState.CANCELLED):
        raise NotUnderway(number=shipment, state=shipment.state.label.lower())
    before = shipment.expected_on or shipment.promised_on or ctx.today
    if expected_on == shipment.expected_on:
        raise SameDay(number=shipment, expected_on=expected_on)

    late = shipment.promised_on is not None and expected_on > shipment.promised_on
    shipment.expected_on, shipment.delay_reason = expected_on, reason if late else ""
    shipment.save(update_fields=["expected_on", "delay_reason"])

    lines = list(shipment.lines.values_list("order_line_id", "item_id", "lot_id"))
    ctx.emit(
        ShipmentDelayed(
            **about(shipment, shipment.order, [(item, lot) for _line, item, lot in lines]),
            order_line_ids=tuple(sorted({line for line, _item, _lot in lines})),
            days=(expected_on - before).days,
            before=before,
            expected_on=expected_on,
            reason=reason,
            tone="warn" if late else "ok",
        )
    )
    return shipment


def _refuse_unclear(place: str, latitude: Decimal | None, longitude: Decimal | None) -> None:
    if latitude is None or longitude is None:
        if not place or latitude is not longitude:
            raise PlaceUnknown(at_field="place")
    elif not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PlaceUnknown(at_field="latitude")


def _refuse_unshippable(ctx: Ctx, shipments: Sequence[Shipment], lines: Sequence[ShipmentLine]) -> None:
    filled = {line.shipment_id for line in lines}
    for shipment in shipments:
        if shipment.state not in (ShipmentState.PICKING, ShipmentState.PACKED):
            raise MoveRefused(
                _("{what} is {state}; it cannot {move} now."),
                what=shipment.sentence_name(),
                state=shipment.state.label.lower(),
                move="ship",
            )
        if shipment.pk not in filled:
            raise NothingToShip(number=shipment)
    _refuse_held(ctx, lines)
    for line in lines:
        lot = line.lot
        if lot is None:
            continue
        if lot.state != LotState.AVAILABLE:
            raise LotNotFree(lot=lot, item=line.item, state=lot.state.label.lower(), reason=lot.reason)
        if lot.is_expired(ctx.today):
            ctx.warn(LotExpired(lot=lot, item=line.item, expires_on=lot.expires_on))


def _refuse_held(ctx: Ctx, lines: Sequence[ShipmentLine]) -> None:
    shipments = {line.shipment_id: line.shipment for line in lines}
    orders = {shipment.order_id: shipment.order for shipment in shipments.values()}
    held = ports.may_leave(ctx, orders=list(orders.values()))
    for shipment in shipments.values():
        if shipment.order_id in held:
            raise HeldBack(number=shipment, order=shipment.order, reason=held[shipment.order_id])


def _refuse_incomplete(
    shipments: Sequence[Shipment], lines: Sequence[ShipmentLine], issued: Mapping[int | None, Decimal]
) -> None:
    numbers = {shipment.pk: shipment for shipment in shipments}
    for line in lines:
        if issued.get(line.pk) != line.quantity:
            raise ReservationGone(number=numbers[line.shipment_id])


def _by_order_line(lines: Sequence[ShipmentLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.order_line_id] += line.quantity
    return dict(found)


def _arrivals(
    shipments: Sequence[Shipment], lines: Sequence[ShipmentLine], values: Mapping[str, Any]
) -> dict[int, date]:
    """When the goods of each order line will be there, as far as the shipments say it."""
    days = {shipment.pk: values.get("expected_on", shipment.expected_on) for shipment in shipments}
    found: dict[int, date] = {}
    for line in lines:
        day = days[line.shipment_id]
        if day is not None:
            found[line.order_line_id] = max(day, found.get(line.order_line_id, day))
    return found


def _left(shipment: Shipment, lines: Sequence[ShipmentLine]) -> ShipmentLeft:
    return ShipmentLeft(
        **about(shipment, lines[0].shipment.order, [(line.item_id, line.lot_id) for line in lines]),
        site=lines[0].shipment.site.name,
        expected_on=shipment.expected_on,
        quantities=tuple((line.order_line_id, str(line.quantity)) for line in lines),
    )
