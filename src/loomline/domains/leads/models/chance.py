"""How likely open deals are won, and how good that is known."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WinModel(models.Model):
    """One night's learning: what it had, what came of it, or why nothing did."""

    at = models.DateTimeField(_("at"))
    won = models.PositiveIntegerField(_("won deals"), default=0)
    lost = models.PositiveIntegerField(_("lost deals"), default=0)
    says = models.CharField(_("result"), max_length=300, blank=True)
    auc = models.DecimalField(_("AUC"), max_digits=6, decimal_places=4, null=True)
    auc_low = models.DecimalField(_("AUC at least"), max_digits=6, decimal_places=4, null=True)
    auc_high = models.DecimalField(_("AUC at most"), max_digits=6, decimal_places=4, null=True)
    brier = models.DecimalField(_("Brier score"), max_digits=6, decimal_places=4, null=True)
    base_brier = models.DecimalField(_("Brier score of the share"), max_digits=6, decimal_places=4, null=True)
    calibration = models.JSONField(_("calibration"), default=list)
    chosen = models.CharField(_("method"), max_length=200, blank=True)
    split = models.CharField(_("kept back"), max_length=200, blank=True)
    scored = models.PositiveIntegerField(_("open deals scored"), default=0)

    class Meta:
        verbose_name = _("learned model")
        verbose_name_plural = _("learned models")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"

    @property
    def is_usable(self) -> bool:
        """Whether there was enough to learn from, and it tells won from lost better than chance."""
        return self.auc_low is not None and self.auc_low > 0.5


class WinChance(models.Model):
    """The chance that one open deal is won."""

    opportunity = models.OneToOneField(
        "pipeline.Opportunity",
        models.CASCADE,
        related_name="win_chance",
        db_constraint=False,
        verbose_name=_("opportunity"),
    )
    model = models.ForeignKey(WinModel, models.CASCADE, related_name="chances", verbose_name=_("model"))
    probability = models.DecimalField(_("chance"), max_digits=5, decimal_places=4)

    class Meta:
        verbose_name = _("chance to win")
        verbose_name_plural = _("chances to win")
        ordering = ["-probability", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="leads_chance_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"


class WinReason(models.Model):
    """What one trait adds to or takes from the chance of one deal, in log-odds."""

    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.CASCADE,
        related_name="win_reasons",
        db_constraint=False,
        verbose_name=_("opportunity"),
    )
    trait = models.CharField(_("trait"), max_length=60)
    value = models.CharField(_("value"), max_length=120, blank=True)
    adds = models.DecimalField(_("adds"), max_digits=8, decimal_places=4)

    class Meta:
        verbose_name = _("reason of a chance")
        verbose_name_plural = _("reasons of chances")
        ordering = ["opportunity", "id"]

    def __str__(self) -> str:
        return self.trait

    @property
    def words(self) -> str:
        """Whether it speaks for a win or against it."""
        return str(_("speaks for a win") if self.adds > 0 else _("speaks against it"))
