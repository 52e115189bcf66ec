"""Keeping a recipe of one's own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.recipes import queries
from loomline.domains.recipes.models import OwnRecipe
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@command(hidden=True)
def keep_recipe(ctx: Ctx, *, text: str) -> OwnRecipe:
    """Keep a recipe of one's own under its name; the one that was kept under it before gives way."""
    recipe, text = queries.checked(str(_("The recipe")), text.encode())
    queries.refuse_taken(recipe)
    values: dict[str, Any] = {"title": recipe.title, "about": recipe.about, "text": text}

    kept: OwnRecipe
    kept, _made = OwnRecipe.objects.update_or_create(
        name=recipe.name, defaults={**values, "added_by": ctx.actor, "added_at": ctx.now}
    )
    return kept
