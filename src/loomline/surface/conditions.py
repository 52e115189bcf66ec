"""The filters that an address sets, joined by and, in groups by or."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface.filter import RESERVED, BadFilter, Filter


@dataclass(frozen=True)
class Condition:
    """One filter in use. Conditions of group 0 all hold; of the numbered groups at least one holds as
    a whole.
    """

    filter: Filter
    op: str
    values: tuple[str, ...]
    group: int = 0

    @property
    def parameter(self) -> str:
        """Its name in the address."""
        name = self.filter.name if self.op == self.filter.default else f"{self.filter.name}.{self.op}"
        return f"{self.group}.{name}" if self.group else name


@dataclass(frozen=True)
class Conditions:
    """All filters in use, and what could not be read."""

    items: tuple[Condition, ...] = ()
    problems: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def annotations(self) -> dict[str, Any]:
        """What rows must be annotated with before the condition works."""
        found: dict[str, Any] = {}
        for item in self.items:
            found.update(item.filter.annotations())
        return found

    def q(self, ctx: Ctx) -> Q:
        """Everything as one condition."""
        groups: dict[int, Q] = {}
        for item in self.items:
            groups[item.group] = groups.get(item.group, Q()) & item.filter.q(item.op, item.values, ctx)
        condition = groups.pop(0, Q())
        either = Q()
        for group in groups.values():
            either |= group
        return condition & either if either else condition


def conditions_of(
    params: Mapping[str, Sequence[str]], filters: Mapping[str, Filter], ctx: Ctx, *, strict: bool = False
) -> Conditions:
    """The conditions in a query string. Strict reading (the API) refuses what it does not know."""
    items: list[Condition] = []
    problems: list[Refused] = []
    for key, values in params.items():
        given = tuple(v for v in values if v != "")
        if key in RESERVED or not given:
            continue
        group, name = _grouped(key)
        try:
            one = _condition(name, group, given, filters)
            if one is None:
                if strict:
                    raise BadFilter(_('There is no filter called "{name}" here.'), name=key)
                continue
            one.filter.q(one.op, one.values, ctx)
        except BadFilter as problem:
            if strict:
                raise
            problems.append(problem)
        else:
            items.append(one)
    return Conditions(tuple(items), tuple(problems))


def _grouped(key: str) -> tuple[int, str]:
    head, dot, rest = key.partition(".")
    return (int(head), rest) if dot and head.isdigit() and len(head) < 3 else (0, key)


def _condition(
    name: str, group: int, values: tuple[str, ...], filters: Mapping[str, Filter]
) -> Condition | None:
    if name in filters:
        return Condition(filters[name], filters[name].default, values, group)
    base, _dot, op = name.rpartition(".")
    return Condition(filters[base], op, values, group) if base in filters else None
