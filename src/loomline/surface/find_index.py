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
    """One index for each table, whichever lists search it: it serves any of its columns."""
    resources = [one for one in registry.resources.items() if one[0]._meta.managed]
    columns = {model._meta.db_table: own_columns(model, resource.search) for model, resource in resources}
    for path in (path for _model, resource in resources for path in resource.search if hangs(path)):
        columns.setdefault(path.owner._meta.db_table, []).append(str(path.field.column))
    found: dict[str, tuple[str, list[str]]] = {}
    for table, named in columns.items():
        names = list(dict.fromkeys(named))
        if names and table in tables:
            mark = hashlib.sha256(",".join(names).encode()).hexdigest()[:6]
            found[f"{PREFIX}{table[:40]}_{mark}"] = (table, names)
    return found


def hangs(path: Path) -> bool:
    """True for a text on the records that hang on one of this kind: "contact_points.normalised"."""
    texts = (models.CharField, models.TextField)
    return len(path.steps) == 2 and bool(path.steps[0].one_to_many) and isinstance(path.field, texts)
