"""Which Resource shows which model: asked by links, pickers, search and the API alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from loomline.kernel.context import Ctx
    from loomline.surface.panel import Context, Panel
    from loomline.surface.resource import Resource

resources: dict[type[Model], type[Resource]] = {}
# What domains offer behind the three dots of any record's page: an action, or None where it does not fit.
offers: list[Callable[[Ctx, Any], dict[str, Any] | None]] = []


def load() -> None:
    """Read the declarations of every installed domain, once."""
    _load()


@lru_cache(maxsize=1)
def _load() -> None:
    autodiscover_modules("commands", "resources")


def contribute(
    model: type[Model], *panels: Panel, after: str = "", before: str = "", instead_of: str = ""
) -> None:
    """Put panels of a higher domain on the page of a model below it: beside a named panel or at the end.

    `instead_of` names a panel that the new one takes the place of, wherever it has something to show.
    """
    resource = resources[model]
    bound = [panel.bind(model, by=resource.__qualname__) for panel in panels]
    held = list(resource.detail)
    if instead_of:
        at = next(n for n, panel in enumerate(held) if panel.name == instead_of)
        bound[0].read = _first_of(bound[0].read, held.pop(at).read)
    else:
        names = [panel.name for panel in held]
        at = names.index(before) if before else names.index(after) + 1 if after in names else len(held)
    resource.detail = (*held[:at], *bound, *held[at:])


def _first_of(*reads: Context | None) -> Context:
    def read(ctx: Ctx, record: Any) -> Any:
        return next((found for one in reads if one and (found := one(ctx, record))), None)

    return read


def of(model: type[Model] | None) -> type[Resource] | None:
    """The Resource of a model, if it has one."""
    return resources.get(model) if model is not None else None


def by_kind(kind: str) -> type[Resource] | None:
    """The Resource of a record kind as events and activities name it: "sales.order"."""
    return next((r for m, r in resources.items() if m._meta.label_lower == kind), None)


def by_name(name: str) -> type[Resource]:
    """The Resource called "sales.orders"; raises LookupError when there is none."""
    load()
    for resource in resources.values():
        if resource.name == name:
            return resource
    raise LookupError(name)


def url(record: Any) -> str:
    """The address of a record's page; empty when it has none."""
    found = of(type(record)) if record is not None else None
    return found.url(record.pk) if found is not None else ""


def url_of_kind(kind: str, pk: int | None) -> str:
    """The address of a record known by kind and key; empty when it has none."""
    found = by_kind(kind) if kind and pk else None
    return found.url(pk) if found is not None else ""
