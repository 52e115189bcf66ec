"""Times at machines, why they stand, and what came out."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger, Record


class LossKind(models.TextChoices):
    """To which of the big losses a stop belongs."""

    BREAKDOWN = "breakdown", _("Breakdown")
    SETUP = "setup", _("Set-up and adjustment")
    MINOR = "minor", _("Minor stop")
    NONE = "none", _("No loss (a break, a meeting)")


class StopReason(Record):
    """Why a machine stands."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    loss = models.CharField(_("loss"), max_length=10, choices=LossKind.choices, default=LossKind.BREAKDOWN)
    position = models.PositiveSmallIntegerField(_("position"), default=50)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("stop reason")
        verbose_name_plural = _("stop reasons")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(loss__in=LossKind.values), name="shopfloor_reason_loss")
        ]

    def __str__(self) -> str:
        return self.name


class ScrapReason(Record):
    """Why pieces are not good."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    at_start = models.BooleanField(
        _("while starting"), default=False, help_text=_("Rejects of the start of a run, a loss of their own.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=50)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("scrap reason")
        verbose_name_plural = _("scrap reasons")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class TimeKind(models.TextChoices):
    SETUP = "setup", _("Set-up")
    RUN = "run", _("Run")
    STOP = "stop", _("Stop")


class TimeEntry(Record):
    """A span of set-up, run or stop at one machine, and who worked there."""

    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.PROTECT,
        related_name="times",
        verbose_name=_("work centre"),
        db_index=False,
    )
    stage = models.ForeignKey(
        "manufacturing.WorkStage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="times",
        verbose_name=_("stage"),
    )
    kind = models.CharField(_("kind"), max_length=6, choices=TimeKind.choices)
    reason = models.ForeignKey(
        StopReason, models.PROTECT, null=True, blank=True, related_name="times", verbose_name=_("reason")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="floor_times",
        verbose_name=_("person"),
        help_text=_("Who worked there; empty: the machine alone."),
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="shopfloor_time_span",
                violation_error_message=_("The end does not lie before the beginning."),
            ),
            models.CheckConstraint(condition=Q(kind__in=TimeKind.values), name="shopfloor_time_kind"),
            models.CheckConstraint(
                condition=Q(kind="stop", reason__isnull=False) | (~Q(kind="stop") & Q(reason__isnull=True)),
                name="shopfloor_time_reason",
                violation_error_message=_("A stop has a reason; other times have none."),
            ),
            models.UniqueConstraint(
                fields=["stage"],
                condition=Q(ended_at__isnull=True, stage__isnull=False),
                name="shopfloor_time_open",
                violation_error_message=_("The clock of this job runs already."),
            ),
        ]
        indexes = [models.Index(fields=["centre", "-started_at"], name="shopfloor_time_centre")]

    def __str__(self) -> str:
        return str(self.reason or TimeKind(self.kind).label)

    def minutes(self, *, until: datetime) -> float:
        """How long it lasted; one that still runs, up to a moment."""
        return max(((self.ended_at or until) - self.started_at).total_seconds() / 60, 0.0)


class Report(Ledger):
    """What came out of a job: good and rejected; a correction is an entry with a minus."""

    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.PROTECT,
        related_name="reports",
        verbose_name=_("work centre"),
        db_index=False,
    )
    stage = models.ForeignKey(
        "manufacturing.WorkStage", models.PROTECT, related_name="reports", verbose_name=_("stage")
    )
    good = QuantityField(_("good"), default=0)
    rejected = QuantityField(_("rejected"), default=0)
    reason = models.ForeignKey(
        ScrapReason, models.PROTECT, null=True, related_name="reports", verbose_name=_("why rejected")
    )
    lot = models.CharField(_("lot"), max_length=60, blank=True)
    # As it was then: a route that changes later does not change what a day was worth.
    cycle_minutes = models.DecimalField(_("minutes for one"), max_digits=12, decimal_places=4, default=0)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="floor_reports",
        verbose_name=_("person"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("output report")
        verbose_name_plural = _("output reports")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(good=0, rejected=0),
                name="shopfloor_report_quantity",
                violation_error_message=_("A report counts something, good or rejected."),
            )
        ]
        indexes = [models.Index(fields=["centre", "-at"], name="shopfloor_report_centre")]

    def __str__(self) -> str:
        return f"{self.good.normalize():f} + {self.rejected.normalize():f}"
