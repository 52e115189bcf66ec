"""The page for a talk between a seller and whoever coaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from loomline.domains.coaching import queries
from loomline.domains.coaching.models import Review
from loomline.domains.coaching.queries import Desk, Progress
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff

VIEW = "coaching.view_review"
Told = Callable[[Opportunity], str]


@staff
def sellers_page(request: HttpRequest) -> HttpResponse:
    """Whom one may look at; whoever may only look at themselves is led to their own page."""
    ctx = ctx_of(request)
    level = _level(ctx)
    if level < access.Level.TEAM:
        return HttpResponseRedirect(f"/coaching/sellers/{ctx.actor.pk}/")
    rows = [
        {
            "title": str(seller),
            "text": seller.title,
            "badge": None,
            "actions": [action(_("Open"), f"/coaching/sellers/{seller.pk}/")],
            "switch": None,
        }
        for seller in queries.sellers(ctx, level=level)
    ]
    context = {
        "page": page(_("Coaching")),
        "coaching": {
            "title": _("Who sells"),
            "rows": rows,
            "empty": _("Nobody has open deals yet."),
        },
    }
    return render(request, "coaching/sellers.html", context)


@staff
def seller_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to talk about with one seller."""
    ctx = ctx_of(request)
    level = _level(ctx)
    seller = queries.sellers(ctx, level=level).filter(pk=pk).first()
    if seller is None and pk == ctx.actor.pk:
        seller = ctx.actor
    if seller is None:
        raise NotThere(reference=_("seller {pk}").format(pk=pk))
    desk = queries.desk(ctx, seller=seller)
    crumbs = [{"title": _("Coaching"), "url": "/coaching/sellers/"}] if level >= access.Level.TEAM else []
    context = {
        "page": page(str(seller), crumbs=crumbs, actions=_actions(ctx, seller)),
        "coaching": {
            "title": str(seller),
            "text": seller.title,
            "kpis": _kpis(ctx, desk),
            "panels": [_targets(desk.progress), *_deals(desk), _reviews(desk)],
        },
    }
    return render(request, "coaching/seller.html", context)


def _level(ctx: Ctx) -> access.Level:
    level = access.level_of(ctx.actor, VIEW)
    need(level > access.Level.NONE, _("see this page"), VIEW)
    return level


def _actions(ctx: Ctx, seller: Any) -> list[dict[str, Any]]:
    resource = registry.of(Review)
    if resource is None or not resource.may_create(ctx) or seller.pk == ctx.actor.pk:
        return []
    url = f"{resource.path()}new/?seller={seller.pk}"
    return [action(_("Write a review"), url, icon="messages", kind="primary")]


def _kpis(ctx: Ctx, desk: Desk) -> list[dict[str, Any]]:
    rate = desk.win_rate
    found = [
        (_("Open deals"), str(desk.open_count), ""),
        (_("Worth"), draw_text.compact(desk.worth, ctx.company.currency), ""),
        (_("Weighted"), draw_text.compact(desk.weighted, ctx.company.currency), ""),
        (
            _("Won"),
            draw_text.percent(rate) if rate is not None else "–",
            _("{won} of {all} in 90 days").format(won=desk.won, all=desk.won + desk.lost),
        ),
    ]
    blank = {"unit": "", "url": "", "delta": "", "up": False, "tone": "", "values": [], "stale": ""}
    return [{**blank, "title": title, "value": value, "note": note} for title, value, note in found]


def _targets(progress: Sequence[Progress]) -> dict[str, Any]:
    heads = ((_("Activity"), ""), (_("This week"), "end"), (_("Target"), "end"), (_("Week before"), "end"))
    rows = [
        [
            Cell(text=str(one.activity.label).capitalize()),
            Cell(text=str(one.done), tone="ok" if one.done >= one.per_week else ""),
            Cell(text=str(one.per_week)),
            Cell(text=str(one.before)),
        ]
        for one in progress
    ]
    return _panel(_("This week"), heads, rows, _("There are no activity targets for this person yet."))


def _deals(desk: Desk) -> list[dict[str, Any]]:
    slips = {deal.pk: count for deal, count in desk.slipping}
    return [
        _deal_panel(
            _("Stalled"),
            desk.stalled,
            lambda deal: _("in {stage} since {day}").format(
                stage=deal.stage, day=draw_text.day(deal.staged_at.date())
            ),
            _("Nothing stands still."),
        ),
        _deal_panel(
            _("Without a next step"),
            desk.without_step,
            lambda deal: str(deal.stage),
            _("Everything has a next step."),
        ),
        _deal_panel(
            _("One person only"),
            desk.single_threaded,
            lambda deal: str(deal.stage),
            _("We know more than one person everywhere."),
        ),
        _deal_panel(
            _("Slipping"),
            [deal for deal, _count in desk.slipping],
            lambda deal: _("moved {n} times, now {day}").format(
                n=slips[deal.pk], day=draw_text.day(deal.closes_on) if deal.closes_on else "–"
            ),
            _("No closing day was moved."),
        ),
    ]


def _deal_panel(title: str, deals: Iterable[Opportunity], told: Told, empty: str) -> dict[str, Any]:
    heads = ((_("Deal"), ""), (_("Customer"), ""), (_("Amount"), "end"), (_("Why"), ""))
    rows = [
        [
            Cell(text=deal.name, url=registry.url(deal), strong=True),
            Cell(text=str(deal.party)),
            Cell(text=draw_text.compact(deal.amount, deal.currency)),
            Cell(text=told(deal)),
        ]
        for deal in deals
    ]
    return _panel(title, heads, rows, empty)


def _panel(
    title: str, heads: Sequence[tuple[str, str]], rows: Sequence[list[Cell]], empty: str
) -> dict[str, Any]:
    slots = ("t1", "c1", "t2", "c2")
    return {
        "template": "loom/panels/table.html",
        "title": title,
        "sub": str(len(rows)) if rows else "",
        "empty": empty,
        "table": {
            "label": title,
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": [
                {"label": label, "align": align, "hidden_label": False, "slot": slot}
                for (label, align), slot in zip(heads, slots, strict=True)
            ],
            "rows": [{"id": at, "css": "", "actions": [], "cells": cells} for at, cells in enumerate(rows)],
        },
    }


def _reviews(desk: Desk) -> dict[str, Any]:
    rows = [
        {
            "title": f"{draw_text.day(review.at.date())}, {review.author}",
            "text": "\n".join(part for part in (review.body, review.agreed) if part),
            "badge": {"text": _("Next {day}").format(day=draw_text.day(review.next_on)), "tone": "info"}
            if review.next_on
            else None,
            "actions": [action(_("Open"), registry.url(review))],
            "switch": None,
        }
        for review in desk.reviews
    ]
    return {
        "template": "loom/panels/settings.html",
        "title": _("Reviews"),
        "rows": rows,
        "empty": _("No reviews yet."),
    }


urlpatterns = [
    path("coaching/sellers/", sellers_page),
    path("coaching/sellers/<int:pk>/", seller_page),
]
