"""Finding recipes, and the files that they ask for in a folder or an archive."""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.archive import each_file
from loomline.engines.mapping import Recipe, parse
from loomline.engines.tabular import MAX_UNPACKED, SPREADSHEETS
from loomline.kernel.refusal import Refused

PACKAGE = "loomline.domains.exchange.recipes"
# How packed files and spreadsheets begin, whatever they are called.
ENDINGS = {b"\x1f\x8b": ".gz", b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}


class RecipeUnknown(Refused):
    """No recipe of this name."""

    says = _("There is no recipe {name}. There are {names}; or give the path of a recipe file of your own.")
    status = 404


class FilesMissing(Refused):
    """The recipe needs files that are not there."""

    says = _("{source} lacks {files}, which the recipe {recipe} needs.")


class NothingThere(Refused):
    """The path leads nowhere."""

    says = _("There is no folder, archive or file at {source}.")
    status = 404


def recipe_names() -> list[str]:
    """The recipes that come with the product."""
    return sorted(
        f.name.removesuffix(".toml") for f in resources.files(PACKAGE).iterdir() if f.name.endswith(".toml")
    )


def recipe_named(name: str) -> Recipe:
    """A recipe that comes with the product, or one read from a path."""
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return parse(path.read_text(encoding="utf-8"))
    if name not in recipe_names():
        raise RecipeUnknown(name=name, names=", ".join(recipe_names()))
    return parse((resources.files(PACKAGE) / f"{name}.toml").read_text(encoding="utf-8"))


def collect(recipe: Recipe, source: Path | Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes of every file that the recipe names, from a folder, a ZIP archive or what was uploaded.

    A file may be packed (orders.csv or orders.csv.gz) and may lie in a folder of the archive.
    """
    offered = dict(source) if isinstance(source, Mapping) else _offered(source)
    wanted = {step.file: step.is_optional for step in recipe.steps}
    wanted |= {step.lines.file: step.is_optional for step in recipe.steps if step.lines}
    found, missing = {}, []
    for name, is_optional in wanted.items():
        at = next((n for n in (name, f"{name}.gz") if n in offered), None)
        if at is not None:
            found[name] = offered[at]
        elif not is_optional:
            missing.append(name)
    if missing:
        where = source if isinstance(source, Path) else _("The upload")
        raise FilesMissing(source=str(where), files=", ".join(missing), recipe=recipe.title)
    return found


def packed_name(name: str, data: bytes) -> str:
    """The name under which the bytes must be read: with .gz when they are packed, .xlsx for a spreadsheet."""
    ending = next((e for start, e in ENDINGS.items() if data.startswith(start)), "")
    return name if name.lower().endswith((".gz", *SPREADSHEETS)) else f"{name}{ending}"


def _offered(source: Path) -> dict[str, bytes]:
    if source.is_dir():
        return {path.name: path.read_bytes() for path in sorted(source.iterdir()) if path.is_file()}
    if not source.is_file():
        raise NothingThere(source=str(source))
    if source.suffix.lower() == ".zip":
        return unzip(source.read_bytes(), str(source))
    return {source.name: source.read_bytes()}


def unzip(data: bytes, source: str) -> dict[str, bytes]:
    """The files of an archive by their last name; refuses bombs, broken archives and names that lead out."""
    found: dict[str, bytes] = {}

    def take(name: str, file: IO[bytes]) -> None:
        found[name] = file.read()

    each_file(source, io.BytesIO(data), take, most=MAX_UNPACKED)
    return found
