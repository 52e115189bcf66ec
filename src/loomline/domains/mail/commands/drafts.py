"""A letter to be written. Its words do not stand in the record of changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to go with a letter."""

    name: str
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}, {len(self.data)} bytes"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything that a letter to be says."""

    to: Sequence[str]
    subject: str
    text: str
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachments: Sequence[File] = ()
    about: Any = None
    mailbox: Any = None
    answers: Any = None

    def __str__(self) -> str:
        return f"a letter to {len(self.to) + len(self.cc) + len(self.bcc)} addresses"
