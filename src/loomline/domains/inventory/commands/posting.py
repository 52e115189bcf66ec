"""How balances change: one round trip for any number of them, locked in one order everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Lot
from loomline.domains.sites.models import Location
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused

SHOWN = 5


class StockShort(Refused):
    """Somewhere there is less free stock than the command would take."""

    says = _(
        "There is not enough free stock. {shortages}. Receive or move stock there, or free what is reserved."
    )


class LotMissing(Refused):
    """An item is tracked by lot, and the move names none."""

    says = _("{item} is tracked by lot. Say which lot is meant.")


class LotOfAnotherItem(Refused):
    """The lot belongs to another item."""

    says = _("Lot {lot} does not belong to {item}. Choose one of the item's own lots.")


class NotStocked(Refused):
    """Services and phantoms have no stock."""

    says = _("{item} is not kept in stock, so it cannot be moved.")


class PlaceFrozen(Refused):
    """Nothing moves where it is counted."""

    says = _("{item} at {location} is being counted. Move it when the count is posted.")


class TooMuchOfOneSerial(Refused):
    """A serial number stands for one piece."""

    says = _(
        "Serial number {lot} of {item} stands for one piece; there cannot be {on_hand} of it at {location}."
    )


@dataclass(frozen=True, slots=True)
class Delta:
    """By how much a balance changes."""

    item_id: int
    location_id: int
    lot_id: int | None
    on_hand: Decimal
    reserved: Decimal = Decimal(0)
    owner_id: int | None = None
    unit_id: int | None = None


# Every balance is locked in one order, touchable places first and then by key, and one that is missing is
# made at nought in that same pass: two commands never wait for each other in a ring. The second statement
# sees what others committed while the first one waited.
POST = """
INSERT INTO inventory_balance
    (item_id, location_id, lot_id, owner_id, unit_id, on_hand, reserved, is_physical)
SELECT t.item_id, t.location_id, t.lot_id, t.owner_id, t.unit_id, 0, 0, l.site_id IS NOT NULL
FROM unnest(%(items)s::bigint[], %(locations)s::bigint[], %(lots)s::bigint[], %(owners)s::bigint[],
            %(units)s::bigint[]) AS t (item_id, location_id, lot_id, owner_id, unit_id)
JOIN sites_location l ON l.id = t.location_id
GROUP BY t.item_id, t.location_id, t.lot_id, t.owner_id, t.unit_id, l.site_id IS NOT NULL
ORDER BY (l.site_id IS NOT NULL) DESC, t.item_id, t.location_id, t.lot_id, t.owner_id, t.unit_id
ON CONFLICT (item_id, location_id, lot_id, owner_id, unit_id) DO UPDATE
SET on_hand = inventory_balance.on_hand WHERE false;

