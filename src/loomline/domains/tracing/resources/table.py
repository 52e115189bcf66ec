"""The plain tables that tracing puts on other domains' pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from loomline.domains.sales.models import OrderLine
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface.draw_cells import Cell

TABLE = "loom/panels/table.html"


def seen_lines(ctx: Ctx, ids: Iterable[int]) -> set[int]:
    """Those of the order lines that the person may see."""
    return set(access.visible(ctx, OrderLine).filter(pk__in=ids).values_list("pk", flat=True))


def expected(line: OrderLine) -> Cell:
    """When a line is expected, beside what was promised."""
    late = (line.expected_on - line.promised_on).days if line.expected_on and line.promised_on else 0
    return Cell(
        kind="slip", value=line.expected_on, days=late, tone="bad" if late > 2 else "warn" if late > 0 else ""
    )


def table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], keys: Sequence[int]
) -> dict[str, Any]:
    """A panel with these heads and rows; `keys` name the rows."""
    slots = ("a1", "b1", "a2", "c1", "b2", "c2", "hide")
    numeric = {"quantity", "money"}
    columns = [
        {
            "label": head,
            "align": "end" if rows[0][n].kind in numeric else "",
            "hidden_label": False,
            "slot": slots[n],
        }
        for n, head in enumerate(heads)
    ]
    body = [
        {"id": key, "css": "", "actions": [], "cells": list(cells)}
        for key, cells in zip(keys, rows, strict=True)
    ]
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
