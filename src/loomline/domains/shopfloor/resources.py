"""How times, reports and reasons are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.shopfloor import models, queries
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Chart,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    everyone,
    needs,
)


class TimeEntry(Resource):
    """Who or what worked at which machine for how long, and why machines stood."""

    model = models.TimeEntry
    menu = "Make", needs("workcentres.workcentre")
    order = 60
    secondary = True
    icon = "clock"
    slug = "times"
    columns = "kind", "centre", "stage", "stage.work", "reason", "person", "started_at", "ended_at", "note"
    filters = (
        "centre",
        "stage",
        "stage.work",
        "kind",
        "reason",
        "reason.loss",
        "person",
        "started_at",
        "ended_at",
    )
    search = "centre.name", "stage.work.number", "note"
    saved = {
        _("Running now"): "ended_at.empty=true&sort=started_at",
        _("Stops"): "kind=stop&sort=-started_at",
    }
    detail = (
        Facts("centre", "stage", "kind", "reason", "person", "started_at", "ended_at", "note", place="tab"),
        Timeline(),
    )
    joins = "centre", "stage.work", "reason", "person"
    sort = "-started_at"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _(
        "No times yet. Start a job on the shop floor's screen; set-up, run and stops are kept by clock."
    )


class Report(Resource):
    """What came out at machines, good and rejected, and why it was rejected."""

    model = models.Report
    menu = "Make", needs("workcentres.workcentre")
    order = 61
    secondary = True
    icon = "clipboard-check"
    slug = "reports"
    columns = (
        "centre",
        "stage",
        "stage.work",
        "good",
        "rejected",
        "reason",
        "lot",
        "person",
        "at",
    )
    filters = "centre", "stage", "stage.work", "reason", "person", "at", "rejected"
    search = "centre.name", "stage.work.number", "lot"
    views = Table(), Chart(Sum("rejected"), by="day of at")
    saved = {_("Rejects"): "rejected.above=0&sort=-at"}
    detail = (
        Facts(
            "centre",
            "stage",
            "good",
            "rejected",
            "reason",
            "lot",
            "cycle_minutes",
            "person",
            "at",
            place="tab",
        ),
        Timeline(),
    )
    joins = "centre", "stage.work", "stage.unit", "reason", "person"
    sort = "-pk"
    key = "pk"
    access = everyone()
    empty = _("Nothing reported yet. What comes out of a job is counted on the shop floor's screen.")


class StopReason(Resource):
    """Why machines stand, and to which loss it belongs."""

    model = models.StopReason
    menu = "Settings"
    order = 72
    icon = "hand-stop"
    slug = "stop-reasons"
    columns = (
        "name",
        "loss",
        Count("times", as_="time_count", label=_("Times")),
        "position",
        Column("is_active", label=_("Active")),
    )
    filters = "loss", "is_active"
    search = ("name",)
    form = "name", "loss", "position", "is_active"
    sort = "position"
    key = "name"
    empty = _("No reasons yet. Without one nobody can say why a machine stands.")


class ScrapReason(Resource):
    """Why pieces are not good."""

    model = models.ScrapReason
    menu = "Settings"
    order = 73
    icon = "trash"
    slug = "scrap-reasons"
    columns = (
        "name",
        "at_start",
        Count("reports", as_="report_count", label=_("Reports")),
        "position",
        Column("is_active", label=_("Active")),
    )
    filters = "at_start", "is_active"
    search = ("name",)
    form = "name", "at_start", "position", "is_active"
    sort = "position"
    key = "name"
    empty = _("No reasons yet. Without one nobody can say why pieces are not good.")


def times(ctx: Ctx, work: WorkOrder) -> dict[str, Any] | None:
    """What each stage took at the machines, beside what was planned."""
    rows = [row for row in queries.booked(work=work, now=ctx.now) if row.planned or row.run or row.setup]
    if not rows:
        return None
    heads = (_t("Stage"), _t("Planned"), _t("Set-up"), _t("Run"), _t("Stops"), _t("Difference"))
    return plain_table(_t("Times"), heads, [_times(row) for row in rows])


def _times(row: queries.Booked) -> list[Cell]:
    done = row.setup + row.run
    off = done - float(row.planned)
    said = "" if not done else _t("{minutes} min").format(minutes=draw_text.number(round(off), decimals=0))
    return [
        Cell(text=row.stage.name, url=registry.url(row.stage)),
        *(
            Cell(kind="number", value=round(float(minutes)), note=_t("min"))
            for minutes in (row.planned, row.setup, row.run, row.stops)
        ),
        Cell(text=said or "–", tone="bad" if done and off > float(row.planned) / 10 else ""),
    ]


registry.contribute(
    WorkOrder,
    Panel("loom/panels/table.html", read=times, title=_("Times"), name="times", tab="materials"),
)
registry.contribute(
    WorkStage,
    Related(
        "times", "kind", "reason", "person", "started_at", "ended_at", title=_("Times"), sort="-started_at"
    ),
    Related("reports", "good", "rejected", "reason", "lot", "person", "at", title=_("Reports"), tab="times"),
)
registry.contribute(
    WorkCentre,
    Related(
        "times",
        "kind",
        "stage",
        "reason",
        "person",
        "started_at",
        "ended_at",
        title=_("Times"),
        sort="-started_at",
    ),
    after="windows",
)
