"""An import before it runs: files come in, questions are answered, and somebody may think better of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands import intake
from loomline.domains.exchange.commands.answers import questions_about, remember_answers
from loomline.domains.exchange.commands.intake import KeptFile, Offered
from loomline.domains.exchange.models import Takeover
from loomline.domains.recipes import queries as recipes
from loomline.domains.recipes.commands import keep_recipe
from loomline.domains.recipes.models import OwnRecipe
from loomline.engines.mapping import Recipe
from loomline.engines.recognition import parts, wanted_by
from loomline.engines.tables import Look, look
from loomline.engines.tabular import Unreadable
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

# What a recipe of one's own was called where it was written, and what stands in it.
Own = tuple[str, bytes]


class FilesUnknown(Refused):
    """No recipe was made for files like these."""

    says = _("None of these files belongs to one of the recipes: {titles}. Send the tables as exported.")
    status = 422


class NoTable(Refused):
    """Not one file is a table; the sentence is about the first."""

    status = 422


class FilesOfAnother(Refused):
    """The chosen recipe reads none of the files."""

    says = _("None of these files belongs to {recipe}, which reads {files}.")
    status = 422


def recipe_of(takeover: Takeover) -> Recipe:
    """The recipe of an import, as it was when the import began."""
    if takeover.recipe_text:
        return recipes.checked(takeover.recipe, takeover.recipe_text.encode())[0]
    return recipes.recipe_named(takeover.recipe)


def known_recipe_of(takeover: Takeover) -> Recipe | None:
    """The same, or None for an import by a recipe from a path."""
    is_known = takeover.recipe_text or takeover.recipe in recipes.recipe_names()
    return recipe_of(takeover) if is_known else None


def receive(ctx: Ctx, *, offered: Offered, recipe: str = "", own: Own | None = None) -> Takeover:
    """Store what somebody has uploaded as an import that waits; without a recipe the files tell which.

    `own` is a recipe that was sent with them: it is kept with the import, or not at all.
    """
    written = recipes.checked(*own) if own is not None else None
    if written is not None:
        recipes.refuse_taken(written[0])
    files = intake.keep(offered)
    try:
        chosen = _chosen(files, written[0] if written is not None else recipe)
        asks = raised(ctx, chosen, files)
        with transaction.atomic():
            text = (
                keep_recipe(ctx, text=written[1]).text
                if written is not None
                else recipes.own_text(chosen.name)
            )
            return upload_takeover(
                ctx.fresh(),
                recipe=chosen.name,
                title=chosen.title,
                text=text,
                files=_plain(files),
                questions=asks,
            )
    except Refused:
        intake.drop(files)
        raise


def keep_own(ctx: Ctx, *, own: Own) -> OwnRecipe:
    """Keep a recipe that was sent without any files, to be used later."""
    return keep_recipe(ctx, text=recipes.checked(*own)[1])


def add_files(ctx: Ctx, *, takeover: Takeover, offered: Offered) -> Takeover:
    """Store more files for an import that waits; one that was there under the same name gives way."""
    held = intake.kept_files(takeover.files)
    fresh = intake.keep(offered, held=held)
    names = {kept.name for kept in fresh}
    stay = [kept for kept in held if kept.name not in names]
    try:
        asks = raised(ctx, recipe_of(takeover), [*stay, *fresh])
        changed = prepare_takeover(ctx, takeover=takeover, files=_plain([*stay, *fresh]), questions=asks)
    except Refused:
        intake.drop(fresh)
        raise
    intake.drop(kept for kept in held if kept.name in names)
    return changed


def raised(ctx: Ctx, recipe: Recipe, files: list[KeptFile]) -> list[dict[str, Any]]:
    """What must be answered before these files can come in, as it is kept with the import."""
    found = intake.matched(recipe, files)
    lost = {file: [column for kept in one for column in kept.lost] for file, one in found.items()}
    try:
        seen = look(recipe, intake.contents(recipe, files)) if recipe.is_lenient else Look()
    except Unreadable as fault:
        raise NoTable(str(fault)) from fault
    return [question.as_dict() for question in questions_about(ctx, recipe, seen, lost)]


@command(hidden=True)
def upload_takeover(
    ctx: Ctx,
    *,
    recipe: str,
    title: str,
    files: list[dict[str, Any]],
    questions: list[dict[str, Any]] | None = None,
    text: str = "",
) -> Takeover:
    """Remember the files that somebody wants to bring in, and by which recipe."""
    takeover: Takeover = Takeover.objects.create(
        recipe=recipe,
        recipe_text=text,
        title=title,
        source=_source(files),
        files=files,
        questions=questions or [],
        started_by=ctx.actor,
        started_at=ctx.now,
    )
    return takeover


@command(hidden=True)
def prepare_takeover(
    ctx: Ctx,
    *,
    takeover: Takeover,
    files: list[dict[str, Any]] | None = None,
    questions: list[dict[str, Any]] | None = None,
    answers: dict[str, str] | None = None,
) -> Takeover:
    """Remember other files or answers; what was rehearsed before no longer counts."""
    takeover = lock(takeover)
    kept = takeover.files if files is None else files
    given = takeover.answers if answers is None else answers

    advance(
        takeover,
        "prepare",
        files=kept,
        questions=takeover.questions if questions is None else questions,
        source=_source(kept),
        answers=given,
        counts={},
        findings=[],
        errors=[],
    )
    recipe = recipe_of(takeover)
    if answers and recipe.is_lenient:
        remember_answers(ctx, system=recipe.system, answers=answers)
    return takeover


@command(label=_("Discard"), icon="trash", danger=True, move="discard")
def discard_takeover(ctx: Ctx, *, takeover: Takeover) -> Takeover:
    """Give up an import that has not run, and forget its files."""
    takeover = lock(takeover)
    files = intake.kept_files(takeover.files)

    advance(takeover, "discard", files=[], ended_at=ctx.now)

    intake.drop(files)
    return takeover


def _chosen(files: list[KeptFile], wanted: Recipe | str) -> Recipe:
    heads = intake.tables(files)
    if not heads:
        raise NoTable(files[0].fault)
    if wanted:
        chosen = recipes.recipe_named(wanted) if isinstance(wanted, str) else wanted
        if not parts(chosen, heads):
            names = ", ".join(one.file for one in wanted_by(chosen))
            raise FilesOfAnother(recipe=chosen.title, files=names)
        return chosen
    best = recipes.system_of(heads)
    if best is None:
        raise FilesUnknown(titles=", ".join(recipe.title for recipe in recipes.every_recipe()))
    return best


def _plain(files: list[KeptFile]) -> list[dict[str, Any]]:
    return [kept.as_dict() for kept in files]


def _source(files: list[dict[str, Any]]) -> str:
    return ", ".join(str(entry["name"]) for entry in files)[:300]
