"""Rows as the API answers them."""

from __future__ import annotations

from typing import Any

from loomline.kernel.context import Ctx
from loomline.surface import api_schema
from loomline.surface.column import Column
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import Resource


def rows_json(resource: type[Resource], columns: list[Column], rows: list[Any]) -> list[dict[str, Any]]:
    """Records as JSON: key, name and the columns."""
    held = [(c.name, c.values(rows)) for c in columns]
    return [
        {
            "id": row.pk,
            "text": str(row),
            **{name: api_schema.json_value(bare(values.get(row.pk))) for name, values in held},
        }
        for row in rows
    ]


def bare(value: Any) -> Any:
    """The plain value under a drawn cell."""
    return (value.text or value.value) if isinstance(value, Cell) else value


def row_json(resource: type[Resource], ctx: Ctx, pk: int) -> dict[str, Any]:
    """One record as JSON; key and an empty name when it cannot be seen."""
    found = resource.rows(ctx, resource.columns).filter(pk=pk).first()
    if found is None:
        return {"id": pk, "text": ""}
    return rows_json(resource, list(resource.columns), [found])[0]
