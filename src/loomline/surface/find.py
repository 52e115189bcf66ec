"""Search over everything that a person may see, and the palette: records, pages, commands, what was
opened last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Case, CharField, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat, Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.surface import argument, menu, registry
from loomline.surface.column import name_field
from loomline.surface.fields import Pool
from loomline.surface.find_words import ENOUGH
from loomline.surface.page import ctx_of, staff
from loomline.surface.path import Path
from loomline.surface.resource import Resource

EACH = 5
IN_ALL = 24
FEW = 5
# The score of a row that is called exactly so: then nobody has mistyped anything.
EQUAL = 3.0
# How much of the typed word's three-letter pieces must be found: one wrong letter in six still fits.
CLOSE = "0.5"
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
    kinds = [r for r in menu.shown(ctx) if own_paths(r)]
    hits = _run(kinds, ctx, [_exact(r, ctx, words) for r in kinds])
    is_meant = any(hit.score >= EQUAL for hit in hits)
    if len(hits) < FEW and len(words) >= ENOUGH and not is_meant:
        seen = {(h.resource, h.pk) for h in hits}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [CLOSE])
            close = _run(kinds, ctx, [_close(r, ctx, words) for r in kinds])
        hits += [h for h in close if (h.resource, h.pk) not in seen]
    return hits[:IN_ALL]


def own_paths(resource: type[Resource]) -> list[Path]:
    """The searched text columns that stand on the table itself: those the trigram index holds."""
    kinds = (models.CharField, models.TextField)
    return [
        p for p in resource.search if len(p.steps) == 1 and p.field is not None and isinstance(p.field, kinds)
    ]


def _run(kinds: list[type[Resource]], ctx: Ctx, parts: list[QuerySet[Any] | None]) -> list[Hit]:
    asked = [(kind, part) for kind, part in zip(kinds, parts, strict=True) if part is not None]
    if not asked:
        return []
    by_name = {kind.name: kind for kind, _part in asked}
    first, *rest = [part for _kind, part in asked]
    rows = first.union(*rest, all=True) if rest else first
    found = [Hit(by_name[kind], pk, title, sub, float(score)) for kind, pk, title, sub, score in rows]
    return sorted(found, key=lambda h: (-h.score, h.title))


def _shape(resource: type[Resource], rows: QuerySet[Any], score: Any) -> QuerySet[Any]:
    """Rows as (kind, key, title, second line, score), the best few."""
    title = name_field(resource.model)
    second = next((p.text for p in own_paths(resource) if p.text != title), "")
    return (
        rows.order_by()
        .annotate(
            kind_=Value(resource.name, output_field=CharField()),
            title_=Cast(title, TextField()),
            sub_=Cast(second, TextField()) if second else Value("", output_field=TextField()),
            score_=score,
        )
        .order_by("-score_", "-pk")
        .values_list("kind_", "pk", "title_", "sub_", "score_")[:EACH]
    )


def _exact(resource: type[Resource], ctx: Ctx, words: str) -> QuerySet[Any] | None:
    """Rows that hold the words as they are; those that begin with them stand first."""
    paths = own_paths(resource)
    wanted, begins, equals = Q(), Q(), Q()
    for path in paths:
        equals |= Q(**{f"{path.lookup}__iexact": words})
        begins |= Q(**{f"{path.lookup}__istartswith": words})
        if len(words) >= ENOUGH:
            wanted |= Q(**{f"{path.lookup}__icontains": words})
        elif path.field.unique:
            # Short words only find codes and numbers, by their beginning, through the unique index.
            wanted |= Q(**{f"{path.lookup}__startswith": words}) | Q(
                **{f"{path.lookup}__startswith": words.upper()}
            )
    if not wanted:
        return None
    score = Case(
        When(equals, then=Value(EQUAL)),
        When(begins, then=Value(2.0)),
        default=Value(1.0),
        output_field=FloatField(),
    )
    return _shape(resource, resource.visible(ctx).filter(wanted), score)


class _CloseTo(Func):
    """The words are nearly in the text: uses the trigram index."""

    template = "(%(expressions)s)"
    arg_joiner = " %%> "
    output_field = models.BooleanField()
    conditional = True


class _Closeness(Func):
    function = "word_similarity"
    output_field = FloatField()


def _close(resource: type[Resource], ctx: Ctx, words: str) -> QuerySet[Any]:
    """Rows that nearly hold the words."""
    condition, texts = Q(), []
    for path in own_paths(resource):
        held = Upper(Cast(path.lookup, TextField()))
        condition |= Q(_CloseTo(held, Value(words.upper())))
        texts += [Cast(path.lookup, TextField()), Value(" ", output_field=TextField())]
    score = _Closeness(Value(words.upper()), Upper(Concat(*texts, output_field=TextField())))
    return _shape(resource, resource.visible(ctx).filter(condition), score)


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
