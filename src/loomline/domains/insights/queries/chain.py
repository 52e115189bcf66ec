"""How much stands in each stage of the chain, and what of it is slipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.utils.translation import gettext as _

from loomline.domains.bills.models import StageKind
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.procurement.models import PurchaseLine, PurchaseState
from loomline.domains.warehouse.models import Shipment, ShipmentLine, ShipmentState
from loomline.kernel import access
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
DAYS = 30


@dataclass(frozen=True)
class Station:
    """One stage: what stands in it, how long it dwells against the standard, how many orders slip.

    Without a `unit`, things of several units stand there and their sum says nothing.
    """

    key: str
    name: str
    icon: str
    quantity: Decimal
    unit: str
    orders: int
    slipping: int
    value: Decimal = ZERO
    dwell_days: Decimal | None = None
    standard_days: Decimal | None = None

    @property
    def share_slipping(self) -> Decimal:
        """The share of its orders that slip, from 0 to 1."""
        return Decimal(self.slipping) / self.orders if self.orders else ZERO

    @property
    def tone(self) -> str:
        """How loud it is: bad from a fifth slipping, warn below."""
        if not self.slipping:
            return ""
        return "bad" if self.share_slipping > Decimal("0.2") else "warn"


def chain(ctx: Ctx) -> list[Station]:
    """The stations from sourcing to delivery that the actor may see. Six statements."""
    found: list[Station] = []
    if access.may(ctx, "procurement.view_purchaseline"):
        found.append(_sourcing(ctx))
    if access.may(ctx, "manufacturing.view_workstage"):
        found += _making(ctx)
    if access.may(ctx, "warehouse.view_shipment"):
        found += [_shipping(ctx), _delivered(ctx)]
    return found


def _sourcing(ctx: Ctx) -> Station:
    waiting = access.visible(ctx, PurchaseLine).filter(
        purchase__state__in=(PurchaseState.SENT, PurchaseState.CONFIRMED, PurchaseState.PART_RECEIVED),
        is_closed=False,
        quantity__gt=F("received") - F("rejected"),
    )
    late = Q(expected_on__lt=ctx.today) | Q(expected_on__gt=F("confirmed_on"))
    found = waiting.aggregate(
        quantity=Sum(F("quantity") - F("received") + F("rejected")),
        orders=Count("purchase", distinct=True),
        slipping=Count("purchase", filter=late, distinct=True),
        value=Sum("amount"),
        **_units("item"),
    )
    return Station(
        key="sourcing",
        name=_("Sourcing"),
        icon="spiral",
        quantity=found["quantity"] or ZERO,
        unit=_unit(found),
        orders=found["orders"],
        slipping=found["slipping"],
        value=found["value"] or ZERO,
    )


def _making(ctx: Ctx) -> list[Station]:
    stages = access.visible(ctx, WorkStage)
    standing = (
        stages.filter(state__in=(StageState.READY, StageState.RUNNING))
        .order_by()
        .values("kind")
        .annotate(
            pieces=Sum("work__quantity"),
            orders=Count("work", distinct=True),
            slipping=Count("work", filter=Q(expected_end__gt=F("planned_end")), distinct=True),
            **_units("work__item"),
        )
    )
    by_kind = {row["kind"]: row for row in standing}
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    ended = (
        stages.filter(state=StageState.DONE, ended_at__gte=ctx.now - timedelta(days=DAYS))
        .order_by()
        .values("kind")
        .annotate(took=Avg(took), standard=Avg("days"))
    )
    dwell = {row["kind"]: row for row in ended}
    used = {*by_kind, *dwell} or {"dyeing", "knitting", "tailoring", "check", "packing"}
    stations = []
    for kind in StageKind:
        if kind.value not in used:
            continue
        row: Any = by_kind.get(kind.value, {"pieces": ZERO, "orders": 0, "slipping": 0})
        station = Station(
            kind.value, str(kind.label), kind.icon, row["pieces"], _unit(row), row["orders"], row["slipping"]
        )
        past = dwell.get(kind.value)
        if past and past["took"] is not None:
            station = replace(
                station,
                dwell_days=Decimal(past["took"] / timedelta(days=1)).quantize(Decimal("0.1")),
                standard_days=Decimal(past["standard"]).quantize(Decimal("0.1")),
            )
        stations.append(station)
    return stations


def _shipping(ctx: Ctx) -> Station:
    visible = access.visible(ctx, Shipment)
    moving = visible.filter(state__in=(ShipmentState.PICKING, ShipmentState.PACKED, ShipmentState.SHIPPED))
    found = moving.aggregate(
        orders=Count("order", distinct=True),
        slipping=Count("order", filter=Q(expected_on__gt=F("order__promised_on")), distinct=True),
    )
    packed = ShipmentLine.objects.filter(shipment__in=moving).aggregate(
        quantity=Sum("quantity"), **_units("item")
    )
    return Station(
        key="shipping",
        name=_("Shipping"),
        icon="truck-delivery",
        quantity=packed["quantity"] or ZERO,
        unit=_unit(packed),
        orders=found["orders"],
        slipping=found["slipping"],
    )


def _delivered(ctx: Ctx) -> Station:
    since = ctx.now - timedelta(days=7)
    done = access.visible(ctx, Shipment).filter(state=ShipmentState.DELIVERED, delivered_at__gte=since)
    found = ShipmentLine.objects.filter(shipment__in=done).aggregate(
        quantity=Sum("quantity"), orders=Count("shipment__order", distinct=True), **_units("item")
    )
    quantity = found["quantity"] or ZERO
    return Station("delivered", _("Delivered"), "circle-check", quantity, _unit(found), found["orders"], 0)


def _units(item: str) -> dict[str, Min | Max]:
    return {"first_unit": Min(f"{item}__unit__code"), "last_unit": Max(f"{item}__unit__code")}


def _unit(found: Mapping[str, Any]) -> str:
    """The unit of all that was summed; "" where there are several."""
    first: str | None = found.get("first_unit")
    return first or "" if first == found.get("last_unit") else ""
