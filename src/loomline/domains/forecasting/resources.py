"""How snapshots and projections are listed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.forecasting import models
from loomline.surface.resource import (
    Column,
    Facts,
    Related,
    Resource,
    Timeline,
    everyone,
    own,
    team,
)


class Snapshot(Resource):
    """Every deal as it stood, one week after the other."""

    model = models.Snapshot
    menu = "Customers"
    order = 82
    secondary = True
    icon = "history"
    columns = (
        "taken_on",
        "count",
        Column("amount", currency="currency"),
        Column("weighted", currency="currency"),
    )
    filters = "taken_on", "count"
    search = ("currency",)
    head = "count", Column("amount", currency="currency"), Column("weighted", currency="currency")
    detail = (
        Related(
            "lines",
            "name",
            "owner",
            "state",
            "category",
            Column("amount", currency="snapshot.currency"),
            "closes_on",
            "closed_on",
            title=_("Deals"),
        ),
        Facts("taken_at", "left_out"),
        Timeline(),
    )
    sort = "-taken_on"
    key = "taken_on"
    create = False
    empty = _("No snapshots yet. One is taken every Monday night, or on the page of the forecast.")


class SnapshotLine(Resource):
    """Single deals in snapshots."""

    model = models.SnapshotLine
    menu = None
    icon = "target-arrow"
    columns = "name", "snapshot", "owner", "team", "state", "category", "amount", "weighted", "closes_on"
    filters = "snapshot", "owner", "team", "state", "category", "amount", "closes_on"
    search = ("name",)
    key = "pk"
    joins = "snapshot", "owner", "team"
    access = own("owner") | team("team") | everyone()
    empty = _("No deals in snapshots yet. They come with the first snapshot.")


class Projection(Resource):
    """What history says, run after run."""

    model = models.Projection
    menu = None
    icon = "chart-line"
    columns = "made_at", "first_month", "months", "currency"
    filters = "made_at", "first_month"
    search = ("currency",)
    detail = (
        Related(
            "figures",
            "month",
            "owner",
            "team",
            Column("mean", currency="projection.currency"),
            Column("low", currency="projection.currency"),
            Column("high", currency="projection.currency"),
            "method",
            title=_("Months"),
        ),
        Timeline(),
    )
    key = "pk"
    empty = _("No statistical forecast yet. It is reckoned every Monday night from what was won so far.")


class ProjectedMonth(Resource):
    """Single months of statistical forecasts."""

    model = models.ProjectedMonth
    menu = None
    icon = "chart-line"
    columns = "month", "owner", "team", "mean", "low", "high", "method", "projection"
    filters = "month", "owner", "team", "projection"
    search = ("method",)
    key = "pk"
    joins = "projection", "owner", "team"
    access = own("owner") | team("team") | everyone()
    empty = _("No projected months yet. They come with the first statistical forecast.")
