"""What became of the rows of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from loomline.domains.exchange.models import Takeover

Progress = Callable[[int, int, str], None]
# The file, the line, the key, the sentence, and the heads and cells of the row in their order.
Fault = tuple[str, int, str, str, list[tuple[str, str]]]


@dataclass
class StepCount:
    """What became of the rows of one file."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: int = 0


@dataclass
class Outcome:
    """The report of one run."""

    recipe: str
    title: str
    is_dry: bool
    counts: dict[str, StepCount] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    asks: dict[str, str] = field(default_factory=dict)
    takeover: Takeover | None = None

    @property
    def created(self) -> int:
        return sum(count.created for count in self.counts.values())

    @property
    def changed(self) -> int:
        return sum(count.changed for count in self.counts.values())

    def as_counts(self) -> dict[str, dict[str, int]]:
        """The counts as plain values, by step."""
        return {name: asdict(count) for name, count in self.counts.items()}


@dataclass
class Remarks:
    """What a run meets many times and says once, with how often."""

    no_owner: Counter[str] = field(default_factory=Counter)
    not_here: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    kept: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    no_file: Counter[str] = field(default_factory=Counter)
    rings: list[str] = field(default_factory=list)
    examples: dict[Any, str] = field(default_factory=dict)
