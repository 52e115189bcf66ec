"""What goes wrong in the season, most of it in its last week."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.quality import commands as quality
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline_demo.halden import Halden


def opens(halden: Halden) -> None:
    """Say on which day what goes wrong."""
    halden.s.on(TROUBLE["yarn"], lambda: _yarn_comes_late(halden))
    for offset, order, kind, days, reason in DELAYS:
        halden.s.on(offset, lambda o=order, k=kind, d=days, r=reason: _stage_is_late(halden, o, k, d, r))
    halden.s.on(TROUBLE["shade"], lambda: _shade_fails(halden))
    halden.s.on(TROUBLE["vessel"], lambda: _vessel_rolls(halden))
    halden.s.on(TROUBLE["customs"], lambda: _customs_hold(halden))


def _yarn_comes_late(halden: Halden) -> None:
    """The spinner has a broken frame: the yarn under way comes nine days late."""
    awaited = Purchase.objects.filter(state__in=("sent", "confirmed"), lines__item=halden.yarns["lambswool"])
    purchase = awaited.order_by("-expected_on").first()
    if purchase is not None and purchase.expected_on is not None:
        procurement.report_delay(
            halden.s.by("buyer"),
            purchase=purchase,
            expected_on=purchase.expected_on + timedelta(days=9),
            reason="spinning frame down at the mill",
        )


def _stage_is_late(halden: Halden, order: str, kind: str, days: int, reason: str) -> None:
    """A partner says that a stage needs some days more."""
    stage = halden.stage_of(order, kind)
    if stage is not None and stage.is_open:
        manufacturing.report_stage_delay(halden.s.by("production"), stage=stage, days=days, reason=reason)


def _shade_fails(halden: Halden) -> None:
    """A dye lot is off shade: it is held until somebody decides."""
    stage = halden.stage_of("Bramble Kids LAM-CARD", "dyeing")
    if stage is None or stage.state != StageState.RUNNING:
        return
    halden.days.finish(stage, lot="L-3381")
    stage.refresh_from_db()
    if stage.lot is None:
        return
    check = quality.open_check(
        halden.s.by("quality"), lot=stage.lot, characteristic="Shade", unit="ΔE", upper=Decimal("1.0")
    )
    quality.record_check(halden.s.by("quality"), check=check, measured=Decimal("2.4"))
    halden.days.stopped.add(stage.work_id)


def _vessel_rolls(halden: Halden) -> None:
    """A sea shipment is moved to the next sailing."""
    shipment = Shipment.objects.filter(state=ShipmentState.SHIPPED, order__customer__name__in=FAR).first()
    if shipment is not None and shipment.expected_on is not None:
        warehouse.report_delay(
            halden.s.by("warehouse"),
            shipment=shipment,
            expected_on=shipment.expected_on + timedelta(days=5),
            reason="vessel rolled to the next sailing",
        )
        halden.days.stranded.add(shipment.pk)


def _customs_hold(halden: Halden) -> None:
    """The first parcels of the season miss the day that was promised."""
    underway = Shipment.objects.filter(state=ShipmentState.SHIPPED, order__promised_on__isnull=False)
    shipment = underway.select_related("order").order_by("order__promised_on", "pk").first()
    if shipment is not None and shipment.order.promised_on is not None:
        warehouse.report_delay(
            halden.s.by("warehouse"),
            shipment=shipment,
            expected_on=shipment.order.promised_on + timedelta(days=4),
            reason="papers incomplete, held at customs",
        )


# Day, order, stage, days, why.
DELAYS = (
    (94, "Nordvik Outdoor MER-CREW", "knitting", 4, "line 2 down, bearing on its way"),
    (94, "Sato Knit Trading MER-CREW", "tailoring", 3, "two sewers ill"),
    (94, "Harbour & Pine MER-CREW", "knitting", 2, "needle bed worn, spare set ordered"),
    (94, "Wolfe & Daughters LAM-CARD", "knitting", 1, "yarn had to be waxed again"),
)
FAR = frozenset({"Oakline Retail", "Sato Knit Trading", "Blue Heron Surf", "Prairie Thread Co."})
TROUBLE = {"yarn": 93, "knitter": 94, "shade": 95, "vessel": 93, "customs": 3}
