"""What waits for my approval."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.quoting import commands, queries
from loomline.domains.quoting.models import Approval
from loomline.kernel import access
from loomline.surface import draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/quoting/for-me/"
SLOTS = ("a1", "b1", "a2", "b2", "hide", "c1", "hide", "hide")


@staff
def for_me(request: HttpRequest) -> HttpResponse:
    """The quotes on which it is my turn to say yes or no, the oldest first."""
    ctx = ctx_of(request)
    rows = list(queries.waiting_for(ctx)) if access.may(ctx, commands.approve_quotes.name) else []
    heads = (
        _("Quote"),
        _("Customer"),
        _("Net"),
        _("Discount"),
        _("Margin"),
        _("What is beyond"),
        _("Asked by"),
        _("Waiting since"),
    )
    table = plain_table(_("Waiting for my approval"), heads, [_cells(one) for one in rows], slots=SLOTS)
    for row, one in zip(table["table"]["rows"], rows, strict=True):
        row["actions"] = _actions(one)
    table["table"]["row_actions"] = True
    empty = _("Nothing waits for you. Quotes beyond what their authors may offer stand here.")
    context = {
        "page": page(_("Waiting for my approval")),
        "panel": {
            **table,
            "title": _("Quotes"),
            "sub": _("The oldest first"),
            "id": "waiting",
            "empty": empty,
            "empty_action": None,
        },
    }
    return render(request, "quoting/waiting.html", context)


def _cells(one: Approval) -> tuple[Cell, ...]:
    margin = draw_text.percent(one.margin, decimals=1) if one.margin is not None else _("unknown")
    return (
        Cell(kind="code", text=one.quote.number, url=registry.url(one.quote)),
        Cell(kind="party", text=one.quote.customer.name),
        Cell(kind="money", value=one.net, unit=one.currency),
        Cell(text=draw_text.percent(one.discount, decimals=1)),
        Cell(text=margin),
        Cell(text=one.why, url=registry.url(one), sub=one.note[:120]),
        Cell(kind="person", value=one.asked_by, text=str(one.asked_by)),
        Cell(kind="moment", value=one.asked_at),
    )


def _actions(one: Approval) -> list[dict[str, Any]]:
    base = f"/quoting/approvals/do/{{}}/?ids={one.pk}"
    return [
        action(
            _("Do not approve"), base.format(commands.refuse_approval.verb), method="dialog", kind="quiet"
        ),
        action(_("Approve"), base.format(commands.approve_quotes.verb), method="dialog", kind="primary"),
    ]


menu.entry(
    _l("For my approval"),
    HERE,
    icon="checkup-list",
    group="Orders",
    order=11,
    permission=commands.approve_quotes.name,
)
