"""How tasks and notices are listed and found."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.tasks import commands, models, pages, queries
from loomline.kernel.access import Level, Policy
from loomline.surface import registry
from loomline.surface.resource import (
    Board,
    Calendar,
    Changes,
    Column,
    Facts,
    Resource,
    Table,
    Timeline,
)


class Task(Resource):
    """What people have to do, by when, about which record."""

    model = models.Task
    menu = ""
    order = 3
    icon = "checklist"
    columns = (
        Column("title", strong=True, wrap=True),
        Column("about", label=_("About")),
        "state",
        "due_on",
        "snoozed_until",
        "assignee",
        "team",
        "author",
        Column("written_at", kind="ago"),
    )
    filters = (
        "state",
        "due_on",
        "assignee",
        "team",
        "author",
        "party",
        "snoozed_until",
        "about_kind",
        "written_at",
        "closed_at",
    )
    search = "title", "about"
    form = "title", "due_on", "assignee", "team", "text"
    views = Table(), Board(by="state", title="title", date="due_on", owner="assignee"), Calendar("due_on")
    saved = {
        _("Mine"): "state=open&assignee=me&sort=due_on",
        _("Overdue"): "state=open&due_on.before=today&sort=due_on",
        _("Given by me"): "state=open&author=me&sort=due_on",
        _("Done"): "state=done&sort=-closed_at",
    }
    head = "about", "due_on", "assignee", "team"
    detail = (
        Facts("text", place="tab", title=_("Details")),
        Facts("author", "written_at", "closed_at", "party"),
        Changes(),
        Timeline(),
    )
    sort = "due_on"
    key = "pk"
    access = queries.TASKS
    create = commands.write_task
    delete = False
    actions = "finish_tasks", "snooze_tasks", "assign_tasks"
    empty = _("Nothing to do. Write a task here, or add one on the page of a customer, deal or order.")


class Notice(Resource):
    """What a person should hear of; nobody reads those of others."""

    model = models.Notice
    menu = None
    icon = "bell"
    columns = Column("title", strong=True), "kind", "why", Column("at", kind="ago"), "read_at"
    filters = "kind", "at", "read_at"
    search = ("title",)
    sort = "-at"
    key = "pk"
    access = Policy({Level.OWN: lambda actor: Q(user=actor.pk)})
    create = False
    edit = False
    delete = False
    empty = _("Nothing new. When somebody names you, gives you a task, or one falls due, it stands here.")


registry.offers.append(pages.offer)
