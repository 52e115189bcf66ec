"""Scenarios side by side, and the button that plans one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loomline.domains.scenarios import commands, jobs, queries
from loomline.domains.scenarios.models import Outcome, Scenario, ScenarioState
from loomline.domains.scenarios.queries.comparing import MOST
from loomline.domains.scenarios.resources.figures import figures, moved, overloads
from loomline.domains.scenarios.resources.scenario import COMPARE
from loomline.kernel import access
from loomline.kernel.refusal import NotThere
from loomline.surface import answer, draw, draw_text
from loomline.surface.page import ctx_of, need, page, staff

SEE = "scenarios.view_scenario"
CHOICE, DISCARDED = 12, ScenarioState.DISCARDED


@staff
def compare(request: HttpRequest) -> HttpResponse:
    """Key figures of the live plan and up to three scenarios, and whose lines change their day."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("compare scenarios"), SEE)
    planned = (
        access.visible(ctx, Scenario)
        .filter(outcomes__isnull=False)
        .exclude(state=DISCARDED)
        .order_by("-planned_at", "-pk")
    )
    offered = list(planned[:CHOICE])
    asked = {int(key) for key in request.GET.getlist("with") if key.isdigit()}
    chosen = [one for one in offered if one.pk in asked][:MOST] or offered[:MOST]
    live, outcomes = queries.newest_live(), queries.outcomes_of(scenarios=chosen)
    known = {one.pk for one in chosen}
    context = {
        "page": page(
            _("Compare scenarios"), crumbs=[{"title": _("Scenarios"), "url": "/scenarios/scenarios/"}]
        ),
        "compare": {
            "url": COMPARE,
            "offered": [{"pk": one.pk, "name": one.name, "on": one.pk in known} for one in offered],
            "empty": _("No scenario is planned yet. Open one, say what is different, and plan it."),
            "callout": _apart(live, outcomes) if live else "",
            "tables": [figures(live, outcomes), moved(live, outcomes), *overloads(live, outcomes)]
            if live and outcomes
            else [],
            "charts": [_stock(live, one) for one in outcomes] if live else [],
        },
    }
    return render(request, "scenarios/compare.html", context)


def _apart(live: Outcome, outcomes: list[Outcome]) -> str:
    old = [one for one in outcomes if one.made_at != live.made_at]
    if not old:
        return ""
    names = ", ".join(f"{one} ({draw_text.moment(one.made_at)})" for one in old)
    text = _("The live plan is of {at}, {names}. Plan these again to compare like with like.")
    return text.format(at=draw_text.moment(live.made_at), names=names)


def _stock(live: Outcome, one: Outcome) -> dict[str, Any]:
    """What the stock would be worth week by week, with the live plan as a line across."""
    labels = [f"{date.fromisoformat(week).isocalendar().week:02d}" for week, _value in one.weeks]
    bars = [draw.Series(str(one), [float(value) / 1000 for _week, value in one.weeks])]
    line = [float(value) / 1000 for _week, value in live.weeks]
    last, base = (round(float(rows[-1][1])) if rows else 0 for rows in (one.weeks, live.weeks))
    words = _("In the last of {n} weeks the stock is worth {value}, in the live plan {base}.").format(
        n=len(one.weeks),
        value=draw_text.money(last, one.currency, decimals=0),
        base=draw_text.money(base, one.currency, decimals=0),
    )
    return {
        "title": _("Stock value by week: {scenario}").format(scenario=one),
        "sub": _("In thousands of {currency}").format(currency=one.currency),
        "id": f"stock-{one.pk}",
        "chart": draw.bars(labels, bars, line=line, width=1100, height=200),
        "phone": draw.bars(labels, bars, line=line, width=360, height=170, label_every=2),
        "donut": None,
        "label": words,
        "legend": [{"title": str(one), "css": "lg-a2"}, {"title": _("Live plan"), "css": "lg-ink"}],
        "link": None,
        "table": None,
    }


@staff
@require_POST
def plan_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a scenario as a job, and show how far it is; it can be stopped there."""
    ctx = ctx_of(request)
    need(access.may(ctx, commands.keep_outcome.name), _("plan scenarios"), commands.keep_outcome.name)
    scenario = access.visible(ctx, Scenario).filter(pk=pk).first()
    if scenario is None:
        raise NotThere(reference=_("scenario {pk}").format(pk=pk))
    title = _("Plan the scenario {name}").format(name=scenario.name)
    run = jobs.plan_scenario.start(ctx, title=title, scenario_id=scenario.pk)
    return answer.done(request, _("Planning runs in the background now."), to=f"/jobs/{run.pk}/")


urlpatterns = [path("scenarios/compare/", compare), path("scenarios/<int:pk>/plan/", plan_now)]
