"""The pages of imports: what came in, what was left out and why, and the way back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange import models
from loomline.kernel.access import everyone
from loomline.kernel.context import Ctx
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Facts, Panel, Timeline
from loomline.surface.resource import Resource

TABLE = "loom/panels/table.html"
COUNTS = ("read", "created", "changed", "unchanged", "skipped", "errors")


def counts(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """What became of the rows, step by step."""
    heads = (
        _t("Step"),
        _t("Read"),
        _t("Created"),
        _t("Changed"),
        _t("Unchanged"),
        _t("Left out"),
        _t("Errors"),
    )
    rows = [
        (Cell(text=name), *(Cell(kind="number", value=found.get(key, 0)) for key in COUNTS))
        for name, found in record.counts.items()
    ]
    return _table(_t("What came in"), heads, rows) if rows else None


def findings(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """What the files are like: lost dates, columns without a place here."""
    rows = [(Cell(text=text, wrap=True),) for text in record.findings]
    return _table(_t("What we found in the files"), (_t("Finding"),), rows) if rows else None


def errors(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """The rows that were left out, with the reason."""
    rows = [
        (Cell(text=file), Cell(kind="number", value=line), Cell(text=key), Cell(text=says, wrap=True))
        for file, line, key, says in record.errors
    ]
    return _table(_t("Rows left out"), (_t("File"), _t("Line"), _t("Key"), _t("Why")), rows) if rows else None


def _table(title: str, heads: tuple[str, ...], rows: list[Any]) -> dict[str, Any]:
    slots = ("a1", "b1", "a2", "b2", "c1", "c2", "hide")
    columns = [
        {
            "label": head,
            "align": "end" if rows[0][n].kind == "number" else "",
            "hidden_label": False,
            "slot": slots[n],
        }
        for n, head in enumerate(heads)
    ]
    body = [{"id": n, "css": "", "actions": [], "cells": list(cells)} for n, cells in enumerate(rows)]
    return {
        "template": TABLE,
        "title": title,
        "table": {
            "label": title,
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": columns,
            "rows": body,
        },
    }


class Takeover(Resource):
    """One run of a recipe over another system's files."""

    model = models.Takeover
    menu = "Settings"
    icon = "download"
    order = 80
    columns = "number", "title", "state", "source", "started_by", "started_at", "ended_at"
    filters = "state", "recipe", "started_by", "started_at"
    search = "number", "title"
    detail = (
        Panel(TABLE, read=counts, title=_("Report"), name="report"),
        Panel(TABLE, read=findings, title=_("Findings"), name="findings", tab="report"),
        Panel(TABLE, read=errors, title=_("Rows left out"), name="errors"),
        Facts("recipe", "source", "started_by", "started_at", "ended_at"),
        Timeline(),
    )
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = ("undo_takeover",)
    empty = _(
        "Nothing was imported yet. Run: loomline import northwind FOLDER, or import a list from its page."
    )
