"""A letter with the answers to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail.models.mailbox import Privacy
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class ThreadState(States):
    UNMATCHED = "unmatched", _("Unmatched"), "warn"
    LINKED = "linked", _("Linked"), "ok"
    IGNORED = "ignored", _("Ignored"), "muted"


class Thread(Record):
    """Letters that answer each other; the newest one's facts stand here, so that lists ask one table."""

    # What people write to each other is no business of those who read the record of changes.
    audit_exclude = ("subject", "topic", "opening", "correspondent")
    moves = Moves(
        link=(ThreadState.UNMATCHED, ThreadState.IGNORED) >> ThreadState.LINKED,
        ignore=(ThreadState.UNMATCHED, ThreadState.LINKED) >> ThreadState.IGNORED,
        take_up=ThreadState.IGNORED >> ThreadState.UNMATCHED,
        part=ThreadState.LINKED >> ThreadState.UNMATCHED,
    )

    subject = models.CharField(_("subject"), max_length=300, blank=True)
    topic = models.CharField(_("topic"), max_length=200, blank=True, editable=False)
    opening = models.CharField(_("begins"), max_length=200, blank=True, editable=False)
    correspondent = models.CharField(_("with"), max_length=254, blank=True, editable=False)
    state = StateField(ThreadState, default=ThreadState.UNMATCHED, verbose_name=_("state"))
    party = models.ForeignKey(
        "parties.Party",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mail_threads",
        verbose_name=_("customer or supplier"),
        db_index=False,
    )
    privacy = models.CharField(
        _("colleagues see"), max_length=8, choices=Privacy.choices, default=Privacy.PRIVATE, editable=False
    )
    count = models.PositiveIntegerField(_("letters"), default=0, editable=False)
    first_at = models.DateTimeField(_("begun"), editable=False)
    last_at = models.DateTimeField(_("last letter"), editable=False)
    awaits_answer = models.BooleanField(_("awaits an answer"), default=False)

    class Meta:
        verbose_name = _("e-mail thread")
        verbose_name_plural = _("e-mail")
        ordering = ["-last_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(privacy__in=Privacy.values), name="mail_thread_privacy")
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="mail_thread_last"),
            models.Index(fields=["party", "-last_at"], name="mail_thread_party"),
            models.Index(fields=["topic", "-last_at"], name="mail_thread_topic"),
            models.Index(
                fields=["-last_at"],
                name="mail_thread_unmatched",
                condition=Q(state=ThreadState.UNMATCHED.value),
            ),
            models.Index(fields=["-last_at"], name="mail_thread_awaits", condition=Q(awaits_answer=True)),
        ]

    def __str__(self) -> str:
        # What it is called stands in the record of changes too, and the subject shall not.
        return f"#{self.pk}"

    @property
    def title(self) -> str:
        """The subject, for those who may see it."""
        return self.subject or str(_("(no subject)"))
