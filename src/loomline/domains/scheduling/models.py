"""The schedule that is kept, how it came about, and how long it stands still."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record

HOUSE_DAYS = 2
LONGEST_LIMIT = 60


class Operation(Record):
    """A stage of open work in its place: which machine, from when to when, how late, and why not earlier."""

    stage = models.OneToOneField(
        "manufacturing.WorkStage", models.CASCADE, related_name="operation", verbose_name=_("stage")
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="operations",
        verbose_name=_("work centre"),
        db_index=False,
        help_text=_("Empty: it runs by its days, at whoever does it."),
    )
    machine = models.PositiveSmallIntegerField(
        _("machine"), default=0, help_text=_("Which of the machines of the work centre, counted from 1.")
    )
    setup_at = models.DateTimeField(_("set-up from"))
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    setup_minutes = models.PositiveIntegerField(
        _("set-up minutes"),
        default=0,
        help_text=_("None where the operation before leaves the machine set up."),
    )
    work_minutes = models.PositiveIntegerField(_("minutes of work"), default=0)
    ready_at = models.DateTimeField(_("material there"), null=True)
    due_at = models.DateTimeField(_("due"), null=True, help_text=_("When all of the work order is wanted."))
    late_days = models.PositiveIntegerField(
        _("days late"), default=0, help_text=_("Days that the work order ends after it is due.")
    )
    reason = models.CharField(_("what it waits for"), max_length=400, blank=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pinned by"),
        help_text=_("Who has put it there; scheduling leaves it where it is."),
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__gte=F("setup_at"), ends_at__gte=F("starts_at")),
                name="scheduling_operation_span",
                violation_error_message=_("Set-up comes before the start, and the end after it."),
            ),
            models.CheckConstraint(
                condition=Q(centre__isnull=True, machine=0) | Q(centre__isnull=False, machine__gte=1),
                name="scheduling_operation_machine",
                violation_error_message=_("An operation at a work centre names one of its machines."),
            ),
            ExclusionConstraint(
                name="scheduling_machine_once",
                expressions=[
                    ("centre", RangeOperators.EQUAL),
                    ("machine", RangeOperators.EQUAL),
                    (
                        Func("setup_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(centre__isnull=False),
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("A machine does one operation at a time."),
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "starts_at"], name="scheduling_operation_centre"),
            models.Index(fields=["late_days", "starts_at"], name="scheduling_operation_late"),
        ]

    def __str__(self) -> str:
        return f"{self.stage.work} {self.stage.name}"

    @property
    def state(self) -> object:
        """How far its stage is."""
        return self.stage.state

    @property
    def place(self) -> str:
        """Where it runs, as people say it."""
        if self.centre is None:
            return str(self.stage.partner or self.stage.site or "–")
        return f"{self.centre} {self.machine}" if self.centre.machines > 1 else str(self.centre)


class RunKind(models.TextChoices):
    SCHEDULE = "schedule", _("Scheduled")
    IMPROVE = "improve", _("Improved")
    MOVE = "move", _("Moved by hand")


class ScheduleRun(Record):
    """When operations were placed, and what that was worth: figures before and after."""

    kind = models.CharField(_("how"), max_length=10, choices=RunKind.choices)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    operations = models.PositiveIntegerField(_("operations"), default=0)
    moved = models.PositiveIntegerField(_("moved"), default=0, help_text=_("Placed elsewhere than before."))
    late_before = models.PositiveIntegerField(_("late before"), null=True)
    late = models.PositiveIntegerField(_("late work orders"), default=0)
    tardiness_before = models.PositiveBigIntegerField(_("weighted tardiness before"), null=True)
    tardiness = models.PositiveBigIntegerField(
        _("weighted tardiness"), default=0, help_text=_("Minutes late, each times the weight of its order.")
    )
    setup_before = models.PositiveIntegerField(_("set-up before"), null=True)
    setup = models.PositiveIntegerField(_("set-up minutes"), default=0)
    ends_before = models.DateTimeField(_("all done before"), null=True)
    ends_at = models.DateTimeField(_("all done"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("schedule run")
        verbose_name_plural = _("schedule runs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="scheduling_run_kind")
        ]

    def __str__(self) -> str:
        return f"{RunKind(self.kind).label} {self.made_at:%Y-%m-%d %H:%M}"


class StabilityLimit(Record):
    """How many working days ahead nothing is moved: at one work centre, or in the whole house."""

    centre = models.OneToOneField(
        "workcentres.WorkCentre",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="stability_limit",
        verbose_name=_("work centre"),
        help_text=_("Empty: wherever nothing else is said."),
    )
    working_days = models.PositiveSmallIntegerField(
        _("working days"),
        default=HOUSE_DAYS,
        validators=[MaxValueValidator(LONGEST_LIMIT)],
        help_text=_("Today counts when it is worked; 0 lets everything move."),
    )

    class Meta:
        verbose_name = _("stability limit")
        verbose_name_plural = _("stability limits")
        ordering = ["centre"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre"],
                nulls_distinct=False,
                name="scheduling_limit_once",
                violation_error_message=_("There is a stability limit for this already. Change that one."),
            ),
            models.CheckConstraint(
                condition=Q(working_days__lte=LONGEST_LIMIT),
                name="scheduling_limit_days",
                violation_error_message=_("A stability limit is 60 working days at most."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.centre) if self.centre_id else str(_("The whole house"))
