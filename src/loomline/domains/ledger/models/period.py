"""Periods: stretches of days whose books are closed together."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class PeriodState(States):
    OPEN = "open", _("Open"), "info"
    CLOSING = "closing", _("Closing"), "warn"
    CLOSED = "closed", _("Closed"), "ok"


class Period(Record):
    """A stretch of days whose books are closed together."""

    moves = Moves(
        begin_closing=PeriodState.OPEN >> PeriodState.CLOSING,
        reopen=PeriodState.CLOSING >> PeriodState.OPEN,
        close=(PeriodState.OPEN, PeriodState.CLOSING) >> PeriodState.CLOSED,
    )
    editable = dict.fromkeys(PeriodState, ())

    name = models.CharField(_("name"), max_length=40, unique=True)
    begins_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = StateField(PeriodState, default=PeriodState.OPEN, verbose_name=_("state"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["-begins_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")),
                name="ledger_period_days",
                violation_error_message=_("A period cannot end before it begins."),
            ),
            ExclusionConstraint(
                name="ledger_period_apart",
                expressions=[
                    (
                        Func(F("begins_on"), F("ends_on"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Some of these days belong to another period already."),
            ),
        ]
        indexes = [models.Index(fields=["ends_on", "state"], name="ledger_period_end")]

    def __str__(self) -> str:
        return self.name
