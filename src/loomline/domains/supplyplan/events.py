"""What the supply plan tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class SupplyReplanned(Event, about={"run_id": "supplyplan.planrun"}, icon="route", tone="info"):
    """All items were planned anew."""

    says = _("Supply planned: {orders} planned orders, {messages} messages")
    run_id: int
    orders: int
    messages: int


@dataclass(frozen=True, kw_only=True)
class PlannedOrdersFirmed(
    Event,
    about={
        "order_ids": "supplyplan.plannedorder",
        "purchase_ids": "procurement.purchase",
        "work_ids": "manufacturing.workorder",
        "transfer_ids": "storage.transfer",
    },
    icon="check",
    tone="ok",
):
    """Planned orders have become documents."""

    says = _(
        "{orders} planned orders firmed: {purchases} purchases, {works} work orders, {transfers} transfers"
    )
    order_ids: tuple[int, ...]
    purchase_ids: tuple[int, ...]
    work_ids: tuple[int, ...]
    transfer_ids: tuple[int, ...]
    orders: int
    purchases: int
    works: int
    transfers: int


@dataclass(frozen=True, kw_only=True)
class ShipmentsFirmed(
    Event,
    about={
        "shipment_ids": "supplyplan.shipment",
        "transfer_ids": "storage.transfer",
        "item_ids": "catalog.item",
    },
    icon="transfer",
    tone="ok",
):
    """Fair shares have become transfers."""

    says = _("{shipments} shipments between sites firmed as {transfers} transfers")
    shipment_ids: tuple[int, ...]
    transfer_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    shipments: int
    transfers: int


@dataclass(frozen=True, kw_only=True)
class PoliciesAgreed(Event, about={"item_ids": "catalog.item"}, icon="adjustments-horizontal", tone="info"):
    """It was said anew how items are planned."""

    says = _("Planning policies agreed for {count} places")
    item_ids: tuple[int, ...]
    count: int
