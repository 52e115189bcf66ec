"""Score models as records, and what they say of leads, parties and deals."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models.stage import FactTest
from loomline.engines.scoring import points
from loomline.kernel.event import Event, registry
from loomline.kernel.record import Record
from loomline.kernel.state import TONES


class Subject(models.TextChoices):
    """What a model scores."""

    LEAD = "lead", _("Leads")
    PARTY = "party", _("Parties")
    OPPORTUNITY = "opportunity", _("Opportunities")


class RuleKind(models.TextChoices):
    FIT = points.Kind.FIT.value, _("what they are")
    BEHAVIOUR = points.Kind.BEHAVIOUR.value, _("what they do")


class ScoreFact(models.TextChoices):
    """What rules can look at; a subject that has no such fact fails every test but "is not"."""

    SOURCE = "source", _("source")
    MEDIUM = "medium", _("medium")
    CAMPAIGN = "campaign", _("campaign")
    COUNTRY = "country", _("country")
    COMPANY = "company", _("company")
    JOB_TITLE = "job_title", _("job title")
    MAIL_DOMAIN = "mail_domain", _("domain of the e-mail address")
    PUBLIC_MAIL = "public_mail", _("a free mail address (yes or no)")
    PHONE = "phone", _("phone")
    INTEREST = "interest", _("interested in")
    KIND = "kind", _("person or organisation")
    ROLES = "roles", _("roles")
    STAGE = "stage", _("stage")
    AMOUNT = "amount", _("amount")
    COMPETITOR = "competitor", _("competitor")
    PAYLOAD = "body", _("text of the event")


def event_names() -> list[tuple[str, str]]:
    """Every kind of event that can be about something that is scored, in words."""
    scored = {"pipeline.lead", "parties.party", "pipeline.opportunity"}
    found = (
        (e.name, (e.__doc__ or "").splitlines()[0].rstrip("."))
        for e in registry.values()
        if e.__module__.startswith("loomline.domains.")
        and (scored & set(e.about.values()) or e.subjects is not Event.subjects)
    )
    return sorted(found, key=lambda pair: pair[1])


class ScoreModel(Record):
    """One way to put the warmth of leads, parties or deals into a number."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    subject = models.CharField(_("scores"), max_length=12, choices=Subject.choices, default=Subject.LEAD)
    least = models.DecimalField(_("least"), max_digits=8, decimal_places=2, default=0)
    most = models.DecimalField(_("most"), max_digits=8, decimal_places=2, default=100)
    is_active = models.BooleanField(_("active"), default=True)
    read_at = models.DateTimeField(_("events read until"), null=True, editable=False)

    class Meta:
        verbose_name = _("score model")
        verbose_name_plural = _("score models")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="leads_model_subject"),
            models.CheckConstraint(
                condition=Q(most__gt=F("least")),
                name="leads_model_range",
                violation_error_message=_("The most must be above the least."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScoreRule(Record):
    """Points for what somebody is, or for each time somebody does something."""

    model = models.ForeignKey(ScoreModel, models.CASCADE, related_name="rules", verbose_name=_("model"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("looks at"), max_length=10, choices=RuleKind.choices, default=RuleKind.FIT)
    points = models.DecimalField(
        _("points"), max_digits=8, decimal_places=2, help_text=_("Below zero takes away.")
    )
    event = models.CharField(_("event"), max_length=80, blank=True, choices=event_names)
    fact = models.CharField(_("what"), max_length=16, blank=True, choices=ScoreFact.choices)
    test = models.CharField(
        _("must be"), max_length=10, blank=True, choices=FactTest.choices, default=FactTest.KNOWN
    )
    value = models.CharField(_("value"), max_length=200, blank=True)
    half_life_days = models.PositiveSmallIntegerField(
        _("half after days"), null=True, blank=True, help_text=_("Empty: the points do not age.")
    )
    expires_days = models.PositiveSmallIntegerField(_("nothing after days"), null=True, blank=True)
    cap = models.DecimalField(_("at most"), max_digits=8, decimal_places=2, null=True, blank=True)
    first = models.PositiveSmallIntegerField(
        _("newest that count"), null=True, blank=True, help_text=_("Empty: all of them.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        ordering = ["model", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="fit", event="", half_life_days__isnull=True, expires_days__isnull=True)
                | Q(kind="behaviour") & ~Q(event=""),
                name="leads_score_rule_kind",
                violation_error_message=_(
                    "What they do needs an event; what they are has neither an event nor an age."
                ),
            ),
            models.CheckConstraint(
                condition=Q(fact="", kind="behaviour") | Q(test=FactTest.KNOWN) | ~Q(value=""),
                name="leads_score_rule_value",
                violation_error_message=_("Say what the value must be compared with."),
            ),
            models.CheckConstraint(
                condition=~Q(test__in=("at least", "at most"))
                | Q(fact="amount", value__regex=r"^\s*-?[0-9]+(\.[0-9]+)?\s*$"),
                name="leads_score_rule_number",
                violation_error_message=_("At least and at most compare an amount with a number."),
            ),
            models.CheckConstraint(
                condition=(Q(half_life_days__isnull=True) | Q(half_life_days__gt=0))
                & (Q(expires_days__isnull=True) | Q(expires_days__gt=0))
                & (Q(cap__isnull=True) | Q(cap__gte=0)),
                name="leads_score_rule_spans",
                violation_error_message=_("Days are above zero and a cap is not below it."),
            ),
            models.UniqueConstraint(
                fields=["model", "name"],
                name="leads_score_rule_name",
                violation_error_message=_("The model already has a rule with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScoreBand(Record):
    """A range of scores with a name; it is left a little below where it is entered."""

    model = models.ForeignKey(ScoreModel, models.CASCADE, related_name="bands", verbose_name=_("model"))
    name = models.CharField(_("name"), max_length=40)
    enter = models.DecimalField(_("entered at"), max_digits=8, decimal_places=2)
    leave = models.DecimalField(_("left below"), max_digits=8, decimal_places=2)
    tone = models.CharField(
        _("tone"), max_length=8, choices=sorted((tone, tone) for tone in TONES), default="info"
    )

    class Meta:
        verbose_name = _("band")
        verbose_name_plural = _("bands")
        ordering = ["model", "enter", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(leave__lte=F("enter")),
                name="leads_band_order",
                violation_error_message=_("A band is left where it is entered, or below."),
            ),
            models.UniqueConstraint(
                fields=["model", "name"],
                name="leads_band_name",
                violation_error_message=_("The model already has a band with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _subject(to: str, related_name: str) -> Any:
    # Reckoned rows never keep what they are about from being taken back, so the database checks no key.
    return models.ForeignKey(
        to, models.CASCADE, null=True, related_name=related_name, db_constraint=False, verbose_name=_("about")
    )


class Score(models.Model):
    """What a model says of one record now; reckoned anew whenever something happens, and each night."""

    model = models.ForeignKey(ScoreModel, models.CASCADE, related_name="scores", verbose_name=_("model"))
    lead = _subject("pipeline.Lead", "scores")
    party = _subject("parties.Party", "scores")
    opportunity = _subject("pipeline.Opportunity", "scores")
    total = models.DecimalField(_("score"), max_digits=12, decimal_places=4)
    bands = models.JSONField(_("bands"), default=list)
    scored_at = models.DateTimeField(_("reckoned"))

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["-total", "id"]
        constraints = [
            models.UniqueConstraint(fields=["model", name], name=f"leads_score_{name}")
            for name in Subject.values
        ]
        indexes = [models.Index(fields=["model", "-total"], name="leads_score_total")]

    def __str__(self) -> str:
        return f"{self.total:.0f}"

    @property
    def about(self) -> Any:
        """The record that is scored."""
        return self.lead or self.party or self.opportunity


class ScoreLine(models.Model):
    """One entry of the explanation; the lines of a score add up to it exactly."""

    score = models.ForeignKey(Score, models.CASCADE, related_name="lines", verbose_name=_("score"))
    lead = _subject("pipeline.Lead", "score_lines")
    party = _subject("parties.Party", "score_lines")
    opportunity = _subject("pipeline.Opportunity", "score_lines")
    rule = models.CharField(_("rule"), max_length=80)
    points = models.DecimalField(_("points"), max_digits=12, decimal_places=4)
    counts = models.DecimalField(_("count now"), max_digits=12, decimal_places=4)
    at = models.DateTimeField(_("at"), null=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["score", "id"]

    def __str__(self) -> str:
        return f"{self.rule} {self.counts.normalize():f}"
