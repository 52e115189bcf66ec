"""A card with a table of ready cells, for panels that no one list stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loomline.surface.draw_cells import Cell

TABLE = "loom/panels/table.html"
SLOTS = ("a1", "b1", "a2", "c1", "b2", "c2", "hide")
NUMERIC = frozenset({"number", "quantity", "money"})


def plain_table(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    slots: Sequence[str] = SLOTS,
    sub: str = "",
) -> dict[str, Any]:
    """The context of loom/panels/table.html; `slots` say where each column stands on a phone."""
    columns = [
        {
            "label": head,
            "align": "end" if any(row[n].kind in NUMERIC for row in rows) else "",
            "hidden_label": False,
            "slot": slots[n],
        }
        for n, head in enumerate(heads)
    ]
    body = [{"id": n, "css": "", "actions": [], "cells": list(cells)} for n, cells in enumerate(rows)]
    return {
        "template": TABLE,
        "title": title,
        "sub": sub,
        "table": {
            "label": title,
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": columns,
            "rows": body,
        },
    }
