"""Notes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class NoteKind(models.TextChoices):
    NOTE = "note", _("Note")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")


class Direction(models.TextChoices):
    NONE = "", _("None")
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class Note(Record):
    """Something a person wrote down about a record."""

    kind = models.CharField(_("kind"), max_length=8, choices=NoteKind.choices, default=NoteKind.NOTE)
    about_kind = models.CharField(_("kind of record"), max_length=60)
    about_id = models.BigIntegerField(_("record"))
    party = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="written_notes",
        db_index=False,
        verbose_name=_("party"),
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notes", verbose_name=_("author")
    )
    at = models.DateTimeField(_("at"))
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction.choices, blank=True, default=Direction.NONE
    )
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=120, blank=True)
    message_id = models.CharField(_("message"), max_length=250, blank=True, editable=False)
    pinned = models.BooleanField(_("pinned"), default=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="timeline_note_kind"),
            models.CheckConstraint(
                condition=~Q(body="") | ~Q(subject=""),
                name="timeline_note_says_something",
                violation_error_message=_("A note needs some text."),
            ),
            models.UniqueConstraint(
                fields=["about_kind", "about_id", "message_id"],
                condition=~Q(message_id=""),
                name="timeline_note_message_once",
                violation_error_message=_("This e-mail is in the timeline already."),
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-id"], name="timeline_note_party"),
            models.Index(fields=["about_kind", "about_id", "-id"], name="timeline_note_about"),
            models.Index(
                fields=["about_kind", "about_id"], name="timeline_note_pinned", condition=Q(pinned=True)
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """The subject, or how the text begins."""
        text = " ".join((self.subject or self.body).split())
        return text if len(text) <= 80 else f"{text[:79]}…"


class NoteFile(Record):
    """A file with a note: kept once under its digest, typed by its content."""

    audit_exclude = ("name",)

    note = models.ForeignKey(Note, models.CASCADE, related_name="files", verbose_name=_("note"))
    name = models.CharField(_("name"), max_length=180)
    type = models.CharField(_("type"), max_length=120)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(_("digest"), max_length=64, db_index=True)
    is_risky = models.BooleanField(_("may run something"), default=False)

    class Meta:
        verbose_name = _("file of a note")
        verbose_name_plural = _("files of notes")
        ordering = ["note", "id"]

    def __str__(self) -> str:
        return self.name
