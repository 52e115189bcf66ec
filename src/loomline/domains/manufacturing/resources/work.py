"""Work orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models import Bill
from loomline.domains.manufacturing import commands, models, queries
from loomline.domains.manufacturing.models import StageState
from loomline.domains.manufacturing.resources.cost import cost, posted
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    Tracker,
    everyone,
    needs,
)

TICKS = {StageState.DONE: "done", StageState.RUNNING: "now", StageState.READY: "now"}


def tick(stage: models.WorkStage) -> str:
    """How one stage stands in a stage bar: done, now, late, or nothing yet."""
    if stage.state in (StageState.READY, StageState.RUNNING) and stage.slip > 0:
        return "late"
    return TICKS.get(stage.state, "risk" if stage.slip > 0 and stage.is_open else "")


def bars(works: Sequence[models.WorkOrder]) -> Mapping[int, Cell]:
    """The stage bar of each work order on a page."""
    found = {}
    for pk, stages in queries.stages_by_work(work_ids=[work.pk for work in works]).items():
        now = next((stage for stage in stages if stage.is_open), None)
        words = _t("All done") if now is None else now.name
        found[pk] = Cell(
            kind="stages", value=words, stages=tuple(tick(stage) for stage in stages), below=True
        )
    return found


def made(works: Sequence[models.WorkOrder]) -> Mapping[int, Any]:
    """What each work order makes: its item or its style."""
    return {work.pk: work.item or work.style for work in works}


def share(works: Sequence[models.WorkOrder]) -> Mapping[int, Any]:
    """The share of each work order that is done."""
    return {work.pk: min(work.done / work.quantity, 1) for work in works}


def steps(ctx: Ctx, work: models.WorkOrder) -> list[dict[str, str]]:
    """Where the work stands, stage by stage, at whose hands."""
    return [
        {
            "title": stage.name,
            "icon": stage.icon,
            "date": draw_text.day(stage.ended_at.date() if stage.ended_at else stage.expected_end),
            "state": tick(stage),
        }
        for stage in work.stages.order_by("position")
    ]


def what_slips(ctx: Ctx, work: models.WorkOrder) -> list[dict[str, Any]]:
    """Work that will end after its due day, with the reason and the stage that holds it up."""
    if not work.is_open or work.expected_on is None or work.due_on is None or work.days_late <= 0:
        return []
    cause = f"{capfirst(work.cause.rstrip('.'))}." if work.cause else ""
    words = _t("It is due on {due} and expected on {expected}. {cause}").format(
        due=draw_text.day(work.due_on), expected=draw_text.day(work.expected_on), cause=cause
    )
    title = _t("{days} days late.").format(days=work.days_late)
    return [{"tone": "bad", "title": title, "text": words.strip(), "action": None}]


def materials(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any] | None:
    """What the bill asks for, what was issued and what is still to be issued."""
    rows = [
        (need.item_id, need.name, need.sku, need.quantity.amount, need.issued, need.open, need.quantity.unit)
        for need in queries.needs_of(work=work)
    ]
    heads = ((_t("Material"), ""), (_t("Needed"), "end"), (_t("Issued"), "end"), (_t("Open"), "end"))
    return {
        "table": _table(_t("Materials"), heads, rows),
        "sub": "",
        "empty": _t("The bill asks for nothing."),
        "link": None,
    }


def balance(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any] | None:
    """What was used beside what the bill asks for what came out."""
    rows = [
        (row.item_id, row.name, "", row.due.amount, row.used.amount, row.difference, row.used.unit)
        for row in queries.mass_balance(work=work)
    ]
    if not rows or not work.done + work.rejected:
        return None
    heads = ((_t("Material"), ""), (_t("By the bill"), "end"), (_t("Used"), "end"), (_t("Difference"), "end"))
    return {"table": _table(_t("Mass balance"), heads, rows), "sub": "", "empty": "", "link": None}


def _table(label: str, heads: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "label": label,
        "columns": [
            {"label": head, "align": align, "hidden_label": False, "slot": slot}
            for (head, align), slot in zip(heads, ("a1", "b1", "b2", "a2"), strict=True)
        ],
        "rows": [
            {
                "id": "",
                "css": "",
                "actions": [],
                "cells": [
                    Cell(kind="item", text=name, sub=sku, url=registry.url_of_kind("catalog.item", pk)),
                    *(Cell(kind="quantity", value=amount, unit=unit) for amount in (first, second, third)),
                ],
            }
            for pk, name, sku, first, second, third, unit in rows
        ],
        "totals": [],
        "note": "",
        "row_actions": False,
    }


def what_came_out(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any]:
    """Entering goods opens with what is still to come of each line."""
    rows = work.lines.order_by("position")
    return {
        "outputs": [{"line": row.pk, "quantity": row.open_quantity} for row in rows if row.open_quantity > 0]
    }


def halves(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any]:
    """Splitting opens with half of each line, in whole pieces."""
    rows = work.lines.order_by("position")
    return {"parts": [{"line": row.pk, "quantity": row.quantity // 2} for row in rows if row.quantity > 1]}


class WorkOrder(Resource):
    """What is being made, how far it is through the hands of our partners, and when it will be done."""

    model = models.WorkOrder
    menu = "Make", needs("catalog.item")
    order = 10
    icon = "building-factory-2"
    columns = (
        "number",
        Column("makes", read=made, label=_("Makes")),
        "state",
        Column("kind", label=_("Kind")),
        Column("stages", read=bars, kind="stages", label=_("Stage")),
        "quantity",
        Column("share", read=share, kind="progress", label=_("Done")),
        "due_on",
        Column("expected_on", against="due_on"),
        Column("cause", wrap=True),
        "site",
        "priority",
    )
    filters = (
        "item",
        "style",
        "state",
        "kind",
        "due_on",
        "expected_on",
        "starts_on",
        "site",
        "bill",
        "priority",
    )
    search = "number", "item.name", "item.sku", "style.name"
    form = "due_on", "starts_on", "site", "bill", "priority", "note", Lines("lines", "item", "quantity")
    views = (
        Table(),
        Board(by="state", title="number", date="expected_on", chip="cause"),
        Calendar("expected_on", "due_on"),
        Chart(Sum("quantity"), by="week of due_on"),
    )
    saved = {
        _("Open"): "state=planned,released,running,paused&sort=due_on",
        _("Running"): "state=running&sort=expected_on",
        _("To release"): "state=planned&sort=starts_on",
        _("Rework"): "kind=rework&sort=-number",
        _("Paused"): "state=paused",
    }
    head = (
        Column("makes", read=made, label=_("Makes")),
        "quantity",
        "due_on",
        Column("expected_on", against="due_on"),
        "site",
    )
    detail = (
        Callouts(what_slips),
        Tracker(steps),
        Related(
            "stages",
            "name",
            "partner",
            "centre",
            "state",
            "quantity",
            "quantity_in",
            "quantity_out",
            "rejected",
            "lot",
            Column("expected_end", against="planned_end"),
            title=_("Stages"),
            sort="position",
        ),
        LinesPanel("lines", "item", "quantity", "done", "rejected", title=_("Goods"), place="tab"),
        Panel("loom/panels/table.html", read=materials, title=_("Materials"), name="materials"),
        Panel(
            "loom/panels/table.html", read=balance, title=_("Mass balance"), name="balance", tab="materials"
        ),
        Panel("loom/panels/table.html", read=cost, title=_("Cost"), name="cost", tab="materials"),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books", tab="materials"),
        Related("uses", "item", "lot", "quantity", "stage", "at", title=_("Lots used"), name="uses"),
        Related("outputs", "item", "lot", "quantity", "stage", "at", title=_("Lots made"), tab="uses"),
        Changes(),
        Facts(
            "kind",
            "rework_of",
            "split_from",
            "bill",
            "site",
            "starts_on",
            "planned_on",
            "started_at",
            "ended_at",
            "priority",
            "cause",
            "note",
        ),
        Timeline(),
    )
    joins = "item.unit", "style", "site"
    key = "number"
    access = everyone()
    create = commands.open_work
    edit = False
    actions = (
        "release_work",
        "start_work",
        "finish_work",
        "issue_material",
        "record_output",
        "replan_work",
        "resume_work",
    )
    prefill = {"record_output": what_came_out, "finish_work": what_came_out, "split_work": halves}
    empty = _("Nothing is being made yet. Plan a work order, or confirm an order whose goods are made.")


registry.contribute(Bill, Related("work_orders", title=_("Work orders")), after="levels")
