"""How pipelines, quotas and forecasts are set up and shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline import commands, models
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Resource,
    Timeline,
    everyone,
    own,
    shared,
    team,
)


class Pipeline(Resource):
    """Ways of selling, each a row of stages."""

    model = models.Pipeline
    menu = "Settings"
    order = 40
    icon = "columns-3"
    columns = "name", "is_default", Count("stages", as_="stage_count", label=_("Stages"))
    search = ("name",)
    form = (
        "name",
        "is_default",
        "asks_reason",
        "asks_competitor",
        Lines("stages", "name", "probability", "category", "max_days", "exit_criteria", "tone"),
    )
    detail = (
        LinesPanel(
            "stages",
            "name",
            "probability",
            "category",
            "max_days",
            "exit_criteria",
            title=_("Stages"),
        ),
        Changes(),
        Timeline(),
    )
    key = "name"
    access = shared()
    empty = _("No pipeline yet. Add one with the steps that your sales take.")


class Stage(Resource):
    """The steps of pipelines, with the probability that a sale is made from here."""

    model = models.Stage
    menu = None
    icon = "flag"
    columns = "name", "pipeline", "position", "probability", "category", "max_days"
    filters = "pipeline", "category"
    search = ("name",)
    form = (
        "pipeline",
        "position",
        "name",
        "probability",
        "category",
        "max_days",
        "exit_criteria",
        "tone",
        Lines("rules", "fact", "own_field", "test", "value", "words", label=_("Exit rules")),
    )
    detail = (
        LinesPanel("rules", "fact", "own_field", "test", "value", "words", title=_("Exit rules")),
        Facts(),
        Changes(),
        Timeline(),
    )
    key = "name"
    sort = "position"
    access = shared()
    empty = _("No stages yet. They are written on their pipeline.")


class OutcomeReason(Resource):
    """Why opportunities are won, lost and given up, in words that can be counted."""

    model = models.OutcomeReason
    menu = "Settings"
    order = 41
    icon = "list-check"
    columns = (
        "name",
        "outcome",
        Column("position", phone="hide"),
        "is_active",
        Count("opportunities", as_="uses", label=_("Uses")),
    )
    filters = "outcome", "is_active"
    search = ("name",)
    form = "outcome", "name", "position", "is_active"
    key = "pk"
    sort = "outcome"
    access = shared()
    empty = _("No reasons yet. Add what your wins and losses are mostly due to.")


class Quota(Resource):
    """What people, teams and the company set out to sell."""

    model = models.Quota
    menu = "Settings"
    order = 45
    icon = "flag"
    columns = "owner", "team", "starts_on", "ends_on", "amount"
    filters = "owner", "team", "starts_on", "ends_on"
    search = "owner.name", "team.name"
    form = "owner", "team", "starts_on", "ends_on", "amount", "currency"
    key = "pk"
    access = own("owner") | team("team") | everyone()
    empty = _("No quotas yet. Set what a person, a team or the company wants to sell in a quarter.")


class ForecastAdjustment(Resource):
    """Managers' own figures beside the computed forecast; the newest counts."""

    model = models.ForecastAdjustment
    menu = "Customers"
    order = 80
    secondary = True
    icon = "adjustments-horizontal"
    columns = "at", "author", "owner", "team", "starts_on", "ends_on", "category", "amount", "note"
    filters = "category", "owner", "team", "starts_on", "author"
    search = ("note",)
    form = "starts_on", "ends_on", "category", "amount", "note", "owner", "team"
    key = "pk"
    access = own("owner") | team("team") | everyone()
    create = commands.adjust_forecast
    empty = _("No adjustments yet. Put your own figure beside a computed one when you know more.")
