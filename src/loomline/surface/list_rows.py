"""The rows of a list: cells, group heads, and which of them can be changed in their place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.kernel.query import Page
from loomline.surface import draw_text
from loomline.surface.column import Column
from loomline.surface.draw_cells import Cell, plain
from loomline.surface.listing import GroupFigure, Listing
from loomline.surface.path import Path
from loomline.surface.resource import Resource

SLOTS = {
    "badge": "a2",
    "party": "b1",
    "stages": "c1",
    "money": "b2",
    "quantity": "b2",
    "date": "c2",
    "slip": "c2",
    "moment": "c2",
}


def slots_of(columns: list[Column] | tuple[Column, ...]) -> dict[str, str]:
    """Where each column stands in the three lines that a row has on a phone."""
    found: dict[str, str] = {}
    free = ["b1", "b2", "c1", "c2"]
    for column in columns:
        wanted = column.phone or ("a1" if not found else _slot(column))
        found[column.name] = wanted if wanted not in found.values() else ""
    for column in columns:
        left = [s for s in free if s not in found.values()]
        if not found[column.name] and left and column.kind != "bool":
            found[column.name] = left[0]
    return found


def _slot(column: Column) -> str:
    target = column.path.target if column.path is not None else None
    if target is not None and column.kind == "text":
        return "b1"
    return SLOTS.get(column.kind, "")


def rows_of(listing: Listing, page_: Page) -> list[dict[str, Any]]:
    """The rows with their cells; the first of each group carries the group's head."""
    resource, ctx = listing.resource, listing.ctx
    editable = editable_columns(listing)
    values = [column.values(page_.rows) for column in listing.columns]
    whole = [_in_whole_coins(column, held) for column, held in zip(listing.columns, values, strict=True)]
    figures = listing.group_figures(page_)
    select = _t("Select {what}")
    found, last = [], object()
    for row in page_.rows:
        cells = []
        for column, held, coins in zip(listing.columns, values, whole, strict=True):
            cell = column.cell(row, held.get(row.pk), ctx)
            if coins:
                cell.decimals = 0
            if (
                cell.kind == "text"
                and not column.is_first
                and column.path is not None
                and column.path.is_relation
            ):
                # One link a row: many would drown it. The record's own page leads on from there.
                cell.url = ""
            if column.name in editable:
                with_edit(column, cell, row, resource, editable[column.name])
            cells.append(cell)
        group = None
        if listing.group is not None:
            key = listing.group_key(row)
            group = _group(listing, row, figures.get(key)) if key != last else None
            last = key
        found.append(
            {
                "id": row.pk,
                "url": resource.url(row.pk),
                "label": str(row),
                "select": select.format(what=row),
                "cells": cells,
                "peek_url": resource.url(row.pk, "peek"),
                "actions": [],
                "css": "",
                "group": group,
            }
        )
    return found


def _in_whole_coins(column: Column, held: Mapping[int, Any]) -> bool:
    """True when no amount of the page has cents: then the column is read faster without them."""
    if column.kind != "money" or column.decimals is not None:
        return False
    amounts = [value for value in held.values() if isinstance(value, Decimal)]
    return bool(amounts) and all(value == value.to_integral_value() for value in amounts)


def _group(listing: Listing, row: Any, figure: GroupFigure | None) -> dict[str, str]:
    assert listing.group is not None
    words = plain(listing.group.cell(row, listing.group.value(row), listing.ctx))
    if figure is None:
        return {"label": words, "count": "", "sums": ""}
    sums = sum_text(figure.column, figure.sums) if figure.column is not None else ""
    return {"label": words, "count": draw_text.number(figure.count), "sums": sums}


def editable_columns(listing: Listing) -> dict[str, str]:
    """The columns whose cells the person may change in their place, with what such a cell is called."""
    resource = listing.resource
    if not resource.may_edit(listing.ctx):
        return {}
    in_form = form_names(resource)
    return {
        c.name: edit_label(c)
        for c in listing.columns
        if not c.is_first and c.path is not None and c.path.text in in_form and c.name == c.text
    }


def form_names(resource: type[Resource]) -> set[str]:
    """The fields of the record itself that its form has."""
    return {p.text for p in resource.form if isinstance(p, Path)}


def edit_label(column: Column) -> str:
    """What the cells of a column are called as editors, with a place for the record."""
    return _t("Change {field} of {record}").replace("{field}", column.label.lower())


def with_edit(
    column: Column, cell: Cell, row: Any, resource: type[Resource], label: str, *, is_fact: bool = False
) -> Cell:
    """Let a cell become its own editor, where the record's state leaves the field open.

    In a list the link gives way; on the record's own page both stand.
    """
    may = getattr(row, "may_edit", None)
    if may is None or may(column.name):
        cell.edit_url = resource.url(row.pk, "cell", column.name) + ("?fact=1" if is_fact else "")
        cell.url = cell.url if is_fact else ""
        cell.edit_label = label.replace("{record}", str(row))
    return cell


def sum_text(column: Column, figures: list[tuple[str, Any]]) -> str:
    if column.kind == "money":
        return " + ".join(draw_text.compact(value, currency) for currency, value in figures)
    return " + ".join(draw_text.number(value) for _currency, value in figures)
