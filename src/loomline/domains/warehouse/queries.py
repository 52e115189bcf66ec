"""What is to be picked, packed and shipped, and what is on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from loomline.domains.catalog.models import ItemKind
from loomline.domains.inventory.models import Lot, LotState, Reservation
from loomline.domains.sales.models import Delivery, Order, OrderLine
from loomline.domains.sales.models.order import OPEN
from loomline.domains.warehouse.models import CompanyPrefix, Package, Shipment, ShipmentLine, ShipmentState
from loomline.kernel.prepared import AnyOf, prepared
from loomline.kernel.record import lock_keys

ORDER_LINE = "sales.orderline"
SHIPMENT_LINE = "warehouse.shipmentline"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far order lines are: what is reserved for each, and how much of it stands picked."""

    reserved: dict[int, list[Reservation]]
    picked: dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How much of an order could be shipped now."""

    order_id: int
    open: Decimal
    reserved: Decimal
    picked: Decimal

    @property
    def is_complete(self) -> bool:
        """True when all that is open is reserved or picked."""
        return self.reserved + self.picked >= self.open


@prepared
def _lines_to_pick() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(
        AnyOf("order", "orders"), shipped__lt=F("quantity"), item__kind=ItemKind.STOCK
    ).exclude(delivery=Delivery.DIRECT)
    rows = rows.select_related("order__site", "order__ship_to", "order__customer", "item__unit")
    return rows.order_by("order_id", "position", "pk").select_for_update(of=("self", "order"))


def lines_to_pick(*, order_ids: Iterable[int]) -> list[OrderLine]:
    """The open lines of orders that are kept in stock, locked together with their orders in one statement."""
    return _lines_to_pick(orders=list(order_ids))


@prepared
def _standing() -> QuerySet[Reservation]:
    rows = Reservation.objects.filter(AnyOf("origin_id", "lines"), origin_kind=ORDER_LINE)
    return rows.order_by("pk").select_for_update()


def standing(*, line_ids: Iterable[int]) -> Standing:
    """What is reserved for order lines, locked, and how much of it shipments hold. One statement."""
    reserved: dict[int, list[Reservation]] = defaultdict(list)
    picked: dict[int, Decimal] = defaultdict(Decimal)
    for row in _standing(lines=list(line_ids)):
        if row.holder_kind:
            picked[row.origin_id] += row.quantity
        else:
            reserved[row.origin_id].append(row)
    return Standing(reserved, picked)


def standing_shipments(*, order_ids: Iterable[int]) -> QuerySet[Shipment]:
    """The shipments of orders that have not left yet."""
    return Shipment.objects.filter(
        order__in=list(order_ids), state__in=(ShipmentState.PICKING, ShipmentState.PACKED)
    )


def line_ids_of(*, order_ids: Iterable[int]) -> list[int]:
    """The lines of orders."""
    return list(
        OrderLine.objects.filter(order__in=list(order_ids)).order_by("pk").values_list("pk", flat=True)
    )


@prepared
def _lines_of() -> QuerySet[ShipmentLine]:
    rows = ShipmentLine.objects.filter(AnyOf("shipment", "shipments"))
    rows = rows.select_related("item__unit", "lot", "location", "shipment__order", "shipment__site")
    return rows.order_by("shipment_id", "position", "pk")


def lines_of(*, shipment_ids: Iterable[int]) -> list[ShipmentLine]:
    """The lines of shipments with item, lot and place, in the order of a pick round. One statement."""
    return _lines_of(shipments=list(shipment_ids))


@prepared
def _lines_to_move() -> QuerySet[ShipmentLine]:
    rows = ShipmentLine.objects.filter(AnyOf("shipment", "shipments"))
    rows = rows.select_related("item__unit", "lot", "location", "shipment__order", "shipment__site")
    return rows.order_by("shipment_id", "position", "pk").select_for_update(of=("self", "shipment"))


def to_move(*, shipment_ids: Iterable[int]) -> tuple[list[Shipment], list[ShipmentLine]]:
    """Shipments and their lines, locked together in one statement; a line knows its shipment of these."""
    wanted = sorted(set(shipment_ids))
    lines = _lines_to_move(shipments=wanted)
    found: dict[int, Shipment] = {}
    for line in lines:
        line.shipment = found.setdefault(line.shipment_id, line.shipment)
    bare = [pk for pk in wanted if pk not in found]
    found |= {one.pk: one for one in (lock_keys(Shipment, bare) if bare else ())}
    return [found[pk] for pk in wanted if pk in found], lines


def pick_round(*, shipment: Shipment) -> list[ShipmentLine]:
    """The lines of a shipment in the order in which a person walks past their places."""
    rows = shipment.lines.select_related("item__unit", "lot", "location", "order_line")
    return list(rows.order_by("location__path", "item__sku", "lot__expires_on", "pk"))


def held_lots(*, shipment: Shipment) -> list[Lot]:
    """The lots of a shipment that may not be used now, so that it cannot leave."""
    rows = Lot.objects.filter(shipment_lines__shipment=shipment).exclude(state=LotState.AVAILABLE)
    return list(rows.select_related("item").distinct())


def packages_of(*, shipment: Shipment) -> list[Package]:
    """The packages of a shipment with what is in them. Two statements."""
    return list(shipment.packages.prefetch_related("contents__line__item__unit", "contents__line__lot"))


def to_pick(*, site_id: int | None = None) -> QuerySet[Order]:
    """Confirmed orders of which something is neither shipped nor being picked, the most urgent first."""
    held = Reservation.objects.filter(
        origin_kind=ORDER_LINE, origin_id=OuterRef("pk"), holder_kind=SHIPMENT_LINE
    )
    picked = held.order_by().values("origin_id").annotate(total=Sum("quantity")).values("total")
    open_lines = OrderLine.objects.filter(order=OuterRef("pk"), item__kind=ItemKind.STOCK)
    open_lines = open_lines.exclude(delivery=Delivery.DIRECT).annotate(
        picked=Coalesce(Subquery(picked), Decimal(0))
    )
    rows = Order.objects.filter(
        Exists(open_lines.filter(quantity__gt=F("shipped") + F("picked"))), state__in=OPEN
    )
    if site_id is not None:
        rows = rows.filter(site=site_id)
    return rows.select_related("customer").order_by("promised_on", "pk")


def readiness(*, order_ids: Sequence[int]) -> dict[int, Readiness]:
    """How much of each order is open, reserved and picked. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.order_id, sum(l.quantity - l.shipped), coalesce(sum(r.kept), 0),"
            " coalesce(sum(r.held), 0)"
            " FROM sales_orderline l JOIN catalog_item i ON i.id = l.item_id AND i.kind = 'stock'"
            " LEFT JOIN LATERAL (SELECT sum(quantity) FILTER (WHERE holder_kind = '') AS kept,"
            "  sum(quantity) FILTER (WHERE holder_kind <> '') AS held FROM inventory_reservation"
            "  WHERE origin_kind = %s AND origin_id = l.id) r ON true"
            " WHERE l.order_id = ANY(%s) AND l.shipped < l.quantity GROUP BY l.order_id",
            [ORDER_LINE, list(order_ids)],
        )
        return {row[0]: Readiness(*row) for row in cursor.fetchall()}


def prefix_in_use() -> CompanyPrefix | None:
    """The company's own GS1 prefix, once it is entered."""
    return CompanyPrefix.objects.filter(is_active=True).first()


def underway() -> QuerySet[Shipment]:
    """Shipments between our door and the customer's, the ones that arrive first at the top."""
    rows = Shipment.objects.filter(state=ShipmentState.SHIPPED).select_related(
        "customer", "carrier", "order", "site"
    )
    return rows.order_by("expected_on", "pk")


def late(*, on: date) -> QuerySet[Shipment]:
    """Shipments that are expected after their promise, or should have arrived before this day."""
    return underway().filter(Q(expected_on__gt=F("promised_on")) | Q(expected_on__lt=on))


def punctuality(*, starts_on: date, ends_on: date) -> tuple[int, int]:
    """Of the shipments delivered in [starts_on, ends_on): how many came by their promise, of how many."""
    done = Shipment.objects.filter(state=ShipmentState.DELIVERED, promised_on__isnull=False)
    done = done.filter(delivered_at__date__gte=starts_on, delivered_at__date__lt=ends_on)
    return done.filter(delivered_at__date__lte=F("promised_on")).count(), done.count()
