"""Ordering a style as a table of its colours and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.bills.models import Bill
from loomline.domains.catalog import queries as catalog
from loomline.domains.catalog.models import Style
from loomline.domains.manufacturing import commands
from loomline.domains.manufacturing.models import WorkOrder
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned
from loomline.surface import answer, menu, registry
from loomline.surface.page import ctx_of, need, page, staff

MATRIX = "/shopfloor/matrix/"
OPEN = commands.open_work.name


@staff
def matrix(request: HttpRequest) -> HttpResponse:
    """A work order for a style, entered as a table of its colours and sizes."""
    ctx = ctx_of(request)
    need(access.may(ctx, OPEN), _("plan work orders"), OPEN)
    styles = list(access.visible(ctx, Style).filter(pk__in=_with_bill(ctx)).order_by("name"))
    style = next((one for one in styles if str(one.pk) == request.GET.get("style", "")), None)
    problem: dict[str, Any] | None = None
    if request.method == "POST" and style is not None:
        try:
            return _open(request, ctx, style)
        except Refused as refusal:
            problem = {
                "text": str(refusal),
                "accept": refusal.code if isinstance(refusal, Warned) else "",
            }
    crumbs = [{"title": _("Work orders"), "url": _list_url()}]
    context = {
        "page": page(_("Colours and sizes"), crumbs=crumbs),
        "matrix": {
            "styles": [{"pk": one.pk, "name": one.name, "current": one == style} for one in styles],
            "problem": problem,
            "table": _grid(style, request.POST) if style is not None else None,
            "due_on": request.POST.get("due_on", ""),
            "note": request.POST.get("note", ""),
        },
    }
    return render(request, "shopfloor/matrix.html", context, status=422 if problem else 200)


def _with_bill(ctx: Ctx) -> list[int]:
    held = access.visible(ctx, Bill).filter(is_active=True, valid__contains=ctx.today)
    own = held.exclude(style=None).values_list("style", flat=True)
    return [*own, *held.exclude(item__style=None).values_list("item__style", flat=True)]


def _open(request: HttpRequest, ctx: Ctx, style: Style) -> HttpResponse:
    lines = [
        commands.WorkLineDraft(item=item, quantity=amount)
        for key, item in catalog.variants_of(style_id=style.pk).items()
        if (amount := _number(request.POST.get(_name(*key), ""))) > 0
    ]
    known = replace(ctx, accepted=frozenset(request.POST.getlist("accept")))
    due_on: date | None = parse_date(request.POST.get("due_on", "") or "")
    work = commands.open_work(known, lines=lines, due_on=due_on, note=request.POST.get("note", ""))
    return answer.done(
        request, _("Work order {number} is planned.").format(number=work.number), to=registry.url(work)
    )


def _grid(style: Style, given: Mapping[str, str]) -> dict[str, Any]:
    known = catalog.variants_of(style_id=style.pk)
    colours = list(dict.fromkeys(colour for colour, _size in known))
    sizes = [size for size in style.sizes if any(key[1] == size for key in known)] or [""]
    return {
        "sizes": sizes,
        "rows": [
            {
                "colour": colour or style.name,
                "cells": [
                    {
                        "name": _name(colour, size) if (colour, size) in known else "",
                        "label": " ".join(part for part in (colour, size) if part) or style.name,
                        "value": given.get(_name(colour, size), ""),
                    }
                    for size in sizes
                ],
            }
            for colour in colours
        ],
    }


def _name(colour: str, size: str) -> str:
    return f"q:{colour}:{size}"


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text.strip().replace(",", ".") or "0")
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _list_url() -> str:
    resource = registry.of(WorkOrder)
    return resource.path() if resource is not None else "/"


menu.entry(_l("Colours and sizes"), MATRIX, icon="color-swatch", group="Make", order=12, permission=OPEN)
