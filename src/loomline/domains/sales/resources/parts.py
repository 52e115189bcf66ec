"""What quotes and orders show alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loomline.domains.sales import models
from loomline.kernel.context import Ctx

DRAFTED = ("item", "quantity", "unit", "price", "discount", "tax_rate", "description", "wanted_on")

# What the day of a line depends on while somebody types.
TYPED = ("site", "wanted_on", "-item", "-quantity", "-unit", "-wanted_on", "-line")


def drafts_of(record: models.Quote | models.Order, *more: str) -> dict[str, Any]:
    """The lines of a document as its form opens with them; quantities as they were entered."""
    rows = record.lines.select_related("item", "unit").order_by("position", "pk")
    found = []
    for row in rows:
        values = {name: getattr(row, name) for name in (*DRAFTED, *more)}
        values["quantity"] = row.entered_quantity
        values["description"] = "" if row.description == row.item.name else row.description
        found.append({**values, "line": row})
    return {"lines": found}


def callout(tone: str, title: str, text: str) -> dict[str, Any]:
    """A sentence that asks for a decision."""
    return {"tone": tone, "title": title, "text": text, "action": None}


def papers(ctx: Ctx, papers: Sequence[tuple[str, str]], at: Any) -> dict[str, Any]:
    """Papers to open, written as things stand."""
    files = [
        {
            "name": title,
            "icon": "file-text",
            "url": url,
            "size": "PDF",
            "at": at,
            "by": ctx.company.name,
            "actions": [],
        }
        for url, title in papers
    ]
    return {"files": files, "empty": ""}
