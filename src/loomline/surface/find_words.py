"""Conditions that find words: through the trigram indexes for three letters and more, by beginnings
for fewer.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model, Q, QuerySet

from loomline.surface.path import Path

ENOUGH = 3
# Each search path gives at most so many hits; whoever gets more refines.
MOST_HITS = 2000


def matching(model: type[Model], search: Sequence[Path], words: str) -> Q:
    """The rows in whose searched columns the words stand.

    Each column is asked by itself, so that each uses its own index: one condition with OR over several
    tables would read them all.
    """
    hits = [_hits(model, path, words) for path in search if path.in_database]
    if not hits:
        return Q(pk__in=[])
    return Q(pk__in=hits[0].union(*hits[1:], all=True) if len(hits) > 1 else hits[0])


def _hits(model: type[Model], path: Path, words: str) -> QuerySet[Model, dict[str, object]]:
    """The keys of rows that one path finds; over a relation its records are found first, then their rows."""
    first, *rest = path.steps
    if rest and first.many_to_one:
        there = Path.of(first.related_model, path.text.partition(".")[2])
        condition = Q(**{f"{first.name}__in": _hits(first.related_model, there, words)})
    else:
        condition = Q(**{f"{path.lookup}__{_lookup(words)}": words})
        if len(words) < ENOUGH and words.upper() != words:
            condition |= Q(**{f"{path.lookup}__startswith": words.upper()})
    return model._default_manager.order_by().filter(condition).values("pk")[:MOST_HITS]


def _lookup(words: str) -> str:
    return "icontains" if len(words) >= ENOUGH else "startswith"
