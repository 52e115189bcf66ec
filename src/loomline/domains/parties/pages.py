"""Pages of parties that are more than a list and a record: merging side by side, hints while typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loomline.domains.parties import commands, jobs, queries
from loomline.domains.parties.commands.merging import CHOSEN
from loomline.domains.parties.models import Duplicate, Merge, Party, PartyKind, Verdict
from loomline.domains.parties.queries import likeness
from loomline.domains.parties.queries.pointers import relations
from loomline.kernel import access, query
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text, list_page, record_page, registry
from loomline.surface.fields import Pool, RecordField
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.resource import Resource
from loomline.surface.selection import Selection

MERGE = "/parties/merge/"
LIST = "/parties/parties/"
LOOK = "/parties/duplicates/look/"
MOST = 10
SHOWN_HINTS = 3


def party_page(request: HttpRequest, resource: type[Resource], party: Party) -> HttpResponse:
    """The page of a party; the address of one that was merged leads to the one it became part of."""
    if party.merged_into_id and "merged" not in request.GET:
        answer.later(request, _t("It was merged into this one."))
        return HttpResponseRedirect(f"{LIST}{party.merged_into_id}/")
    return record_page.page_of(request, resource, party)


@staff
def ask_page(request: HttpRequest) -> HttpResponse:
    """The button "Merge into" leads to the page where both stand side by side."""
    ctx = ctx_of(request)
    resource = registry.of(Party)
    assert resource is not None
    need(access.may(ctx, commands.merge_parties.name), _t("merge parties"), commands.merge_parties.name)
    chosen = Selection.read(request.GET, resource, ctx)
    keys = [str(pk) for pk in chosen.rows().order_by("pk").values_list("pk", flat=True)[:MOST]]
    keys += [key for key in request.GET.get("survivor", "").split(",") if key and key not in keys]
    return answer.lead(request, f"{MERGE}?{urlencode({'ids': ','.join(keys)})}")


@staff
@require_http_methods(["GET", "POST"])
def merge_page(request: HttpRequest) -> HttpResponse:
    """Several that are the same, side by side: which one stays, and whose value for each field."""
    ctx = ctx_of(request)
    need(access.may(ctx, commands.merge_parties.name), _t("merge parties"), commands.merge_parties.name)
    given = [*request.GET.get("ids", "").split(","), request.GET.get("with", "")]
    keys = [int(k) for k in dict.fromkeys(given) if k.isdigit() and len(k) < 19][:MOST]
    rows = access.rows_at(ctx, Party, commands.merge_parties.name).filter(pk__in=keys)
    parties = sorted(rows.select_related("parent", "owner", "team"), key=lambda party: keys.index(party.pk))
    problem = ""
    if request.method == "POST" and len(parties) > 1:
        try:
            return _merged(request, ctx, parties)
        except Refused as refusal:
            problem = str(refusal)
    return _merge_page(request, ctx, parties, problem)


def pair_page(request: HttpRequest, resource: Any, pair: Duplicate) -> HttpResponse:
    """A pair of the queue: why they look alike, and both side by side."""
    parties = [pair.first, pair.second]
    is_open = pair.verdict == Verdict.OPEN
    no = action(
        _t("Not the same"), f"{resource.path()}do/dismiss_duplicates/?ids={pair.pk}", icon="x", method="post"
    )
    return _merge_page(
        request,
        ctx_of(request),
        parties if is_open else [],
        reasons=[reason_words(told) for told in pair.reasons],
        settled="" if is_open else pair.get_verdict_display(),
        score=f"{pair.score:.0%}",
        actions=[no] if is_open else [],
    )


@staff
def queue_page(request: HttpRequest) -> HttpResponseBase:
    """The queue as a list; while nothing is in it, the way to have everybody compared at once."""
    ctx = ctx_of(request)
    may = access.level_of(ctx.actor, commands.merge_parties.name) is access.Level.ALL
    resource = registry.of(Duplicate)
    assert resource is not None
    if request.GET or not may or access.visible(ctx, Duplicate).exists():
        return list_page.list_page(request, "parties", "duplicates")
    runs = JobRun._default_manager.filter(name=jobs.look_for_duplicates.name, state=JobState.DONE)
    last = runs.order_by("-pk").first()
    compared = _t("Compared last {at}.").format(at=draw_text.moment(last.created_at)) if last else ""
    look = action(_t("Compare everybody now"), LOOK, icon="refresh", method="post", kind="primary")
    context = {
        "page": page(resource.plural()),
        "queue": {"text": str(resource.empty), "action": look, "last": compared},
    }
    return render(request, "parties/queue.html", context)


@staff
@require_POST
def look_page(request: HttpRequest) -> HttpResponse:
    """Compare everybody now instead of at night, as a job."""
    ctx = ctx_of(request)
    may = access.level_of(ctx.actor, commands.merge_parties.name) is access.Level.ALL
    need(may, _t("compare all parties"), commands.merge_parties.name)
    run = jobs.look_for_duplicates.start(ctx)
    return answer.done(request, _t("This runs in the background now."), to=f"/jobs/{run.pk}/")


def _merge_page(
    request: HttpRequest, ctx: Ctx, parties: Sequence[Party], problem: str = "", **about: Any
) -> HttpResponse:
    crumbs = [{"title": _t("Parties"), "url": LIST}]
    if about:
        crumbs = [{"title": _t("Possible duplicates"), "url": "/parties/duplicates/"}]
    context = {
        "page": page(_t("Merge"), crumbs=crumbs, actions=about.pop("actions", [])),
        "merge": {**_side_by_side(request, ctx, parties, problem), "about": about},
    }
    return render(request, "parties/merge.html", context, status=422 if problem else 200)


def _merged(request: HttpRequest, ctx: Ctx, parties: Sequence[Party]) -> HttpResponse:
    by_key = {str(party.pk): party for party in parties}
    survivor = by_key.get(request.POST.get("survivor", ""), parties[0])
    take = {
        field: by_key[key].pk
        for field in CHOSEN
        if (key := request.POST.get(field, "")) in by_key and by_key[key] != survivor
    }
    others = [party for party in parties if party != survivor]
    kept = commands.merge_parties(ctx, duplicates=others, survivor=survivor, take=take)
    names = ", ".join(party.name for party in others)
    text = _t("{names} became part of {name}.").format(names=names, name=kept.name)
    may = access.may(ctx, commands.unmerge_party.name)
    keys = ",".join(str(party.pk) for party in others)
    back = f"{LIST}do/unmerge_party/?ids={keys}" if may else ""
    return answer.done(request, text, undo=back, to=f"{LIST}{kept.pk}/")


def _side_by_side(request: HttpRequest, ctx: Ctx, parties: Sequence[Party], problem: str) -> dict[str, Any]:
    chosen = request.POST.get("survivor") or str(_richest(parties))
    counts = _counts(parties)
    return {
        "url": f"{MERGE}?ids={','.join(str(party.pk) for party in parties)}",
        "problem": problem,
        "others": _alike(ctx, parties[0]) if len(parties) == 1 else [],
        "single": {"pk": parties[0].pk, "name": parties[0].name, "form": _with_whom(ctx)}
        if len(parties) == 1
        else None,
        "heads": [
            {
                "pk": str(party.pk),
                "name": party.name,
                "url": f"{LIST}{party.pk}/",
                "current": str(party.pk) == chosen,
                "facts": _facts(party, counts.get(party.pk, 0)),
            }
            for party in parties
        ],
        "rows": [row for name in CHOSEN if (row := _row(name, parties, chosen, request)) is not None],
        "is_enough": len(parties) > 1,
        "submit": _t("Merge"),
        "cancel_url": f"{LIST}{parties[0].pk}/" if parties else LIST,
    }


def _alike(ctx: Ctx, party: Party) -> list[dict[str, str]]:
    """Whom a single party may be merged with, the surest first."""
    told = {name: getattr(party, name) for name in ("kind", "name", "email", "phone", "vat_number")}
    found = {twin.pk: twin for twin in queries.twins_of(party=party, at_most=MOST)}
    found |= {twin.pk: twin for twin, _score in likeness.like(country=ctx.company.country, **told)}
    seen = set(access.visible(ctx, Party).filter(pk__in=found).values_list("pk", flat=True)) - {party.pk}
    return [
        {"name": twin.name, "sub": twin.email or twin.phone, "url": f"{MERGE}?ids={party.pk},{twin.pk}"}
        for twin in [found[pk] for pk in found if pk in seen][:MOST]
    ]


def _with_whom(ctx: Ctx) -> forms.Form:
    """The control to search for the other one."""
    field = RecordField(Party, Pool(ctx), label=_t("Merge with"), required=True)
    kind = type("OtherForm", (forms.Form,), {"with": field})
    made: forms.Form = kind()
    return made


def _facts(party: Party, count: int) -> str:
    roles = ", ".join(party.roles_now)
    held = ngettext("{n} record points at it", "{n} records point at it", count).format(n=count)
    added = _t("added {day}").format(day=draw_text.day(party.opened_at.date()))
    return " · ".join(part for part in (roles, held, added) if part)


def _richest(parties: Sequence[Party]) -> int:
    counts = _counts(parties)
    return max(parties, key=lambda party: (counts.get(party.pk, 0), -party.pk)).pk if parties else 0


def _counts(parties: Sequence[Party]) -> dict[int, int]:
    """How many records point at each party, in one statement."""
    asked = [
        (party.pk, relation.related_model._default_manager.filter(**{relation.field.name: party.pk}))
        for party in parties
        for relation in relations()
    ]
    figures = query.count_each((rows for _pk, rows in asked), most=1000) if asked else []
    found: dict[int, int] = {}
    for (pk, _rows), figure in zip(asked, figures, strict=True):
        found[pk] = found.get(pk, 0) + figure
    return found


def _row(name: str, parties: Sequence[Party], chosen: str, request: HttpRequest) -> dict[str, Any] | None:
    """One field of all of them; None where nobody has anything, or all have the same."""
    field = Party._meta.get_field(name)
    texts = [_text(getattr(party, name)) for party in parties]
    if not any(texts):
        return None
    first = next(str(party.pk) for party, text in zip(parties, texts, strict=True) if text)
    filled = {str(party.pk) for party, text in zip(parties, texts, strict=True) if text}
    current = request.POST.get(name) or (chosen if chosen in filled else first)
    return {
        "name": name,
        "label": str(capfirst(str(getattr(field, "verbose_name", name)))),
        "is_equal": len(set(texts)) == 1,
        "cells": [
            {"pk": str(party.pk), "text": text, "current": str(party.pk) == current}
            for party, text in zip(parties, texts, strict=True)
        ],
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {held}" for key, held in value.items())
    return str(value or "")


@staff
@require_GET
def hint_page(request: HttpRequest) -> HttpResponse:
    """Who is in the books already and looks like what somebody is typing."""
    ctx = ctx_of(request)
    given = {name: request.GET.get(name, "")[:200] for name in ("name", "email", "phone", "vat_number")}
    kind = request.GET.get("kind", "") or PartyKind.ORGANISATION
    found = likeness.like(kind=kind, country=ctx.company.country, **given)
    seen = set(
        access.visible(ctx, Party)
        .filter(pk__in=[party.pk for party, _score in found])
        .values_list("pk", flat=True)
    )
    hints = [
        {
            "name": party.name,
            "url": f"{LIST}{party.pk}/",
            "sub": " · ".join(part for part in (*party.roles_now, party.email, party.phone) if part),
            "why": ", ".join(reason_words(told) for told in likeness.as_told(score) if "|+" in told),
        }
        for party, score in found
        if party.pk in seen
    ]
    return render(request, "parties/hint.html", {"hints": hints[:SHOWN_HINTS]})


def reason_words(told: str) -> str:
    """A reason of the queue as people read it."""
    what, value, _points = told.split("|")
    words = {
        "name": _t("names alike {value}"),
        "email": _t("same e-mail {value}"),
        "phone": _t("same phone {value}"),
        "number": _t("same VAT number {value}"),
        "domain": _t("same domain {value}"),
        "place": _t("same place {value}"),
        "other number": _t("different VAT numbers {value}"),
        "other country": _t("different countries {value}"),
        "other place": _t("different places {value}"),
        "other first name": _t("different first names {value}"),
    }
    return words.get(what, "{value}").format(value=value)


def merges_of(ctx: Ctx, party: Party) -> list[Merge]:
    """What became part of a party and has not been parted again."""
    rows = Merge._default_manager.filter(survivor=party, undone_at__isnull=True)
    return list(rows.select_related("absorbed", "by").order_by("-pk"))


urlpatterns = [
    path("parties/merge/", merge_page),
    path("parties/duplicates/", queue_page),
    path("parties/duplicates/look/", look_page),
    path("parties/hint/", hint_page),
    path("parties/parties/do/merge_parties/", ask_page),
]
