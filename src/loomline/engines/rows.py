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
    nested: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    unmapped: dict[str, str] = field(default_factory=dict)
    object_id: int | None = None


def fingerprint(cells: Sequence[Mapping[str, str]]) -> str:
    """Thirty-two hexadecimal digits that change when any cell of the row or its lines does."""
    digest = hashlib.blake2b(digest_size=16)
    for row in cells:
        for name in sorted(row):
            digest.update(f"{name}\x1f{row[name]}\x1e".encode())
        digest.update(b"\x1d")
    return digest.hexdigest()


def key_of(row: Mapping[str, str], columns: Sequence[str]) -> str:
    """The key of a row: its key cells joined by a vertical bar."""
    return "|".join(row.get(column, "").strip() for column in columns)
