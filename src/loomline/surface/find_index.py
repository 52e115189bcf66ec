"""The indexes that search stands on: one of trigrams per searched table, put in place after each migrate."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connections, models
from django.db.models import Model

from loomline.surface import registry
from loomline.surface.path import Path

PREFIX = "find_"


def own_columns(model: type[Model], search: tuple[Path, ...]) -> list[str]:
    """The searched text columns that stand on the model's own table."""
    return [
        str(path.field.column)
        for path in search
        if len(path.steps) == 1
        and path.field is not None
        and isinstance(path.field, (models.CharField, models.TextField))
    ]


def install(using: str = "default", **_kwargs: Any) -> None:
    """Make missing indexes and drop those of columns that are searched no more; safe to repeat."""
    registry.load()
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()")
        rows = cursor.fetchall()
        tables = {table for table, _index in rows}
        standing = {index: table for table, index in rows if index.startswith(PREFIX)}
        wanted = _wanted(tables)
        for name, (table, columns) in wanted.items():
            if name not in standing:
                # The expression is the one that `icontains` compares, so lists and global search share
                # the index.
                parts = ", ".join(f'upper("{column}"::text) gin_trgm_ops' for column in columns)
                cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table}" USING gin ({parts})')
        for name in standing.keys() - wanted.keys():
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')


def _wanted(tables: set[str]) -> dict[str, tuple[str, list[str]]]:
    found: dict[str, tuple[str, list[str]]] = {}
    for model, resource in registry.resources.items():
        table = model._meta.db_table
        columns = own_columns(model, resource.search)
        if columns and table in tables and model._meta.managed:
            mark = hashlib.sha256(",".join(columns).encode()).hexdigest()[:6]
            found[f"{PREFIX}{table[:40]}_{mark}"] = (table, columns)
    return found