WITH delta AS MATERIALIZED (
    SELECT t.item_id, t.location_id, t.lot_id, t.owner_id, t.unit_id,
           sum(t.on_hand) AS on_hand, sum(t.reserved) AS reserved
    FROM unnest(%(items)s::bigint[], %(locations)s::bigint[], %(lots)s::bigint[], %(owners)s::bigint[],
                %(units)s::bigint[], %(on_hand)s::numeric[], %(reserved)s::numeric[])
        AS t (item_id, location_id, lot_id, owner_id, unit_id, on_hand, reserved)
    GROUP BY t.item_id, t.location_id, t.lot_id, t.owner_id, t.unit_id
), held AS MATERIALIZED (
    SELECT b.id, b.is_physical, d.*, b.on_hand AS was_on_hand, b.reserved AS was_reserved
    FROM inventory_balance b
    JOIN delta d ON b.item_id = d.item_id AND b.location_id = d.location_id
        AND b.lot_id IS NOT DISTINCT FROM d.lot_id AND b.owner_id IS NOT DISTINCT FROM d.owner_id
        AND b.unit_id IS NOT DISTINCT FROM d.unit_id
), fault AS MATERIALIZED (
    SELECT CASE WHEN i.kind <> 'stock' THEN 'not stocked'
                WHEN i.tracking <> 'none' AND h.lot_id IS NULL THEN 'lot missing'
                WHEN t.item_id <> h.item_id THEN 'other lot'
                WHEN z.id IS NOT NULL AND h.on_hand <> 0 THEN 'frozen'
                WHEN i.tracking = 'serial' AND h.is_physical AND h.was_on_hand + h.on_hand > 1 THEN 'serial'
                ELSE 'short' END AS what,
           h.item_id, h.location_id, h.lot_id, h.was_on_hand AS on_hand, h.was_reserved AS reserved,
           h.on_hand AS change, h.reserved AS reserved_change
    FROM held h
    JOIN catalog_item i ON i.id = h.item_id
    LEFT JOIN inventory_lot t ON t.id = h.lot_id
    LEFT JOIN inventory_freeze z ON z.item_id = h.item_id AND z.location_id = h.location_id
        AND (z.origin_kind <> %(origin_kind)s OR z.origin_id IS DISTINCT FROM %(origin_id)s::bigint)
    WHERE i.kind <> 'stock'
        OR (i.tracking <> 'none' AND h.lot_id IS NULL)
        OR t.item_id <> h.item_id
        OR (z.id IS NOT NULL AND h.on_hand <> 0)
        OR (h.is_physical AND (
            h.was_reserved + h.reserved > h.was_on_hand + h.on_hand
            OR (i.tracking = 'serial' AND h.was_on_hand + h.on_hand > 1)))
    ORDER BY h.item_id, h.location_id, h.lot_id
), changed AS (
    UPDATE inventory_balance b SET on_hand = b.on_hand + h.on_hand, reserved = b.reserved + h.reserved
    FROM held h WHERE b.id = h.id AND NOT EXISTS (SELECT FROM fault)
)
SELECT what, item_id, location_id, lot_id, on_hand, reserved, change, reserved_change FROM fault
"""


def post(deltas: Iterable[Delta], *, origin: tuple[str, int | None] = ("", None)) -> None:
    """Change the balances by these amounts, all of them or none; refuses what the stock does not allow.

    What the origin itself has frozen is no hindrance.
    """
    rows = list(deltas)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            {
                "items": [row.item_id for row in rows],
                "locations": [row.location_id for row in rows],
                "lots": [row.lot_id for row in rows],
                "owners": [row.owner_id for row in rows],
                "units": [row.unit_id for row in rows],
                "on_hand": [row.on_hand for row in rows],
                "reserved": [row.reserved for row in rows],
                "origin_kind": origin[0],
                "origin_id": origin[1],
            },
        )
        cursor.nextset()
        faults = cursor.fetchall()
    if faults:
        raise _refusal(faults)


def _refusal(faults: list[tuple[Any, ...]]) -> Refused:
    what, item_id, location_id, lot_id, on_hand, *_rest = faults[0]
    item = Item.objects.get(pk=item_id)
    lot = Lot.objects.get(pk=lot_id) if lot_id else None
    match what:
        case "not stocked":
            return NotStocked(item=item)
        case "lot missing":
            return LotMissing(item=item)
        case "other lot":
            return LotOfAnotherItem(lot=lot, item=item)
        case "frozen":
            return PlaceFrozen(item=item, location=Location.objects.get(pk=location_id))
        case "serial":
            change = faults[0][6]
            place = Location.objects.get(pk=location_id)
            return TooMuchOfOneSerial(lot=lot, item=item, on_hand=plain(on_hand + change), location=place)
    return _shortage([fault for fault in faults if fault[0] == "short"])


def _shortage(faults: list[tuple[Any, ...]]) -> StockShort:
    items = Item.objects.select_related("unit").in_bulk({fault[1] for fault in faults})
    places = Location.objects.in_bulk({fault[2] for fault in faults})
    lots = Lot.objects.in_bulk({fault[3] for fault in faults if fault[3]})
    sentences = []
    for _what, item_id, location_id, lot_id, on_hand, reserved, change, reserved_change in faults[:SHOWN]:
        item = items[item_id]
        sentences.append(
            _t("{item}{lot}: {wanted} {unit} wanted at {location}, {free} free there").format(
                item=item,
                lot=f" ({lots[lot_id]})" if lot_id else "",
                wanted=plain(max(-change, reserved_change)),
                unit=item.unit,
                location=places[location_id],
                free=plain(on_hand - reserved),
            )
        )
    if len(faults) > SHOWN:
        sentences.append(_t("and {n} more").format(n=len(faults) - SHOWN))
    return StockShort(shortages="; ".join(sentences))
