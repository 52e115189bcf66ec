"""What people should hear of, and what they would rather not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class NoticeKind(models.TextChoices):
    MENTION = "mention", _("My name in a note")
    ASSIGNED = "assigned", _("A task or record given to me")
    DUE = "due", _("A task of mine is due")
    MAIL = "mail", _("A letter of mine was not sent, or came back")
    RULE = "rule", _("A rule tells me something")


class Way(models.TextChoices):
    HERE = "here", _("Here")
    MAIL = "mail", _("Here and by e-mail")
    DIGEST = "digest", _("Here, and one e-mail each morning")
    OFF = "off", _("Not at all")


class Notice(Record):
    """One thing that one person should hear of; more of the same within minutes is counted, not repeated."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notices",
        verbose_name=_("for"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind.choices)
    title = models.CharField(_("what"), max_length=300)
    text = models.CharField(_("words"), max_length=500, blank=True)
    why = models.CharField(_("why you"), max_length=200, blank=True)
    about_kind = models.CharField(_("kind of record"), max_length=60, blank=True)
    about_id = models.BigIntegerField(_("record"), null=True, blank=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_on = models.BooleanField(_("to be mailed"), default=False, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="tasks_notice_kind")
        ]
        indexes = [
            models.Index(fields=["user", "-at"], name="tasks_notice_user"),
            models.Index(fields=["user", "kind"], name="tasks_notice_new", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["user", "at"],
                name="tasks_notice_mail",
                condition=Q(mail_on=True, mailed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeChoice(Record):
    """How one person hears of one kind of thing."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind.choices)
    way = models.CharField(_("how"), max_length=8, choices=Way.choices, default=Way.HERE)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="tasks_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.way}"


class Mute(Record):
    """A record about which one person wants no notices."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes", db_index=False)
    about_kind = models.CharField(_("kind of record"), max_length=60)
    about_id = models.BigIntegerField(_("record"))

    class Meta:
        verbose_name = _("muted record")
        verbose_name_plural = _("muted records")
        constraints = [
            models.UniqueConstraint(fields=["user", "about_kind", "about_id"], name="tasks_mute_once")
        ]

    def __str__(self) -> str:
        return f"{self.about_kind} {self.about_id}"
