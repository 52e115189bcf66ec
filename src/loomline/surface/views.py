"""The saved views of a list: the declared ones, one's own, the team's and everybody's."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _t

from loomline.kernel.context import Ctx
from loomline.surface.listing import Listing
from loomline.surface.models import Audience, SavedView
from loomline.surface.resource import Resource

ALL = "all"


def theirs(ctx: Ctx, resource: type[Resource]) -> list[SavedView]:
    """The views that a person finds above a list."""
    seen = Q(owner=ctx.actor) | Q(audience=Audience.EVERYONE)
    if ctx.actor.team_ids():
        seen |= Q(audience=Audience.TEAM, team_id__in=ctx.actor.team_ids())
    return list(SavedView._default_manager.filter(seen, resource=resource.name).order_by("title", "pk")[:20])


def default_address(resource: type[Resource], saved: list[SavedView], ctx: Ctx) -> str:
    """Where a bare address leads when the person has a view that opens first."""
    first = next((v for v in saved if v.is_default and v.owner_id == ctx.actor.pk), None)
    return f"{resource.path()}?{with_key(first.query, first.pk)}" if first is not None else ""


def tabs(listing: Listing, saved: list[SavedView]) -> list[dict[str, Any]]:
    """The views as tabs; one whose filters were changed is marked."""
    resource = listing.resource
    current = listing.params.get("view", "")
    found = []
    for number, (title, query) in enumerate(resource.saved.items()):
        found.append(_tab(str(title), query, f"s{number}", listing, current, shared=False))
    for view in saved:
        found.append(
            _tab(
                view.title,
                view.query,
                str(view.pk),
                listing,
                current,
                shared=view.audience != Audience.PRIVATE,
            )
        )
    everything = {
        "title": _t("Everything"),
        "url": f"{resource.path()}?view={ALL}",
        "dirty": False,
        "shared": False,
        "count": "",
        "current": not any(tab["current"] for tab in found),
    }
    return [*found, everything]


def _tab(title: str, query: str, key: str, listing: Listing, current: str, *, shared: bool) -> dict[str, Any]:
    is_current = current == key
    return {
        "title": title,
        "url": f"{listing.resource.path()}?{with_key(query, key)}",
        "count": "",
        "current": is_current,
        "dirty": is_current and _meaning(QueryDict(query)) != _meaning(listing.params),
        "shared": shared,
    }


def with_key(query: str, key: Any) -> str:
    """The query of a saved view, with its key so that its tab is marked."""
    return f"{query}&view={key}" if query else f"view={key}"


def _meaning(params: QueryDict) -> dict[str, list[str]]:
    return {k: params.getlist(k) for k in params if k not in ("view", "after", "before")}


def kept_query(params: QueryDict) -> str:
    """What of an address a view keeps."""
    kept = params.copy()
    for name in ("view", "after", "before", "ids", "all"):
        kept.pop(name, None)
    return kept.urlencode()
