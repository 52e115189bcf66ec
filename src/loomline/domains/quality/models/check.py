"""One inspection: what is wanted, what was found, and what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality.models.plan import CheckPlan, MeasureField, Sampling, limits_text
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class CheckState(States):
    OPEN = "open", _("To be checked"), "info"
    PASSED = "passed", _("Passed"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    DECIDED = "decided", _("Decided"), "muted"


class Decision(models.TextChoices):
    USE_AS_IS = "use_as_is", _("Use as is")
    REWORK = "rework", _("Rework")
    SCRAP = "scrap", _("Scrap")
    RETURN = "return", _("Return to supplier")


class Severity(models.TextChoices):
    """How strictly the lots of a plan and a supplier are inspected."""

    NORMAL = "normal", _("Normal")
    TIGHTENED = "tightened", _("Tightened")
    REDUCED = "reduced", _("Reduced")
    DISCONTINUED = "discontinued", _("Discontinued")


class Check(Document):
    """One inspection of a lot, of serials, or of the work at a stage; as the plan was when it was opened."""

    moves = Moves(
        **{
            "pass": CheckState.OPEN >> CheckState.PASSED,
            "fail": CheckState.OPEN >> CheckState.FAILED,
            "decide": CheckState.FAILED >> CheckState.DECIDED,
        }
    )
    editable = {
        CheckState.OPEN: ("wanted_on", "note", "custom"),
        CheckState.PASSED: ("note", "custom"),
        CheckState.FAILED: ("note", "custom"),
        CheckState.DECIDED: ("custom",),
    }

    number = NumberField(series="check", prefix="C-", verbose_name=_("number"))
    state = StateField(CheckState, default=CheckState.OPEN, verbose_name=_("state"))
    plan = models.ForeignKey(
        CheckPlan, models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("plan")
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("item")
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("lot")
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="checks",
        verbose_name=_("supplier"),
    )
    quantity = QuantityField(_("inspected quantity"), null=True, editable=False)
    sampling = models.CharField(
        _("how it is judged"),
        max_length=10,
        choices=Sampling.choices,
        default=Sampling.SINGLE,
        editable=False,
    )
    severity = models.CharField(
        _("severity"), max_length=12, choices=Severity.choices, blank=True, editable=False
    )
    sample_size = models.PositiveIntegerField(_("sample size"), null=True, editable=False)
    accept = models.PositiveIntegerField(_("accepted up to"), null=True, editable=False)
    factor = MeasureField(_("acceptability constant"), null=True, editable=False)
    nonconforming = models.PositiveIntegerField(_("nonconforming"), null=True, editable=False)
    is_original = models.BooleanField(_("first inspection"), default=True, editable=False)
    is_apart = models.BooleanField(_("the goods stand apart"), default=False, editable=False)
    origin_kind = models.CharField(_("kind of origin"), max_length=60, blank=True, editable=False)
    origin_id = models.BigIntegerField(_("origin"), null=True, editable=False)
    stage = models.CharField(_("stage"), max_length=80, blank=True)
    characteristic = models.CharField(_("characteristic"), max_length=120)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    lower = MeasureField(_("at least"), null=True, blank=True)
    upper = MeasureField(_("at most"), null=True, blank=True)
    holds = models.BooleanField(_("the lot waits for the result"), default=False, editable=False)
    measured = MeasureField(_("measured"), null=True, blank=True, editable=False)
    wanted_on = models.DateField(_("to be checked by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("checked by"),
        db_index=False,
    )
    finding = models.CharField(_("finding"), max_length=200, blank=True, editable=False)
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision.choices, blank=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("quality check")
        verbose_name_plural = _("quality checks")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="decided") & ~Q(decision="") | ~Q(state="decided") & Q(decision=""),
                name="quality_check_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="open", checked_at__isnull=True)
                | ~Q(state="open") & Q(checked_at__isnull=False),
                name="quality_check_time",
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(upper__gte=F("lower")),
                name="quality_check_limits",
                violation_error_message=_("The upper limit cannot lie below the lower one."),
            ),
            models.CheckConstraint(
                condition=~Q(state="passed")
                | Q(measured__isnull=True)
                | (Q(lower__isnull=True) | Q(measured__gte=F("lower")))
                & (Q(upper__isnull=True) | Q(measured__lte=F("upper"))),
                name="quality_check_passed",
                violation_error_message=_("A value outside the limits has not passed."),
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "checked_at"], name="quality_check_plan"),
            models.Index(fields=["state", "-id"], name="quality_check_state"),
            models.Index(
                fields=["origin_kind", "origin_id"], name="quality_check_origin", condition=~Q(origin_kind="")
            ),
        ]

    @property
    def limits(self) -> str:
        """The limits as people write them."""
        return limits_text(lower=self.lower, upper=self.upper, unit=self.unit)

    @property
    def sample(self) -> str:
        """How much is looked at, as people write it: "50 of 500, accepted up to 1"."""
        if self.sample_size is None:
            return ""
        size = {"size": self.sample_size, "accept": self.accept if self.accept is not None else ""}
        if self.sampling == Sampling.ATTRIBUTES:
            return str(_("{size} pieces, accepted up to {accept} nonconforming")).format(**size)
        return str(_("{size} readings")).format(**size)


class Reading(Ledger):
    """One measured value of a sample."""

    inspection = models.ForeignKey(Check, models.PROTECT, related_name="readings", verbose_name=_("check"))
    position = models.PositiveIntegerField(_("no."))
    value = MeasureField(_("value"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["inspection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="quality_reading_once")
        ]


class CheckedSerial(Record):
    """A serial number that is inspected together with others: whether it is good, and what becomes of it."""

    inspection = models.ForeignKey(Check, models.PROTECT, related_name="serials", verbose_name=_("check"))
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, related_name="checked_in", verbose_name=_("serial number")
    )
    is_nonconforming = models.BooleanField(_("nonconforming"), default=False)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True)

    class Meta:
        verbose_name = _("inspected serial")
        verbose_name_plural = _("inspected serials")
        ordering = ["inspection", "lot"]
        constraints = [models.UniqueConstraint(fields=["inspection", "lot"], name="quality_serial_once")]

    def __str__(self) -> str:
        return str(self.lot)


class PartDecision(Ledger):
    """What was decided about a part of what failed: a quantity, or one serial number."""

    inspection = models.ForeignKey(Check, models.PROTECT, related_name="decisions", verbose_name=_("check"))
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="+", verbose_name=_("lot")
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    quantity = QuantityField(_("quantity"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("decision about a part")
        verbose_name_plural = _("decisions about parts")
        ordering = ["inspection", "id"]


class Standing(Record):
    """How strictly a plan is applied to a supplier's lots, and the run of lots that led there."""

    plan = models.ForeignKey(CheckPlan, models.PROTECT, related_name="standings", verbose_name=_("plan"))
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspection_standings",
        verbose_name=_("supplier"),
    )
    severity = models.CharField(
        _("severity"), max_length=12, choices=Severity.choices, default=Severity.NORMAL
    )
    recent = models.JSONField(_("last lots"), default=list)
    score = models.PositiveIntegerField(_("switching score"), default=0)
    refused = models.PositiveIntegerField(_("lots refused since"), default=0)
    run = models.PositiveIntegerField(_("accepted in a row"), default=0)
    lots = models.PositiveIntegerField(_("lots inspected"), default=0)
    why = models.CharField(_("why"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("inspection severity")
        verbose_name_plural = _("inspection severities")
        ordering = ["plan", "supplier"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "supplier"], nulls_distinct=False, name="quality_standing_once"
            )
        ]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.plan, self.supplier) if part)
