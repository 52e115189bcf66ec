"""Rules and scores."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class Measure(models.TextChoices):
    """What is measured, from transactions."""

    OTIF = "otif", _("On time and in full, to the confirmed day (share)")
    OTIF_REQUESTED = "otif_requested", _("On time and in full, to the requested day (share)")
    LEAD_MEAN = "lead_mean", _("Lead time, mean (days)")
    LEAD_DEVIATION = "lead_deviation", _("Lead time, deviation (days)")
    PPM = "ppm", _("Rejected (parts per million)")
    ACCEPTED = "accepted", _("Inspections passed (share)")
    PRICE = "price", _("Paid above the agreed price (share)")
    RESPONSE = "response", _("Hours until an order is confirmed")
    CLAIMS = "claims", _("Nonconformances")


class Rule(Record):
    """What of a measure earns no points, what all of them, and how much it weighs."""

    measure = models.CharField(_("measure"), max_length=16, choices=Measure.choices, unique=True)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2)
    worst = models.DecimalField(_("no points at"), max_digits=14, decimal_places=4)
    best = models.DecimalField(_("all points at"), max_digits=14, decimal_places=4)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("scoring rule")
        verbose_name_plural = _("scoring rules")
        ordering = ["-weight", "measure"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(worst=F("best")),
                name="scorecards_rule_spread",
                violation_error_message=_("No points and all points cannot be at the same figure."),
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="scorecards_rule_weight"),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())


class Rank(models.TextChoices):
    """What the points say."""

    PREFERRED = "preferred", _("Preferred")
    APPROVED = "approved", _("Approved")
    WATCHED = "watched", _("Watched")
    BLOCKED = "blocked", _("Blocked")


class ScoreState(States):
    SHARED = "shared", _("Shared"), "info"
    DISPUTED = "disputed", _("Disputed"), "warn"
    SETTLED = "settled", _("Settled"), "ok"


class Score(Record):
    """What a supplier reached in a period, with the figures it was reckoned from."""

    moves = Moves(
        dispute=(ScoreState.SHARED, ScoreState.SETTLED) >> ScoreState.DISPUTED,
        settle=ScoreState.DISPUTED >> ScoreState.SETTLED,
    )
    editable = dict.fromkeys(ScoreState, ())

    supplier = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="supplier_scores", verbose_name=_("supplier")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = StateField(ScoreState, default=ScoreState.SHARED, verbose_name=_("state"), editable=False)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1)
    before = models.DecimalField(_("period before"), max_digits=5, decimal_places=1, null=True)
    rank = models.CharField(_("standing"), max_length=10, choices=Rank.choices)
    lines = models.PositiveIntegerField(_("lines due"), default=0)
    figures = models.JSONField(_("figures"), default=dict, encoder=DjangoJSONEncoder)
    reckoned_at = models.DateTimeField(_("reckoned"))
    objection = models.CharField(_("objection"), max_length=500, blank=True, editable=False)
    resolution = models.CharField(_("answer"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("supplier score")
        verbose_name_plural = _("supplier scores")
        ordering = ["-starts_on", "supplier"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "starts_on", "ends_on"], name="scorecards_score_once"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="scorecards_score_period"),
            models.CheckConstraint(condition=Q(points__range=(0, 100)), name="scorecards_score_points"),
        ]
        indexes = [models.Index(fields=["supplier", "-ends_on"], name="scorecards_score_last")]

    def __str__(self) -> str:
        return f"{self.supplier} {self.starts_on:%Y-%m-%d}"
