"""Deals as they stood, and history continued."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.record import Ledger


class Snapshot(Ledger):
    """Every deal as it stood at one moment. Never changed."""

    taken_at = models.DateTimeField(_("taken"))
    taken_on = models.DateField(_("day"), unique=True)
    currency = CurrencyField(_("currency"))
    count = models.PositiveIntegerField(_("open deals"), default=0)
    amount = AmountField(_("open"), default=0)
    weighted = AmountField(_("weighted"), default=0)
    left_out = models.JSONField(
        _("amounts without a rate"), default=dict, blank=True, help_text=_("By currency; in no figure.")
    )

    class Meta:
        verbose_name = _("forecast snapshot")
        verbose_name_plural = _("forecast snapshots")
        ordering = ["-taken_on"]

    def __str__(self) -> str:
        return self.taken_on.isoformat()


class SnapshotLine(Ledger):
    """One deal in a snapshot: open ones, and those that were won or lost since the snapshot before."""

    OPEN, WON, LOST = "open", "won", "lost"

    snapshot = models.ForeignKey(
        Snapshot, models.CASCADE, related_name="lines", verbose_name=_("snapshot"), db_index=False
    )
    # A deal may be taken back by undo; what it was in a snapshot stays.
    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("opportunity"),
        db_index=False,
    )
    name = models.CharField(_("name"), max_length=200)
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
    state = models.CharField(
        _("state"), max_length=4, choices=[(OPEN, _("Open")), (WON, _("Won")), (LOST, _("Lost"))]
    )
    category = models.CharField(_("category"), max_length=10)
    amount = AmountField(_("amount"), help_text=_("In the company's currency, at that day's rate."))
    weighted = AmountField(_("weighted"), default=0)
    closes_on = models.DateField(_("closes"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("deal in a snapshot")
        verbose_name_plural = _("deals in snapshots")
        ordering = ["snapshot", "id"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "opportunity"], name="forecasting_line_once"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True) | ~Q(state="open"),
                name="forecasting_line_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Projection(Ledger):
    """One run of the statistical forecast over everybody's history."""

    made_at = models.DateTimeField(_("made"))
    first_month = models.DateField(_("first month"))
    months = models.PositiveSmallIntegerField(_("months ahead"))
    currency = CurrencyField(_("currency"))

    class Meta:
        verbose_name = _("statistical forecast")
        verbose_name_plural = _("statistical forecasts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.made_at.date().isoformat()


class ProjectedMonth(Ledger):
    """What history says about one month of one person, one team or the company."""

    projection = models.ForeignKey(
        Projection,
        models.CASCADE,
        related_name="figures",
        verbose_name=_("statistical forecast"),
        db_index=False,
    )
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
    month = models.DateField(_("month"))
    mean = AmountField(_("expected"))
    low = AmountField(_("at least, in 9 of 10"))
    high = AmountField(_("at most, in 9 of 10"))
    method = models.CharField(_("method"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("projected month")
        verbose_name_plural = _("projected months")
        ordering = ["projection", "month", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["projection", "owner", "team", "month"],
                nulls_distinct=False,
                name="forecasting_month_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
