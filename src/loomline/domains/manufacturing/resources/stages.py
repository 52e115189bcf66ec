"""Stages of work orders, at whoever's hands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing import models
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Board,
    Calendar,
    Changes,
    Column,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    party,
)


def all_good(ctx: Ctx, stage: models.WorkStage) -> dict[str, Any]:
    """Finishing a stage opens with everything that went in being good."""
    into = stage.quantity_in if stage.quantity_in is not None else stage.quantity
    return {"quantity_out": f"{into.normalize():f}", "rejected": "0", "lot": ""}


class WorkStage(Resource):
    """Every stage of every work order: at whose hands, in which state, expected when."""

    model = models.WorkStage
    menu = "Make", needs("manufacturing.workorder")
    order = 20
    icon = "route"
    slug = "stages"
    columns = (
        "name",
        "work",
        Column("kind", label=_("Kind")),
        "partner",
        "state",
        "quantity",
        "quantity_in",
        "quantity_out",
        "rejected",
        "lot",
        "expected_start",
        Column("expected_end", against="planned_end"),
        Column("cause", wrap=True),
    )
    filters = (
        "work",
        "work.state",
        "kind",
        "partner",
        "site",
        "state",
        "lot",
        "planned_start",
        "planned_end",
        "expected_start",
        "expected_end",
        "rejected",
    )
    search = "name", "work.number", "partner.name", "lot.number"
    form = ("note",)
    views = (
        Table(),
        Board(by="state", title="name", party="partner", date="expected_end", chip="cause"),
        Calendar("expected_start", end="expected_end"),
    )
    saved = {
        _("By partner"): "grouped=partner",
        _("Running"): "state=running&sort=expected_end",
        _("Ready to begin"): "state=ready&sort=expected_start",
        _("Dyeing"): "kind=dyeing&state=ready,running&sort=expected_end",
    }
    head = "work", "partner", "site", "lot", Column("expected_end", against="planned_end")
    detail = (
        Facts(
            "work",
            "kind",
            "partner",
            "site",
            "quantity",
            "quantity_in",
            "quantity_out",
            "rejected",
            "lot",
            "planned_start",
            "planned_end",
            "expected_start",
            "expected_end",
            "reported_end",
            "started_at",
            "ended_at",
            "cause",
            "note",
            place="tab",
        ),
        Related("uses", "item", "lot", "quantity", "at", title=_("Lots used")),
        Related("outputs", "item", "lot", "quantity", "at", title=_("Lots made"), tab="uses"),
        Changes(),
        Timeline(),
    )
    sort = "expected_end"
    joins = "work", "partner", "unit"
    key = "pk"
    access = party("partner") | everyone()
    create = False
    delete = False
    actions = "start_stage", "finish_stage", "ready_stage", "report_stage_delay", "reassign_stage"
    prefill = {"finish_stage": all_good}
    empty = _("No stages yet. They come with a work order whose bill has a route.")
