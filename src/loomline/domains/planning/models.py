"""Which supply stands behind which demand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record

ORDER_LINE = "sales.orderline"
QUOTE_LINE = "sales.quoteline"
WORK_ORDER = "manufacturing.workorder"
WORK_LINE = "manufacturing.workline"
PURCHASE_LINE = "procurement.purchaseline"
WORK_STAGE = "manufacturing.workstage"


class Peg(Record):
    """A quantity of an item that one supply brings for one demand. Ended by a quantity of zero."""

    demand_kind = models.CharField(_("kind of demand"), max_length=60)
    demand_id = models.BigIntegerField(_("demand"))
    supply_kind = models.CharField(_("kind of supply"), max_length=60)
    supply_id = models.BigIntegerField(_("supply"))
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="pegs", verbose_name=_("item"), db_index=False
    )
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("peg")
        verbose_name_plural = _("pegs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="planning_peg_quantity",
                violation_error_message=_("A peg cannot hold less than nothing."),
            ),
            models.UniqueConstraint(
                fields=["demand_kind", "demand_id", "supply_kind", "supply_id"],
                name="planning_peg_once",
                violation_error_message=_("This supply is already tied to this demand; change the quantity."),
            ),
        ]
        indexes = [models.Index(fields=["supply_kind", "supply_id"], name="planning_peg_supply")]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.item_id}"


class Standstill(Record):
    """How planned downtime made a stage later, and what had been believed of it before."""

    window_id = models.BigIntegerField(_("downtime"))
    stage = models.ForeignKey(
        "manufacturing.WorkStage",
        models.CASCADE,
        related_name="standstills",
        verbose_name=_("stage"),
        db_index=False,
    )
    starts_on = models.DateField(_("start before"))
    ends_on = models.DateField(_("end before"))
    reported_before = models.DateField(_("end as reported before"), null=True)
    cause_before = models.CharField(_("cause before"), max_length=300, blank=True)
    reported_end = models.DateField(_("end as reported with it"))

    class Meta:
        verbose_name = _("standstill")
        verbose_name_plural = _("standstills")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "window_id"],
                name="planning_standstill_once",
                violation_error_message=_("This downtime has moved this stage already."),
            ),
            models.CheckConstraint(
                condition=Q(reported_end__gt=models.F("ends_on")), name="planning_standstill_later"
            ),
        ]
        indexes = [models.Index(fields=["window_id"], name="planning_standstill_window")]

    def __str__(self) -> str:
        return f"{self.stage} {self.reported_end:%Y-%m-%d}"
