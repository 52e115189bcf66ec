"""The shape of a target, and what targets share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from loomline.engines.rows import Row
from loomline.kernel.context import Ctx
from loomline.kernel.edit import save_record
from loomline.kernel.record import Record
from loomline.kernel.refusal import Refused

registry: dict[str, Target] = {}
ALIASES = {"USA": "US", "UK": "GB", "U.S.A.": "US", "Korea": "KR", "Panama": "PA", "Philipines": "PH"}


class NotUpdated(Refused):
    """A document that came in before is not written over."""

    says = _("This row changed since it came in as {what}. Documents change by amendment: change it there.")


@dataclass(frozen=True)
class Target:
    """One kind of record that rows become. `update` gets rows whose `object_id` is known."""

    name: str
    create: Callable[[Ctx, Sequence[Row]], Sequence[Record]]
    update: Callable[[Ctx, Sequence[Row]], None]


def target(
    name: str, *, update: Callable[[Ctx, Sequence[Row]], None] | None = None
) -> Callable[
    [Callable[[Ctx, Sequence[Row]], Sequence[Record]]], Callable[[Ctx, Sequence[Row]], Sequence[Record]]
]:
    """Register a function that makes records of rows, in their order."""

    def register(create: Callable[[Ctx, Sequence[Row]], Sequence[Record]]) -> Any:
        registry[name] = Target(name, create, update or refuse_update)
        return create

    return register


def refuse_update(ctx: Ctx, rows: Sequence[Row]) -> None:
    """The answer of targets whose records are documents."""
    raise NotUpdated(what=rows[0].key)


def plain_update(model: type[Record], names: Mapping[str, str]) -> Callable[[Ctx, Sequence[Row]], None]:
    """An update that writes the plain fields of a record; `names` maps a row's value to the field."""

    def update(ctx: Ctx, rows: Sequence[Row]) -> None:
        found = model._default_manager.in_bulk([row.object_id for row in rows if row.object_id])
        for row in rows:
            values = {
                names[key]: value for key, value in row.values.items() if key in names and value is not None
            }
            record = found.get(row.object_id or 0)
            if record is not None and values:
                save_record(ctx, record=record, values=values, seen={}, lines={})

    return update


def by_id(model: type[Record], rows: Iterable[Row], *names: str) -> dict[int, Any]:
    """The records that these values of the rows (and of their lines) point at, in one statement."""
    wanted = {row.values.get(name) for row in rows for name in names}
    wanted |= {line.get(name) for row in rows for line in row.lines for name in names}
    return dict(model._default_manager.in_bulk([pk for pk in wanted if pk]))


def given(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the named values that the row has."""
    return {name: values[name] for name in names if values.get(name) not in (None, "")}


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """Two letters for a country's code or English name; empty when it is none that we know."""
    plain = text.strip()
    if plain in ALIASES:
        return ALIASES[plain]
    names = _country_names()
    if len(plain) == 2 and plain.upper() in names.values():
        return plain.upper()
    return names.get(plain.casefold(), "")


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    territories = import_string("babel.Locale").parse("en").territories
    return {str(name).casefold(): str(code) for code, name in territories.items() if len(code) == 2}
