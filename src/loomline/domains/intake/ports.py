"""What the importer asks of whoever shows the lists: where rows go, and what a file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from loomline.domains.intake.models import ImportRun
from loomline.kernel.context import Ctx
from loomline.kernel.port import port

KEPT_PROBLEMS = 500


@dataclass
class Row:
    """One row of the file on its way: what it holds, what became of it."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    record: Any = None

    def refuse(self, reason: str, name: str = "") -> None:
        """Note why this row cannot come in."""
        self.reasons.append(reason)
        if name:
            self.bad.add(name)


@dataclass
class Tally:
    """What became of the rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.created + self.changed + self.unchanged + self.failed

    @property
    def figures(self) -> dict[str, int]:
        """The counts as an import keeps them."""
        return {
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": self.failed,
        }

    def fail(self, rows: Sequence[Row]) -> None:
        """Count the rows that were left out, and keep the first of them with their reasons."""
        for row in rows:
            self.failed += 1
            if len(self.problems) < KEPT_PROBLEMS:
                self.problems.append(
                    {"number": row.number, "cells": row.cells, "reasons": row.reasons, "bad": sorted(row.bad)}
                )


@dataclass(frozen=True)
class Destination:
    """A list that takes rows. `make` gives them to the commands of its domain; False: a plain row does."""

    model: Any
    creator: str
    may_create: bool
    may_edit: bool
    make: Callable[[Ctx, Sequence[Mapping[str, Any]]], bool]


class Incoming(Protocol):
    """A file on its way into a list."""

    def chunks(self) -> Iterator[list[Row]]:
        """The rows, some hundred at a time."""

    def take(self, part: list[Row], tally: Tally) -> None:
        """Bring some rows in: together where that works, without those that are refused."""


@port
def destination(ctx: Ctx, *, resource: str) -> Destination:
    """What a list takes from whom; without lists there is none."""
    raise LookupError(resource)


@port
def incoming(ctx: Ctx, *, run: ImportRun) -> Incoming:
    """The rows of an uploaded file as values of a list."""
    raise LookupError(run.resource)
