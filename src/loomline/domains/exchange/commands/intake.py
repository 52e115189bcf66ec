"""Uploaded files on their way in: unpacked within limits, looked at, kept until the worker has read them."""

from __future__ import annotations

import gzip
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.archive import each_file, stated_size
from loomline.domains.exchange.commands.beside import is_beside
from loomline.engines.mapping import Recipe
from loomline.engines.recognition import parts, stem, wanted_by
from loomline.engines.source import Source
from loomline.engines.tables import BESIDE, LostDates
from loomline.engines.tabular import Unreadable
from loomline.kernel.refusal import Refused

FOLDER = "imports"
# Of all files of one import together, unpacked; a spreadsheet is opened as a whole and may be smaller only.
LARGEST = 2 * 1024**3
LARGEST_SHEET = 200 * 1024**2
PIECE = 1024**2
ZIPPED = b"PK\x03\x04"
LONGEST_NAME = 180
MOST_HEADS = 1000
Offered = Iterable[tuple[str, IO[bytes]]]


class NothingSent(Refused):
    """No file, or only empty ones."""

    says = _("Choose at least one file that is not empty.")
    status = 422


class TooLarge(Refused):
    """More than one import takes."""

    says = _("These files are larger than {limit} MB together, unpacked. Import them in several parts.")
    status = 422


class GzipBroken(Refused):
    """A packed file that cannot be unpacked."""

    says = _("{name} is no whole gzip file. Send the table unpacked, or pack it again.")
    status = 422


class NameTwice(Refused):
    """Two files of one import are called the same."""

    says = _("There are two files called {name}. Send only the one that should come in.")
    status = 422


@dataclass(frozen=True)
class KeptFile:
    """One file as it was sent: where it waits, what its table looks like, or why it is none."""

    name: str
    at: str
    size: int
    heads: list[str] = field(default_factory=list)
    rows: int = 0
    lost: list[str] = field(default_factory=list)
    fault: str = ""
    sheet: str = ""

    @property
    def source(self) -> Source:
        """The table in it."""
        return Source(self.name, path=_place(self.at), sheet=self.sheet)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with the import."""
        return asdict(self)


def keep(offered: Offered, *, held: Sequence[KeptFile] = ()) -> list[KeptFile]:
    """Store what was sent under names of our own, archives unpacked; all of it or nothing."""
    store = _Store(held)
    try:
        for name, file in offered:
            store.take(_last(name), file)
        if not any(kept.size for kept in store.kept):
            raise NothingSent
        return [table for kept in store.kept for table in _looked_at(kept)]
    except BaseException:
        drop(store.kept)
        raise


def drop(files: Iterable[KeptFile]) -> None:
    """Forget stored files."""
    for kept in files:
        _place(kept.at).unlink(missing_ok=True)


def kept_files(raw: Iterable[Mapping[str, Any]]) -> list[KeptFile]:
    """The files as they were kept with an import."""
    return [KeptFile(**entry) for entry in raw]


def tables(files: Iterable[KeptFile]) -> dict[str, list[str]]:
    """The column heads of those files that are tables, by name."""
    return {kept.name: kept.heads for kept in files if not kept.fault and not is_beside(kept.name)}


def matched(recipe: Recipe, files: Sequence[KeptFile]) -> dict[str, list[KeptFile]]:
    """Which stored files are which file of the recipe; a table may come in parts."""
    by_name = {kept.name: kept for kept in files}
    found = parts(recipe, tables(files))
    return {file: [by_name[name] for name in names] for file, names in found.items()}


def problems(recipe: Recipe, files: Sequence[KeptFile]) -> list[str]:
    """What keeps these files from being imported, a sentence each."""
    found = matched(recipe, files)
    faults = {stem(kept.name): kept.fault for kept in files if kept.fault}
    lacking_files = [w.file for w in wanted_by(recipe) if w.file not in found and not w.is_optional]
    says = [faults[stem(file)] for file in lacking_files if stem(file) in faults]
    missing = [file for file in lacking_files if stem(file) not in faults]
    if missing:
        words = _("{recipe} also needs {files}. Add what is missing.")
        says.append(str(words).format(recipe=recipe.title, files=", ".join(missing)))
    if recipe.is_lenient:
        return (
            says
            if found
            else [*says, str(_("None of these files is a table of {recipe}.")).format(recipe=recipe.title)]
        )
    for wanted in wanted_by(recipe):
        kept = next(iter(found.get(wanted.file, ())), None)
        lacking = sorted(wanted.columns - set(kept.heads)) if kept else []
        if kept and lacking:
            words = _("{file} lacks the columns {columns}. Export it once more with all of its columns.")
            says.append(str(words).format(file=kept.name, columns=", ".join(lacking)))
    return says


def contents(recipe: Recipe, files: Sequence[KeptFile]) -> dict[str, list[Source]]:
    """The tables that the recipe reads, under the recipe's own names."""
    read = {file: [one.source for one in kept] for file, kept in matched(recipe, files).items()}
    beside = [kept.source for kept in files if kept.fault or is_beside(kept.name)]
    return {**read, BESIDE: beside} if beside and recipe.is_lenient else read


