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

    asks_reason = models.BooleanField(
        _("a reason from the list is asked"),
        default=False,
        help_text=_("Who wins, loses or gives up by hand chooses one."),
    )
    asks_competitor = models.BooleanField(
        _("the competitor is asked"),
        default=False,
        help_text=_("Who wins or loses by hand says against whom."),
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


class Fact(models.TextChoices):
    """What a stage can ask of an opportunity before it lets it go."""

    CONTACT = "contact", _("contact")
    AMOUNT = "amount", _("amount")
    CLOSES_ON = "closes_on", _("closing day")
    NEXT_STEP = "next_step", _("next step")
    NEXT_STEP_ON = "next_step_on", _("day of the next step")
    COMPETITOR = "competitor", _("competitor")
    SOURCE = "source", _("source")
    OWNER = "owner", _("owner")
    TEAM = "team", _("team")
    LINES = "lines", _("number of lines")
    QUOTES = "quotes", _("quotes sent")
    OWN = "own", _("a field of our own")


class FactTest(models.TextChoices):
    """How a fact is looked at."""

    KNOWN = "is known", _("is filled in")
    AT_LEAST = "at least", _("at least")
    AT_MOST = "at most", _("at most")
    IS = "is", _("is")
    IS_NOT = "is not", _("is not")
    AMONG = "among", _("is one of")
    CONTAINS = "contains", _("contains")


NUMBERS = (Fact.AMOUNT, Fact.LINES, Fact.QUOTES, Fact.OWN)
COMPARING = (FactTest.AT_LEAST, FactTest.AT_MOST)


class StageRule(Record):
    """One thing that must be so before an opportunity may leave a stage for a later one."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="rules", verbose_name=_("stage"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    fact = models.CharField(_("what"), max_length=16, choices=Fact.choices)
    own_field = models.CharField(
        _("own field"), max_length=40, blank=True, help_text=_("The name of a field of your own.")
    )
    test = models.CharField(_("must be"), max_length=10, choices=FactTest.choices, default=FactTest.KNOWN)
    value = models.CharField(_("value"), max_length=120, blank=True)
    words = models.CharField(
        _("what people are told"),
        max_length=200,
        blank=True,
        help_text=_("Empty: the rule is put in words by itself."),
    )

    class Meta:
        verbose_name = _("exit rule")
        verbose_name_plural = _("exit rules")
        ordering = ["stage", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(test=FactTest.KNOWN) | ~Q(value=""),
                name="pipeline_rule_value",
                violation_error_message=_("Say what the value must be compared with."),
            ),
            models.CheckConstraint(
                condition=~Q(test__in=COMPARING)
                | Q(fact__in=NUMBERS, value__regex=r"^\s*-?[0-9]+(\.[0-9]+)?\s*$"),
                name="pipeline_rule_number",
                violation_error_message=_("At least and at most need a fact and a value that are numbers."),
            ),
            models.CheckConstraint(
                condition=~Q(fact=Fact.OWN) | ~Q(own_field=""),
                name="pipeline_rule_own_field",
                violation_error_message=_("Name the field of your own."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_fact_display()} {self.get_test_display()} {self.value}".strip()


class Outcome(models.TextChoices):
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    ABANDONED = "abandoned", _("Abandoned")


class OutcomeReason(Record):
    """One entry of the list of reasons why opportunities are won, lost or given up."""

    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["outcome", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="pipeline_reason_outcome"),
            models.UniqueConstraint(
                fields=["outcome", "name"],
                name="pipeline_reason_once",
                violation_error_message=_("This reason is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        # The same word may explain a win and a loss.
        return f"{self.get_outcome_display()}: {self.name}"
