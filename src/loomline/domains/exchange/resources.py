"""The pages of imports: what came in, what was left out and why, and the way back."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange import commands, models
from loomline.kernel.access import everyone
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.panel import Callouts, Facts, Panel, Timeline
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import Resource

ERROR_SLOTS = ("a1", "b1", "a2", "b2")
IMPORT = "/import/"
SHOWN = 50


def counts(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """What became of the rows, step by step; phones show the words alone."""
    labels = {
        "read": _t("Read"),
        "created": _t("Created"),
        "changed": _t("Changed"),
        "unchanged": _t("Unchanged"),
        "skipped": _t("Skipped"),
        "errors": _t("Left out"),
    }
    lists = _lists(ctx, record)
    rows = [
        (
            Cell(text=capfirst(name), url=lists.get(name, "")),
            *(Cell(kind="number", value=record.counts[name].get(key, 0)) for key in labels),
            Cell(text=_outcome(record.counts[name], labels)),
        )
        # The database keeps the steps in an order of its own.
        for name in sorted(record.counts, key=lambda name: (*lists, name).index(name))
    ]
    heads = (_t("Step"), *labels.values(), _t("Outcome"))
    slots = ("a1", "a2", "hide", "hide", "hide", "hide", "hide", "full")
    return plain_table(_t("Table by table"), heads, rows, slots=slots) if rows else None


def _outcome(count: dict[str, int], labels: dict[str, str]) -> str:
    """What became of the rows of a step, in words: "77 created, 2 left out"."""
    parts = [
        f"{draw_text.number(count[key])} {label.lower()}"
        for key, label in labels.items()
        if key != "read" and count.get(key)
    ]
    return ", ".join(parts) or (_t("none came in") if count.get("read") else _t("no rows"))


def findings(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """What the files are like: lost dates, columns without a place here."""
    rows = [(Cell(text=text, wrap=True),) for text in record.findings]
    return plain_table(_t("What we found in the files"), (_t("Finding"),), rows) if rows else None


def errors(ctx: Ctx, record: models.Takeover) -> dict[str, Any] | None:
    """The first rows that were left out, with the reason; all of them are in a file."""
    rows = [
        (Cell(text=file), Cell(kind="number", value=line), Cell(text=key), Cell(text=says, wrap=True))
        for file, line, key, says, *_cells in record.errors[:SHOWN]
    ]
    if not rows:
        return None
    panel = plain_table(
        _t("Rows left out"), (_t("File"), _t("Line"), _t("Key"), _t("Why")), rows, slots=ERROR_SLOTS
    )
    total = max(len(record.errors), sum(int(step.get("errors", 0)) for step in record.counts.values()))
    title = _t("All of them as a file")
    if total > len(record.errors):
        title = _t("The first {n} as a file").format(n=draw_text.number(len(record.errors)))
    panel["link"] = {"title": title, "url": error_file_address(record)}
    more = total - len(rows)
    panel["table"]["note"] = _t("and {n} more").format(n=draw_text.number(more)) if more else ""
    return panel


def waiting(ctx: Ctx, record: models.Takeover) -> list[dict[str, Any]]:
    """An import that has not run: the way to go on with it."""
    if record.state not in (models.TakeoverState.WAITING, models.TakeoverState.CHECKED):
        return []
    go_on = action(_t("Go on"), import_address(record), icon="arrow-right")
    return [{"tone": "info", "title": _t("Nothing of this is in yet."), "text": "", "action": go_on}]


def import_address(record: models.Takeover, page: str = "") -> str:
    """The address of an import, or of one of its pages."""
    return f"{IMPORT}{record.pk}/{page}/" if page else f"{IMPORT}{record.pk}/"


def error_file_address(record: models.Takeover) -> str:
    """Where the rows that were left out can be had as a file; empty when there are none."""
    return f"{IMPORT}{record.pk}/errors/" if record.errors else ""


def _lists(ctx: Ctx, record: models.Takeover) -> dict[str, str]:
    """The list in which the rows of each step stand now, "" for none, in the order of the recipe."""
    recipe = commands.known_recipe_of(record)
    steps = recipe.steps if recipe is not None else ()
    found = {step.name: registry.by_kind(commands.kind_of(step.into)) for step in steps}
    return {
        name: kind.path() if kind is not None and kind.may_see(ctx) else "" for name, kind in found.items()
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
        Callouts(waiting),
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
    actions = ("undo_takeover", "discard_takeover")
    empty = _(
        "Nothing was imported yet. The page Import brings another system's files in; "
        "the import page of a list takes one table."
    )


menu.entry(
    _("Import"),
    IMPORT,
    icon="file-import",
    group="Settings",
    order=5,
    permission=commands.begin_takeover.name,
)
