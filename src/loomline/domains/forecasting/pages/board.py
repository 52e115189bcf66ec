"""The forecast: three numbers side by side, how they moved, how right they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.forecasting import commands, jobs, queries
from loomline.domains.forecasting.models import Snapshot
from loomline.domains.forecasting.pages.waterfall import waterfall
from loomline.domains.forecasting.queries import Period, Row, Scope
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import queries as selling
from loomline.domains.pipeline.models import Category, Opportunity
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/forecasting/"
SEE = access.view_permission(Snapshot)
# What the pace is read from: a quarter, about.
LATELY = timedelta(days=90)
SLOTS = ("a1", "a2", "b1", "b2", "c1", "c2", *["hide"] * 8)


@staff
def forecast(request: HttpRequest) -> HttpResponse:
    """What a period will bring, for whom one may see."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the forecast"), SEE)
    period = queries.period_named(request.GET.get("period", ""), today=ctx.today)
    rows = queries.board(ctx, seen=queries.Seen.by(ctx), period=period)
    scope = _scope(request, rows)
    row = next(one for one in rows if one.scope.key == scope.key)
    context = {
        "page": page(_("Forecast"), actions=_actions(ctx)),
        "forecast": {
            "title": _("Forecast {period}").format(period=period.label),
            "text": _opening(row, ctx),
            "scope": scope.name if scope.key != queries.COMPANY.key else "",
            "periods": _periods(request, period, ctx.today),
            "kpis": _kpis(row, ctx),
            "pace": _pace(ctx, scope),
            "left_out": _left_out(row),
            "board": _board(request, ctx, rows, period),
            "bridge": _bridge(request, ctx, period, scope),
            "accuracy": _accuracy(ctx, scope, period),
            "slips": _slips(ctx, period),
        },
    }
    return render(request, "forecasting/forecast.html", context)


@staff
@require_POST
def reckon(request: HttpRequest) -> HttpResponse:
    """Have the statistical figures reckoned now, by the worker."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the forecast"), SEE)
    run = jobs.continue_history.start(ctx)
    return answer.done(
        request, _("The worker reckons; the figures change when it is done."), to=f"/jobs/{run.pk}/"
    )


@staff
@require_POST
def snapshot(request: HttpRequest) -> HttpResponse:
    """Write down now how every deal stands."""
    commands.take_snapshot(ctx_of(request))
    return answer.done(request, _("The snapshot is taken."), to=HERE)


def _scope(request: HttpRequest, rows: list[Row]) -> Scope:
    """Whose figures the lower cards show; the company's when the address names nobody that is there."""
    wanted = (_key(request.GET.get("owner")), _key(request.GET.get("team")))
    return next((row.scope for row in rows if row.scope.key == wanted), queries.COMPANY)


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _actions(ctx: Ctx) -> list[dict[str, Any]]:
    found = [action(_("Reckon anew"), f"{HERE}reckon/", icon="refresh", method="post", spare=True)]
    if access.may(ctx, commands.take_snapshot.name):
        take = f"{HERE}snapshot/"
        found.append(action(_("Take a snapshot"), take, icon="history", method="post", spare=True))
    snapshots = registry.of(Snapshot)
    if snapshots is not None:
        found.append(action(_("Snapshots"), snapshots.path(), icon="list-details"))
    return found


def _opening(row: Row, ctx: Ctx) -> str:
    quota = row.forecast.quota
    if row.forecast.quota_left_out:
        return _("The quota of {quota} has no exchange rate. Enter one to see how far it is.").format(
            quota=_amounts(row.forecast.quota_left_out)
        )
    if quota is None:
        return _("There is no quota for this period. Set one in the settings to see how far it is.")
    missing = quota - row.forecast.closed
    if missing <= 0:
        return _("The quota of {quota} is reached.").format(quota=_money(quota, ctx))
    return _("{missing} to go to the quota of {quota}.").format(
        missing=_money(missing, ctx), quota=_money(quota, ctx)
    )


