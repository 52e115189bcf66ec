"""Sentences with placeholders: "Call {record.party.name} about {record.number}"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from loomline.engines.rules.expression import Expression, Facts, Kinds, read
from loomline.engines.rules.problem import BadExpression, Problem
from loomline.engines.rules.tokens import place

HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass(frozen=True)
class Text:
    """A sentence: plain pieces, and expressions whose values stand between them."""

    source: str
    pieces: tuple[str | tuple[int, Expression], ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that its placeholders name."""
        found = [name for piece in self.pieces if not isinstance(piece, str) for name in piece[1].facts]
        return tuple(dict.fromkeys(found))

    def check(self, kinds: Kinds) -> None:
        """Refuse placeholders that name no fact."""
        for piece in self.pieces:
            if not isinstance(piece, str):
                try:
                    piece[1].check(kinds)
                except BadExpression as fault:
                    raise _moved(self.source, piece[0], fault) from fault

    def filled(self, facts: Facts, *, write: Callable[[Any], str] | None = None) -> str:
        """The sentence with its values; `write` says how a value is written."""
        written = write or plain
        return "".join(p if isinstance(p, str) else written(p[1].value(facts)) for p in self.pieces)


@lru_cache(maxsize=1024)
def read_text(source: str) -> Text:
    """Read a sentence; {{ and }} are braces that stay."""
    pieces: list[str | tuple[int, Expression]] = []
    last = 0
    for hole in HOLE.finditer(source):
        pieces.append(source[last : hole.start()])
        last = hole.end()
        if hole.group() in ("{{", "}}"):
            pieces.append(hole.group()[0])
            continue
        try:
            pieces.append((hole.start(1), read(hole.group(1))))
        except BadExpression as fault:
            raise _moved(source, hole.start(1), fault) from fault
    pieces.append(source[last:])
    return Text(source, tuple(piece for piece in pieces if piece != ""))


def plain(value: Any) -> str:
    """A value as a sentence has it: no trailing zeros, midnight is a day, nothing is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(" ", "minutes")
        )
    return ", ".join(map(plain, value)) if isinstance(value, list) else str(value)


def _moved(source: str, at: int, fault: BadExpression) -> BadExpression:
    """The same fault, placed in the whole sentence."""
    old = fault.problem
    line, column = place(source, at)
    column = column + old.column - 1 if old.line == 1 else old.column
    return BadExpression(Problem(old.kind, old.name, old.detail, line + old.line - 1, column))
