"""Search over everything that a person may see, and the palette: records, pages, commands, what was
opened last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access, prepared
from loomline.kernel.context import Ctx
from loomline.surface import argument, find_sql, menu, recent, registry, views
from loomline.surface.fields import Pool
from loomline.surface.find_words import ENOUGH
from loomline.surface.page import ctx_of, staff
from loomline.surface.resource import Resource

IN_ALL = 24
FEW = 5
RECENT = 8
COMMAND = ">"
Here = tuple[type[Resource], Any]
# How near is near. What is near is found by the index whatever it is, so the plan is made only once.
NEAR = (
    "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)


@dataclass(frozen=True)
class Hit:
    """One record found."""

    resource: type[Resource]
    pk: int
    title: str
    sub: str
    score: float


def search(ctx: Ctx, words: str) -> list[Hit]:
    """The best hits over all visible kinds of records: one statement, and one more when few letters are
    wrong.

    Three letters at least; fewer only find the beginning of a number or code.
    """
    words = " ".join(words.split())[:80]
    if not words:
        return []
    kinds = {r: find_sql.kind_of(r.name) for r in menu.shown(ctx)}
    # What hangs on a record is found as that record.
    hanging = {one.table for kind in kinds.values() for one in kind.hanging}
    searched = [r for r, kind in kinds.items() if kind.texts and kind.table not in hanging]
    rooms = find_sql.rooms(searched, ctx)
    hits = _run(rooms, words, find_sql.exact, connection.cursor)
    is_meant = any(hit.score >= find_sql.EQUAL for hit in hits)
    if len(hits) < FEW and len(words) >= ENOUGH and not is_meant:
        seen = {(h.resource, h.pk) for h in hits}
        hits += [h for h in _close(rooms, words) if (h.resource, h.pk) not in seen]
    return hits[:IN_ALL]


def _close(rooms: find_sql.Rooms, words: str) -> list[Hit]:
    """What is found when a letter is wrong."""
    for attempt in find_sql.attempts(words):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEAR, [str(attempt.closeness)])
            found = _run(rooms, words, find_sql.close_to(attempt), prepared.cursor)
        if found:
            return found
    return []


def _run(
    rooms: find_sql.Rooms, words: str, ask: find_sql.Asker, session: Callable[[], CursorWrapper]
) -> list[Hit]:
    asked = find_sql.statement(rooms, words, ask)
    if asked is None:
        return []
    by_name = {resource.name: resource for resource in rooms}
    with session() as cursor:
        cursor.execute(*asked)
        found = [Hit(by_name[kind], pk, title, sub, score) for kind, pk, title, sub, score in cursor]
    best: dict[tuple[type[Resource], int], Hit] = {}
    for hit in sorted(found, key=lambda h: (-h.score, h.title)):
        best.setdefault((hit.resource, hit.pk), hit)
    return list(best.values())


@staff
def search_page(request: HttpRequest) -> HttpResponse:
    """What the palette shows for what is typed; before anything is, what was opened last, and what can be
    done with the record on screen.
    """
    ctx = ctx_of(request)
    words = request.GET.get("q", "").strip()
    if words.startswith(COMMAND):
        groups = _commands(request, ctx, words[1:].strip().casefold())
    elif words:
        found, offered = _records(ctx, words), _commands(request, ctx, words.casefold())
        begins = any(
            o["title"].casefold().startswith(words.casefold()) for g in offered for o in g["options"]
        )
        groups = [*offered, *found] if begins else [*found, *offered]
    else:
        here = _on_screen(request, ctx)
        groups = [_recent(request, ctx, besides=here), _this_record(ctx, here)]
    return render(request, "loom/palette_results.html", {"groups": [g for g in groups if g["options"]]})


def _records(ctx: Ctx, words: str) -> list[dict[str, Any]]:
    groups: dict[type[Resource], list[Hit]] = {}
    for hit in search(ctx, words):
        groups.setdefault(hit.resource, []).append(hit)
    return [
        {
            "title": resource.plural(),
            "options": [_option(h.title, resource.url(h.pk), resource.icon, h.sub) for h in hits],
        }
        for resource, hits in groups.items()
    ]


def _commands(request: HttpRequest, ctx: Ctx, words: str) -> list[dict[str, Any]]:
    """What can be done: with the record on screen, and from anywhere."""
    here = _this_record(ctx, _on_screen(request, ctx), words)
    kinds = list(menu.shown(ctx))
    made = [r for r in kinds if r.may_create(ctx)]
    new, bring = _t("New {what}"), _t("Import {many}")
    anywhere = [
        *(_option(new.format(what=r.title().lower()), f"{r.path()}new/", "plus") for r in made),
        *(
            _option(bring.format(many=r.plural().lower()), f"{r.path()}import/", "upload")
            for r in made
            if r.form
        ),
        _option(_t("Jobs"), "/jobs/", "refresh"),
        _option(_t("Record of changes"), "/audit/", "history"),
        _option(_t("Take something back"), "/audit/?actor=me", "arrow-back-up"),
        _option(_t("Trash"), "/trash/", "trash"),
        _option(_t("My account"), "/account/", "user-circle"),
        *([_option(_t("Company settings"), "/settings/", "settings")] if _may_set_up(ctx) else []),
    ]
    fitting = [o for o in anywhere if words and words in o["title"].casefold()]
    fitting.sort(key=lambda o: not o["title"].casefold().startswith(words))
    return [
        here,
        {"title": _t("Commands"), "options": fitting[:8]},
        {"title": _t("Saved views"), "options": _views(ctx, kinds, words) if words else []},
    ]


def _may_set_up(ctx: Ctx) -> bool:
    return access.may(ctx, access.view_permission(get_user_model()))


def _views(ctx: Ctx, kinds: list[type[Resource]], words: str) -> list[dict[str, Any]]:
    """Saved views of that name, declared ones and those that somebody kept."""
    by_name = {resource.name: resource for resource in kinds}
    declared = [
        (resource, str(title), query, f"s{n}")
        for resource in kinds
        for n, (title, query) in enumerate(resource.saved.items())
    ]
    kept = views.seen_by(ctx).filter(title__icontains=words).order_by("title", "pk")[:FEW]
    held = [(by_name[v.resource], v.title, v.query, str(v.pk)) for v in kept if v.resource in by_name]
    fitting = [one for one in declared if words in one[1].casefold()]
    return [
        _option(title, f"{r.path()}?{views.with_key(query, key)}", r.icon, r.plural())
        for r, title, query, key in [*held, *fitting][: 2 * FEW]
    ]


def _on_screen(request: HttpRequest, ctx: Ctx) -> Here | None:
    """The record whose page the palette lies over."""
    parts = request.headers.get("HX-Current-URL", "").split("?")[0].rstrip("/").split("/")
    if len(parts) < 6 or not parts[5].isdigit() or len(parts[5]) > 18:
        return None
    resource = next((r for r in registry.resources.values() if r.name == f"{parts[3]}.{parts[4]}"), None)
    record = resource.rows(ctx).filter(pk=int(parts[5])).first() if resource is not None else None
    return (resource, record) if resource is not None and record is not None else None


def _this_record(ctx: Ctx, here: Here | None, words: str = "") -> dict[str, Any]:
    """Its open commands."""
    found: list[dict[str, Any]] = []
    title = _t("This record")
    if here is None:
        return {"title": title, "options": found}
    resource, record = here
    for command in resource.open_commands(ctx, record):
        if words in command.label.casefold() and argument.is_askable(command, Pool(ctx)):
            url = f"{resource.path()}do/{command.verb}/?ids={record.pk}"
            method = "dialog" if argument.asked(command) or command.danger else "post"
            found.append(_option(command.label, url, command.icon or "bolt", str(record), method))
    return {"title": title, "options": found}


def _recent(request: HttpRequest, ctx: Ctx, *, besides: Here | None) -> dict[str, Any]:
    """The records that the person opened or worked on last; the one on screen is there already."""
    shown = [one for one in recent.records(request, ctx, most=RECENT + 1) if one != besides]
    options = [_option(str(row), r.url(row.pk), r.icon, r.title()) for r, row in shown[:RECENT]]
    return {"title": _t("Recently"), "options": options}


def _option(title: str, url: str, icon: str, sub: str = "", method: str = "get") -> dict[str, Any]:
    return {"title": title, "sub": sub, "icon": icon, "url": url, "method": method, "keys": ""}