def _pace(ctx: Ctx, scope: Scope) -> str:
    """What the open deals bring each day at the pace of late, with the figures that it is made of (K3)."""
    rows = queries.of_scope(access.visible(ctx, Opportunity), scope)
    until = ctx.today + timedelta(days=1)
    pace = selling.velocity(ctx, rows=rows, starts_on=until - LATELY, ends_on=until)
    if not pace.per_day:
        return _("No pace yet: it takes open deals, and one that was won in the last {n} days.").format(
            n=LATELY.days
        )
    return _(
        "Pace of the last {n} days: {deals} open × {average} a won deal × {rate} won"
        " ÷ {days} days to close = {amount} a day."
    ).format(
        n=LATELY.days,
        deals=draw_text.number(pace.open_count),
        average=_money(pace.average_won, ctx),
        rate=draw_text.percent(pace.win_rate),
        days=draw_text.number(pace.cycle_days, decimals=0),
        amount=_money(pace.per_day, ctx),
    )


def _money(amount: Decimal | None, ctx: Ctx) -> str:
    return draw_text.money(amount, ctx.company.currency, decimals=0) if amount is not None else "–"


def _left_out(row: Row) -> str:
    return _amounts(row.forecast.left_out)


def _amounts(by_currency: Mapping[str, Decimal]) -> str:
    return ", ".join(draw_text.money(amount, currency) for currency, amount in by_currency.items())


def _address(request: HttpRequest, **given: Any) -> str:
    kept = {name: request.GET[name] for name in ("period", "owner", "team", "since") if request.GET.get(name)}
    merged = {**kept, **given}
    return f"{HERE}?{urlencode({name: value for name, value in merged.items() if value})}"


def _periods(request: HttpRequest, period: Period, today: date) -> list[dict[str, Any]]:
    quarter = queries.this_quarter(today)
    named = [quarter.moved(n) for n in (-1, 0, 1, 2)]
    start = period.starts_on if period.months == 3 else queries.this_quarter(period.starts_on).starts_on
    months = [Period(start, 1).moved(n) for n in range(3)]
    return [
        {"title": one.label, "url": _address(request, period=one.name), "current": one == period}
        for one in (*named, *months)
    ]


def _kpis(row: Row, ctx: Ctx) -> list[dict[str, Any]]:
    made = row.forecast
    attained = made.attainment
    return [
        _kpi(_("Closed"), _money(made.closed, ctx), _attained(attained)),
        _kpi(_("Weighted"), _money(row.weighted, ctx), _("amounts times probability")),
        _kpi(
            _("Committed"),
            _money(row.roll_up, ctx),
            _("the manager's own figure") if row.own(Category.COMMIT) else _("closed and commit"),
        ),
        _kpi(_("Statistical"), _money(row.statistical, ctx), _span(row, ctx)),
        _kpi(
            _("Coverage"),
            f"{draw_text.number(made.coverage, decimals=1)} ×" if made.coverage is not None else "–",
            _("open pipeline against what is missing"),
        ),
    ]


def _attained(share: Decimal | None) -> str:
    if share is None:
        return _("no quota")
    return _("{share} of the quota").format(share=draw_text.percent(share))


def _span(row: Row, ctx: Ctx) -> str:
    if row.low is None or row.high is None:
        return _("not reckoned yet")
    return _("{low} to {high}, 8 of 10").format(low=_money(row.low, ctx), high=_money(row.high, ctx))


def _kpi(title: str, value: str, note: str) -> dict[str, Any]:
    return {
        "title": title,
        "value": value,
        "unit": "",
        "url": "",
        "delta": "",
        "up": False,
        "tone": "",
        "note": note,
        "values": [],
        "stale": "",
    }


