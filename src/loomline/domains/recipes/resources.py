"""How recipes of one's own are shown."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.recipes import models, queries
from loomline.kernel.access import everyone
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Callouts, Changes, Facts, Panel, Timeline
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import Resource

# Targets that are no kinds of records of their own.
KINDS = {
    "inventory.stock": "inventory.balance",
    "parties.person": "parties.party",
    "marketing.member": "marketing.campaignmember",
    "timeline.file": "timeline.note",
}


def steps(ctx: Ctx, record: models.OwnRecipe) -> dict[str, Any] | None:
    """What the recipe reads, and what becomes of it."""
    recipe = queries.readable(record)
    if recipe is None:
        return None
    rows = [
        (
            Cell(text=capfirst(step.name), strong=True),
            Cell(
                text=step.file
                if step.lines is None
                else ", ".join(dict.fromkeys((step.file, step.lines.file)))
            ),
            Cell(text=_called(step.into)),
            Cell(text=", ".join(step.fields), wrap=True),
        )
        for step in recipe.steps
    ]
    heads = (_t("Step"), _t("File"), _t("Becomes"), _t("Fields"))
    return plain_table(_t("Steps"), heads, rows, slots=("a1", "b1", "a2", "full"))


def _called(target: str) -> str:
    kind = registry.by_kind(KINDS.get(target, target))
    return kind.plural() if kind is not None else target


def unreadable(ctx: Ctx, record: models.OwnRecipe) -> list[dict[str, Any]]:
    """A recipe that this version of Loomline can no longer read."""
    if queries.readable(record) is not None:
        return []
    text = _t("Take it as a file, mend it and send it again; the import page says what is wrong.")
    return [{"tone": "bad", "title": _t("This recipe cannot be used."), "text": text, "action": None}]


def recipe_papers(ctx: Ctx, record: models.OwnRecipe) -> dict[str, Any]:
    """The recipe as a file."""
    file = {
        "name": f"{record.name}.toml",
        "icon": "file-text",
        "url": f"{OwnRecipe.url(record.pk)}recipe.toml",
        "size": "TOML",
        "at": record.added_at,
        "by": str(record.added_by),
        "actions": [],
    }
    return {"files": [file], "empty": ""}


class OwnRecipe(Resource):
    """Recipes that were written here: sent once on the import page, chosen there ever after."""

    model = models.OwnRecipe
    menu = None
    icon = "file-import"
    columns = "title", "name", "about", "added_by", "added_at"
    filters = "added_by", "added_at"
    search = "title", "name"
    head = "name", "added_by", "added_at"
    detail = (
        Callouts(unreadable),
        Panel(TABLE, read=steps, title=_("Steps"), name="steps"),
        Panel("loom/panels/documents.html", read=recipe_papers, title=_("File"), name="file", place="side"),
        Facts("name", "about", "added_by", "added_at"),
        Changes(),
        Timeline(),
    )
    key = "name"
    joins = ("added_by",)
    access = everyone()
    create = False
    edit = False
    empty = _("No recipes of your own yet. Send one on the page Import, beside the files that it reads.")
