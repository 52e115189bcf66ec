"""What waits for my yes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.approvals import commands, queries
from loomline.domains.approvals.models import Approval
from loomline.kernel import access
from loomline.surface import menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/approvals/for-me/"
SLOTS = ("a1", "b1", "a2", "c1", "b2", "hide")


@staff
def for_me(request: HttpRequest) -> HttpResponse:
    """The documents on which it is my turn to say yes or no, the oldest first."""
    ctx = ctx_of(request)
    rows = list(queries.waiting_for(ctx)) if access.may(ctx, commands.approve_documents.name) else []
    heads = (
        _("Document"),
        _("What for"),
        _("Amount"),
        _("What asks for it"),
        _("Asked by"),
        _("Waiting since"),
    )
    currency = ctx.company.currency
    cells = [_cells(one, currency) for one in rows]
    table = plain_table(_("Waiting for my approval"), heads, cells, slots=SLOTS)
    for row, one in zip(table["table"]["rows"], rows, strict=True):
        row["actions"] = _actions(one)
    table["table"]["row_actions"] = True
    empty = _("Nothing waits for you. What others may not decide alone stands here.")
    context = {
        "page": page(_("To approve")),
        "panel": {
            **table,
            "title": _("Documents"),
            "sub": _("The oldest first"),
            "id": "waiting",
            "empty": empty,
            "empty_action": None,
        },
    }
    return render(request, "approvals/waiting.html", context)


def _cells(one: Approval, currency: str) -> tuple[Cell, ...]:
    return (
        Cell(kind="code", text=one.number, url=registry.url(one)),
        Cell(text=one.title, sub=one.goods, wrap=True),
        Cell(kind="money", value=one.amount, unit=currency),
        Cell(text=one.why, sub=one.note[:120], wrap=True),
        Cell(kind="person", value=one.asked_by, text=str(one.asked_by)),
        Cell(kind="moment", value=one.asked_at),
    )


def _actions(one: Approval) -> list[dict[str, Any]]:
    base = f"/approvals/approvals/do/{{}}/?ids={one.pk}"
    refuse, agree = commands.refuse_approval.verb, commands.approve_documents.verb
    return [
        action(_("Do not approve"), base.format(refuse), method="dialog", kind="quiet"),
        action(_("Approve"), base.format(agree), method="dialog", kind="primary"),
    ]


menu.entry(
    _l("To approve"),
    HERE,
    icon="checkup-list",
    group="Supply",
    order=7,
    permission=commands.approve_documents.name,
)

urlpatterns = [path("approvals/for-me/", for_me)]