def _board(request: HttpRequest, ctx: Ctx, rows: list[Row], period: Period) -> dict[str, Any]:
    heads = (
        _("Whose"),
        _("Weighted"),
        _("Committed"),
        _("Statistical"),
        _("Closed"),
        _("Quota"),
        _("Attained"),
        _("Best case"),
        _("Pipeline"),
        _("Coverage"),
    )
    made = plain_table(
        _("Company, teams, people"),
        heads,
        [_cells(request, ctx, row) for row in rows],
        slots=SLOTS,
        sub=_("Each level includes the surer ones; own figures stand under the computed ones."),
    )
    if access.may(ctx, pipeline.adjust_forecast.name):
        made["table"]["row_actions"] = True
        for drawn, row in zip(made["table"]["rows"], rows, strict=True):
            drawn["actions"] = [_adjust(row, period)]
    return {**made, "id": "board", "empty": "", "end_action": None, "link": None}


def _adjust(row: Row, period: Period) -> dict[str, Any]:
    given = {"period": period.name, "owner": row.scope.owner_id or "", "team": row.scope.team_id or ""}
    url = f"{HERE}adjust/?{urlencode({name: value for name, value in given.items() if value})}"
    return action(_("Own figure"), url, icon="adjustments-horizontal", method="dialog", kind="quiet")


def _cells(request: HttpRequest, ctx: Ctx, row: Row) -> tuple[Cell, ...]:
    made, currency = row.forecast, ctx.company.currency
    sees_all = access.level_of(ctx.actor, access.view_permission(Opportunity)) is access.Level.ALL
    whose = row.scope.name or (ctx.company.name if sees_all else _("All that you see"))
    url = _address(request, owner=row.scope.owner_id, team=row.scope.team_id)
    kind = _("Team") if row.scope.team_id else ""
    without = _amounts(made.quota_left_out)
    amounts = (
        (row.weighted, ""),
        (made.committed, _own(row, Category.COMMIT, ctx)),
        (row.statistical, _span(row, ctx) if row.statistical is not None else ""),
        (made.closed, ""),
        (made.quota, _("{amount}, no rate").format(amount=without) if without else ""),
    )
    return (
        Cell(text=whose, url=url, sub=kind, strong=not row.scope.owner_id),
        *(_amount(amount, currency, sub) for amount, sub in amounts),
        Cell(text=draw_text.percent(made.attainment) if made.attainment is not None else "–"),
        _amount(made.best, currency, _own(row, Category.BEST_CASE, ctx)),
        _amount(made.everything, currency, _own(row, Category.PIPELINE, ctx)),
        Cell(text=f"{draw_text.number(made.coverage, decimals=1)} ×" if made.coverage is not None else "–"),
    )


def _amount(amount: Decimal | None, currency: str, sub: str = "") -> Cell:
    if amount is None:
        return Cell(text="–", sub=sub)
    return Cell(kind="money", value=amount, unit=currency, decimals=0, sub=sub)


def _own(row: Row, category: str, ctx: Ctx) -> str:
    """The manager's own figure with who says so and why."""
    own = row.own(category)
    if own is None:
        return ""
    return _("{who}: {amount}, {note}").format(who=own.author, amount=_money(own.amount, ctx), note=own.note)


PARTS = {
    "new": _l("New"),
    "pulled_in": _l("Pulled in"),
    "taken_over": _l("Taken over"),
    "changed": _l("Changed"),
    "won": _l("Won"),
    "lost": _l("Lost"),
    "slipped": _l("Slipped"),
    "handed_over": _l("Handed over"),
}
# Of the whole company nothing goes to anybody else.
BETWEEN_PEOPLE = ("taken_over", "handed_over")


