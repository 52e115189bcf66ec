"""Playbooks with their answers, activity targets and reviews."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class Playbook(Record):
    """What to find out and to use while a deal stands in a stage."""

    stage = models.OneToOneField(
        "pipeline.Stage", models.CASCADE, related_name="playbook", verbose_name=_("stage")
    )
    title = models.CharField(_("title"), max_length=120)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["stage__pipeline", "stage__position", "id"]

    def __str__(self) -> str:
        return self.title


class PlaybookQuestion(Record):
    """Something to find out."""

    playbook = models.ForeignKey(
        Playbook, models.CASCADE, related_name="questions", verbose_name=_("playbook")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    text = models.CharField(_("question"), max_length=200)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    is_needed = models.BooleanField(
        _("needed to move on"), default=False, help_text=_("The deal stays until it is answered.")
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["playbook", "position", "id"]

    def __str__(self) -> str:
        return self.text


class PlaybookAsset(Record):
    """Something that helps: a page, a deck, a film."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="assets", verbose_name=_("playbook"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("title"), max_length=120)
    url = models.URLField(_("address"), max_length=400)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["playbook", "position", "id"]

    def __str__(self) -> str:
        return self.title


class PlaybookAnswer(Record):
    """What was found out about one deal."""

    opportunity = models.ForeignKey(
        "pipeline.Opportunity", models.CASCADE, related_name="playbook_answers", verbose_name=_("opportunity")
    )
    question = models.ForeignKey(
        PlaybookQuestion, models.CASCADE, related_name="answers", verbose_name=_("question")
    )
    text = models.TextField(_("answer"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["opportunity", "id"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "question"], name="coaching_answer_once"),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="coaching_answer_says",
                violation_error_message=_("An answer says something."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Activity(models.TextChoices):
    """What can be counted, by the event that tells it."""

    CALLS = "timeline.CallLogged", _("calls")
    MEETINGS = "timeline.MeetingLogged", _("meetings")
    EMAILS = "timeline.EmailLogged", _("e-mails")
    LEADS = "pipeline.LeadWorked", _("leads answered")
    DEALS = "pipeline.OpportunityOpened", _("deals opened")
    QUOTES = "sales.QuoteSent", _("quotes sent")


class ActivityTarget(Record):
    """How many of something one person, or each one of a team, wants to do in a week."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="activity_targets",
        verbose_name=_("person"),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="activity_targets",
        verbose_name=_("each one of the team"),
    )
    activity = models.CharField(_("activity"), max_length=40, choices=Activity.choices)
    per_week = models.PositiveSmallIntegerField(_("a week"), default=10)

    class Meta:
        verbose_name = _("activity target")
        verbose_name_plural = _("activity targets")
        ordering = ["activity", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True)
                | Q(person__isnull=True, team__isnull=False),
                name="coaching_target_whose",
                violation_error_message=_("A target is one person's, or a team's."),
            ),
            models.CheckConstraint(condition=Q(per_week__gt=0), name="coaching_target_count"),
            models.UniqueConstraint(
                fields=["person", "team", "activity"],
                nulls_distinct=False,
                name="coaching_target_once",
                violation_error_message=_("There is a target for this already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_activity_display()}: {self.per_week}"


class Review(Record):
    """A note on a talk with a seller. The seller reads it too."""

    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("seller")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="reviews_written",
        verbose_name=_("author"),
        editable=False,
    )
    at = models.DateTimeField(_("at"), editable=False)
    body = models.TextField(_("what we talked about"))
    agreed = models.TextField(_("what we agreed"), blank=True)
    next_on = models.DateField(_("next talk"), null=True, blank=True)
    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("about the deal"),
    )

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.seller} {self.at:%Y-%m-%d}"
