"""Who gets which leads, and how soon they are to be answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models.stage import FactTest
from loomline.kernel.record import Record


class How(models.TextChoices):
    """How a rule chooses among those who may."""

    ROUND_ROBIN = "round_robin", _("in turn")
    FEWEST_OPEN = "fewest_open", _("whoever has the fewest open leads")
    TERRITORY = "territory", _("whoever works in the territory")


class LeadFact(models.TextChoices):
    """What rules can look at."""

    SOURCE = "source", _("source")
    SOURCE_DETAIL = "source_detail", _("source in detail")
    COUNTRY = "country", _("country")
    COMPANY = "company", _("company")
    JOB_TITLE = "job_title", _("job title")
    MAIL_DOMAIN = "mail_domain", _("domain of the e-mail address")
    INTEREST = "interest", _("interested in")
    MEDIUM = "medium", _("medium")
    CAMPAIGN = "campaign", _("campaign")
    TERRITORY = "territory", _("territory")
    SCORE = "score", _("score")


class AssignmentRule(Record):
    """Who gets the leads that pass its conditions; the first rule that finds somebody decides."""

    position = models.PositiveSmallIntegerField(_("position"), default=1)
    name = models.CharField(_("name"), max_length=80, unique=True)
    how = models.CharField(_("given"), max_length=12, choices=How.choices, default=How.ROUND_ROBIN)
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignment_rules",
        verbose_name=_("team"),
        help_text=_("Its members take part when nobody is named below; leads go to this team."),
    )
    needs_skill = models.BooleanField(
        _("only the skilled"),
        default=False,
        help_text=_("A skill fits when it is found in interest, country, company, job title or source."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last one served"),
    )

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(how__in=How.values), name="leads_rule_how")]

    def __str__(self) -> str:
        return self.name


class AssignmentTest(Record):
    """One condition of an assignment rule; all must hold."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="tests", verbose_name=_("rule"))
    fact = models.CharField(_("what"), max_length=16, choices=LeadFact.choices)
    test = models.CharField(_("must be"), max_length=10, choices=FactTest.choices, default=FactTest.IS)
    value = models.CharField(_("value"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["rule", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(test=FactTest.KNOWN) | ~Q(value=""),
                name="leads_condition_value",
                violation_error_message=_("Say what the value must be compared with."),
            ),
            models.CheckConstraint(
                condition=~Q(test__in=("at least", "at most"))
                | Q(fact=LeadFact.SCORE, value__regex=r"^\s*-?[0-9]+(\.[0-9]+)?\s*$"),
                name="leads_condition_number",
                violation_error_message=_("At least and at most compare the score with a number."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_fact_display()} {self.get_test_display()} {self.value}".strip()


class AssignmentMember(Record):
    """Somebody who takes part in a rule."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="members", verbose_name=_("rule"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignment_places", verbose_name=_("person")
    )
    capacity = models.PositiveSmallIntegerField(
        _("most open leads"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    skills = models.JSONField(_("skills"), default=list, blank=True)

    class Meta:
        verbose_name = _("taker")
        verbose_name_plural = _("takers")
        ordering = ["rule", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "person"],
                name="leads_member_once",
                violation_error_message=_("The person takes part already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class ResponseTarget(Record):
    """Within how many minutes leads are to be answered; the first one that fits counts."""

    position = models.PositiveSmallIntegerField(_("position"), default=1)
    source = models.CharField(
        _("source"), max_length=80, blank=True, help_text=_("Empty: leads of every source.")
    )
    minutes = models.PositiveIntegerField(_("minutes"), default=60)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("response target")
        verbose_name_plural = _("response targets")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gt=0),
                name="leads_target_minutes",
                violation_error_message=_("A target is at least one minute."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source or '*'} {self.minutes}"
