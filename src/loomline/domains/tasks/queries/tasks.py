"""What is to be done, and by whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from loomline.domains.tasks.models import Notice, NoticeKind, Task, TaskState
from loomline.kernel import access
from loomline.kernel.access import Level, Policy, everyone, own, team
from loomline.kernel.context import Ctx

TASKS = (
    own("assignee")
    | Policy(
        {Level.OWN: lambda actor: Q(assignee=actor.pk) | Q(author=actor.pk) | Q(team__in=actor.team_ids())}
    )
    | team("assignee.team_places.team")
    | everyone()
)


def open_of(ctx: Ctx, *, on: date | None = None, days: int = 0) -> QuerySet[Task]:
    """What the actor has to do by a day and has not put off: the earliest first, those without a day last."""
    day = on or ctx.today
    due = Q(due_on__isnull=True) | Q(due_on__lte=day) if days == 0 else Q()
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=day)
    rows = Task.objects.filter(awake & due, assignee=ctx.actor, state=TaskState.OPEN)
    return rows.select_related("party").order_by(F("due_on").asc(nulls_last=True), "pk")


def open_about(ctx: Ctx, record: Any) -> QuerySet[Task]:
    """What is to be done about a record, as far as the actor may see it."""
    rows = access.visible(ctx, Task).filter(
        about_kind=record._meta.label_lower, about_id=record.pk, state=TaskState.OPEN
    )
    return rows.select_related("assignee").order_by(F("due_on").asc(nulls_last=True), "pk")


def due_unsaid(*, on: date) -> QuerySet[Task]:
    """Open tasks that are due and of which their people have not been told since they fell due."""
    told = Notice.objects.filter(
        kind=NoticeKind.DUE,
        about_kind="tasks.task",
        about_id=OuterRef("pk"),
        at__date__gte=OuterRef("due_on"),
    )
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=on)
    rows = Task.objects.filter(
        awake, ~Exists(told), state=TaskState.OPEN, due_on__lte=on, assignee__is_active=True
    )
    return rows.select_related("assignee").order_by("pk")
