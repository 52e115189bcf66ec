"""The second pass: what points at rows that came in later, and keys of records that were merged elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import models

from loomline.domains.exchange.commands.convert import OPEN, Converter
from loomline.domains.exchange.models import ForeignKey, Takeover
from loomline.domains.parties.models import Party
from loomline.engines.mapping import BadValue, Step
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all

BATCH = 2000


@dataclass(frozen=True)
class Link:
    """One record whose field points at another: by its key and then by its names, by nothing to empty it."""

    pk: int
    field: str
    key: str
    candidates: Sequence[str]
    is_told: bool


def link_rows(
    ctx: Ctx, takeover: Takeover, converter: Converter, step: Step, links: Sequence[Link]
) -> list[Link]:
    """Resolve the links of a step and write them; returns those that changed a record."""
    wanted: dict[str, list[tuple[Link, int | None]]] = defaultdict(list)
    unresolved: dict[str, list[str]] = {}
    for link in links:
        spec = step.fields[link.field]
        try:
            found = converter.find(spec, link.candidates) if link.candidates else None
        except BadValue:
            found = None
        text = next((text for text in link.candidates if text), "")
        if (found is None and text) or found == link.pk:
            converter.remarks.not_here[(spec.question, spec.columns[0], spec.lookup[0])] += 1
            converter.remarks.examples.setdefault(spec.question, text)
            unresolved.setdefault(link.key, []).append(link.field)
            continue
        wanted[link.field].append((link, found))
    if unresolved:
        places = {"system": converter.recipe.system, "table": step.name}
        leave_open(ctx.fresh(), takeover=takeover, **places, fields=unresolved)
    changed: list[Link] = []
    for field, pairs in wanted.items():
        rings = _rings(converter.known.kind(step.name), field, {link.pk: pk for link, pk in pairs})
        converter.remarks.rings += [link.key for link, _pk in pairs if link.pk in rings]
        pairs = [pair for pair in pairs if pair[0].pk not in rings]
        for at in range(0, len(pairs), BATCH):
            part = pairs[at : at + BATCH]
            pointing = {link.pk: pk for link, pk in part}
            written = set(
                point_at(
                    ctx.fresh(),
                    takeover=takeover,
                    kind=converter.known.kind(step.name),
                    field=field,
                    pairs=pointing,
                )
            )
            changed += [link for link, _pk in part if link.pk in written]
    return changed


@command(hidden=True)
def point_at(
    ctx: Ctx, *, takeover: Takeover, kind: str, field: str, pairs: dict[int, int | None]
) -> list[int]:
    """Let records point at others of the same import. Returns those that did not do so before."""
    model: type[models.Model] = apps.get_model(kind)
    rows = lock_all(model._default_manager.filter(pk__in=pairs))
    attname = cast("models.ForeignKey[Any, Any]", model._meta.get_field(field)).attname

    changed = [row for row in rows if getattr(row, attname) != pairs[row.pk]]
    for row in changed:
        setattr(row, attname, pairs[row.pk])
    model._default_manager.bulk_update(changed, [field], batch_size=BATCH)
    return [row.pk for row in changed]


@command(hidden=True)
def leave_open(
    ctx: Ctx, *, takeover: Takeover, system: str, table: str, fields: dict[str, list[str]]
) -> list[ForeignKey]:
    """Let rows whose fields name records that are not here be looked at again the next time."""
    rows = lock_all(ForeignKey.objects.filter(system=system, table=table, key__in=fields))

    for row in rows:
        still = [*row.source_row.get(OPEN, ()), *fields[row.key]]
        row.fingerprint, row.source_row = "", {**row.source_row, OPEN: list(dict.fromkeys(still))}
    ForeignKey.objects.bulk_update(rows, ["fingerprint", "source_row"], batch_size=BATCH)
    return rows


@command(hidden=True)
def redirect_keys(
    ctx: Ctx, *, takeover: Takeover, system: str, table: str, kind: str, pairs: dict[str, str]
) -> dict[str, int]:
    """Let the keys of records that were merged elsewhere lead to the record that they were merged into."""
    ends = {loser: _end(loser, pairs) for loser in pairs}
    rows = ForeignKey.objects.filter(system=system, table=table, key__in={*ends.values(), *ends})
    found = dict(rows.values_list("key", "object_id"))

    led = {loser: found[winner] for loser, winner in ends.items() if winner in found and loser not in found}
    ForeignKey.objects.bulk_create(
        ForeignKey(
            system=system, table=table, key=loser, kind=kind, object_id=pk, fingerprint="", source_row={}
        )
        for loser, pk in led.items()
    )
    return led


def _end(key: str, pairs: dict[str, str]) -> str:
    """Where a chain of merges ends; a ring ends where it was entered."""
    seen = {key}
    while pairs.get(key) and pairs[key] not in seen:
        key = pairs[key]
        seen.add(key)
    return key


def _rings(kind: str, field: str, pairs: dict[int, int | None]) -> set[int]:
    """The parties that would belong to themselves, over however many others."""
    if kind != Party._meta.label_lower or field != "parent":
        return set()
    above: dict[int, int | None] = dict(pairs)
    front = {pk for pk in pairs.values() if pk is not None and pk not in above}
    while front:
        found = dict(Party.objects.filter(pk__in=front).values_list("pk", "parent_id"))
        above |= found
        front = {pk for pk in found.values() if pk is not None and pk not in above}
    return {start for start in pairs if _leads_back(start, above)}


def _leads_back(start: int, above: dict[int, int | None]) -> bool:
    seen, at = set[int](), above.get(start)
    while at is not None and at != start and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at == start
