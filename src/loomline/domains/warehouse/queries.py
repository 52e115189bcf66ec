"""What is to be picked, packed and shipped, and what is on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from loomline.domains.catalog.models import ItemKind
from loomline.domains.inventory.models import Lot, LotState, Reservation
from loomline.domains.parties.models import Party
from loomline.domains.sales.models import Delivery, Order, OrderLine
from loomline.domains.sales.models.order import OPEN
from loomline.domains.sites.models import LocationKind, Site
from loomline.domains.warehouse.models import CompanyPrefix, Package, Shipment, ShipmentLine, ShipmentState
from loomline.kernel.access import visible
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, fetch, prepared
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
    """What of an order is still to be picked, and how many of its lines lie there whole, or in part."""

    order_id: int
    lines: int
    whole: int
    begun: int

    @property
    def is_complete(self) -> bool:
        """True when all of it lies there."""
        return self.whole == self.lines

    @property
    def is_there(self) -> bool:
        """True when at least some of it lies there."""
        return self.begun > 0


@dataclass(frozen=True, slots=True)
class ToPick:
    """An order to pick: how ready it is, where it leaves from and with whom, and by when."""

    ready: Readiness
    site_id: int | None
    carrier_id: int | None
    due_on: date

    def days_late(self, on: date) -> int:
        """Days past the day that it was promised for."""
        return max((on - self.due_on).days, 0)


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


# What each open line lacks, what is reserved for it, and its share of what lies free where it ships from:
# who was confirmed first is served first, so that all orders that are complete can be picked at once.
READY = """
WITH wanting AS MATERIALIZED (
    SELECT l.id, l.order_id, l.item_id, o.confirmed_at, coalesce(o.site_id, usual.id) AS site_id,
        l.quantity - l.shipped - coalesce(r.picked, 0) AS wanted,
        least(coalesce(r.reserved, 0), l.quantity - l.shipped - coalesce(r.picked, 0)) AS reserved
    FROM sales_order o JOIN sales_orderline l ON l.order_id = o.id
    JOIN catalog_item i ON i.id = l.item_id AND i.kind = %(stock)s
    LEFT JOIN (SELECT min(id) AS id FROM sites_site WHERE party_id IS NULL AND is_active) usual ON true
    LEFT JOIN LATERAL (
        SELECT sum(quantity) FILTER (WHERE holder_kind = '') AS reserved,
            sum(quantity) FILTER (WHERE holder_kind = %(held)s) AS picked
        FROM inventory_reservation WHERE origin_kind = %(line)s AND origin_id = l.id
    ) r ON true
    WHERE o.state = ANY (%(open)s::text[]) AND l.delivery <> %(direct)s
        AND l.quantity > l.shipped + coalesce(r.picked, 0)
), free AS (
    SELECT b.item_id, p.site_id, sum(b.on_hand - b.reserved) AS quantity
    FROM inventory_balance b JOIN sites_location p ON p.id = b.location_id
    LEFT JOIN inventory_lot t ON t.id = b.lot_id
    LEFT JOIN parties_party w ON w.id = b.owner_id
    WHERE b.item_id IN (SELECT item_id FROM wanting WHERE reserved < wanted)
        AND b.on_hand > b.reserved AND p.kind = %(storage)s
        AND (t.id IS NULL OR t.state = %(good)s AND (t.expires_on IS NULL OR t.expires_on >= %(on)s))
        AND (w.id IS NULL OR w.is_supplier AND NOT w.is_customer)
        AND NOT EXISTS (SELECT FROM inventory_freeze f WHERE (f.item_id, f.location_id) = (b.item_id, p.id))
    GROUP BY 1, 2
), served AS (
    SELECT w.order_id, w.wanted, w.reserved + greatest(0, least(
        w.wanted - w.reserved,
        coalesce(f.quantity, 0) - sum(w.wanted - w.reserved) OVER turn + w.wanted - w.reserved
    )) AS there
    FROM wanting w LEFT JOIN free f ON f.item_id = w.item_id AND f.site_id = w.site_id
    WINDOW turn AS (
        PARTITION BY w.item_id, w.site_id ORDER BY w.confirmed_at, w.order_id, w.id
        ROWS UNBOUNDED PRECEDING
    )
)
SELECT order_id, count(*), count(*) FILTER (WHERE there >= wanted), count(*) FILTER (WHERE there > 0)
FROM served GROUP BY 1 ORDER BY 1
"""


def readiness(*, on: date) -> dict[int, Readiness]:
    """The confirmed orders of which something is neither shipped nor being picked, and how much of it lies
    there. One statement.
    """
    values = {
        "stock": str(ItemKind.STOCK),
        "line": ORDER_LINE,
        "held": SHIPMENT_LINE,
        "open": [str(state) for state in OPEN],
        "direct": str(Delivery.DIRECT),
        "storage": str(LocationKind.STORAGE),
        "good": str(LotState.AVAILABLE),
        "on": on,
    }
    return {row[0]: Readiness(*row) for row in fetch(READY, values)}


def to_pick(ctx: Ctx) -> list[ToPick]:
    """The orders to pick that the person may see, the most urgent first. Two statements."""
    ready = readiness(on=ctx.today)
    rows = visible(ctx, Order).filter(pk__in=list(ready)).order_by("pk")
    found = [
        ToPick(ready[pk], site, carrier, promised)
        for pk, site, carrier, promised in rows.values_list("pk", "site_id", "carrier_id", "promised_on")
        if promised is not None
    ]
    return sorted(found, key=lambda one: (one.due_on, one.ready.order_id))


def orders_of(*, order_ids: Iterable[int]) -> dict[int, Order]:
    """Orders with what a list says of them, by key. One statement."""
    return Order.objects.select_related("customer", "site", "carrier").in_bulk(list(order_ids))


def names_of(
    *, site_ids: Iterable[int], carrier_ids: Iterable[int]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What sites and carriers are called, by name. Two statements."""
    sites = Site.objects.filter(pk__in=set(site_ids)).order_by("name", "pk").values_list("pk", "name")
    carriers = Party.objects.filter(pk__in=set(carrier_ids)).order_by("name", "pk").values_list("pk", "name")
    return list(sites), list(carriers)


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