class _Store:
    """What of one upload has been stored so far."""

    def __init__(self, held: Sequence[KeptFile]) -> None:
        self.kept: list[KeptFile] = []
        self.names: set[str] = set()
        self.left = LARGEST - sum(kept.size for kept in held)

    def take(self, name: str, file: IO[bytes]) -> None:
        """Store one file; an archive gives its files, a packed table is unpacked."""
        lower = name.lower()
        if lower.endswith(".zip"):
            each_file(name, file, self.take_table, most=LARGEST)
        else:
            self.take_table(name, file)

    def take_table(self, name: str, file: IO[bytes]) -> None:
        """Store one file that is no archive."""
        if is_beside(name) or not name.lower().endswith(".gz"):
            self._write(name, file)
            return
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                self._write(name[:-3], cast(IO[bytes], unpacked))
        except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
            raise GzipBroken(name=name) from fault

    def _write(self, name: str, file: IO[bytes]) -> None:
        name = name.replace("\x00", "")[:LONGEST_NAME] or "file"
        if name in self.names:
            raise NameTwice(name=name)
        self.names.add(name)
        at = f"{FOLDER}/{uuid.uuid4().hex}"
        self.kept.append(KeptFile(name, at, 0))
        target = _place(at)
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with target.open("wb") as out:
            while piece := file.read(PIECE):
                size += len(piece)
                self.left -= len(piece)
                if self.left < 0:
                    raise TooLarge(limit=LARGEST // 1024**2)
                out.write(piece)
        self.kept[-1] = KeptFile(name, at, size)


def _looked_at(kept: KeptFile) -> list[KeptFile]:
    """The file with what its table is like; a workbook gives a table for each sheet that people see."""
    if is_beside(kept.name):
        return [kept]
    at = _place(kept.at)
    with at.open("rb") as file:
        if file.read(4) == ZIPPED and stated_size(file) > min(LARGEST, LARGEST_SHEET):
            raise TooLarge(limit=min(LARGEST, LARGEST_SHEET) // 1024**2)
    try:
        return [_table(kept, source) for source in Source(kept.name, path=at).sheets()]
    except Unreadable as fault:
        return [KeptFile(kept.name, kept.at, kept.size, fault=str(fault))]


def _table(kept: KeptFile, source: Source) -> KeptFile:
    lost, rows = LostDates(source.columns), 0
    for _number, row in source.rows():
        lost.see(row)
        rows += 1
    heads = source.columns[:MOST_HEADS]
    return KeptFile(source.name, kept.at, kept.size, heads, rows, lost.columns(), sheet=source.sheet)


def _place(at: str) -> Path:
    return Path(settings.MEDIA_ROOT) / at


def _last(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]
