"""How nonconformances, corrective actions and their steps are shown, entered and found."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.corrections import commands, models, queries
from loomline.domains.corrections.models import ActionState
from loomline.domains.quality.models import Check
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    own,
)

GRADES = {"minor": "info", "major": "warn", "critical": "bad"}


def grade_tone(record: models.Nonconformance) -> str:
    """The worse, the redder."""
    return GRADES.get(record.grade, "muted")


class Nonconformance(Resource):
    """What was not as it should be, where from, how bad, and what became of it."""

    model = models.Nonconformance
    menu = "Supply"
    order = 52
    icon = "alert-triangle"
    columns = (
        "number",
        "title",
        Column("grade", kind="badge", tone=grade_tone),
        "state",
        "item",
        "lot",
        "supplier",
        "source",
        "quantity",
        "disposition",
        "owner",
        "raised_at",
    )
    filters = (
        "state",
        "grade",
        "source",
        "item",
        "lot",
        "supplier",
        "customer",
        "disposition",
        "owner",
        "raised_at",
    )
    search = "number", "title", "lot.number", "item.name", "supplier.name"
    form = "title", "grade", "source", "customer", "owner", "note"
    views = (
        Table(),
        Board(by="state", title="title"),
        Chart(Count(), by="month of raised_at", split="grade"),
    )
    saved = {_("To dispose"): "state=open", _("To close"): "state=disposed"}
    head = "title", "grade", "lot", "supplier", "quantity"
    detail = (
        Facts(
            "title",
            "grade",
            "source",
            "check_failed",
            "item",
            "lot",
            "supplier",
            "customer",
            "quantity",
            "is_apart",
            "owner",
            "raised_at",
            "raised_by",
            "disposition",
            "disposed_at",
            "disposed_by",
            "closed_at",
            "note",
            place="tab",
        ),
        Related("actions", title=_("Corrective actions")),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("item.unit", "lot")
    create = commands.raise_nonconformance
    delete = False
    actions = "dispose_nonconformance", "open_action", "close_nonconformance"
    empty = _("Nothing was found wrong yet. Raise a nonconformance from a failed check, a lot, or by hand.")


def effect(ctx: Ctx, record: models.CorrectiveAction) -> list[dict[str, Any]]:
    """What a watched action waits for, and what was found again meanwhile."""
    if record.state != ActionState.IMPLEMENTED or record.check_on is None:
        return []
    again = queries.repeats(action=record).count()
    text = (
        _t("The same was found {count} times since it is in place.").format(count=again)
        if again
        else _t("It was not found again since.")
    )
    title = _t("Is it effective? Look on {day}.").format(day=date_format(record.check_on))
    return [{"tone": "bad" if again else "info", "title": title, "text": text, "action": None}]


class CorrectiveAction(Resource):
    """How causes are found and taken away, step by step, and whether that worked."""

    model = models.CorrectiveAction
    menu = "Supply"
    order = 62
    secondary = True
    icon = "checklist"
    columns = (
        "number",
        "title",
        "state",
        "nonconformance",
        "owner",
        "due_on",
        Count("steps", as_="step_count", label=_("Steps")),
        "check_on",
        "repeats",
    )
    filters = "state", "owner", "nonconformance", "nonconformance.supplier", "due_on", "check_on"
    search = "number", "title", "nonconformance.number", "root_cause"
    form = "title", "owner", "problem", "root_cause", "due_on", "watch_days"
    views = Table(), Board(by="state", title="title", date="due_on")
    head = "title", "nonconformance", "owner", "due_on"
    detail = (
        Callouts(effect),
        Related(
            "steps",
            "discipline",
            "what",
            "owner",
            "due_on",
            "done_at",
            "result",
            title=_("Steps"),
            sort="discipline",
        ),
        Facts(
            "problem",
            "root_cause",
            "nonconformance",
            "owner",
            "opened_at",
            "due_on",
            "watch_days",
            "implemented_at",
            "check_on",
            "repeats",
            "outcome",
            "verified_at",
            "verified_by",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    access = own("owner") | everyone()
    key = "number"
    joins = ("nonconformance",)
    create = False
    delete = False
    actions = "implement_action", "verify_action", "resume_action", "add_step"
    empty = _("No corrective actions yet. Open one from a nonconformance whose cause should be gone after.")


class CorrectiveStep(Resource):
    """Who does what until when, so that it does not happen again."""

    model = models.CorrectiveStep
    menu = "Supply"
    order = 63
    secondary = True
    icon = "circle-check"
    columns = "what", "discipline", "action", "owner", "due_on", "done_at", "result"
    filters = "owner", "discipline", "due_on", "done_at", "action", "action.state"
    search = "what", "result", "action.number"
    form = "what", "owner", "due_on"
    detail = (
        Facts("action", "discipline", "what", "owner", "due_on", "done_at", "done_by", "result", place="tab"),
        Changes(),
        Timeline(),
    )
    sort = "due_on"
    access = own("owner") | everyone()
    key = "pk"
    joins = ("action",)
    create = False
    delete = False
    actions = ("complete_step",)
    empty = _("No steps yet. They come with a corrective action.")


registry.contribute(
    Check, Related("nonconformances", title=_("Nonconformances"), name="nonconformances"), after="decisions"
)
