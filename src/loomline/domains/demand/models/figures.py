"""What runs said, kept for good."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger


def _share(name: Any) -> Any:
    return models.DecimalField(name, max_digits=12, decimal_places=4, null=True)


class Run(Ledger):
    """One forecast of every series. It is written whole or not at all; the newest counts."""

    made_at = models.DateTimeField(_("made"))
    first_week = models.DateField(_("first week"), help_text=_("The Monday of the week it was made in."))
    weeks = models.PositiveSmallIntegerField(_("weeks ahead"))
    item_count = models.PositiveIntegerField(_("items"), default=0)
    series_count = models.PositiveIntegerField(_("series"), default=0)
    wape = _share(_("error (WAPE)"))
    bias = _share(_("bias"))
    naive_wape = _share(_("error of the naive forecast"))

    class Meta:
        verbose_name = _("forecast run")
        verbose_name_plural = _("forecast runs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(first_week__iso_week_day=1), name="demand_run_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class Forecast(Ledger):
    """What a run expects of one series, or of all series of one item, week by week from its first week."""

    run = models.ForeignKey(
        Run, models.CASCADE, related_name="figures", verbose_name=_("run"), db_index=False
    )
    demand = models.ForeignKey(
        "demand.DemandItem", models.PROTECT, related_name="figures", verbose_name=_("item"), db_index=False
    )
    series = models.ForeignKey(
        "demand.Series",
        models.PROTECT,
        null=True,
        related_name="figures",
        verbose_name=_("series"),
        db_index=False,
        help_text=_("None: the sum of the item."),
    )
    kind = models.CharField(_("pattern"), max_length=12, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    mean = ArrayField(QuantityField(), verbose_name=_("expected"))
    p10 = ArrayField(QuantityField(), verbose_name=_("P10"))
    p50 = ArrayField(QuantityField(), verbose_name=_("P50"))
    p90 = ArrayField(QuantityField(), verbose_name=_("P90"))
    wape = _share(_("error (WAPE)"))
    bias = _share(_("bias"))
    mase = _share(_("error to naive (MASE)"))

    class Meta:
        verbose_name = _("forecast of a series")
        verbose_name_plural = _("forecasts of series")
        ordering = ["run", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "run", "series"], nulls_distinct=False, name="demand_forecast_once"
            ),
            models.CheckConstraint(
                condition=Q(p10__len=models.F("mean__len"))
                & Q(p50__len=models.F("mean__len"))
                & Q(p90__len=models.F("mean__len")),
                name="demand_forecast_weeks",
            ),
        ]
        indexes = [models.Index(fields=["series", "run"], name="demand_forecast_series")]

    def __str__(self) -> str:
        return f"{self.series or self.demand}"
