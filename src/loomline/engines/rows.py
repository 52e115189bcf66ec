"""A row of another system's file on its way to becoming a record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Row:
    """Typed values of one row (and of its lines), where it stood, and which record it already is."""

    number: int
    key: str
    fingerprint: str
    values: dict[str, Any]
    file: str = ""
    nested: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, Any] = field(default_factory=dict)
    object_id: int | None = None
    # Keys of the other system under which it has the same record too, since it was merged there.
    also: list[str] = field(default_factory=list)
    # What a record that is here already was read as the last time; its values are then those that differ.
    before: Any = None
    # Fields that are filled when all steps are through: the field and the keys to look for.
    later: dict[str, list[str]] = field(default_factory=dict)
    # Fields that name a record which is not here: the row is looked at again the next time.
    open: list[str] = field(default_factory=list)

    @property
    def called(self) -> str:
        """The name of the record: as the row has it, or put together from first and last name."""
        found = self.values.get("name") or self.values.get("full_name")
        if found:
            return str(found)
        parts = (self.values.get("first_name"), self.values.get("last_name"))
        return " ".join(str(part) for part in parts if part)

    @property
    def says_more(self) -> bool:
        """True when a row of a record that is here says anything that it did not say the last time."""
        return bool(self.values or self.nested or self.lines)


def fingerprint(cells: Sequence[Mapping[str, str]]) -> str:
    """Thirty-two hexadecimal digits that change when any cell of the row or its lines does."""
    digest = hashlib.blake2b(digest_size=16)
    for row in cells:
        cells_in_order = [f"{name}\x1f{row[name]}\x1e" for name in sorted(row)]
        digest.update(f"{''.join(cells_in_order)}\x1d".encode())
    return digest.hexdigest()
