"""Stock policies at a glance, and the buttons that reckon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.stocking import commands, jobs, queries
from loomline.domains.stocking.models import Chain, Recommendation, Round, Worth
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, record_of, staff
from loomline.surface.plain_table import plain_table

HERE, NOW, CURVE = "/stocking/", "/stocking/recommend/", "/stocking/curve/"
LIST, RULES = "/stocking/recommendations/", "/stocking/rules/"
SEE = access.view_permission(Recommendation)
KEEP = commands.keep_round.name
SHORT = 8


@staff
def overview(request: HttpRequest) -> HttpResponse:
    """What stock there is by policy and by recommendation, what to decide, and what is too much."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see stock policies"), SEE)
    made = queries.last_round()
    rows = access.visible(ctx, Recommendation)
    context = {
        "page": page(_("Stock policies"), actions=_actions(ctx)),
        "stock": {"said": _said(made), "kpis": _kpis(made) if made else []},
        "panels": [_classes(made), _largest(rows), _too_much(rows)],
    }
    return render(request, "stocking/overview.html", context)


def _actions(ctx: Ctx) -> list[dict[str, Any]]:
    found = [action(_("Rules"), _rules_url(), icon="adjustments-horizontal", spare=True)]
    found.append(action(_("Exchange curve"), CURVE, icon="chart-line", short=True))
    if access.may(ctx, KEEP):
        found.append(action(_("Recommend"), NOW, icon="refresh", method="post", kind="primary"))
    return found


def _rules_url() -> str:
    rule = queries.house_rule()
    return f"{RULES}{rule.pk}/" if rule.pk else RULES


def _said(made: Round | None) -> str:
    if made is None:
        return _("Nothing was recommended yet. “Recommend” reads what was taken, received and paid.")
    return _("{places} places, reckoned {at} from what was taken since {since}.").format(
        places=made.places, at=draw_text.moment(made.made_at), since=draw_text.full_day(made.since)
    )


def _kpis(made: Round) -> list[dict[str, Any]]:
    def one(title: str, value: Any, note: str, url: str = "") -> dict[str, Any]:
        usual = {"unit": "", "delta": "", "up": False, "tone": "", "values": [], "stale": ""}
        return {
            **usual,
            "title": title,
            "value": draw_text.compact(value, made.currency),
            "note": note,
            "url": url,
        }

    change = made.value_then - made.value_now
    more = _("{value} more than now") if change > 0 else _("{value} less than now")
    return [
        one(_("By present policies"), made.value_now, _("stock on average")),
        one(
            _("As recommended"),
            made.value_then,
            more.format(value=draw_text.compact(abs(change), made.currency)),
            f"{LIST}?state=open&sort=difference",
        ),
        one(_("Excess"), made.excess_value, _("beyond what will be used"), f"{LIST}?sort=-excess_value"),
        one(_("Dead"), made.dead_value, _("nobody takes it"), f"{LIST}?is_dead=true"),
    ]


def _classes(made: Round | None) -> dict[str, Any]:
    currency = made.currency if made else ""
    cells = [
        (
            Cell(text=str(Worth(one.worth).label), url=f"{LIST}?worth={one.worth}", strong=True),
            Cell(kind="number", value=one.count),
            Cell(kind="number", value=one.open),
            Cell(kind="money", value=one.value_now, unit=currency),
            Cell(kind="money", value=one.value_then, unit=currency),
        )
        for one in queries.by_class()
    ]
    heads = _("Class"), _("Places"), _("To decide"), _("Stock now"), _("As recommended")
    table = plain_table(_("By class"), heads, cells, slots=("a1", "b1", "c1", "b2", "a2"))
    empty = _("Classes come with the first round.")
    return {**table, "id": "classes", "empty": empty, "empty_action": None}


def _largest(rows: Any) -> dict[str, Any]:
    cells = [
        (
            *_what(row),
            Cell(kind="quantity", value=row.safety_now, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.safety_stock, unit=row.item.unit.code),
            Cell(
                kind="money",
                value=row.difference,
                unit=row.currency,
                tone="ok" if row.difference < 0 else "",
                strong=True,
            ),
        )
        for row in queries.largest(rows, most=SHORT)
    ]
    heads = _("Item"), _("Class"), _("Policy"), _("Safety stock now"), _("Recommended"), _("Stock value")
    slots = ("a1", "b1", "c1", "hide", "b2", "a2")
    sub = _("What frees most stock, then what needs most")
    table = plain_table(_("To decide first"), heads, cells, slots=slots, sub=sub)
    link = {"title": _("All"), "url": f"{LIST}?state=open&sort=difference"}
    empty = _("Nothing is open: policies fit what happens.")
    return {**table, "id": "largest", "empty": empty, "empty_action": None, "link": link}


def _too_much(rows: Any) -> dict[str, Any]:
    found: Sequence[Recommendation] = queries.too_much(rows, most=SHORT * 2)
    cells = [
        (
            *_what(row)[:2],
            Cell(kind="quantity", value=row.on_hand, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.excess, unit=row.item.unit.code),
            Cell(kind="money", value=row.excess_value, unit=row.currency, strong=True),
            Cell(kind="date", value=row.last_on),
            Cell(kind="badge", text=_("Dead"), tone="bad")
            if row.is_dead
            else Cell(kind="badge", text=_("Excess"), tone="warn"),
        )
        for row in found
    ]
    heads = (
        *(_("Item"), _("Class"), _("Usable stock"), _("Too much"), _("Worth")),
        *(_("Last taken"), _("Kind")),
    )
    slots = ("a1", "b1", "hide", "b2", "a2", "c1", "c2")
    table = plain_table(_("Dead and excess stock"), heads, cells, slots=slots)
    link = {"title": _("All"), "url": f"{LIST}?sort=-excess_value"}
    empty = _("Nothing lies longer than it should.")
    return {**table, "id": "too-much", "empty": empty, "empty_action": None, "link": link}


def _what(row: Recommendation) -> tuple[Cell, ...]:
    return (
        Cell(text=row.item.name, url=registry.url(row), sub=row.site.name, strong=True),
        Cell(text=row.classes),
        Cell(text=str(row.get_method_display())),
    )


@staff
@require_POST
def recommend(request: HttpRequest) -> HttpResponse:
    """Reckon all places as a job, and show how far it is; it can be stopped there."""
    ctx = ctx_of(request)
    need(access.may(ctx, KEEP), _("recommend stock"), KEEP)
    run = jobs.recommend_stock.start(ctx)
    return answer.done(request, _("Stock is reckoned in the background now."), to=f"/jobs/{run.pk}/")


@staff
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Place the safety stock of a chain as a job."""
    ctx = ctx_of(request)
    permission = commands.keep_placing.name
    need(access.may(ctx, permission), _("place safety stock"), permission)
    resource = registry.of(Chain)
    assert resource is not None
    chain = record_of(resource, ctx, pk)
    run = jobs.place_safety_stock.start(
        ctx, title=_("Place safety stock: {chain}").format(chain=chain), chain_id=pk
    )
    return answer.done(request, _("Safety stock is placed in the background now."), to=f"/jobs/{run.pk}/")


menu.entry(_l("Stock policies"), HERE, icon="stack-2", group="Plan", order=31, permission=SEE)
