"""The panels of a record's page as their templates draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _t

from loomline.kernel import access, query
from loomline.kernel.context import Ctx
from loomline.surface import closed, draw_text, history, mention, registry
from loomline.surface.column import Column
from loomline.surface.draw_cells import Cell, plain
from loomline.surface.list_rows import edit_label, form_names, slots_of, with_edit
from loomline.surface.page import action
from loomline.surface.panel import Changes, Facts, LinesPanel, Panel, Related, Timeline
from loomline.surface.path import Path
from loomline.surface.resource import Resource
from loomline.surface.usual import usual_columns

MOST_ROWS = 50
MOST_LINES = 500
COUNTED = 1000


def is_shown(panel: Panel, ctx: Ctx) -> bool:
    """False for records of a kind that the actor's roles do not open at all: an empty tab would puzzle."""
    target = registry.of(panel.target) if isinstance(panel, LinesPanel) else None
    return target is None or target.may_see(ctx)


def drawn(panels: Iterable[Panel], record: Any, ctx: Ctx) -> list[dict[str, Any]]:
    """Each panel that has something to show."""
    found: list[tuple[Panel, dict[str, Any] | None]] = []
    for panel in panels:
        drawer: Drawer = DRAWERS.get(type(panel), _own)
        found.append((panel, drawer(panel, record, ctx)))
    return [
        {"id": f"panel-{panel.name}", "sub": "", "end_action": None, "link": None, **made}
        for panel, made in found
        if made
    ]


def _own(panel: Panel, record: Any, ctx: Ctx) -> dict[str, Any] | None:
    held = panel.read(ctx, record) if panel.read is not None else {}
    return None if held is None else {"template": panel.template, "title": panel.title, **held}


def _facts(panel: Any, record: Any, ctx: Ctx) -> dict[str, Any] | None:
    columns = panel.columns or fact_columns(closed.of(type(record), ctx))
    look = "wide" if panel.place == "tab" else "dl"
    shown = facts(columns, record, ctx, can_edit=True)
    if not shown and look == "dl":
        return None
    return {
        "template": "loom/panels/facts.html",
        "title": panel.title,
        "facts": shown,
        "look": look,
        "health": None,
    }


def facts(
    columns: Sequence[Column], record: Any, ctx: Ctx, *, can_edit: bool = False
) -> list[dict[str, Any]]:
    """Labels and cells; what is empty is left out. Fields of the form may be edited in their place."""
    resource = closed.of(type(record), ctx) if can_edit else None
    names = form_names(resource) if resource is not None and resource.may_edit(ctx) else set()
    found = []
    for column in columns:
        value = column.value(record)
        if value in (None, "", [], ()):
            continue
        cell = column.cell(record, value, ctx)
        if resource is not None and column.text in names:
            with_edit(column, cell, record, resource, edit_label(column), is_fact=True)
        found.append({"label": column.label, "name": column.label, "cell": cell})
    return found


def fact_columns(resource: type[Resource] | None) -> list[Column]:
    if resource is None:
        return []
    shown = {c.text: c for c in resource.columns if not c.annotations() and c.read is None}
    form = [p.text for p in resource.form if isinstance(p, Path) and p.text not in shown]
    said = resource.__qualname__
    return [*shown.values(), *(Column(text).bind(resource.model, by=said) for text in form)]


def joins_of(resource: type[Resource]) -> set[str]:
    """Which related rows the panels on a record's page need in the statement that fetches it."""
    columns: list[Column] = [*resource.head]
    for panel in resource.detail:
        if isinstance(panel, Facts):
            columns += panel.columns or fact_columns(resource)
        elif isinstance(panel, LinesPanel):
            columns += getattr(panel, "totals", ())
    return {join for column in columns for join in column.joins()}


def rows_of(panel: LinesPanel, record: Any, ctx: Ctx, columns: Sequence[Column] = ()) -> QuerySet[Any]:
    """The records that a panel shows: visible ones, or those of the document when they have no list of
    their own.
    """
    target = registry.of(panel.target)
    if target is not None:
        rows = target.rows(ctx, columns)
    else:
        rows = panel.target._default_manager.all()
        joins = {join for column in columns for join in column.joins()}
        rows = rows.select_related(*sorted(joins)) if joins else rows
        for column in columns:
            rows = rows.annotate(**column.annotations())
    return rows.filter(**{panel.back: record.pk})


