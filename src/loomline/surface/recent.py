"""What a person opened last: kept in their browser, shown only as far as they may still see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.fields import as_key
from loomline.surface.resource import Resource

COOKIE = "opened"
MOST = 12
AGE = 90 * 86400
Key = tuple[type[Resource], int]


def opened(request: HttpRequest, response: HttpResponseBase, resource: type[Resource], pk: int) -> None:
    """Note that this record was opened. The browser of a second person starts anew."""
    entry = f"{resource.name}:{pk}"
    held = [one for one in _held(request) if one != entry]
    text = "~".join([str(request.user.pk), entry, *held][: MOST + 1])
    response.set_cookie(COOKIE, text, max_age=AGE, httponly=True, samesite="Lax")


def _held(request: HttpRequest) -> list[str]:
    owner, *entries = request.COOKIES.get(COOKIE, "").split("~")
    return entries[:MOST] if owner == str(request.user.pk) else []


def records(request: HttpRequest, ctx: Ctx, *, most: int) -> list[tuple[type[Resource], Any]]:
    """What was opened last, then what was worked on last: the rows as they are now, one statement a kind."""
    keys = list(dict.fromkeys([*_opened(request), *_worked_on(ctx)]))[: 2 * most]
    wanted: dict[type[Resource], list[int]] = {}
    for resource, pk in keys:
        wanted.setdefault(resource, []).append(pk)
    found = {
        (resource, row.pk): row
        for resource, pks in wanted.items()
        for row in resource.rows(ctx).filter(pk__in=pks)
    }
    return [(key[0], found[key]) for key in keys if key in found][:most]


def _opened(request: HttpRequest) -> Iterator[Key]:
    by_name = {resource.name: resource for resource in registry.resources.values()}
    for entry in _held(request):
        name, _colon, text = entry.partition(":")
        pk = as_key(text)
        if name in by_name and pk is not None:
            yield by_name[name], pk


def _worked_on(ctx: Ctx) -> Iterator[Key]:
    rows = Activity._default_manager.filter(actor=ctx.actor, object_id__isnull=False).order_by("-id")
    for kind, pk in rows.values_list("kind", "object_id")[:60]:
        resource = registry.by_kind(kind)
        if resource is not None and pk is not None:
            yield resource, pk
