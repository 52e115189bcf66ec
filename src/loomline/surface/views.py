"""The saved views of a list: the declared ones, one's own, the team's and everybody's."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t

from loomline.kernel import reach
from loomline.kernel.context import Ctx
from loomline.kernel.query import count_each
from loomline.surface import draw_text
from loomline.surface.listing import Listing
from loomline.surface.models import Audience, SavedView
from loomline.surface.resource import Resource

ALL = "all"
MOST = 9999
COUNTED_TABLES = 20_000


def theirs(ctx: Ctx, resource: type[Resource]) -> list[SavedView]:
    """The views that a person finds above a list."""
    return list(seen_by(ctx).filter(resource=resource.name).order_by("title", "pk")[:20])


def seen_by(ctx: Ctx) -> QuerySet[SavedView]:
    """One's own views, the team's and everybody's."""
    seen = Q(owner=ctx.actor) | Q(audience=Audience.EVERYONE)
    if ctx.actor.team_ids():
        seen |= Q(audience=Audience.TEAM, team_id__in=ctx.actor.team_ids())
    return SavedView._default_manager.filter(seen)


def default_address(resource: type[Resource], saved: list[SavedView], ctx: Ctx) -> str:
    """Where a bare address leads when a view opens first: the person's own choice, then that of a role."""
    first = next((v for v in saved if v.is_default and v.owner_id == ctx.actor.pk), None)
    for_roles = [v for v in saved if v.role_id] if first is None else []
    if for_roles:
        held = reach.roles_of(user_id=ctx.actor.pk)
        first = next((v for v in for_roles if v.role_id in held), None)
    return f"{resource.path()}?{with_key(first.query, first.pk)}" if first is not None else ""


def tabs(listing: Listing, saved: list[SavedView]) -> list[dict[str, Any]]:
    """The views as tabs with their counts; one whose filters were changed is marked."""
    shared = [
        (str(view.title), view.query, str(view.pk), view.audience != Audience.PRIVATE) for view in saved
    ]
    declared = [(str(t), q, f"s{n}", False) for n, (t, q) in enumerate(listing.resource.saved.items())]
    every = [*declared, *shared, (_t("Everything"), "", ALL, False)]
    meant = _meaning(listing.params)
    current = listing.params.get("view", "") or next(
        (key for _title, query, key, _shared in every if meant and _meaning(QueryDict(query)) == meant), ALL
    )
    is_known = any(key == current for _title, _query, key, _shared in every)
    counts = _counts(listing, [query for _title, query, _key, _shared in every])
    found = []
    for (title, query, key, is_shared), count in zip(every, counts, strict=True):
        is_current = key == current or (key == ALL and not is_known)
        changed = is_current and key != ALL and _meaning(QueryDict(query)) != meant
        url = f"{listing.resource.path()}?{with_key(query, key)}"
        found.append(
            {
                "title": title,
                "url": url,
                "count": count,
                "current": is_current,
                "dirty": changed,
                "shared": is_shared,
            }
        )
    return found


def _counts(listing: Listing, queries: list[str]) -> list[str]:
    """How many rows each view has, in one statement; large tables are not counted for the sake of tabs."""
    if _rough_size(listing.resource.model) > COUNTED_TABLES or len(queries) < 2:
        return [""] * len(queries)
    views = (
        Listing(listing.resource, listing.ctx, QueryDict(text), custom=listing.custom) for text in queries
    )
    figures = count_each((view.matching() for view in views), most=MOST)
    return [f"{draw_text.number(MOST)}+" if n > MOST else draw_text.number(n) for n in figures]


def _rough_size(model: type[Model]) -> int:
    """How many rows a table has as the planner last saw it; remembered for some minutes."""
    table = model._meta.db_table
    held = cache.get(f"rows:{table}")
    if held is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table])
            held = int((cursor.fetchone() or (0,))[0])
        cache.set(f"rows:{table}", held, 600)
    return int(held)


def with_key(query: str, key: Any) -> str:
    """The query of a saved view, with its key so that its tab is marked."""
    return f"{query}&view={key}" if query else f"view={key}"


def _meaning(params: QueryDict) -> dict[str, list[str]]:
    return {k: params.getlist(k) for k in params if k not in ("view", "after", "before")}


def kept_query(params: QueryDict, *, density: str = "") -> str:
    """What of an address a view keeps, and how dense the rows stand."""
    kept = params.copy()
    if density and "density" not in kept:
        kept["density"] = density
    for name in ("view", "after", "before", "ids", "all"):
        kept.pop(name, None)
    return kept.urlencode()
