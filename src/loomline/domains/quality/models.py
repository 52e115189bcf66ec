"""What is checked, and what was found."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import plain
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States

if TYPE_CHECKING:
    _Decimal = models.DecimalField[Any, Any]
else:
    _Decimal = models.DecimalField


class MeasureField(_Decimal):
    """A measured value or a limit, numeric(20,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


def within(measured: Decimal, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    """True when the value lies between the limits; the limits themselves pass."""
    return (lower is None or measured >= lower) and (upper is None or measured <= upper)


def limits_text(*, lower: Decimal | None, upper: Decimal | None, unit: str) -> str:
    """The limits as people write them: "0 to 1.2 ΔE", "at most 1.2 ΔE"."""
    if lower is not None and upper is not None:
        text = _("{lower} to {upper} {unit}")
    elif upper is not None:
        text = _("at most {upper} {unit}")
    elif lower is not None:
        text = _("at least {lower} {unit}")
    else:
        return ""
    shown = {
        "lower": plain(lower) if lower is not None else "",
        "upper": plain(upper) if upper is not None else "",
    }
    return str(text).format(**shown, unit=unit).strip()


class CheckPlan(Record):
    """What is measured of an item, or at a stage of making, and what is good enough."""

    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="check_plans",
        verbose_name=_("item"),
    )
    stage = models.CharField(_("stage"), max_length=80, blank=True)
    characteristic = models.CharField(_("characteristic"), max_length=120)
    method = models.CharField(_("how it is measured"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    lower = MeasureField(_("at least"), null=True, blank=True)
    upper = MeasureField(_("at most"), null=True, blank=True)
    holds = models.BooleanField(_("the lot waits for the result"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("check plan")
        verbose_name_plural = _("check plans")
        ordering = ["item", "stage", "characteristic", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False) | ~Q(stage=""),
                name="quality_plan_of_something",
                violation_error_message=_("Say which item or which stage is checked."),
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(upper__gte=F("lower")),
                name="quality_plan_limits",
                violation_error_message=_("The upper limit cannot lie below the lower one."),
            ),
            models.UniqueConstraint(
                fields=["item", "stage", "characteristic"],
                nulls_distinct=False,
                name="quality_plan_once",
                violation_error_message=_("There is already a plan for this characteristic here."),
            ),
        ]
        indexes = [models.Index(fields=["stage"], name="quality_plan_stage", condition=~Q(stage=""))]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.item, self.stage, self.characteristic) if part)

    @property
    def limits(self) -> str:
        """The limits as people write them."""
        return limits_text(lower=self.lower, upper=self.upper, unit=self.unit)


class CheckState(States):
    OPEN = "open", _("To be checked"), "info"
    PASSED = "passed", _("Passed"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    DECIDED = "decided", _("Decided"), "muted"


class Decision(models.TextChoices):
    USE_AS_IS = "use_as_is", _("Use as is")
    REWORK = "rework", _("Rework")
    SCRAP = "scrap", _("Scrap")


class Check(Document):
    """One measurement of a lot, or of the work at a stage. Its limits are those of the day it was opened."""

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
            models.Index(fields=["state", "-id"], name="quality_check_state"),
            models.Index(
                fields=["origin_kind", "origin_id"], name="quality_check_origin", condition=~Q(origin_kind="")
            ),
        ]

    @property
    def limits(self) -> str:
        """The limits as people write them."""
        return limits_text(lower=self.lower, upper=self.upper, unit=self.unit)
