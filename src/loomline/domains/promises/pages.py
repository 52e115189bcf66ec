"""The promise-keeping rate by customer, family and person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from loomline.domains.promises import queries
from loomline.domains.promises.queries import Keeping
from loomline.kernel import access
from loomline.kernel.refusal import NotPermitted
from loomline.surface import draw_text, menu
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/promises/keeping/"
LIST = "/promises/promises/"
SEE = "promises.view_promise"
MOST = 20
# Under this share a rate is worth a look.
GOOD = 0.9


@staff
def keeping(request: HttpRequest) -> HttpResponse:
    """Of the days given first that came within a year: how many were kept, and who was let down."""
    ctx = ctx_of(request)
    if not access.may(ctx, SEE):
        raise NotPermitted(verb=_("see promises"), permission=SEE)
    context = {
        "page": page(_("Promise-keeping")),
        "said": _said(queries.keeping(ctx)),
        "panels": [
            _table("customers", _("By customer"), _("Customer"), "customer", queries.by_customer(ctx)),
            _table("families", _("By family"), _("Style"), "item.style", queries.by_family(ctx)),
            _table("people", _("By person"), _("Given by"), "made_by", queries.by_person(ctx)),
        ],
    }
    return render(request, "promises/keeping.html", context)


def _said(told: Keeping) -> str:
    if told.rate is None:
        return _("No promise came due in the last 12 months.")
    said = _("{rate} kept: {kept} of {due} days given first, due in the last 12 months.").format(
        rate=draw_text.percent(told.rate), kept=told.kept, due=told.due
    )
    again = ngettext(
        "{n} of them was promised again for another day.",
        "{n} of them were promised again for another day.",
        told.again,
    ).format(n=told.again)
    return f"{said} {again}" if told.again else said


def _table(key: str, title: str, head: str, name: str, rows: Sequence[Keeping]) -> dict[str, Any]:
    cells = [
        (
            Cell(text=row.of, url=f"{LIST}?{name}={row.key}&first.empty=true&binds=true"),
            Cell(kind="percent", value=row.rate, tone="warn" if (row.rate or 0) < GOOD else "ok"),
            Cell(kind="number", value=row.due),
            Cell(kind="number", value=row.kept),
            Cell(kind="number", value=row.due - row.kept),
            Cell(kind="number", value=row.again),
        )
        for row in rows[:MOST]
    ]
    heads = head, _("Kept, share"), _("Due"), _("Kept"), _("Missed"), _("Promised again")
    table = plain_table(title, heads, cells, slots=("a1", "a2", "hide", "hide", "hide", "hide"))
    return {**table, "id": key, "empty": _("Nothing came due yet."), "empty_action": None}


menu.entry(_l("Promise-keeping"), HERE, icon="target-arrow", group="Orders", order=36, permission=SEE)

urlpatterns = [path("promises/keeping/", keeping)]