def _columns_of(panel: LinesPanel, ctx: Ctx) -> tuple[Column, ...]:
    if panel.columns:
        return panel.columns
    target = closed.of(panel.target, ctx)
    if target is not None:
        # What is reckoned beside the rows costs a statement each: that stands in the list of their own.
        return tuple(c for c in target.columns if c.text != panel.back and c.read is None)
    names = [n for n in usual_columns(panel.target) if n != panel.back]
    return tuple(Column(n).bind(panel.target, by=panel.target._meta.label) for n in names)


def _table(panel: LinesPanel, rows: Sequence[Any], columns: Sequence[Column], ctx: Ctx) -> dict[str, Any]:
    slots = slots_of(tuple(columns))
    values = [column.values(rows) for column in columns]
    return {
        "label": panel.title,
        "note": "",
        "row_actions": False,
        "totals": [],
        "columns": [
            {
                "label": c.label,
                "align": "end" if c.is_numeric else "",
                "hidden_label": False,
                "slot": slots[c.name],
            }
            for c in columns
        ],
        "rows": [
            {
                "id": row.pk,
                "css": "",
                "actions": [],
                "cells": _cells(columns, values, row, ctx),
            }
            for row in rows
        ],
    }


def _cells(columns: Sequence[Column], values: Sequence[Mapping[int, Any]], row: Any, ctx: Ctx) -> list[Cell]:
    """The cells of a row; the first one leads to the record where none does."""
    cells = [c.cell(row, held.get(row.pk), ctx) for c, held in zip(columns, values, strict=True)]
    address = registry.url(row)
    if cells and address and not any(cell.url for cell in cells):
        cells[0].url = address
    return cells


def _lines(panel: Any, record: Any, ctx: Ctx) -> dict[str, Any]:
    columns = _columns_of(panel, ctx)
    names = {f.name for f in panel.target._meta.concrete_fields}
    rows = list(
        rows_of(panel, record, ctx, columns).order_by("position" if "position" in names else "pk", "pk")[
            :MOST_LINES
        ]
    )
    table = _table(panel, rows, columns, ctx)
    table["totals"] = [
        {
            "label": c.label,
            "text": plain(c.cell(record, c.value(record), ctx)),
            "strong": c is panel.totals[-1],
        }
        for c in panel.totals
    ]
    if len(rows) == MOST_LINES:
        table["note"] = _t("The first {n} lines. Export the list to see all.").format(
            n=draw_text.number(MOST_LINES)
        )
    return {
        "template": "loom/panels/table.html",
        "title": "",
        "table": table,
        "empty": _t("No lines yet."),
        "empty_action": None,
    }


def _related(panel: Any, record: Any, ctx: Ctx) -> dict[str, Any] | None:
    target = registry.of(panel.target)
    columns = _columns_of(panel, ctx)
    down, path = panel.sort.startswith("-"), panel.sort.lstrip("-").replace(".", "__")
    rows = list(
        rows_of(panel, record, ctx, columns).order_by(f"-{path}" if down else path, "-pk")[: MOST_ROWS + 1]
    )
    table = _table(panel, rows[:MOST_ROWS], columns, ctx)
    link = None
    if len(rows) > MOST_ROWS and target is not None and panel.back in target.filter_map():
        link = {"title": _t("All of them"), "url": f"{target.path()}?{panel.back}={record.pk}"}
    new = None
    if panel.create and target is not None and target.may_create(ctx):
        words = _t("New {what}").format(what=target.title().lower())
        new = action(words, f"{target.path()}new/?{panel.back}={record.pk}", icon="plus")
    if panel.tab and not rows and not new:
        return None
    empty = _t("No {many} yet.").format(many=str(panel.target._meta.verbose_name_plural))
    return {
        "template": "loom/panels/table.html",
        "title": panel.title if new or link or panel.tab else "",
        "table": table,
        "link": link,
        "end_action": new,
        "empty": empty,
        "empty_action": None,
    }


def _changes(panel: Panel, record: Any, ctx: Ctx) -> dict[str, Any]:
    told = history.changes_of(record, ctx)
    return {
        "template": "loom/panels/history.html",
        "title": "",
        "label": panel.title,
        "entries": told,
        "more": "",
        "empty": _t("Nothing has been changed since audit began."),
    }


