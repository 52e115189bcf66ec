"""The files that a recipe asks for, found in a folder or an archive."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.archive import each_file, own_name
from loomline.domains.exchange.commands.beside import is_beside
from loomline.engines.mapping import Recipe
from loomline.engines.recognition import parts
from loomline.engines.source import Source
from loomline.engines.tables import BESIDE
from loomline.engines.tabular import MAX_UNPACKED, Unreadable
from loomline.kernel.refusal import Refused

PIECE = 1024**2
# The files of an import by the recipe's names, each as bytes, as one source or as the parts of one table.
Files = Mapping[str, "bytes | Source | Sequence[Source]"]


class FilesMissing(Refused):
    """The recipe needs files that are not there."""

    says = _("{source} lacks {files}, which the recipe {recipe} needs.")


class NothingKnown(Refused):
    """A system's export has none of the tables that its recipe reads."""

    says = _(
        "{source} holds no table of {recipe}. It reads {files}; send them as exported, with their heads."
    )


class NothingThere(Refused):
    """The path leads nowhere."""

    says = _("There is no folder, archive or file at {source}.")
    status = 404


def collect(recipe: Recipe, source: Path | Mapping[str, bytes]) -> dict[str, list[Source]]:
    """The tables of every file that the recipe names, from a folder, a ZIP archive or what was uploaded.

    A file may be packed (orders.csv or orders.csv.gz) and may lie in a folder of the archive.
    """
    offered = _given(source) if isinstance(source, Mapping) else _offered(source)
    if recipe.is_lenient:
        return _by_heads(recipe, offered, str(source) if isinstance(source, Path) else str(_("The upload")))
    wanted = {step.file: step.is_optional for step in recipe.steps}
    wanted |= {step.lines.file: step.is_optional for step in recipe.steps if step.lines}
    found, missing = {}, []
    for name, is_optional in wanted.items():
        at = next((n for n in (name, f"{name}.gz") if n in offered), None)
        if at is not None:
            found[name] = [offered[at]]
        elif not is_optional:
            missing.append(name)
    if missing:
        where = source if isinstance(source, Path) else _("The upload")
        raise FilesMissing(source=str(where), files=", ".join(missing), recipe=recipe.title)
    return found


def sources_of(files: Files) -> dict[str, list[Source]]:
    """The same files as sources."""
    return {
        name: [Source(name, data=held)]
        if isinstance(held, bytes)
        else [held]
        if isinstance(held, Source)
        else [*held]
        for name, held in files.items()
    }


def _by_heads(recipe: Recipe, offered: Mapping[str, Source], where: str) -> dict[str, list[Source]]:
    tables: dict[str, Source] = {}
    beside = [source for name, source in offered.items() if is_beside(name)]
    for source in [source for name, source in offered.items() if not is_beside(name)]:
        try:
            tables |= {sheet.name: sheet for sheet in source.sheets() if sheet.columns}
        except Unreadable:
            beside.append(source)
    found = parts(recipe, {name: table.columns for name, table in tables.items()})
    if not found:
        raise NothingKnown(
            source=where,
            recipe=recipe.title,
            files=", ".join(dict.fromkeys(step.file for step in recipe.steps)),
        )
    read = {file: [tables[name] for name in names] for file, names in found.items()}
    return {**read, BESIDE: beside} if beside else read


def _given(source: Mapping[str, bytes]) -> dict[str, Source]:
    return {name: Source(name, data=data) for name, data in source.items()}


def _offered(source: Path) -> dict[str, Source]:
    if source.is_dir():
        paths = sorted(path for depth in ("*", "*/*", "*/*/*") for path in source.glob(depth))
        files = {own_name(path.relative_to(source).as_posix()): path for path in paths if path.is_file()}
        tables = {n: Source(n, path=path) for n, path in files.items() if is_beside(n) or not _is_zip(path)}
        for name, path in files.items():
            if _is_zip(path) and not is_beside(name):
                tables |= _unzipped(path)
        return tables
    if not source.is_file():
        raise NothingThere(source=str(source))
    if source.suffix.lower() == ".zip":
        return _unzipped(source)
    return {source.name: Source(source.name, path=source)}


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _unzipped(source: Path) -> dict[str, Source]:
    """The tables of an archive on the disk, for as long as this process lives; the archive refuses bombs."""
    folder = Path(tempfile.mkdtemp(dir=_unpacking().name))
    found: dict[str, Source] = {}

    def take(name: str, file: IO[bytes]) -> None:
        at = folder / f"{len(found)}"
        with at.open("wb") as out:
            while piece := file.read(PIECE):
                out.write(piece)
        found[name] = Source(name, path=at)

    with source.open("rb") as packed:
        each_file(str(source), packed, take, most=MAX_UNPACKED)
    return found


@lru_cache(maxsize=1)
def _unpacking() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with this process."""
    return tempfile.TemporaryDirectory(prefix="loomline-import-")
