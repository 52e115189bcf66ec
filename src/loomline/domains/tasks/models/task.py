"""What one person has to do."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class TaskState(States):
    OPEN = "open", _("Open"), "info"
    DONE = "done", _("Done"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "muted"


class Task(Record):
    """One thing to do, by one person, mostly about a record."""

    moves = Moves(
        finish=TaskState.OPEN >> TaskState.DONE,
        cancel=TaskState.OPEN >> TaskState.CANCELLED,
        reopen=(TaskState.DONE, TaskState.CANCELLED) >> TaskState.OPEN,
    )
    editable = {
        TaskState.OPEN: ("title", "text", "due_on", "assignee", "team"),
        TaskState.DONE: (),
        TaskState.CANCELLED: (),
    }

    title = models.CharField(_("what"), max_length=200)
    text = models.TextField(_("details"), blank=True)
    state = StateField(TaskState, default=TaskState.OPEN, verbose_name=_("state"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("who"),
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("team")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="written_tasks",
        verbose_name=_("written by"),
        editable=False,
    )
    about_kind = models.CharField(_("kind of record"), max_length=60, blank=True, editable=False)
    about_id = models.BigIntegerField(_("record"), null=True, blank=True, editable=False)
    about = models.CharField(_("about"), max_length=200, blank=True, editable=False)
    party = models.ForeignKey(
        "parties.Party",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("customer or supplier"),
        editable=False,
    )
    written_at = models.DateTimeField(_("written"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="tasks_task_titled",
                violation_error_message=_("Say what is to be done."),
            ),
            models.CheckConstraint(
                condition=Q(about_kind="", about_id__isnull=True)
                | ~Q(about_kind="") & Q(about_id__isnull=False),
                name="tasks_task_about",
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "due_on"], name="tasks_task_open", condition=Q(state="open")),
            models.Index(fields=["about_kind", "about_id"], name="tasks_task_record"),
        ]

    def __str__(self) -> str:
        return self.title
