"""Search over everything that a person may see, and the palette: records, pages, commands, what was
opened last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.surface import argument, find_sql, menu, registry
from loomline.surface.fields import Pool
from loomline.surface.find_words import ENOUGH
from loomline.surface.page import ctx_of, staff
from loomline.surface.resource import Resource

IN_ALL = 24
FEW = 5
RECENT = 8
COMMAND = ">"


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
    kinds = [r for r in menu.shown(ctx) if find_sql.own_paths(r)]
    hits = _run(kinds, ctx, words, find_sql.exact)
    is_meant = any(hit.score >= find_sql.EQUAL for hit in hits)
    if len(hits) < FEW and len(words) >= ENOUGH and not is_meant:
        seen = {(h.resource, h.pk) for h in hits}
        hits += [h for h in _close(kinds, ctx, words) if (h.resource, h.pk) not in seen]
    return hits[:IN_ALL]


def _close(kinds: list[type[Resource]], ctx: Ctx, words: str) -> list[Hit]:
    """What is found when a letter is wrong."""
    for near in find_sql.attempts(words):
        with transaction.atomic(), connection.cursor() as cursor:
            share = str(find_sql.closeness(near))
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [share])
            found = _run(kinds, ctx, words, find_sql.close_to(near))
        if found:
            return found
    return []


def _run(kinds: list[type[Resource]], ctx: Ctx, words: str, ask: find_sql.Asker) -> list[Hit]:
    asked = find_sql.statement(kinds, ctx, words, ask)
    if asked is None:
        return []
    by_name = {kind.name: kind for kind in kinds}
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        found = [Hit(by_name[kind], pk, title, sub, score) for kind, pk, title, sub, score in cursor]
    return sorted(found, key=lambda h: (-h.score, h.title))


@staff
def search_page(request: HttpRequest) -> HttpResponse:
    """What the palette shows for what is typed: nothing typed shows what was opened last."""
    ctx = ctx_of(request)
    words = request.GET.get("q", "").strip()
    if words.startswith(COMMAND):
        groups = _commands(request, ctx, words[1:].strip().casefold())
    elif words:
        groups = [*_records(ctx, words), *_commands(request, ctx, words.casefold())]
    else:
        groups = _recent(ctx)
    return render(request, "loom/palette_results.html", {"groups": [g for g in groups if g["options"]]})


def _records(ctx: Ctx, words: str) -> list[dict[str, Any]]:
    groups: dict[type[Resource], list[Hit]] = {}
    for hit in search(ctx, words):
        groups.setdefault(hit.resource, []).append(hit)
    return [
        {
            "title": resource.plural(),
            "options": [
                {
                    "title": h.title,
                    "sub": h.sub,
                    "icon": resource.icon,
                    "url": resource.url(h.pk),
                    "method": "get",
                    "keys": "",
                }
                for h in hits
            ],
        }
        for resource, hits in groups.items()
    ]


def _commands(request: HttpRequest, ctx: Ctx, words: str) -> list[dict[str, Any]]:
    """What can be done: with the record on screen, and from anywhere."""
    here = _record_commands(request, ctx)
    anywhere = (
        [
            {
                "title": _t("New {what}").format(what=r.title().lower()),
                "sub": "",
                "icon": "plus",
                "url": f"{r.path()}new/",
                "method": "get",
                "keys": "",
            }
            for r in menu.shown(ctx)
            if r.may_create(ctx)
        ]
        + [
            {
                "title": _t("Import {many}").format(many=r.plural().lower()),
                "sub": "",
                "icon": "upload",
                "url": f"{r.path()}import/",
                "method": "get",
                "keys": "",
            }
            for r in menu.shown(ctx)
            if r.may_create(ctx) and r.form
        ]
        + [
            {"title": _t("Jobs"), "sub": "", "icon": "refresh", "url": "/jobs/", "method": "get", "keys": ""},
            {
                "title": _t("Record of changes"),
                "sub": "",
                "icon": "history",
                "url": "/audit/",
                "method": "get",
                "keys": "",
            },
        ]
    )
    return [
        {"title": _t("This record"), "options": [o for o in here if words in o["title"].casefold()]},
        {
            "title": _t("Commands"),
            "options": [o for o in anywhere if words and words in o["title"].casefold()][:8],
        },
    ]


def _record_commands(request: HttpRequest, ctx: Ctx) -> list[dict[str, Any]]:
    """The open commands of the record whose page the palette lies over."""
    parts = request.headers.get("HX-Current-URL", "").split("?")[0].rstrip("/").split("/")
    if len(parts) < 6 or not parts[5].isdigit() or len(parts[5]) > 18:
        return []
    resource = next((r for r in registry.resources.values() if r.name == f"{parts[3]}.{parts[4]}"), None)
    record = resource.rows(ctx).filter(pk=int(parts[5])).first() if resource is not None else None
    if resource is None or record is None:
        return []
    found = []
    for command in resource.open_commands(ctx, record):
        if argument.is_askable(command, Pool(ctx)):
            url = f"{resource.path()}do/{command.verb}/?ids={record.pk}"
            found.append(
                {
                    "title": command.label,
                    "sub": str(record),
                    "icon": command.icon or "bolt",
                    "url": url,
                    "keys": "",
                    "method": "dialog" if argument.asked(command) or command.danger else "post",
                }
            )
    return found


def _recent(ctx: Ctx) -> list[dict[str, Any]]:
    """The records that the person worked on last."""
    rows = Activity._default_manager.filter(actor=ctx.actor, object_id__isnull=False).order_by("-id")
    seen: dict[tuple[str, int], dict[str, Any]] = {}
    for kind, pk, subject in rows.values_list("kind", "object_id", "subject")[:60]:
        resource = registry.by_kind(kind)
        if (
            pk is not None
            and resource is not None
            and (kind, pk) not in seen
            and access.may(ctx, access.view_permission(resource.model))
        ):
            seen[kind, pk] = {
                "title": subject,
                "sub": resource.title(),
                "icon": resource.icon,
                "url": resource.url(pk),
                "method": "get",
                "keys": "",
            }
        if len(seen) >= RECENT:
            break
    return [{"title": _t("Recently"), "options": list(seen.values())}]
