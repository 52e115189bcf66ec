"""What was bought within contracts, and what beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.contracts import queries
from loomline.domains.contracts.queries import Spend
from loomline.domains.parties.models import Party
from loomline.domains.procurement.models import PurchaseLine
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted
from loomline.surface import draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/contracts/spend/"
SEE = "contracts.view_contract"
LINES = 50
PERIODS = {"90": 90, "365": 365, "730": 730}


@staff
def spend(request: HttpRequest) -> HttpResponse:
    """Spend by supplier within and beside contracts, and the lines that a contract would have covered."""
    ctx = ctx_of(request)
    if not access.may(ctx, SEE):
        raise NotPermitted(verb=_("see contracts"), permission=SEE)
    chosen = request.GET.get("days", "365")
    days = PERIODS.get(chosen, 365)
    since = ctx.today - timedelta(days=days)
    rows = queries.spend(ctx, since=since, until=ctx.today)
    lines = list(queries.off_contract_lines(since=since, until=ctx.today)[:LINES])
    context = {
        "page": page(_("Spend and contracts")),
        "spend": {
            "said": _said(ctx, rows, since),
            "periods": [
                {"label": label, "url": f"{HERE}?days={key}", "current": PERIODS[key] == days}
                for key, label in (("90", _("90 days")), ("365", _("12 months")), ("730", _("24 months")))
            ],
        },
        "panels": [_by_supplier(ctx, rows), _by_line(lines)],
    }
    return render(request, "contracts/spend.html", context)


def _said(ctx: Ctx, rows: Sequence[Spend], since: date) -> str:
    total = sum((row.total for row in rows), Decimal(0))
    if not total:
        return _("Nothing was ordered since {day}.").format(day=draw_text.full_day(since))
    off = sum((row.elsewhere for row in rows), Decimal(0))
    within = sum((row.within for row in rows), Decimal(0))
    return _(
        "{total} ordered since {day}: {within} within contracts, {off} beside them although one held."
    ).format(
        total=draw_text.money(total, ctx.company.currency),
        day=draw_text.full_day(since),
        within=draw_text.percent(within / total),
        off=draw_text.percent(off / total),
    )


def _by_supplier(ctx: Ctx, rows: Sequence[Spend]) -> dict[str, Any]:
    own = ctx.company.currency
    parties = registry.of(Party)
    cells = [
        (
            Cell(kind="party", text=row.supplier, url=parties.url(row.supplier_id) if parties else ""),
            Cell(kind="money", value=row.total, unit=own),
            Cell(kind="money", value=row.within, unit=own),
            Cell(kind="money", value=row.elsewhere, unit=own),
            Cell(kind="money", value=row.without, unit=own),
            Cell(kind="percent", value=row.off_share, tone="warn" if row.elsewhere else ""),
        )
        for row in rows
    ]
    heads = (
        _("Supplier"),
        _("Ordered"),
        _("Within a contract"),
        _("Beside a contract"),
        _("No contract"),
        _("Beside, share"),
    )
    table = plain_table(_("By supplier"), heads, cells, slots=("a1", "a2", "b1", "b2", "hide", "c1"))
    empty = _("Nothing was ordered in this time.")
    return {**table, "id": "suppliers", "empty": empty, "empty_action": None}


def _by_line(lines: Sequence[PurchaseLine]) -> dict[str, Any]:
    cells = [
        (
            Cell(kind="code", text=line.purchase.number, url=registry.url(line.purchase)),
            Cell(kind="party", text=line.purchase.supplier.name),
            Cell(text=line.item.name),
            Cell(kind="quantity", value=line.quantity, unit=line.item.unit.code),
            Cell(kind="money", value=line.amount, unit=line.purchase.currency),
            Cell(kind="date", value=line.purchase.ordered_on),
        )
        for line in lines
    ]
    heads = _("Order"), _("Supplier"), _("Item"), _("Quantity"), _("Amount"), _("Ordered")
    sub = _("A contract with somebody else held for the item")
    table = plain_table(
        _("Bought beside contracts"), heads, cells, slots=("a1", "b1", "b2", "c1", "a2", "hide"), sub=sub
    )
    empty = _("Nothing was bought beside a contract.")
    return {**table, "id": "lines", "empty": empty, "empty_action": None}


menu.entry(_l("Spend and contracts"), HERE, icon="chart-bar", group="Supply", order=12, permission=SEE)

urlpatterns = [path("contracts/spend/", spend)]
