"""The files of an export that are no tables: attachments, found by what a row calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from loomline.engines.source import Source

# Folders in which exports keep attachments; what lies in them is never read as a table.
ATTACHED = frozenset({"attachments", "attachment", "contentversion", "contentversions", "documents"})
PLACE = "attachments/"
# Backups put the key before the name: 4876876000000123_offer.pdf.
KEYED = re.compile(r"^([0-9A-Za-z]{15,})[_-](.+)$")


def is_beside(name: str) -> bool:
    """True for a file of a folder of attachments."""
    return name.startswith(PLACE)


class Beside:
    """The attachments of an export."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self.found: dict[str, Source] = {}
        for source in sources:
            name = source.name.removeprefix(PLACE)
            keyed = KEYED.match(name)
            for called in (name, PurePosixPath(name).stem, *(keyed.groups() if keyed else ())):
                self.found.setdefault(called.casefold(), source)

    def named(self, names: Iterable[str]) -> Source | None:
        """The file of the first of these names that is there."""
        last = (name.replace("\\", "/").rsplit("/", 1)[-1].casefold() for name in names)
        return next((self.found[name] for name in last if name in self.found), None)
