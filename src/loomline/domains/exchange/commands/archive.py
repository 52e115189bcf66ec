"""ZIP archives from strangers: every file by its last name, and no surprises."""

from __future__ import annotations

import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.beside import ATTACHED, PLACE, is_beside
from loomline.kernel.refusal import Refused

MOST_FILES = 20_000
# Exports in parts come as archives within an archive; nothing comes deeper than that.
DEEPEST = 2
# What the library raises for archives that are cut off, locked by a password, packed in an odd way or forged.
FAULTS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
LEADS_OUT = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")
LITTER = re.compile(r"(^|/)(__MACOSX/|\.)")


class ArchiveBroken(Refused):
    """The archive cannot be unpacked."""

    says = _("{source} is no whole ZIP archive: {fault}. Pack it again and send it once more.")
    status = 422


class ArchiveTooLarge(Refused):
    """The archive would unpack to more than we take."""

    says = _("{source} unpacks to more than {limit} MB. Send its files in several smaller archives.")
    status = 422


class ArchiveUnsafe(Refused):
    """The archive holds names that lead elsewhere, or the same name twice."""

    says = _("{source} holds a file called {name}, {fault}. Pack the tables alone and send them once more.")
    status = 422


def each_file(
    source: str,
    packed: IO[bytes],
    take: Callable[[str, IO[bytes]], None],
    *,
    most: int,
    depth: int = DEEPEST,
) -> None:
    """Open every file of an archive for `take(name, file)`; `most` is what all may unpack to, in bytes.

    Folders are left out and so is the litter of operating systems; an archive within it gives its files too.
    The sizes that the archive states are trusted for the refusal only: no more than these is ever unpacked.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            infos = list(_tables(source, archive.infolist()))
            if sum(info.file_size for info in infos) > most:
                raise ArchiveTooLarge(source=source, limit=most // 1024**2)
            for info in infos:
                with archive.open(info) as file:
                    name = own_name(info.filename)
                    if depth and name.lower().endswith(".zip") and not is_beside(name):
                        _inner(info, file, take, most=most, depth=depth - 1)
                    else:
                        take(name, file)
    except FAULTS as fault:
        raise ArchiveBroken(source=source, fault=str(fault).rstrip(".") or type(fault).__name__) from fault


def _inner(
    info: zipfile.ZipInfo, file: IO[bytes], take: Callable[[str, IO[bytes]], None], *, most: int, depth: int
) -> None:
    """The files of an archive in an archive, which must be unpacked to be looked into."""
    with tempfile.TemporaryFile() as held:
        shutil.copyfileobj(file, held)
        held.seek(0)
        each_file(_last(info.filename), held, take, most=most, depth=depth)


def stated_size(packed: IO[bytes]) -> int:
    """What a spreadsheet, which is an archive too, says that it unpacks to; 0 when it is no whole one."""
    try:
        with zipfile.ZipFile(packed) as archive:
            return sum(info.file_size for info in archive.infolist())
    except FAULTS:
        return 0


def _tables(source: str, infos: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    seen: set[str] = set()
    for number, info in enumerate(infos):
        name = own_name(info.filename)
        if LEADS_OUT.search(info.filename):
            raise ArchiveUnsafe(source=source, name=info.filename[:80], fault=_("which leads out of it"))
        if info.is_dir() or LITTER.search(info.filename):
            continue
        if name in seen:
            raise ArchiveUnsafe(source=source, name=name[:80], fault=_("and another one of the same name"))
        if number >= MOST_FILES:
            raise ArchiveBroken(source=source, fault=_("it holds more than {n} files").format(n=MOST_FILES))
        seen.add(name)
        yield info


def own_name(path: str) -> str:
    """What a file is called among all: its last name, and for one of a folder of attachments that folder."""
    folders = path.replace("\\", "/").split("/")
    return f"{PLACE}{folders[-1]}" if ATTACHED & {name.casefold() for name in folders[:-1]} else folders[-1]


def _last(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]
