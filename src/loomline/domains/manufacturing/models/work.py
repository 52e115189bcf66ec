"""What is being made."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models.bill import Bill
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class WorkState(States):
    PLANNED = "planned", _("Planned"), "muted"
    RELEASED = "released", _("Released"), "info"
    RUNNING = "running", _("Running"), "accent"
    PAUSED = "paused", _("Paused"), "hold"
    DONE = "done", _("Done"), "ok"
    CLOSED = "closed", _("Closed"), "muted"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = WorkState
OPEN = (S.PLANNED, S.RELEASED, S.RUNNING, S.PAUSED)


class WorkKind(models.TextChoices):
    MAKE = "make", _("Making")
    REWORK = "rework", _("Rework")


class WorkOrder(Document):
    """An order to make something: one item, or several variants of one style together."""

    moves = Moves(
        release=S.PLANNED >> S.RELEASED,
        start=S.RELEASED >> S.RUNNING,
        pause=S.RUNNING >> S.PAUSED,
        resume=S.PAUSED >> S.RUNNING,
        finish=S.RUNNING >> S.DONE,
        close=S.DONE >> S.CLOSED,
        cancel=(S.PLANNED, S.RELEASED, S.RUNNING, S.PAUSED) >> S.CANCELLED,
    )
    editable = {
        S.PLANNED: ALL,
        S.RELEASED: ("note", "priority"),
        S.RUNNING: ("note", "priority"),
        S.PAUSED: ("note", "priority"),
    }

    number = NumberField(series="work_order", prefix="W-", verbose_name=_("number"))
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name=_("item"),
        db_index=False,
    )
    style = models.ForeignKey(
        "catalog.Style",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name=_("style"),
        db_index=False,
    )
    bill = models.ForeignKey(
        Bill,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name=_("bill of materials"),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name=_("into stock at"),
    )
    kind = models.CharField(
        _("kind"), max_length=6, choices=WorkKind.choices, default=WorkKind.MAKE, editable=False
    )
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="splits",
        verbose_name=_("split from"),
        editable=False,
    )
    rework_of = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reworks",
        verbose_name=_("rework of"),
        editable=False,
    )
    state = StateField(WorkState, default=S.PLANNED, verbose_name=_("state"), editable=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=50, help_text=_("The lowest goes first.")
    )
    quantity = QuantityField(_("quantity"))
    done = QuantityField(_("done"), default=0, editable=False)
    rejected = QuantityField(_("rejected"), default=0, editable=False)
    due_on = models.DateField(_("due"), null=True, blank=True)
    starts_on = models.DateField(_("materials ready"), null=True, blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected"), null=True, blank=True, editable=False)
    cause = models.CharField(_("why expected differs"), max_length=300, blank=True, editable=False)
    origin_kind = models.CharField(_("asked for by"), max_length=60, blank=True, editable=False)
    origin_id = models.BigIntegerField(_("record that asked"), null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, style__isnull=True)
                | Q(item__isnull=True, style__isnull=False),
                name="manufacturing_work_of_one",
                violation_error_message=_(
                    "A work order makes one item or the variants of one style: exactly one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, done__gte=0, rejected__gte=0),
                name="manufacturing_work_quantity",
                violation_error_message=_(
                    "A work order makes more than 0, and what is done cannot be negative."
                ),
            ),
            models.CheckConstraint(condition=Q(kind__in=WorkKind.values), name="manufacturing_work_kind"),
        ]
        indexes = [
            models.Index(fields=["item", "-id"], name="manufacturing_work_item"),
            models.Index(fields=["style", "-id"], name="manufacturing_work_style"),
            models.Index(fields=["state", "expected_on"], name="manufacturing_work_expected"),
            models.Index(fields=["due_on", "id"], name="manufacturing_work_due"),
            models.Index(fields=["origin_kind", "origin_id"], name="manufacturing_work_origin"),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="manufacturing_work_trgm"),
        ]

    @property
    def makes(self) -> object:
        """The item or the style that is made."""
        return self.item or self.style

    @property
    def is_open(self) -> bool:
        """True while something is still to come of it."""
        return self.state in OPEN

    @property
    def days_late(self) -> int:
        """Days that the end is expected after the day it is due; negative when earlier."""
        if self.expected_on is None or self.due_on is None:
            return 0
        return (self.expected_on - self.due_on).days


class WorkLine(Record):
    """One item that comes out of a work order."""

    work = models.ForeignKey(
        WorkOrder, models.CASCADE, related_name="lines", verbose_name=_("work order"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="work_lines", verbose_name=_("item")
    )
    quantity = QuantityField(_("quantity"))
    done = QuantityField(_("done"), default=0, editable=False)
    rejected = QuantityField(_("rejected"), default=0, editable=False)
    origin_kind = models.CharField(_("asked for by"), max_length=60, blank=True, editable=False)
    origin_id = models.BigIntegerField(_("record that asked"), null=True, editable=False)

    class Meta:
        verbose_name = _("work order line")
        verbose_name_plural = _("work order lines")
        ordering = ["work", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "position"],
                name="manufacturing_workline_position",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two lines of one work order cannot have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, done__gte=0, rejected__gte=0),
                name="manufacturing_workline_quantity",
                violation_error_message=_("A line makes more than 0, and what is done cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(origin_id__isnull=True) | ~Q(origin_kind=""),
                name="manufacturing_workline_origin_whole",
            ),
        ]
        indexes = [models.Index(fields=["origin_kind", "origin_id"], name="manufacturing_workline_origin")]

    def __str__(self) -> str:
        return str(self.item)

    def may_edit(self, field: str) -> bool:
        """A line is as open as its order."""
        return self.work.may_edit("lines")

    @property
    def open_quantity(self) -> Decimal:
        """What is still to be made."""
        return max(self.quantity - self.done - self.rejected, Decimal(0))


OPEN_LINE = Q(quantity__gt=F("done") + F("rejected"))
