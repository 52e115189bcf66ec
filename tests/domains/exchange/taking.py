"""Taking a system's files over, as the tests of the importers do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loomline.domains.exchange import commands as exchange
from loomline.domains.recipes import queries as recipes
from loomline.kernel.context import Ctx


def take(ctx: Ctx, system: str, files: dict[str, bytes] | Path, **options: Any) -> exchange.Outcome:
    """What a system's files become."""
    recipe = recipes.recipe_named(system)
    return exchange.run_recipe(
        ctx.fresh(), recipe=recipe, files=exchange.collect(recipe, files), source="files", **options
    )


def counted(outcome: exchange.Outcome) -> dict[str, tuple[int, int, int, int]]:
    """Created, changed, unchanged and left out, by step."""
    return {n: (c.created, c.changed, c.unchanged, c.errors) for n, c in outcome.counts.items()}
