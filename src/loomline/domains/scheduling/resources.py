"""How the schedule is listed, shown and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.scheduling import models, queries
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Calendar,
    Callouts,
    Changes,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
)

TABLE = "loom/panels/table.html"


def what_it_waits_for(ctx: Ctx, record: models.Operation) -> list[dict[str, Any]]:
    """How late its work order is, and why it does not start earlier."""
    if not record.late_days:
        return [{"text": record.reason, "tone": "info"}] if record.reason else []
    late = ngettext("{work} is late by {n} day.", "{work} is late by {n} days.", record.late_days)
    return [
        {"text": f"{late.format(work=record.stage.work, n=record.late_days)} {record.reason}", "tone": "bad"}
    ]


def places(operations: Sequence[models.Operation]) -> Mapping[int, Any]:
    """Where each operation runs."""
    return {one.pk: one.place for one in operations}


def before_and_after(ctx: Ctx, record: models.ScheduleRun) -> dict[str, Any]:
    """What the run was worth: figures before and after."""
    rows = [
        (_t("Late work orders"), _number(record.late_before), _number(record.late)),
        (_t("Weighted days late"), _days(record.tardiness_before), _days(record.tardiness)),
        (_t("Set-up, h"), _hours(record.setup_before), _hours(record.setup)),
        (_t("All done"), draw_text.moment(record.ends_before), draw_text.moment(record.ends_at)),
    ]
    cells = [(Cell(text=what, strong=True), Cell(text=old), Cell(text=new)) for what, old, new in rows]
    return plain_table(
        _t("Figures"), (_t("Figure"), _t("Before"), _t("After")), cells, slots=("a1", "b1", "a2")
    )


def _number(value: int | None) -> str:
    return draw_text.number(value, decimals=0) if value is not None else draw_text.NOTHING


def _days(minutes: int | None) -> str:
    return draw_text.number(round(minutes / 1440, 1)) if minutes is not None else draw_text.NOTHING


def _hours(minutes: int | None) -> str:
    return draw_text.number(round(minutes / 60, 1)) if minutes is not None else draw_text.NOTHING


class Operation(Resource):
    """What runs where and when: every open stage in its place, how late it is, and what it waits for."""

    model = models.Operation
    menu = "Plan", needs("manufacturing.workorder", "workcentres.workcentre")
    order = 45
    icon = "list-details"
    slug = "operations"
    columns = (
        Column("stage", sub="stage.work.number", strong=True),
        Column("place", read=places, label=_("Where")),
        "setup_at",
        "starts_at",
        "ends_at",
        "setup_minutes",
        "late_days",
        Column("reason", wrap=True),
        "pinned_by",
    )
    filters = (
        "centre",
        "centre.site.party",
        "stage.work",
        "stage.state",
        "stage.partner",
        "starts_at",
        "ends_at",
        "late_days",
        "pinned_by",
    )
    search = "stage.name", "stage.work.number", "centre.name"
    views = Table(), Calendar("starts_at", end="ends_at")
    saved = {
        _("Late"): "late_days.min=1&sort=-late_days",
        _("Pinned"): "pinned_by.empty=false",
        _("At partners"): "centre.site.party.empty=false",
    }
    head = "stage.work", "centre", "machine", "starts_at", "ends_at"
    detail = (
        Callouts(what_it_waits_for),
        Facts(
            "stage",
            "centre",
            "machine",
            "setup_at",
            "starts_at",
            "ends_at",
            "setup_minutes",
            "work_minutes",
            "ready_at",
            "due_at",
            "late_days",
            "reason",
            "pinned_by",
        ),
        Changes(),
        Timeline(),
    )
    joins = "stage.work", "stage.partner", "stage.site", "centre"
    sort = "starts_at"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = "move_operation", "pin_operations", "unpin_operations"
    empty = _("Nothing is scheduled yet. Open the schedule and press “Schedule now”.")


class ScheduleRun(Resource):
    """When operations were placed, by whom, and what it was worth."""

    model = models.ScheduleRun
    menu = None
    icon = "history"
    slug = "runs"
    columns = (
        "kind",
        "made_at",
        "made_by",
        "operations",
        "moved",
        "late_before",
        "late",
        "setup_before",
        "setup",
        "ends_at",
        "note",
    )
    filters = "kind", "made_at", "made_by", "late"
    search = ("note",)
    head = "made_at", "made_by", "operations", "moved", "late"
    detail = (
        Panel(TABLE, read=before_and_after, title=_("Figures"), name="figures"),
        Facts("note"),
        Timeline(),
    )
    sort = "-made_at"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing is scheduled yet. Open the schedule and press “Schedule now”.")


class StabilityLimit(Resource):
    """How many working days ahead the schedule stands still, at a work centre or in the whole house."""

    model = models.StabilityLimit
    menu = None
    icon = "lock"
    slug = "limits"
    columns = (
        Column("name", label=_("Where"), read=lambda rows: {one.pk: str(one) for one in rows}),
        "working_days",
    )
    filters = "centre", "working_days"
    search = ()
    form = "centre", "working_days"
    detail = Facts("centre", "working_days"), Changes()
    joins = ("centre",)
    sort = "working_days"
    key = "pk"
    access = everyone()
    empty = _("Nothing was set: what starts within 2 working days stays where it is.")


registry.contribute(
    WorkCentre,
    Related(
        "operations",
        "stage",
        "machine",
        "starts_at",
        "ends_at",
        "late_days",
        title=_("Schedule"),
        name="schedule",
        sort="starts_at",
    ),
    after="capacity",
)


def when_it_runs(ctx: Ctx, work: WorkOrder) -> dict[str, Any] | None:
    """The operations of a work order as they are scheduled."""
    rows = list(queries.operations_of(work=work))
    if not rows:
        return None
    cells = [
        (
            Cell(text=one.stage.name, url=registry.url(one), strong=True),
            Cell(text=one.place),
            Cell(kind="moment", value=one.starts_at),
            Cell(kind="moment", value=one.ends_at),
            Cell(text=one.reason, wrap=True),
        )
        for one in rows
    ]
    heads = _t("Operation"), _t("Where"), _t("Start"), _t("End"), _t("Waits for")
    return plain_table(_t("Schedule"), heads, cells, slots=("a1", "a2", "b1", "b2", "c1"))


registry.contribute(
    WorkOrder, Panel(TABLE, read=when_it_runs, title=_("Schedule"), name="schedule"), after="stages"
)