def _timeline_tab(panel: Panel, record: Any, ctx: Ctx) -> dict[str, Any]:
    return {
        "template": "loom/panels/activity.html",
        "title": panel.title,
        "timeline": timeline(panel, record, ctx),
    }


def timeline(panel: Panel, record: Any, ctx: Ctx, *, before: int = 0, kind: str = "") -> dict[str, Any]:
    """The timeline of a record, with its composer where notes are kept."""
    resource = registry.of(type(record))
    assert resource is not None
    about, pk = record._meta.label_lower, record.pk
    kinds = NOTES if kind == "notes" else (kind,) if kind else ()
    events, older = history.entries(about, pk, ctx, before=before, kinds=kinds)
    base = resource.url(record.pk)
    if older or kind:
        told = history.domains_of(about, pk)
    else:
        told = list(dict.fromkeys(event.name.partition(".")[0] for event in events))
    # Who has pinned a note has written one: without any told of, nothing is asked.
    can_have_pins = NOTED in told and not before and kind in ("", "notes")
    pinned = history.pinned(ctx, kind=about, pk=pk) if can_have_pins else []
    return {
        "title": panel.title,
        "entries": mention.linked(
            [*([{"day": _t("Pinned")}, *pinned] if pinned else []), *history.as_entries(events)], ctx
        ),
        "more": f"{resource.url(record.pk, 'timeline')}?before={older}&kind={kind}" if older else "",
        "filters": [
            {"title": _t("All"), "url": base, "current": not kind},
            {"title": _t("Notes and calls"), "url": f"{base}?activity=notes", "current": kind == "notes"},
            *(
                {"title": _domain(name), "url": f"{base}?activity={name}", "current": kind == name}
                for name in told
                if name != NOTED
            ),
        ],
        "composer": composer(resource, record, ctx),
    }


def _domain(name: str) -> str:
    """What the part of the house is called that told of something."""
    return str(apps.get_app_config(name).verbose_name) if name in apps.app_configs else name


# The domain of notes, which has a word of its own above the timeline.
NOTED = "timeline"
# Kinds of notes in the composer: the command that writes each is found by its name, because notes live above.
KINDS = (
    ("note", "timeline.write_note", "note"),
    ("call", "timeline.log_call", "phone"),
    ("meeting", "timeline.log_meeting", "calendar-event"),
)
NOTES = ("timeline.NoteWritten", "timeline.CallLogged", "timeline.MeetingLogged", "timeline.EmailLogged")


def composer(resource: type[Resource], record: Any, ctx: Ctx) -> dict[str, Any] | None:
    """The box for notes, when the installation keeps notes and the person may write them."""
    labels = {"note": _t("Note"), "call": _t("Call"), "meeting": _t("Meeting")}
    kinds = [
        {"value": kind, "label": labels[kind], "icon": icon}
        for kind, name, icon in KINDS
        if name in access.commands and access.may(ctx, name)
    ]
    if not kinds:
        return None
    return {
        "url": resource.url(record.pk, "note"),
        "placeholder": _t("Write a note"),
        "kinds": kinds,
        # What else can be written about the record, in a dialog or on a page of its own.
        "beside": [made for offer in registry.offers if (made := offer(ctx, record)) and made.get("beside")],
        "attach": False,
    }


def tab_counts(panels: Sequence[Panel], record: Any, ctx: Ctx) -> dict[str, int]:
    """How many records stand behind each tab, in one statement; more than a thousand are not counted on."""
    counted = [p for p in panels if isinstance(p, LinesPanel)]
    figures = query.count_each((rows_of(panel, record, ctx) for panel in counted), most=COUNTED)
    return dict(zip((p.name for p in counted), figures, strict=True))


Drawer = Callable[[Any, Any, Ctx], dict[str, Any] | None]
DRAWERS: dict[type[Panel], Drawer] = {
    Facts: _facts,
    LinesPanel: _lines,
    Related: _related,
    Changes: _changes,
    Timeline: _timeline_tab,
}


def holds(record: Model, resource: type[Resource]) -> str:
    """A live topic: the page brings itself up to date when this record changes."""
    kind = resource.model._meta.label_lower
    return f"{kind}:{record.pk}"
