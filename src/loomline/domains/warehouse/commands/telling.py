"""What all news of a shipment has in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loomline.domains.sales.models import Order
from loomline.domains.warehouse.models import Shipment


def about(shipment: Shipment, order: Order, goods: Iterable[tuple[int, int | None]] = ()) -> dict[str, Any]:
    """The fields by which every event of a shipment names its order, customer, items and lots."""
    pairs = list(goods)
    return {
        "shipment_id": shipment.pk,
        "number": str(shipment.number),
        "order_id": order.pk,
        "order": str(order.number),
        "customer_id": shipment.customer_id,
        "carrier_id": shipment.carrier_id,
        "item_ids": tuple(sorted({item for item, _lot in pairs})),
        "lot_ids": tuple(sorted({lot for _item, lot in pairs if lot})),
    }
