"""What planning tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class SupplyPlanned(
    Event,
    about={
        "order_id": "sales.order",
        "customer_id": "parties.party",
        "work_ids": "manufacturing.workorder",
        "purchase_ids": "procurement.purchase",
    },
    icon="timeline",
    tone="info",
):
    """What an order needs is reserved, being made or on order."""

    says: ClassVar[str | Promise] = _(
        "Supply of {number} planned: {works} work orders, {purchases} purchase orders"
    )

    order_id: int
    customer_id: int
    number: str
    work_ids: tuple[int, ...]
    purchase_ids: tuple[int, ...]
    works: int
    purchases: int
