"""The trial balance: what stands on every account, over any days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.ledger import queries
from loomline.domains.ledger.models import Account, AccountKind, JournalLine
from loomline.domains.ledger.queries import Row
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/ledger/trial-balance/"
SEE = access.view_permission(JournalLine)
ZERO = Decimal(0)
SLOTS = ("a1", "hide", "b1", "hide", "hide", "b2")


class DaysUnclear(Refused):
    """No day can be read from the address."""

    says = _l("{text} is no day. Write it like 2026-11-30.")
    status = 400


@staff
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account with what stood on it, what came and went, and what stands on it now."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the books"), SEE)
    first = _day(request.GET.get("first", "")) or ctx.today.replace(month=1, day=1)
    last = _day(request.GET.get("last", "")) or ctx.today
    rows = queries.trial_balance(begins_on=first, ends_on=last)
    context = {
        "page": page(_("Trial balance")),
        "trial": {
            "title": _("Trial balance"),
            "text": _("What stands on every account from {first} to {last}, in {currency}.").format(
                first=draw_text.day(first), last=draw_text.day(last), currency=ctx.company.currency
            ),
            "first": first.isoformat(),
            "last": last.isoformat(),
            "kpis": _kpis(ctx, rows),
            "callouts": _callouts(rows, first, last),
            "table": _table(rows),
        },
    }
    return render(request, "ledger/trial_balance.html", context)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise DaysUnclear(text=text)
    return found


def _kpis(ctx: Ctx, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What we own and owe, and what came of the days shown."""
    sums = dict.fromkeys(AccountKind.values, ZERO)
    moved = dict.fromkeys(AccountKind.values, ZERO)
    for row in rows:
        sums[row.account.kind] += row.after
        moved[row.account.kind] += row.debit - row.credit
    result = -moved[AccountKind.INCOME] - moved[AccountKind.EXPENSE]
    figures = [
        (_("We own"), sums[AccountKind.ASSET], ""),
        (_("We owe"), -sums[AccountKind.LIABILITY], ""),
        (_("Result of these days"), result, _("income less expenses")),
    ]
    blank = {"unit": "", "url": "", "delta": "", "up": False, "tone": "", "values": [], "stale": ""}
    return [
        {**blank, "title": title, "value": draw_text.compact(value, ctx.company.currency), "note": note}
        for title, value, note in figures
    ]


def _callouts(rows: Sequence[Row], first: date, last: date) -> list[dict[str, str]]:
    if last < first:
        title = _("The last day comes before the first.")
        return [{"tone": "warn", "title": title, "text": _("Choose the days the other way round.")}]
    difference = sum((row.debit - row.credit for row in rows), ZERO)
    if difference:
        text = _("Debits and credits differ by {amount}.").format(amount=draw_text.money(difference))
        return [{"tone": "bad", "title": _("The books are uneven."), "text": text}]
    return []


def _table(rows: Sequence[Row]) -> dict[str, Any]:
    resource = registry.of(Account)
    cells = [
        [
            Cell(text=row.account.name, note=row.account.code, url=registry.url(row.account), strong=True),
            Cell(text=str(AccountKind(row.account.kind).label)),
            *(_amount(value) for value in (row.before, row.debit, row.credit)),
            _amount(row.after, strong=True),
        ]
        for row in rows
    ]
    heads = [_("Account"), _("Kind"), _("Before"), _("Debit"), _("Credit"), _("Now")]
    made = plain_table(_("Accounts"), heads, cells, slots=SLOTS, sub=str(len(rows)) if rows else "")
    made["empty"] = _("Nothing was posted up to that day.")
    made["link"] = {"title": _("Chart of accounts"), "url": resource.path()} if resource else None
    debit, credit = sum((row.debit for row in rows), ZERO), sum((row.credit for row in rows), ZERO)
    made["table"]["totals"] = [
        {"label": _("Debits"), "text": draw_text.money(debit), "strong": False},
        {"label": _("Credits"), "text": draw_text.money(credit), "strong": True},
    ]
    return made


def _amount(value: Decimal, *, strong: bool = False) -> Cell:
    return Cell(kind="money", value=value or None, strong=strong, decimals=2)


menu.entry(_l("Trial balance"), HERE, icon="scale", group="Finance", order=52, permission=SEE)

urlpatterns = [path("ledger/trial-balance/", trial_balance)]
