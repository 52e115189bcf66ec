"""What became of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class _OfTask:
    """A task, the record it is about, and the party behind that."""

    task_id: int
    title: str
    about_kind: str = ""
    about_id: int | None = None
    party_id: int | None = None
    url: str = ""

    def subjects(self) -> set[tuple[str, int]]:
        """The task, its record and its party."""
        found = {("tasks.task", self.task_id)}
        if self.about_kind and self.about_id:
            found.add((self.about_kind, self.about_id))
        if self.party_id:
            found.add(("parties.party", self.party_id))
        return found


@dataclass(frozen=True, kw_only=True)
class TaskWritten(_OfTask, Event, icon="checklist", tone="info"):
    """Somebody has to do something."""

    says: ClassVar[str | Promise] = _("Task for {who}: {title}")

    who: str
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class TaskGiven(_OfTask, Event, icon="user-circle"):
    """A task went to somebody else."""

    says: ClassVar[str | Promise] = _("Task given to {who}: {title}")

    who: str


@dataclass(frozen=True, kw_only=True)
class TaskDone(_OfTask, Event, icon="circle-check", tone="ok"):
    """A task was done."""

    says: ClassVar[str | Promise] = _("Task done: {title}")


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(_OfTask, Event, icon="circle-x"):
    """A task turned out not to be needed."""

    says: ClassVar[str | Promise] = _("Task cancelled: {title}")


@dataclass(frozen=True, kw_only=True)
class TaskReopened(_OfTask, Event, icon="refresh"):
    """A task is to be done after all."""

    says: ClassVar[str | Promise] = _("Task open again: {title}")
