"""A Resource as somebody sees it whose roles keep some of its fields back."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from functools import lru_cache
from types import new_class
from typing import Any

from django.db.models import Model

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField, fields_of
from loomline.surface import registry
from loomline.surface.column import Column
from loomline.surface.filter import Filter
from loomline.surface.layout import Board, Calendar, Chart, Layout, Table
from loomline.surface.lines import Lines
from loomline.surface.panel import Facts, LinesPanel, Panel
from loomline.surface.path import Path
from loomline.surface.resource import Resource

PANEL = "panel-"


def seen_by(resource: type[Resource], ctx: Ctx) -> type[Resource]:
    """The Resource without what the person's roles do not show."""
    kept = access.closed(ctx)
    return _narrowed(resource.name, kept) if kept else resource


def own_fields(model: type[Model], ctx: Ctx) -> list[CustomField]:
    """The company's own fields of a kind of record, as far as the person's roles show them."""
    kept = access.closed(ctx)
    return [f for f in fields_of(model._meta.label_lower) if _name(model, f"custom.{f.name}") not in kept]


def of(model: type[Model] | None, ctx: Ctx) -> type[Resource] | None:
    """The Resource of a model as the person sees it, if it has one."""
    found = registry.of(model)
    return seen_by(found, ctx) if found is not None else None


def can_be_hidden(resource: type[Resource]) -> dict[str, str]:
    """What a role may be kept from seeing, name to label: columns, facts, fields of the form and panels.

    What a record is called by and found by is always seen: lists and searches would tell it all the same.
    """
    found: dict[str, str] = {}
    columns = [*resource.columns[1:], *resource.head]
    for panel in resource.detail:
        if isinstance(panel, Facts):
            columns += panel.columns
        if panel.place in ("tab", "side") and not isinstance(panel, Facts):
            found[f"{PANEL}{panel.name}"] = panel.title
    for column in columns:
        if column.path is None or len(column.path.steps) == 1:
            found.setdefault(column.name, column.label)
    for entry in resource.form:
        if isinstance(entry, Path):
            found.setdefault(entry.text, entry.label)
    always = {resource.columns[0].name, *(path.text for path in resource.search)}
    return {name: label for name, label in found.items() if name not in always and "." not in name}


@lru_cache(maxsize=1024)
def _narrowed(name: str, kept: frozenset[str]) -> type[Resource]:
    resource = registry.by_name(name)
    columns = tuple(c for c in resource.columns if c.is_first or _shows(c, kept))
    sort = resource.sort.lstrip("-")
    parts = {
        "columns": tuple(_bare(c, kept) for c in columns),
        "head": _columns(resource.head, kept),
        "filters": tuple(f for f in resource.filters if _narrows(f, resource, kept)),
        "form": tuple(_entry(e, kept) for e in resource.form if not _hides(e, kept)),
        "views": tuple(v for one in resource.views if (v := _layout(one, kept)) is not None)
        or (Table().bind(resource.model, {}, by=resource.__qualname__),),
        "detail": tuple(p for one in resource.detail if (p := _panel(one, kept)) is not None),
        "sort": "-pk" if _name(resource.model, sort) in kept else resource.sort,
    }
    return new_class(resource.__name__, (resource,), {"derived": True}, lambda held: held.update(parts))


def _name(model: type[Model], text: str) -> str:
    return f"{model._meta.label_lower}.{text}"


def _is_kept(path: Path | None, kept: frozenset[str]) -> bool:
    """True when the way to a value leads over a field that is kept back."""
    if path is None:
        return False
    if path.is_custom or path.attribute:
        last = f"custom.{path.attribute}" if path.is_custom else path.attribute
        if _name(path.owner, last) in kept:
            return True
    return any(_name(step.model, step.name) in kept for step in path.steps)


def _hides(entry: Any, kept: frozenset[str]) -> bool:
    return isinstance(entry, Path) and _is_kept(entry, kept)


def _shows(column: Column, kept: frozenset[str]) -> bool:
    if _name(column.model, column.name) in kept:
        return False
    path = column.path
    if path is None and column.read is None and column.text != "pk":
        path = Path.of(column.model, column.text)
    return not _is_kept(path, kept)


def _bare(column: Column, kept: frozenset[str]) -> Column:
    """The column without the small value below it or the day beside it, where those are kept back."""
    beside = [name for name in ("sub", "against", "tone_path") if _is_kept(getattr(column, name), kept)]
    if not beside:
        return column
    made = copy.copy(column)
    for name in beside:
        setattr(made, name, None)
    return made


def _columns(columns: Iterable[Column], kept: frozenset[str]) -> tuple[Column, ...]:
    return tuple(_bare(c, kept) for c in columns if _shows(c, kept))


def _narrows(one: Filter, resource: type[Resource], kept: frozenset[str]) -> bool:
    column = resource.by_name().get(one.name)
    return not _is_kept(one.path, kept) and (column is None or _shows(column, kept))


def _entry(entry: Any, kept: frozenset[str]) -> Any:
    if not isinstance(entry, Lines):
        return entry
    made = copy.copy(entry)
    made.fields = tuple(path for path in entry.fields if not _is_kept(path, kept))
    return made


def _layout(layout: Layout, kept: frozenset[str]) -> Layout | None:
    made = copy.copy(layout)
    if isinstance(made, Board):
        made.parts = {part: column for part, column in made.parts.items() if _shows(column, kept)}
        made.weights = tuple(path for path in made.weights if not _is_kept(path, kept))
        return None if _is_kept(made.by, kept) else made
    if isinstance(made, Calendar):
        made.starts = tuple(path for path in made.starts if not _is_kept(path, kept))
        return made if made.starts else None
    if isinstance(made, Chart):
        is_shown = made.source is None or _shows(made.source, kept)
        return made if is_shown and not _is_kept(made.by, kept) and not _is_kept(made.split, kept) else None
    return made


def _panel(panel: Panel, kept: frozenset[str]) -> Panel | None:
    if _name(panel.model, f"{PANEL}{panel.name}") in kept:
        return None
    if not isinstance(panel, Facts | LinesPanel) or not panel.columns:
        return panel
    made = copy.copy(panel)
    made.columns = _columns(panel.columns, kept)
    if isinstance(made, LinesPanel):
        made.totals = _columns(made.totals, kept)
    return made if made.columns else None
