"""Recipes: those that come with the product, and those that somebody here has written and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from loomline.domains.recipes.models import OwnRecipe
from loomline.engines.mapping import Recipe
from loomline.engines.recipe_check import faults
from loomline.engines.recipe_fields import TAKES
from loomline.engines.recipe_file import parse
from loomline.engines.recognition import best_fit
from loomline.kernel.refusal import Refused

PACKAGE = "loomline.domains.recipes.recipes"
ENDING = ".toml"
LARGEST_RECIPE = 256 * 1024


class RecipeUnknown(Refused):
    """No recipe of this name."""

    says = _("There is no recipe {name}. There are {names}; or give the path of a recipe file of your own.")
    status = 404


class RecipeWrong(Refused):
    """A recipe that cannot be used as it was written; `faults` are its faults, a sentence each."""

    says = _("{name} cannot be used as a recipe. {faults}")
    status = 422
    faults: Sequence[str] = ()


class RecipeTooLarge(Refused):
    """Far more than anybody writes by hand."""

    says = _("{name} is larger than {limit} kB. A recipe is a short text; is this a file with data?")
    status = 422


class NameTaken(Refused):
    """The name of a recipe that comes with the product."""

    says = _("A recipe called {name} comes with Loomline. Give yours another name in its first line.")
    status = 422


def recipe_names() -> list[str]:
    """The recipes that come with the product."""
    return sorted(
        f.name.removesuffix(ENDING) for f in resources.files(PACKAGE).iterdir() if _is_recipe(f.name)
    )


def every_recipe() -> list[Recipe]:
    """The recipes that there are, one's own first: they were made for files that others only resemble."""
    return [*own_recipes(), *map(recipe_named, recipe_names())]


def own_recipes() -> list[Recipe]:
    """The recipes that were written here; one that a later version can no longer read is left out."""
    found = map(readable, OwnRecipe.objects.order_by("title", "pk"))
    return [recipe for recipe in found if recipe is not None]


def readable(own: OwnRecipe) -> Recipe | None:
    """What a recipe of one's own says; None when this version cannot read it."""
    return None if faults(own.text, targets=TAKES) else parse(own.text)


def recipe_named(name: str) -> Recipe:
    """A recipe that comes with the product, one of one's own, or one read from a path."""
    path = Path(name)
    if path.suffix == ENDING and path.is_file():
        return checked(path.name, path.read_bytes())[0]
    if name in recipe_names():
        return parse((resources.files(PACKAGE) / f"{name}{ENDING}").read_text(encoding="utf-8"))
    own = OwnRecipe.objects.filter(name=name).first()
    if own is not None:
        return checked(own.name, own.text.encode())[0]
    names = [*recipe_names(), *OwnRecipe.objects.order_by("name").values_list("name", flat=True)]
    raise RecipeUnknown(name=name, names=", ".join(names))


def own_text(name: str) -> str:
    """What stands in a recipe of one's own; empty for one that comes with the product."""
    if name in recipe_names():
        return ""
    return OwnRecipe.objects.filter(name=name).values_list("text", flat=True).first() or ""


def system_of(heads: Mapping[str, Sequence[str]]) -> Recipe | None:
    """The recipe that files with these heads were made for."""
    return best_fit(every_recipe(), heads)


def checked(name: str, data: bytes) -> tuple[Recipe, str]:
    """A recipe that somebody has written, and its text; or every fault in it at once."""
    if len(data) > LARGEST_RECIPE:
        raise RecipeTooLarge(name=name, limit=LARGEST_RECIPE // 1024)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        said = str(_("Line {line}: this is no UTF-8 text. Save the recipe as UTF-8.")).format(line=line)
        raise _wrong(name, [said]) from fault
    if "\x00" in text:
        raise _wrong(name, [str(_("It holds characters that no text has. Save the recipe as plain text."))])
    found = faults(text, targets=TAKES)
    if found:
        raise _wrong(name, [str(one) for one in found])
    return parse(text), text


def refuse_taken(recipe: Recipe) -> None:
    """Refuse a recipe of one's own that is called like one that comes with the product."""
    if recipe.name in recipe_names():
        raise NameTaken(name=recipe.name)


def _wrong(name: str, said: Sequence[str]) -> RecipeWrong:
    wrong = RecipeWrong(name=name, faults=" ".join(said))
    wrong.faults = said
    return wrong


def _is_recipe(name: str) -> bool:
    return name.endswith(ENDING)
