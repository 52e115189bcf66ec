"""What the lists of the surface take: the answer to what the importer asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from loomline.domains.intake import commands, ports
from loomline.domains.intake.ports import Destination
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.surface import argument, registry
from loomline.surface.form import creation
from loomline.surface.resource import Resource


@fill(ports.destination)
def destination(ctx: Ctx, *, resource: str) -> Destination:
    """Where rows go and who may bring them."""
    found = registry.by_name(resource)
    creator = found.creator()
    return Destination(
        model=found.model,
        creator=creator.name if creator is not None else "",
        may_create=found.may_create(ctx),
        may_edit=found.may_edit(ctx),
        make=partial(_make, found),
    )


def _make(resource: type[Resource], ctx: Ctx, fresh: Sequence[Mapping[str, Any]]) -> bool:
    """Give the rows to the commands of their domain; False when a plain row is all that it takes."""
    creator = resource.creator()
    assert creator is not None
    kind = _draft_of(resource)
    holds = _holds(kind) if kind is not None else frozenset()
    if resource.create_many is not None and kind is not None and all(_fits(holds, v) for v in fresh):
        [parameter] = resource.create_many.parameters
        drafts = [argument.draft(kind, commands.grouped(v)) for v in fresh]
        resource.create_many(ctx, **{parameter: drafts})
        return True
    if creator is resource.plain.get("save"):
        return False
    for values in fresh:
        creator(ctx, **creation(creator, commands.grouped(values), {}, ()))
    return True


def _draft_of(resource: type[Resource]) -> Any:
    """What the set-wise command takes a list of; None when there is no such command."""
    if resource.create_many is None or len(resource.create_many.parameters) != 1:
        return None
    [parameter] = resource.create_many.parameters.values()
    kind = argument.item_type(parameter.annotation)
    return kind if argument.is_draft(kind) else None


def _holds(kind: Any) -> frozenset[str]:
    """The names that a draft has a place for."""
    return frozenset(name for f in dataclasses.fields(kind) for name in (f.name, f.name.removesuffix("_id")))


def _fits(holds: frozenset[str], values: Mapping[str, Any]) -> bool:
    """True when a draft can hold all that a row says: what only the single command knows is not lost."""
    return all(
        name in holds
        for name, value in commands.grouped(values).items()
        if value not in (None, "", False, [])
    )
