"""How balances change: one statement for any number of them, locked in the order of their keys."""

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


# The lock is taken in the order of the keys, so two commands never wait for each other in a ring. A row that
# another command changed while we waited is seen as that command left it, in `held` as in the update.
POST = """
WITH delta AS MATERIALIZED (
    SELECT t.item_id, t.location_id, t.lot_id, sum(t.on_hand) AS on_hand, sum(t.reserved) AS reserved,
           bool_and(l.site_id IS NOT NULL) AS is_physical
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[])
         AS t (item_id, location_id, lot_id, on_hand, reserved)
    JOIN sites_location l ON l.id = t.location_id
    GROUP BY t.item_id, t.location_id, t.lot_id
), held AS MATERIALIZED (
    SELECT b.id, d.item_id, d.location_id, d.lot_id, d.on_hand, d.reserved,
           b.on_hand AS was_on_hand, b.reserved AS was_reserved
    FROM inventory_balance b
    JOIN delta d ON b.item_id = d.item_id AND b.location_id = d.location_id
        AND b.lot_id IS NOT DISTINCT FROM d.lot_id
    ORDER BY b.item_id, b.location_id, b.lot_id
    FOR UPDATE OF b
), fault AS MATERIALIZED (
    SELECT CASE WHEN i.kind <> 'stock' THEN 'not stocked'
                WHEN i.tracking <> 'none' AND d.lot_id IS NULL THEN 'lot missing'
                WHEN t.item_id <> d.item_id THEN 'other lot'
                WHEN i.tracking = 'serial' AND d.is_physical AND coalesce(h.was_on_hand, 0) + d.on_hand > 1
                    THEN 'serial'
                ELSE 'short' END AS what,
           d.item_id, d.location_id, d.lot_id, coalesce(h.was_on_hand, 0) AS on_hand,
           coalesce(h.was_reserved, 0) AS reserved, d.on_hand AS change, d.reserved AS reserved_change
    FROM delta d
    JOIN catalog_item i ON i.id = d.item_id
    LEFT JOIN inventory_lot t ON t.id = d.lot_id
    LEFT JOIN held h ON h.item_id = d.item_id AND h.location_id = d.location_id
        AND h.lot_id IS NOT DISTINCT FROM d.lot_id
    WHERE i.kind <> 'stock'
        OR (i.tracking <> 'none' AND d.lot_id IS NULL)
        OR t.item_id <> d.item_id
        OR (d.is_physical AND (
            coalesce(h.was_reserved, 0) + d.reserved > coalesce(h.was_on_hand, 0) + d.on_hand
            OR (i.tracking = 'serial' AND coalesce(h.was_on_hand, 0) + d.on_hand > 1)))
    ORDER BY d.item_id, d.location_id, d.lot_id
), changed AS (
    UPDATE inventory_balance b SET on_hand = b.on_hand + h.on_hand, reserved = b.reserved + h.reserved
    FROM held h WHERE b.id = h.id AND NOT EXISTS (SELECT FROM fault)
), made AS (
    INSERT INTO inventory_balance (item_id, location_id, lot_id, on_hand, reserved, is_physical)
    SELECT d.item_id, d.location_id, d.lot_id, d.on_hand, d.reserved, d.is_physical
    FROM delta d
    WHERE NOT EXISTS (SELECT FROM fault) AND NOT EXISTS (
        SELECT FROM held h WHERE h.item_id = d.item_id AND h.location_id = d.location_id
            AND h.lot_id IS NOT DISTINCT FROM d.lot_id)
    ORDER BY d.item_id, d.location_id, d.lot_id
    ON CONFLICT (item_id, location_id, lot_id) DO UPDATE
    SET on_hand = inventory_balance.on_hand + excluded.on_hand,
        reserved = inventory_balance.reserved + excluded.reserved
)
SELECT what, item_id, location_id, lot_id, on_hand, reserved, change, reserved_change FROM fault
"""


def post(deltas: Iterable[Delta]) -> None:
    """Change the balances by these amounts, all of them or none; refuses what the stock does not allow."""
    rows = list(deltas)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            [
                [row.item_id for row in rows],
                [row.location_id for row in rows],
                [row.lot_id for row in rows],
                [row.on_hand for row in rows],
                [row.reserved for row in rows],
            ],
        )
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
