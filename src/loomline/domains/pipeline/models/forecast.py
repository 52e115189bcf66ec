"""What somebody set out to sell, and what a manager thinks will be sold."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models.stage import Category
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.record import Ledger, Record


class Quota(Record):
    """What one person, one team or the whole company wants to sell between two days."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="quotas",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, null=True, blank=True, related_name="quotas", verbose_name=_("team")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("up to, not including"))
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"), default="EUR")

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="pipeline_quota_period",
                violation_error_message=_("A quota must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="pipeline_quota_amount",
                violation_error_message=_("A quota must be more than nothing."),
            ),
            models.UniqueConstraint(
                fields=["owner", "team", "starts_on", "ends_on"],
                nulls_distinct=False,
                name="pipeline_quota_once",
                violation_error_message=_("There is already a quota for the same people and days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class ForecastAdjustment(Ledger):
    """A manager's own figure for a category; the newest one counts, none is ever overwritten."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("up to, not including"))
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"), default="EUR")
    note = models.CharField(_("because"), max_length=200)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("forecast adjustment")
        verbose_name_plural = _("forecast adjustments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="pipeline_adjustment_period",
                violation_error_message=_("The days of an adjustment must end after they start."),
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="pipeline_adjustment_category"
            ),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on", "-id"], name="pipeline_adjustment_period")]

    def __str__(self) -> str:
        return f"{self.category} {self.amount}"
