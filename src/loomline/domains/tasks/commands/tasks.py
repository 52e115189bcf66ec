"""Tasks are written, given, put off and done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import Party
from loomline.domains.tasks.commands.telling import tell
from loomline.domains.tasks.events import TaskCancelled, TaskDone, TaskGiven, TaskReopened, TaskWritten
from loomline.domains.tasks.models import NoticeKind, Task
from loomline.kernel import access
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance_all

CONCERNED = ("party", "customer", "supplier", "contact", "person", "organisation")


class NothingToDo(Refused):
    """A task says what is to be done."""

    says = _("Say what is to be done.")


class NobodyToDoIt(Refused):
    """A task is given to somebody."""

    says = _("Choose who shall do it.")


class SnoozedIntoThePast(Refused):
    """Later is later."""

    says = _("Choose a day after today, {today}.")


class TaskClosed(Refused):
    """What is done is done."""

    says = _('The task "{title}" is {state}; reopen it first.')


@command(label=_("New task"), icon="plus", creates=Task)
def write_task(
    ctx: Ctx,
    *,
    title: str,
    text: str = "",
    due_on: date | None = None,
    assignee: User | None = None,
    team: Team | None = None,
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
) -> Task:
    """Write down what is to be done, by whom and by when; without a name it is one's own."""
    if not title.strip():
        raise NothingToDo(at_field="title")
    record = access.subject(ctx, about, about_kind, about_id)

    who = assignee or (None if team is not None or ctx.actor.is_system else ctx.actor)
    task: Task = Task.objects.create(
        title=title.strip()[:200],
        text=text.strip(),
        due_on=due_on,
        assignee=who,
        team=team,
        author=ctx.actor,
        about_kind=record._meta.label_lower if record is not None else "",
        about_id=record.pk if record is not None else None,
        about=_called(record),
        party=_party_of(record),
        written_at=ctx.now,
    )

    ctx.emit(TaskWritten(**_of(task), who=str(who or team or _t("nobody yet")), due_on=due_on))
    _tell_assignee(ctx, task)
    return task


@command(label=_("Give to"), icon="user-circle", undo=True)
def assign_tasks(ctx: Ctx, *, tasks: list[Task], assignee: User | None) -> list[Task]:
    """Give tasks to somebody, who hears of it."""
    if assignee is None:
        raise NobodyToDoIt(at_field="assignee")
    tasks = _open(tasks)

    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(assignee=assignee, snoozed_until=None)

    for task in tasks:
        task.assignee = assignee
        ctx.emit(TaskGiven(**_of(task), who=str(assignee)))
        _tell_assignee(ctx, task)
    return tasks


@command(label=_("Snooze"), icon="clock", undo=True)
def snooze_tasks(ctx: Ctx, *, tasks: list[Task], until: date | None = None) -> list[Task]:
    """Put tasks off until a day; without one, until tomorrow. Their due day stays."""
    day = until or ctx.today + timedelta(days=1)
    if day <= ctx.today:
        raise SnoozedIntoThePast(today=ctx.today, at_field="until")
    tasks = _open(tasks)

    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(snoozed_until=day)
    for task in tasks:
        task.snoozed_until = day
    return tasks


@command(move="finish", label=_("Done"), icon="check", undo=True)
def finish_tasks(ctx: Ctx, *, tasks: list[Task]) -> list[Task]:
    """Tick off what was done."""
    tasks = lock_all(tasks)

    advance_all(tasks, "finish", closed_at=ctx.now)

    for task in tasks:
        ctx.emit(TaskDone(**_of(task)))
    return tasks


@command(move="cancel", label=_("Not needed"), icon="x", undo=True)
def cancel_tasks(ctx: Ctx, *, tasks: list[Task]) -> list[Task]:
    """Take tasks away that nobody has to do any more."""
    tasks = lock_all(tasks)

    advance_all(tasks, "cancel", closed_at=ctx.now)

    for task in tasks:
        ctx.emit(TaskCancelled(**_of(task)))
    return tasks


@command(move="reopen", label=_("Reopen"), icon="refresh", undo=True)
def reopen_tasks(ctx: Ctx, *, tasks: list[Task]) -> list[Task]:
    """Put closed tasks back among those to do."""
    tasks = lock_all(tasks)

    advance_all(tasks, "reopen", closed_at=None, snoozed_until=None)

    for task in tasks:
        ctx.emit(TaskReopened(**_of(task)))
    return tasks


def _open(tasks: list[Task]) -> list[Task]:
    found: list[Task] = lock_all(tasks)
    for task in found:
        if task.state != "open":
            raise TaskClosed(title=task.title, state=task.state.label.lower())
    return found


def _tell_assignee(ctx: Ctx, task: Task) -> None:
    if task.assignee_id is None:
        return
    tell(
        ctx,
        users=[task.assignee_id],
        kind=NoticeKind.ASSIGNED,
        title=_t("{who} gave you a task: {title}").format(who=ctx.actor, title=task.title),
        text=task.about,
        why=_t("The task is yours."),
        about_kind="tasks.task",
        about_id=task.pk,
    )


def _called(record: Any) -> str:
    """How a list calls the record: its number, and its name where it has one besides."""
    if record is None:
        return ""
    name = getattr(record, "title", "") or getattr(record, "name", "")
    return (f"{record} {name}" if name and name not in str(record) else str(record))[:200]


def _party_of(record: Any) -> Party | None:
    if isinstance(record, Party):
        return record
    found = (getattr(record, name, None) for name in CONCERNED)
    return next((party for party in found if isinstance(party, Party)), None)


def _of(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.pk,
        "title": task.title,
        "about_kind": task.about_kind,
        "about_id": task.about_id,
        "party_id": task.party_id,
        "url": f"/tasks/tasks/{task.pk}/",
    }
