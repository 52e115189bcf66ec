"""The shape of a target, and what targets share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from loomline.engines.cells import country
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx
from loomline.kernel.edit import save_record
from loomline.kernel.record import Record
from loomline.kernel.refusal import Refused

registry: dict[str, Target] = {}


class NotUpdated(Refused):
    """A document that came in before is not written over."""

    says = _("This row changed since it came in as {what}. Documents change by amendment: change it there.")


Create = Callable[[Ctx, Sequence[Row]], Sequence[Record]]
Update = Callable[[Ctx, Sequence[Row]], None]
C = TypeVar("C", bound=Create)


@dataclass(frozen=True)
class Target:
    """One kind of record that rows become.

    `update` gets rows whose `object_id` is known, cut down to the values that the other system has changed
    since; where it needs all of them the target is `whole`.
    """

    name: str
    kind: str
    create: Create
    update: Update
    whole: bool = False


def target(
    name: str, *, update: Update | None = None, kind: str = "", whole: bool = False
) -> Callable[[C], C]:
    """Register a function that makes records of rows, in their order."""

    def register(create: C) -> C:
        registry[name] = Target(name, kind or name, create, update or refuse_update, whole)
        return create

    return register


def kind_of(name: str) -> str:
    """The kind of record that a target makes."""
    return registry[name].kind


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


def country_code(text: str) -> str:
    """Two letters for a country's code or its name in any usual language; empty for an unknown one."""
    return country(text)


def cut(text: Any, length: int) -> str:
    """A text as far as the column holds it; the whole stands in the source row."""
    plain = str(text or "").strip().replace("\x00", "")
    return plain if len(plain) <= length else f"{plain[: length - 1]}…"
