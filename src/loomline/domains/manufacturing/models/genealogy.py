"""Which lots went into what, and which lots came out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models.stage import WorkStage
from loomline.domains.manufacturing.models.work import WorkLine, WorkOrder
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger


class MaterialUse(Ledger):
    """Material that went into a work order; what came back unused is an entry with a minus."""

    work = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="uses", verbose_name=_("work order"), db_index=False
    )
    stage = models.ForeignKey(
        WorkStage, models.PROTECT, null=True, related_name="uses", verbose_name=_("stage")
    )
    line = models.ForeignKey(
        WorkLine, models.PROTECT, null=True, related_name="uses", verbose_name=_("only for"), db_index=False
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        related_name="material_uses",
        verbose_name=_("material"),
        db_index=False,
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="uses", verbose_name=_("lot"), db_index=False
    )
    # Where it lies until its stage is done, when that is a place of a partner's; otherwise it is in the work.
    location = models.ForeignKey(
        "sites.Location",
        models.PROTECT,
        null=True,
        related_name="material_uses",
        verbose_name=_("supplied to"),
    )
    position = models.PositiveSmallIntegerField(_("position of the stage"), default=0)
    quantity = QuantityField(_("quantity"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("material use")
        verbose_name_plural = _("material uses")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="manufacturing_use_quantity")]
        indexes = [
            models.Index(fields=["work", "item"], name="manufacturing_use_work"),
            models.Index(fields=["lot", "work"], name="manufacturing_use_lot"),
            models.Index(fields=["item", "-id"], name="manufacturing_use_item"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.item}"


class WorkOutput(Ledger):
    """What came out of a work order, finished or half-finished; a correction is an entry with a minus."""

    work = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="outputs", verbose_name=_("work order"), db_index=False
    )
    stage = models.ForeignKey(
        WorkStage, models.PROTECT, null=True, related_name="outputs", verbose_name=_("stage")
    )
    line = models.ForeignKey(
        WorkLine, models.PROTECT, null=True, related_name="outputs", verbose_name=_("line"), db_index=False
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="work_outputs", verbose_name=_("item"), db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        related_name="outputs",
        verbose_name=_("lot"),
        db_index=False,
    )
    location = models.ForeignKey(
        "sites.Location",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("put at"),
        db_index=False,
    )
    # What was used at these stages went into it: the stages before them are in the lots those used.
    from_position = models.PositiveSmallIntegerField(_("from stage position"), default=0)
    to_position = models.PositiveSmallIntegerField(_("to stage position"), default=32767)
    quantity = QuantityField(_("quantity"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("work output")
        verbose_name_plural = _("work outputs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="manufacturing_output_quantity"),
            models.CheckConstraint(
                condition=Q(to_position__gte=F("from_position")), name="manufacturing_output_positions"
            ),
        ]
        indexes = [
            models.Index(fields=["work", "item"], name="manufacturing_output_work"),
            models.Index(fields=["lot", "work"], name="manufacturing_output_lot"),
            models.Index(fields=["item", "-id"], name="manufacturing_output_item"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.item}"
