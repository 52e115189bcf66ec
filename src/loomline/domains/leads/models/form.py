"""Forms that anybody can fill in, and what came through them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Ledger, Record


def new_token() -> str:
    """What stands in the address of a form."""
    return secrets.token_urlsafe(9)


class LeadForm(Record):
    """A page with questions; each answer becomes a lead."""

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("For yourselves."))
    title = models.CharField(_("headline"), max_length=120)
    text = models.TextField(_("opening words"), blank=True)
    submit = models.CharField(_("button"), max_length=40, blank=True)
    thanks = models.TextField(_("words of thanks"), blank=True)
    token = models.CharField(_("address"), max_length=40, unique=True, default=new_token, editable=False)
    language = models.CharField(_("language"), max_length=16, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True, help_text=_("What leads carry."))
    consent = models.CharField(
        _("consent"),
        max_length=300,
        blank=True,
        help_text=_("What somebody agrees to who ticks the box. Empty: there is no box."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lead_forms",
        verbose_name=_("owner of the leads"),
        help_text=_("Empty: the assignment rules decide."),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lead_forms",
        verbose_name=_("team"),
    )
    least_seconds = models.PositiveSmallIntegerField(
        _("least seconds"), default=3, help_text=_("Nobody fills it in faster; machines do.")
    )
    hourly_limit = models.PositiveIntegerField(_("most in an hour"), default=200)
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where it is found."""
        return f"/f/{self.token}/"


class Answer(models.TextChoices):
    """What an answer of a form tells of the lead."""

    NAME = "name", _("name")
    COMPANY = "company", _("company")
    JOB_TITLE = "job_title", _("job title")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    COUNTRY = "country", _("country")
    INTEREST = "interest", _("interested in")
    QUESTION = "question", _("a question of our own")


class FormField(Record):
    """One question of a form."""

    form = models.ForeignKey(LeadForm, models.CASCADE, related_name="fields", verbose_name=_("form"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    tells = models.CharField(_("tells"), max_length=12, choices=Answer.choices)
    label = models.CharField(_("label"), max_length=120, blank=True)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    options = models.JSONField(
        _("options"), default=list, blank=True, help_text=_("To choose from; empty: free text.")
    )
    is_required = models.BooleanField(_("required"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["form", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(tells="question") | ~Q(label=""),
                name="leads_question_label",
                violation_error_message=_("A question of your own needs words."),
            ),
            models.UniqueConstraint(
                fields=["form", "tells"],
                condition=~Q(tells="question"),
                name="leads_field_once",
                violation_error_message=_("The form already asks for this."),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What the form asks."""
        label = str(self.label or self.get_tells_display())
        return label[:1].upper() + label[1:]

    @property
    def key(self) -> str:
        """The name of its control."""
        return f"q{self.pk}" if self.tells == Answer.QUESTION else self.tells


class Submission(Record):
    """What somebody sent with a form, whether it became a lead or was refused as a machine's."""

    form = models.ForeignKey(LeadForm, models.PROTECT, related_name="submissions", verbose_name=_("form"))
    at = models.DateTimeField(_("at"))
    answers = models.JSONField(_("answers"), default=dict)
    consented = models.BooleanField(_("agreed"), default=False)
    stamp = models.CharField(_("stamp"), max_length=64, unique=True, editable=False)
    sender = models.CharField(_("sender"), max_length=64, editable=False)
    refused = models.CharField(_("refused because"), max_length=120, blank=True)
    lead = models.ForeignKey(
        "pipeline.Lead",
        models.PROTECT,
        null=True,
        related_name="submissions",
        verbose_name=_("lead"),
    )

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(refused="", lead__isnull=False) | ~Q(refused="") & Q(lead__isnull=True),
                name="leads_submission_lead",
            )
        ]
        indexes = [
            models.Index(fields=["sender", "-at"], name="leads_submission_sender"),
            models.Index(fields=["form", "-at"], name="leads_submission_form"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.at:%Y-%m-%d %H:%M}"


class FirstTouch(Ledger):
    """How a lead came to us the first time. Written once; nothing ever writes over it."""

    lead = models.ForeignKey(
        "pipeline.Lead", models.PROTECT, related_name="first_touches", verbose_name=_("lead")
    )
    at = models.DateTimeField(_("at"))
    source = models.CharField(_("source"), max_length=120, blank=True)
    medium = models.CharField(_("medium"), max_length=120, blank=True)
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    term = models.CharField(_("search term"), max_length=120, blank=True)
    content = models.CharField(_("advertisement"), max_length=120, blank=True)
    referrer = models.CharField(_("came from"), max_length=300, blank=True)
    landing = models.CharField(_("page"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("first touch")
        verbose_name_plural = _("first touches")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["lead"], name="leads_first_touch_once")]

    def __str__(self) -> str:
        return " / ".join(part for part in (self.source, self.medium, self.campaign) if part) or self.landing
