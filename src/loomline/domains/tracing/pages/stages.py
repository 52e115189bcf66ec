"""The stages of all open order lines: by line, by style, and as a time-and-action calendar; at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.bills.models import StageKind
from loomline.domains.tracing import queries
from loomline.domains.tracing.pages.moment import as_of_field, moment_of
from loomline.domains.tracing.pages.thread import TOPICS, slack_words
from loomline.domains.tracing.queries import Stages, Stretch, Thread, Wanted
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import menu
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/stages/"
SEE = "sales.view_orderline"
KINDS = ("sourcing", *(kind.value for kind in StageKind), "shipping")
NAMES = {
    "sourcing": _l("Sourcing"),
    **{kind.value: kind.label for kind in StageKind},
    "shipping": _l("Shipping"),
}
MARKS = {
    "done": "circle-check",
    "now": "player-play",
    "todo": "",
    "late": "alert-triangle",
    "hold": "lock",
}
VIEWS = {"": _l("Lines"), "styles": _l("Styles"), "calendar": _l("Time and action")}
ONLY = {"": _l("All"), "late": _l("Late"), "risk": _l("At risk")}


@staff
def stages(request: HttpRequest) -> HttpResponse:
    """Where every open order line stands, stage by stage, now or as it was told at a past moment."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see order lines"), SEE)
    asked = request.GET
    at = moment_of(ctx, asked.get("at", ""))
    view = asked.get("view", "") if asked.get("view", "") in VIEWS else ""
    wanted = Wanted(
        order=_key(asked.get("order", "")),
        style=_key(asked.get("style", "")),
        customer=_key(asked.get("customer", "")),
        partner=_key(asked.get("partner", "")),
        only=asked.get("only", "") if asked.get("only", "") in ONLY else "",
        after=_after(asked.get("after", "")),
    )
    found = queries.stages(ctx, at=at, wanted=wanted)
    draw = {"": _lines, "styles": _styles, "calendar": _calendar}[view]
    context = {
        "page": page(_("Stages")),
        "stages": {
            "said": _said(found),
            "as_of": as_of_field(ctx, at, HERE, keep=_kept(asked), now_url=_url(asked, at="")),
            "views": _choices(asked, "view", VIEWS, view),
            "filters": _filters(ctx, wanted, found),
            "only": _choices(asked, "only", ONLY, wanted.only),
            "next": _url(asked, after="{}.{}".format(*found.next)) if found.next else "",
            "topics": TOPICS,
        },
        "panel": draw(found.threads),
    }
    return render(request, "tracing/stages.html", context)


def _kept(asked: Any) -> list[dict[str, str]]:
    """What the form hands on beside its own fields."""
    return [{"name": name, "value": asked[name]} for name in ("view", "order") if asked.get(name)]


