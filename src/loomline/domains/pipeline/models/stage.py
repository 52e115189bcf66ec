"""The steps an opportunity takes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.state import TONES


class Category(models.TextChoices):
    """How an open opportunity counts in the forecast."""

    OMITTED = "omitted", _("Omitted")
    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")


class Pipeline(Record):
    """One way of selling, from first talk to signature."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("New opportunities start here unless another one is chosen.")
    )

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="pipeline_one_default",
                violation_error_message=_(
                    "Another pipeline is the default. Take the mark from that one first."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Stage(Record):
    """One step of a pipeline: how likely a win is from here, and how long one may stand here."""

    TONES = sorted((tone, tone) for tone in TONES)

    pipeline = models.ForeignKey(
        Pipeline, models.CASCADE, related_name="stages", verbose_name=_("pipeline"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    probability = models.PositiveSmallIntegerField(_("probability in %"), default=0)
    category = models.CharField(
        _("forecast category"), max_length=10, choices=Category.choices, default=Category.PIPELINE
    )
    max_days = models.PositiveSmallIntegerField(
        _("stalled after days"),
        null=True,
        blank=True,
        help_text=_("Empty: an opportunity may stand here for ever."),
    )
    exit_criteria = models.TextField(_("ready to move on when"), blank=True)
    tone = models.CharField(_("tone"), max_length=8, choices=TONES, default="info")

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__lte=100),
                name="pipeline_stage_probability",
                violation_error_message=_("A probability lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="pipeline_stage_category"),
            models.UniqueConstraint(
                fields=["pipeline", "name"],
                name="pipeline_stage_name",
                violation_error_message=_("The pipeline already has a stage with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
