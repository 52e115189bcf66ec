"""How right forecasts were, and whether planners made them better."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.demand import queries
from loomline.domains.demand.models import DemandItem
from loomline.domains.demand.queries import Judged
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, menu
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/demand/accuracy/"
SEE = access.view_permission(DemandItem)
WEEKS, SHOWN = 13, 100
NAMES = {
    "total": _l("Everything"),
    "item": _l("Items"),
    "customer": _l("Customers"),
    "site": _l("Sites"),
    "person": _l("People"),
}
MODELS: dict[str, Any] = {"item": Item, "customer": Party, "site": Site, "person": User}
AHEAD = (1, 2, 4, 8)


@staff
def judged(request: HttpRequest) -> HttpResponse:
    """Errors by level, for forecasts made so many weeks before."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the demand plan"), SEE)
    level = request.GET.get("level", "total")
    level = level if level in NAMES else "total"
    ahead = next((n for n in AHEAD if str(n) == request.GET.get("ahead", "")), 1)
    rows = queries.accuracy(ctx, level=level, weeks=WEEKS, ahead=ahead)
    context = {
        "page": page(_("Forecast accuracy")),
        "judged": {
            "text": _opening(rows, level),
            "levels": [
                {"title": name, "url": _url(level=key, ahead=ahead), "current": key == level}
                for key, name in NAMES.items()
            ],
            "aheads": [
                {
                    "title": _("{n} weeks before").format(n=n) if n > 1 else _("The week before"),
                    "url": _url(level=level, ahead=n),
                    "current": n == ahead,
                }
                for n in AHEAD
            ],
        },
        "panel": _table(ctx, rows[:SHOWN], level),
    }
    return render(request, "demand/accuracy.html", context)


def _url(**given: Any) -> str:
    return f"{HERE}?{urlencode(given)}"


def _opening(rows: list[Judged], level: str) -> str:
    if level != "total" or not rows:
        return _(
            "Absolute errors by what came (WAPE) over the last 13 weeks, and what each step takes off it."
        )
    one = rows[0]
    return _(
        "The forecast was {error} off over the last 13 weeks; expecting the last week again, {naive}."
    ).format(error=_percent(one.planned), naive=_percent(one.naive))


def _table(ctx: Ctx, rows: list[Judged], level: str) -> dict[str, Any]:
    names = _names(ctx, rows, level)
    heads = (
        str(NAMES[level]),
        _("Series and weeks"),
        _("Came"),
        _("Naive"),
        _("Statistical"),
        _("Planned"),
        _("Engine adds"),
        _("Planners add"),
        _("Bias"),
    )
    cells = [
        [
            Cell(text=names.get(one.key, str(NAMES["total"])), strong=True),
            Cell(kind="number", value=one.points),
            Cell(text=draw_text.number(one.actual, decimals=0)),
            Cell(text=_percent(one.naive)),
            Cell(text=_percent(one.statistical)),
            Cell(text=_percent(one.planned), strong=True),
            _added(one.statistical_added),
            _added(one.planned_added),
            Cell(text=_percent(one.planned_bias)),
        ]
        for one in rows
    ]
    made = plain_table(
        _("Error and value added"),
        heads,
        cells,
        slots=("a1", "hide", "b1", "hide", "b2", "a2", "hide", "c1", "c2"),
        sub=_("Value added: points of WAPE that a step takes off; below zero it made the forecast worse"),
    )
    empty = _("Nothing to judge yet: a week has to be over that a forecast was made for.")
    if level == "person":
        empty = _("Nobody has changed a week that is over by now.")
    return {**made, "id": "judged", "empty": empty, "empty_action": None, "end_action": None, "link": None}


def _names(ctx: Ctx, rows: list[Judged], level: str) -> dict[int | None, str]:
    model = MODELS.get(level)
    if model is None:
        return {}
    none = {"customer": _("New customers"), "site": _("Any site")}.get(level, "")
    keys = [one.key for one in rows if one.key is not None]
    seen = {one.pk: str(one) for one in access.visible(ctx, model).filter(pk__in=keys)}
    return {None: none, **{key: seen.get(key, _("Somebody else")) for key in keys}}


def _added(value: Decimal | None) -> Cell:
    if value is None:
        return Cell(text="–")
    tone = "ok" if value > 0 else "bad" if value < 0 else ""
    points = draw_text.number(abs(value) * 100, decimals=1)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return Cell(text=f"{sign}{points}", tone=tone)


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else draw_text.percent(value, decimals=1)


menu.entry(_l("Forecast accuracy"), HERE, icon="target-arrow", group="Plan", order=12, permission=SEE)
