"""How work centres are shown, entered, found and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.workcentres import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.surface import draw, draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Calendar,
    Changes,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    through,
)

DAYS_SHOWN = 14


def hours(centres: Sequence[models.WorkCentre]) -> Mapping[int, Any]:
    """The hours of an ordinary week of each centre on a page."""
    found = queries.weekly_minutes(centres=centres)
    return {
        pk: _t("{hours} h").format(hours=draw_text.number(minutes / 60, decimals=0)) if minutes else "–"
        for pk, minutes in found.items()
    }


def owners(centres: Sequence[models.WorkCentre]) -> Mapping[int, Any]:
    """Whose each centre is."""
    return {centre.pk: centre.site.party or _t("Our own") for centre in centres}


def fortnight(ctx: Ctx, centre: models.WorkCentre) -> dict[str, Any] | None:
    """The hours of the next two weeks, day by day, after breaks, downtime and holidays."""
    last = ctx.today + timedelta(days=DAYS_SHOWN - 1)
    minutes = queries.capacity(centres=[centre], first=ctx.today, last=last)[centre.pk]
    days = [ctx.today + timedelta(days=n) for n in range(DAYS_SHOWN)]
    if not minutes:
        return None
    values = [float(minutes.get(day, 0)) / 60 for day in days]
    labels = [f"{day:%d.%m.}" for day in days]
    series = [draw.Series(_t("Hours"), values)]
    total = draw_text.number(sum(values), decimals=1)
    words = _t("{hours} machine hours in the next {days} days").format(hours=total, days=DAYS_SHOWN)
    rows = [
        [Cell(text=draw_text.day(day)), Cell(kind="number", value=round(value, 1))]
        for day, value in zip(days, values, strict=True)
    ]
    return {
        "chart": draw.bars(labels, series, now=0, label_every=2),
        "phone": draw.bars(labels, series, now=0, label_every=4, width=360, height=190),
        "donut": None,
        "label": words,
        "sub": words,
        "legend": [],
        "link": None,
        "table": plain_table(words, [_t("Day"), _t("Hours")], rows)["table"],
    }


class WorkCentre(Resource):
    """Machines and places where work is done, ours and our partners', with their hours and rates."""

    model = models.WorkCentre
    menu = "Make", needs("sites.site")
    order = 40
    icon = "tools"
    slug = "centres"
    columns = (
        Column("name", sub="code"),
        Column("owner", read=owners, label=_("Whose")),
        "site",
        "machines",
        Column("hours", read=hours, label=_("Hours a week")),
        "efficiency",
        "machine_rate",
        "labour_rate",
        Column("is_active", label=_("Active")),
    )
    filters = "site", "site.party", "is_active", "machines"
    search = "name", "code"
    form = "code", "name", "site", "machines", "efficiency", "machine_rate", "labour_rate", "note"
    saved = {_("Our own"): "is_active=true&site.party.empty=true", _("Out of use"): "is_active=false"}
    head = "code", "site", "machines", Column("hours", read=hours, label=_("Hours a week"))
    detail = (
        Panel("loom/panels/chart.html", read=fortnight, title=_("Capacity"), name="capacity"),
        Related(
            "shifts",
            "name",
            Column("weekday_names", label=_("Weekdays"), kind="tags"),
            "starts",
            "ends",
            "break_minutes",
            title=_("Shifts"),
            sort="starts",
            create=True,
        ),
        Related(
            "windows",
            "kind",
            "starts_at",
            "ends_at",
            "machines",
            "reason",
            title=_("Downtime and overtime"),
            sort="-starts_at",
        ),
        Changes(),
        Facts("site", "machines", "efficiency", "machine_rate", "labour_rate", "note"),
        Timeline(),
    )
    joins = ("site.party",)
    sort = "code"
    key = "code"
    access = everyone()
    create = commands.open_centre
    actions = "plan_downtime", "plan_overtime"
    empty = _("No work centres yet. Name the machines or places where work is done, with their shifts.")


class Shift(Resource):
    """The hours of a work centre on some weekdays."""

    model = models.Shift
    menu = None
    icon = "clock"
    columns = (
        "name",
        "centre",
        Column("weekday_names", label=_("Weekdays"), kind="tags"),
        "starts",
        "ends",
        "break_minutes",
    )
    filters = ("centre",)
    search = ("name",)
    form = "centre", "name", "weekdays", "starts", "ends", "break_minutes"
    joins = ("centre",)
    sort = "starts"
    key = "pk"
    access = through("centre", models.WorkCentre)
    empty = _("No shifts yet. Without one, a work centre has no hours.")


class Window(Resource):
    """Planned downtime and overtime of work centres."""

    model = models.Window
    menu = None
    icon = "calendar-event"
    columns = "reason", "centre", "kind", "starts_at", "ends_at", "machines"
    filters = "centre", "kind", "starts_at"
    search = ("reason",)
    views = Table(), Calendar("starts_at", end="ends_at")
    joins = ("centre",)
    sort = "-starts_at"
    key = "pk"
    access = through("centre", models.WorkCentre)
    create = False
    edit = False
    delete = False
    empty = _("No downtime and no overtime yet. Plan them on the page of a work centre.")
