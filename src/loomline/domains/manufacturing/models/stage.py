"""The stages of a work order as they really run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models.bill import ICONS, MinutesField, StageKind
from loomline.domains.manufacturing.models.work import WorkOrder
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class StageState(States):
    WAITING = "waiting", _("Waiting"), "muted"
    READY = "ready", _("Ready"), "info"
    RUNNING = "running", _("Running"), "accent"
    DONE = "done", _("Done"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = StageState


class WorkStage(Record):
    """One stage of a work order: who does it, when it was planned, when it is expected, what came of it."""

    moves = Moves(
        ready=S.WAITING >> S.READY,
        start=S.READY >> S.RUNNING,
        finish=S.RUNNING >> S.DONE,
        cancel=(S.WAITING, S.READY, S.RUNNING) >> S.CANCELLED,
    )
    editable = {S.WAITING: ("note",), S.READY: ("note",), S.RUNNING: ("note",)}

    work = models.ForeignKey(
        WorkOrder,
        models.CASCADE,
        related_name="stages",
        verbose_name=_("work order"),
        db_index=False,
        editable=False,
    )
    position = models.PositiveSmallIntegerField(_("position"), editable=False)
    name = models.CharField(_("name"), max_length=80, editable=False)
    kind = models.CharField(
        _("kind"), max_length=10, choices=StageKind.choices, default=StageKind.OTHER, editable=False
    )
    partner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_stages",
        verbose_name=_("done by"),
        db_index=False,
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_stages",
        verbose_name=_("at site"),
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_stages",
        verbose_name=_("at work centre"),
        db_index=False,
    )
    state = StateField(StageState, default=S.WAITING, verbose_name=_("state"), editable=False)
    days = models.PositiveSmallIntegerField(_("working days"), default=1, editable=False)
    move_days = models.PositiveSmallIntegerField(_("days on the way"), default=0, editable=False)
    scheduled_days = models.PositiveSmallIntegerField(
        _("working days as scheduled"),
        null=True,
        editable=False,
        help_text=_(
            "On how many days it runs by the schedule; empty while it has only the days of its route."
        ),
    )
    setup_minutes = MinutesField(_("set-up"), editable=False)
    run_minutes = MinutesField(_("run"), editable=False)
    queue_minutes = MinutesField(_("queue"), editable=False)
    move_minutes = MinutesField(_("move"), editable=False)
    planned_start = models.DateField(_("planned start"), null=True, editable=False)
    planned_end = models.DateField(_("planned end"), null=True, editable=False)
    expected_start = models.DateField(_("expected start"), null=True, editable=False)
    expected_end = models.DateField(_("expected end"), null=True, editable=False)
    reported_end = models.DateField(_("end as reported"), null=True, editable=False)
    cause = models.CharField(_("why expected differs"), max_length=300, blank=True, editable=False)
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gives"),
        db_index=False,
        editable=False,
    )
    unit = models.ForeignKey(
        "catalog.Unit",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("unit"),
        db_index=False,
        editable=False,
    )
    factor = QuantityField(_("so many for one"), default=1, editable=False)
    quantity = QuantityField(_("planned"), default=0, editable=False)
    quantity_in = QuantityField(_("in"), null=True, editable=False)
    quantity_out = QuantityField(_("out"), null=True, editable=False)
    rejected = QuantityField(_("rejected"), default=0, editable=False)
    handed_over = QuantityField(_("handed over"), default=0, editable=False)
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        related_name="work_stages",
        verbose_name=_("lot"),
        editable=False,
    )
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("work stage")
        verbose_name_plural = _("work stages")
        ordering = ["work", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "position"],
                name="manufacturing_stage_position",
                violation_error_message=_("Two stages of one work order cannot have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(planned_end__gte=F("planned_start")) | Q(planned_end__isnull=True),
                name="manufacturing_stage_planned",
            ),
            models.CheckConstraint(
                condition=Q(expected_end__gte=F("expected_start")) | Q(expected_end__isnull=True),
                name="manufacturing_stage_expected",
                violation_error_message=_("A stage cannot be expected to end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(rejected__gte=0, handed_over__gte=0)
                & (Q(quantity_in__isnull=True) | Q(quantity_in__gte=0))
                & (Q(quantity_out__isnull=True) | Q(quantity_out__gte=0, quantity_in__isnull=False)),
                name="manufacturing_stage_quantity",
                violation_error_message=_("Quantities of a stage cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(quantity_out__isnull=True)
                | Q(quantity_in__gte=F("quantity_out") + F("rejected")),
                name="manufacturing_stage_balance",
                violation_error_message=_("More came out of the stage than went in."),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "state"], name="manufacturing_stage_partner"),
            models.Index(
                fields=["centre", "expected_start"],
                name="manufacturing_stage_centre",
                condition=Q(state__in=("waiting", "ready", "running")),
            ),
            models.Index(
                fields=["kind", "expected_end"],
                name="manufacturing_stage_open",
                condition=Q(state__in=("ready", "running")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def sentence_name(self) -> str:
        return f"{self.name} of {self.work}"

    @property
    def icon(self) -> str:
        """The icon of this kind of work."""
        return ICONS[self.kind]

    @property
    def is_open(self) -> bool:
        """True while it is not finished."""
        return self.state in (S.WAITING, S.READY, S.RUNNING)

    @property
    def standard_minutes(self) -> Decimal:
        """Minutes of set-up and work for all that is planned, or for what went in."""
        into = self.quantity if self.quantity_in is None else self.quantity_in
        return self.setup_minutes + self.run_minutes * into

    @property
    def slip(self) -> int:
        """Days that the end is expected after it was planned; negative when earlier."""
        if self.expected_end is None or self.planned_end is None:
            return 0
        return (self.expected_end - self.planned_end).days

    def slack(self, next_start: date) -> int:
        """Days this stage may slip before the next one, starting then, has to move."""
        return 0 if self.expected_end is None else (next_start - self.expected_end).days - 1
