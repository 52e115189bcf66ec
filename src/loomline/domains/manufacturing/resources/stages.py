"""Stages of work orders, at whoever's hands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing import models, queries
from loomline.domains.parties.models import Party
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
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
    party,
)

STAGE = "manufacturing.workstage"


def all_good(ctx: Ctx, stage: models.WorkStage) -> dict[str, Any]:
    """Finishing a stage opens with everything that went in being good."""
    into = stage.quantity_in if stage.quantity_in is not None else stage.quantity
    return {"quantity_out": f"{into.normalize():f}", "rejected": "0", "lot": ""}


def held(ctx: Ctx, party: Party) -> dict[str, Any] | None:
    """What of our material lies at a partner for stages that are not done."""
    rows = [
        [
            Cell(
                kind="item", text=row.item, sub=row.lot, url=registry.url_of_kind("catalog.item", row.item_id)
            ),
            Cell(kind="quantity", value=row.quantity.amount, unit=row.quantity.unit),
            Cell(text=row.place),
            Cell(text=f"{row.work} {row.stage}", url=registry.url_of_kind(STAGE, row.stage_id)),
        ]
        for row in queries.supplied_to(partner_id=party.pk)
    ]
    heads = (_t("Material"), _t("Quantity"), _t("Where"), _t("For"))
    return plain_table(_t("Our material there"), heads, rows) if rows else None


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
        "centre",
        "state",
        "quantity",
        "quantity_in",
        "quantity_out",
        "handed_over",
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
        "centre",
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
            "centre",
            "setup_minutes",
            "run_minutes",
            "queue_minutes",
            "move_minutes",
            "quantity",
            "quantity_in",
            "quantity_out",
            "handed_over",
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
    joins = "work", "partner", "centre", "unit"
    key = "pk"
    access = party("partner") | everyone()
    create = False
    delete = False
    actions = (
        "start_stage",
        "finish_stage",
        "hand_over_stage",
        "ready_stage",
        "report_stage_delay",
        "reassign_stage",
    )
    prefill = {"finish_stage": all_good}
    empty = _("No stages yet. They come with a work order whose bill has a route.")


registry.contribute(
    WorkCentre,
    Related(
        "work_stages",
        "name",
        "work",
        "state",
        "quantity",
        "expected_start",
        Column("expected_end", against="planned_end"),
        title=_("Jobs"),
        name="jobs",
        sort="expected_start",
    ),
    after="capacity",
)
registry.contribute(
    Party,
    Panel("loom/panels/table.html", read=held, title=_("Our material there"), name="supplied"),
)