def _key(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 18 else None


def _after(text: str) -> tuple[date, int] | None:
    day, _dot, pk = text.partition(".")
    try:
        found = parse_date(day)
    except ValueError:
        found = None
    return (found, int(pk)) if found and _key(pk) is not None else None


def _url(asked: Any, **changes: str) -> str:
    kept = {name: value for name, value in asked.items() if value and name != "after"} | changes
    return f"{HERE}?{urlencode({name: value for name, value in kept.items() if value})}"


def _choices(asked: Any, name: str, words: dict[str, Any], current: str) -> list[dict[str, Any]]:
    return [
        {"title": str(title), "url": _url(asked, **{name: one}), "current": one == current, "value": one}
        for one, title in words.items()
    ]


def _filters(ctx: Ctx, wanted: Wanted, found: Stages) -> list[dict[str, Any]]:
    """What the lines can be narrowed by: styles, customers, and who works on what is shown."""
    styles, customers = queries.narrowed_by(ctx)
    partners = queries.holders_of(found.threads)
    return [
        _filter("style", _("Style"), styles.items(), wanted.style),
        _filter("customer", _("Customer"), customers.items(), wanted.customer),
        _filter("partner", _("Partner"), partners.items(), wanted.partner),
    ]


def _filter(name: str, title: str, rows: Iterable[tuple[int, str]], current: int | None) -> dict[str, Any]:
    options = [{"value": pk, "title": text, "current": pk == current} for pk, text in rows]
    return {"name": name, "title": title, "options": options}


def _said(found: Stages) -> str:
    late = sum(thread.is_late for thread in found.threads)
    tight = sum(thread.is_tight and not thread.is_late for thread in found.threads)
    return _("{n} order lines: {late} late, {tight} at risk.").format(
        n=len(found.threads), late=late, tight=tight
    )


def _lines(threads: Sequence[Thread]) -> dict[str, Any]:
    """A row for each order line, a column for each kind of stage."""
    kinds = _kinds(threads)
    rows = []
    for thread in threads:
        line, order = thread.line, thread.order
        rows.append(
            (
                Cell(
                    kind="item",
                    text=thread.item.name,
                    sub=f"{order.number} · {thread.customer}",
                    colour=thread.item.swatch,
                    url=f"/thread/{line.pk}/",
                ),
                Cell(kind="quantity", value=line.open_quantity, unit=thread.unit),
                Cell(kind="date", value=line.promised_on),
                _projected(thread),
                *(_cell([one for one in thread.stretches if one.kind == kind]) for kind in kinds),
            )
        )
    heads = (_("Line"), _("Open"), _("Promised"), _("Projected"), *(str(NAMES[kind]) for kind in kinds))
    slots = ("a1", "a2", "b1", "b2", *("hide" for _kind in kinds))
    return _panel(plain_table(_("By order line"), heads, rows, slots=slots))


def _kinds(threads: Sequence[Thread]) -> list[str]:
    used = {stretch.kind for thread in threads for stretch in thread.stretches}
    return [kind for kind in KINDS if kind in used]


def _projected(thread: Thread) -> Cell:
    if thread.projected_on is None:
        return Cell(kind="badge", text=_("no date"), tone="bad")
    slack = thread.slack
    return Cell(
        kind="date",
        value=thread.projected_on,
        tone="bad" if thread.is_late else "warn" if thread.is_tight else "",
        sub="" if slack is None else _slack(slack),
    )


def _slack(slack: int) -> str:
    return _("{n} over").format(n=-slack) if slack < 0 else _("slack {n}").format(n=slack)


def _cell(stretches: Sequence[Stretch]) -> Cell:
    """All stretches of one kind in short: the one that is furthest behind speaks for them."""
    if not stretches:
        return Cell()
    worst = min(stretches, key=_order)
    slack = worst.play.slack
    parts = [_flow(stretches), worst.holder]
    if slack is not None:
        parts.append(_slack(slack))
    if worst.play.is_critical and worst.progress != "done":
        parts.append(_("critical"))
    return Cell(
        kind="slip",
        value=worst.day,
        days=worst.slip if worst.progress != "done" else 0,
        tone=_tone(worst),
        icon=MARKS[worst.progress],
        sub=", ".join(part for part in parts if part),
    )


def _order(stretch: Stretch) -> tuple[int, int]:
    rank = ("hold", "late", "now", "todo", "done").index(stretch.progress)
    slack = stretch.play.slack
    return (5 if stretch.progress == "done" else 0) + (0 if stretch.progress == "hold" else 1), (
        rank if slack is None else slack
    )


def _tone(stretch: Stretch) -> str:
    if stretch.progress == "done":
        return ""
    slack = stretch.play.slack
    if stretch.progress == "hold":
        return "hold"
    if slack is None:
        return "warn" if stretch.progress == "late" else ""
    return "bad" if slack < 0 else "warn" if slack <= queries.TIGHT and stretch.kind != "shipping" else ""


def _flow(stretches: Sequence[Stretch]) -> str:
    """What has come out of what is planned, and what was rejected."""
    out = sum((one.moved_out or Decimal(0) for one in stretches), Decimal(0))
    planned = sum((one.planned for one in stretches), Decimal(0))
    rejected = sum((one.rejected for one in stretches), Decimal(0))
    if len({one.unit for one in stretches}) > 1:
        done = sum(one.progress == "done" for one in stretches)
        return _("{done} of {all}").format(done=done, all=len(stretches))
    said = _("{out} of {planned} {unit}").format(
        out=plain(out), planned=plain(planned), unit=stretches[0].unit
    )
    return f"{said}, {_('{n} rejected').format(n=plain(rejected))}" if rejected else said


def _styles(threads: Sequence[Thread]) -> dict[str, Any]:
    """A row for each style, what all its lines together have in and out of each kind of stage."""
    kinds = _kinds(threads)
    by_style: dict[str, list[Thread]] = defaultdict(list)
    for thread in threads:
        by_style[thread.style or thread.item.name].append(thread)
    rows = []
    for style, found in sorted(by_style.items()):
        seen = {one.key: one for thread in found for one in thread.stretches if one.document}
        own = [one for thread in found for one in thread.stretches if not one.document]
        late = sum(thread.is_late for thread in found)
        rows.append(
            (
                Cell(text=style, strong=True, sub=_("{n} lines").format(n=len(found))),
                Cell(kind="number", value=late, tone="bad" if late else ""),
                *(_sum([one for one in (*seen.values(), *own) if one.kind == kind]) for kind in kinds),
            )
        )
    heads = (_("Style"), _("Late"), *(str(NAMES[kind]) for kind in kinds))
    return _panel(plain_table(_("By style"), heads, rows, slots=("a1", "a2", *("full" for _k in kinds))))


def _sum(stretches: Sequence[Stretch]) -> Cell:
    if not stretches:
        return Cell()
    worst = min(stretches, key=_order)
    into = sum((one.moved_in or Decimal(0) for one in stretches), Decimal(0))
    sub = [_("{n} in").format(n=plain(into))] if len({one.unit for one in stretches}) == 1 else []
    if worst.play.slack is not None:
        sub.append(_slack(worst.play.slack))
    return Cell(text=_flow(stretches), tone=_tone(worst), sub=", ".join(sub))


def _calendar(threads: Sequence[Thread]) -> dict[str, Any]:
    """Which stage is due when: as planned first, at the latest for the promise, and as projected."""
    rows = [_action(found, stretch) for found, stretch in queries.calendar_of(threads)]
    heads = (
        *(_("Stage"), _("Due"), _("Planned"), _("Projected"), _("Slack"), _("With"), _("Quantity")),
        *(_("In"), _("Out"), _("Rejected"), _("Lots"), _("State")),
    )
    slots = ("a1", "a2", "hide", "b1", "b2", "c1", "hide", "hide", "hide", "hide", "hide", "c2")
    sub = _("What is still to end, by the latest day that keeps the promise")
    return _panel(plain_table(_("Time and action"), heads, rows, slots=slots, sub=sub))


def _action(threads: Sequence[Thread], stretch: Stretch) -> tuple[Cell, ...]:
    thread = threads[0]
    orders = ", ".join(dict.fromkeys(one.order.number for one in threads))
    goods = ", ".join(dict.fromkeys(one.style or one.item.name for one in threads))
    return (
        Cell(
            text=stretch.name,
            url=f"/thread/{thread.line.pk}/",
            strong=True,
            sub=f"{orders} · {goods}",
        ),
        Cell(kind="date", value=stretch.play.latest_on),
        Cell(kind="date", value=stretch.promised_on),
        Cell(kind="slip", value=stretch.day, days=stretch.slip, tone=_tone(stretch)),
        Cell(text=slack_words(stretch), tone=_tone(stretch)),
        Cell(kind="party", text=stretch.holder),
        Cell(kind="quantity", value=stretch.planned, unit=stretch.unit),
        Cell(kind="number", value=stretch.moved_in),
        Cell(kind="number", value=stretch.moved_out),
        Cell(kind="number", value=stretch.rejected),
        Cell(text=", ".join(lot.number for lot in stretch.lots)),
        Cell(kind="badge", text=stretch.state, tone=stretch.tone),
    )


def _panel(table: dict[str, Any]) -> dict[str, Any]:
    return {
        **table,
        "id": "stages-table",
        "empty": _("No open order line fits. Confirm an order, or look at another moment."),
        "empty_action": None,
    }


menu.entry(_l("Stages"), HERE, icon="needle-thread", group="Orders", order=22, permission=SEE)
