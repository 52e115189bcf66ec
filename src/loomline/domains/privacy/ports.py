"""What privacy asks of the domains above it: where people have left traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from loomline.domains.parties.queries.pointers import KIND, generic_pointers, relations
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Rows that say something about people, and what becomes of them when the people are erased.

    `drop` deletes them; `blank` writes these values over their columns; `retell` takes the people's words
    out of columns that say other things as well; otherwise they stay, and `keep` says why. What stands in
    the columns of `names` tells who somebody is, and is taken out of what was told as well.
    """

    rows: QuerySet[Any]
    drop: bool = False
    blank: Mapping[str, Any] = field(default_factory=dict)
    retell: Sequence[str] = ()
    names: Sequence[str] = ()
    keep: str = ""
    # Somebody else's words that name the people: changed with them, and no part of their copy.
    in_copy: bool = True

    @property
    def kind(self) -> str:
        """The kind of record: "timeline.note"."""
        return str(self.rows.model._meta.label_lower)

    @property
    def title(self) -> str:
        """What a reader calls them."""
        return str(capfirst(str(self.rows.model._meta.verbose_name_plural)))


def found_in_models(*, people: Sequence[int]) -> list[Trace]:
    """Every row of any domain that points at these people, by foreign key or by kind and key."""
    rows: dict[Any, list[Any]] = {}
    for relation in relations():
        model = relation.related_model
        rows.setdefault(model, []).append(
            model._default_manager.filter(**{f"{relation.field.name}__in": people})
        )
    for pointing, kind, key in generic_pointers():
        rows.setdefault(pointing, []).append(
            pointing._default_manager.filter(**{kind: KIND, f"{key}__in": people})
        )
    found = []
    for _model, several in sorted(rows.items(), key=lambda pair: str(pair[0]._meta.label)):
        either = several[0]
        for more in several[1:]:
            either = either | more
        found.append(Trace(rows=either.distinct().order_by("pk")))
    return found


@port
def traces_of(*, people: Sequence[int]) -> list[Trace]:
    """Where these people have left traces; alone, everything that is found, and all of it stays."""
    return found_in_models(people=people)
