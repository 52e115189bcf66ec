"""Conditions that find words: through the trigram indexes for three letters and more, by beginnings
for fewer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet

from loomline.surface.path import Path

ENOUGH = 3
PHONE = re.compile(r"[\d\s+()/.-]{3,40}")
# Columns that hold telephone numbers in their international writing.
REACHES = frozenset({"phone", "normalised"})
# Each search path gives at most so many hits; whoever gets more refines.
MOST_HITS = 2000


def digits_of(words: str) -> str:
    """The digits of what looks like part of a telephone number, without zeros in front; "" otherwise."""
    if not PHONE.fullmatch(words):
        return ""
    digits = "".join(c for c in words if c.isdigit()).lstrip("0")
    return digits if len(digits) >= ENOUGH else ""


def meant(path: Path, words: str) -> str:
    """The words as this column would hold them: telephone numbers are kept without anything between."""
    return (digits_of(words) or words) if path.steps[-1].name in REACHES else words


def hits(rows: QuerySet[Any], search: Sequence[Path], words: str) -> list[int]:
    """The keys of those of the rows in whose searched columns the words stand, in one statement.

    Each column is asked by itself, so that each uses its own index: one condition with OR over several
    tables would read them all.
    """
    parts = [_hits(rows, path, words) for path in search if path.in_database]
    return list(parts[0].union(*parts[1:]).values_list("pk", flat=True)) if parts else []


def _hits(rows: QuerySet[Any], path: Path, words: str) -> QuerySet[Model, dict[str, object]]:
    """The keys of rows that one path finds; over a relation its records are found first, then their rows."""
    first, *rest = path.steps
    if rest and first.many_to_one:
        there = Path.of(first.related_model, path.text.partition(".")[2])
        condition = Q(
            **{f"{first.name}__in": _hits(first.related_model._default_manager.all(), there, words)}
        )
    else:
        words = meant(path, words)
        condition = Q(**{f"{path.lookup}__{_lookup(words)}": words})
        if len(words) < ENOUGH and words.upper() != words:
            condition |= Q(**{f"{path.lookup}__startswith": words.upper()})
    return rows.order_by().filter(condition).values("pk")[:MOST_HITS]


def _lookup(words: str) -> str:
    return "icontains" if len(words) >= ENOUGH else "startswith"