def _bridge(request: HttpRequest, ctx: Ctx, period: Period, scope: Scope) -> dict[str, Any]:
    """From a snapshot to now: what came, what went, and the deals that moved most."""
    known = list(queries.snapshots()[:14])
    if not known:
        return {"empty": _("The bridge stands on snapshots. The first one is taken on Monday night.")}
    start = next((one for one in known if str(one.pk) == request.GET.get("since")), _usual(known, ctx))
    before, after = queries.between(
        ctx, start=start, end=None, rows=access.visible(ctx, Opportunity), scope=scope, period=period
    )
    made = queries.bridge(before=before, after=after, starts_on=period.starts_on, ends_on=period.ends_on)
    bars = [(draw_text.day(start.taken_on), made.start, "whole")]
    bars += [
        (str(PARTS[part]), made.part(part), "won" if part == "won" else "part")
        for part in queries.ORDER
        if part not in BETWEEN_PEOPLE or made.part(part)
    ]
    bars += [(_("Now"), made.end, "whole")]
    said = ", ".join(f"{label} {_money(amount, ctx)}" for label, amount, _kind in bars)
    opportunity = registry.of(Opportunity)
    return {
        "empty": "",
        "since": [
            {
                "title": draw_text.day(one.taken_on),
                "url": _address(request, since=one.pk),
                "current": one == start,
            }
            for one in known[:6]
        ],
        "picture": waterfall(bars, currency=ctx.company.currency),
        "label": _("Open pipeline of the period: {said}.").format(said=said),
        "parts": [
            {
                "title": str(PARTS[part]),
                "amount": _money(made.part(part), ctx),
                "deals": [
                    {
                        "name": step.name,
                        "amount": _money(step.amount, ctx),
                        "url": opportunity.url(step.key) if opportunity is not None else "",
                    }
                    for step in made.largest(part)
                ],
            }
            for part in queries.ORDER
            if made.largest(part, 1)
        ],
    }


def _usual(known: list[Snapshot], ctx: Ctx) -> Snapshot:
    """The snapshot of a week ago, or the oldest one there is."""
    older = [one for one in known if (ctx.today - one.taken_on).days >= 7]
    return older[0] if older else known[-1]


def _accuracy(ctx: Ctx, scope: Scope, period: Period) -> dict[str, Any]:
    before = queries.this_quarter(ctx.today) if period.months == 3 else Period(ctx.today.replace(day=1), 1)
    found = queries.accuracy(ctx, rows=access.visible(ctx, Opportunity), scope=scope, before=before)
    heads = (_("Period"), _("Days before"), _("Forecast"), _("Came"), _("Accuracy"))
    rows = [
        (
            Cell(text=one.period.label, strong=True),
            Cell(text=f"T−{one.ahead}", sub=draw_text.day(one.taken_on)),
            _amount(one.forecast, ctx.company.currency),
            _amount(one.actual, ctx.company.currency),
            Cell(text=draw_text.percent(one.accuracy) if one.accuracy is not None else "–"),
        )
        for one in found
    ]
    made = plain_table(
        _("How right it was"), heads, rows, sub=_("Closed by then and weighted, against what came")
    )
    empty = _(
        "Nothing to compare yet: a period has to end that has snapshots 30, 60 or 90 days before its end."
    )
    return {**made, "id": "accuracy", "empty": empty, "empty_action": None, "end_action": None, "link": None}


def _slips(ctx: Ctx, period: Period) -> dict[str, Any]:
    opportunity = registry.of(Opportunity)
    rows = [
        (
            Cell(text=one.name, strong=True),
            Cell(text=_("{n} of {all}").format(n=one.slipped, all=one.deals)),
            Cell(text=str(one.times)),
            Cell(text=one.worst, url=opportunity.url(one.worst_id) if opportunity is not None else ""),
        )
        for one in queries.slippers(rows=access.visible(ctx, Opportunity), period=period)
    ]
    heads = (_("Whose"), _("Deals moved later"), _("Times"), _("Moved most often"))
    made = plain_table(_("Who slips"), heads, rows, sub=_("Closing days of open deals moved later"))
    empty = _("No closing day of this period was moved later.")
    return {**made, "id": "slips", "empty": empty, "empty_action": None, "end_action": None, "link": None}


menu.entry(_l("Forecast"), HERE, icon="chart-histogram", group="Customers", order=35, permission=SEE)
