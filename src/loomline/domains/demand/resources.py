"""How the demand plan is listed, shown and exported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.demand import commands, models
from loomline.domains.demand.pages import shown
from loomline.surface.resource import (
    Board,
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

TABLE, CHART = "loom/panels/table.html", "loom/panels/chart.html"


class DemandItem(Resource):
    """What each item is expected to be wanted of: orders, pipeline, forecast and planners' own figures."""

    model = models.DemandItem
    menu = "Plan", needs("catalog.item")
    order = 10
    icon = "chart-histogram"
    slug = "items"
    columns = (
        Column("item", sub="item.sku"),
        Column("history", read=shown.sparks, label=_("26 weeks"), kind="spark"),
        Column("expected", unit="item.unit", decimals=0),
        "kind",
        Column("wape", kind="percent"),
        Column("bias", kind="percent"),
        Column("mase", decimals=2),
        "method",
        "item.category",
    )
    filters = "item", "item.category", "item.style", "kind", "wape", "bias", "mase", "expected"
    search = "item.sku", "item.name"
    form = "item", "backward_weeks", "forward_weeks", "note"
    saved = {
        _("Hard to forecast"): "sort=-wape",
        _("Rare or lumpy"): "kind=intermittent,lumpy&sort=-expected",
        _("Too much expected"): "sort=-bias",
    }
    head = (
        "kind",
        Column("expected", unit="item.unit", decimals=0),
        Column("wape", kind="percent"),
        Column("bias", kind="percent"),
        "method",
    )
    detail = (
        Panel(CHART, read=shown.fan, title=_("Wanted and expected"), place="top", name="fan"),
        Panel(TABLE, read=shown.layers, title=_("Layers"), name="layers"),
        Panel(TABLE, read=shown.own_figures, title=_("Own figures"), name="own"),
        Related("series", "customer", "site", title=_("Series"), sort="pk"),
        Changes(),
        Facts("item", "adi", "cv2", "mase", "run", "backward_weeks", "forward_weeks", "note"),
        Timeline(),
    )
    joins = ("item.unit", "run")
    sort = "item"
    key = "item"
    access = everyone()
    create = commands.plan_series
    delete = False
    actions = ("drop_overrides",)
    empty = _(
        "Nothing in the demand plan yet. The first forecast run takes in everything that was ever ordered."
    )


class Series(Resource):
    """What single customers take of an item from a site."""

    model = models.Series
    menu = None
    icon = "chart-line"
    slug = "series"
    columns = "demand", "customer", "site"
    filters = "demand", "customer", "site"
    search = "demand.item.sku", "demand.item.name"
    joins = ("demand.item", "customer", "site")
    sort = "pk"
    key = "pk"
    access = through("demand", models.DemandItem)
    create = False
    edit = False
    delete = False
    empty = _("No series yet. They come with the first forecast run.")


class Override(Resource):
    """Where planners expect something else than history does, and why."""

    model = models.Override
    menu = "Plan"
    order = 13
    secondary = True
    icon = "pencil"
    columns = "series", "week", Column("quantity", unit="series.demand.item.unit"), "reason", "author", "at"
    filters = "series.demand", "series.customer", "week", "author"
    search = ("reason",)
    joins = ("series.demand.item.unit", "series.customer")
    sort = "-week"
    key = "pk"
    access = through("series", models.Series)
    create = False
    edit = False
    delete = False
    empty = _("No overrides yet. Type another figure into the demand grid, with a reason.")


class Promotion(Resource):
    """Weeks in which we see to it that more is wanted: an uplift of an item or a family, and the reason."""

    model = models.Promotion
    menu = "Plan", needs("catalog.item")
    order = 13
    icon = "tag"
    slug = "promotions"
    columns = (
        Column("number", sub="name", strong=True),
        "state",
        "item",
        "style",
        "category",
        "customer",
        "first_week",
        "weeks",
        "kind",
        Column("uplift", decimals=0),
        "reason",
    )
    filters = "state", "item", "style", "category", "customer", "kind", "first_week"
    search = "number", "name", "reason"
    form = (
        *("name", "item", "style", "category", "customer", "first_week", "weeks", "kind", "uplift"),
        "reason",
    )
    views = (
        Table(),
        Board(by="state", title="name", party="customer", date="first_week"),
        Calendar("first_week"),
    )
    saved = {_("Agreed"): "state=agreed&sort=first_week", _("To decide"): "state=draft&sort=first_week"}
    head = "state", "first_week", "weeks", "kind", Column("uplift", decimals=0)
    detail = (
        Facts("item", "style", "category", "customer", "reason", "agreed_at"),
        Changes(),
        Timeline(),
    )
    joins = "item", "style", "category", "customer"
    sort = "-first_week"
    key = "number"
    access = everyone()
    create = commands.plan_promotion
    delete = False
    actions = ("agree_promotion", "cancel_promotion")
    empty = _("No promotions yet. Say what will be wanted more, in which weeks and why.")


class Run(Resource):
    """Every forecast of all series: when it was made, and how far off it was on weeks it had not seen."""

    model = models.Run
    menu = "Plan"
    order = 14
    secondary = True
    icon = "history"
    columns = (
        "made_at",
        "item_count",
        "series_count",
        Column("wape", kind="percent"),
        Column("naive_wape", kind="percent"),
        Column("bias", kind="percent"),
        "first_week",
        "weeks",
    )
    filters = "made_at", "wape", "series_count"
    detail = (
        Related("figures", "demand", "series", "kind", "method", "wape", "mase", title=_("Forecasts")),
        Facts("first_week", "weeks", "bias"),
        Timeline(),
    )
    sort = "-pk"
    key = "pk"
    access = everyone()
    create = False
    empty = _("No forecast runs yet. One is made every Monday night, or from the page of the demand grid.")


class Forecast(Resource):
    """What a run said of one series or item."""

    model = models.Forecast
    menu = None
    icon = "chart-line"
    columns = "demand", "series", "kind", "method", "wape", "bias", "mase", "run"
    filters = "demand", "series", "kind", "run", "wape"
    search = ("method",)
    joins = ("demand.item", "series.demand.item", "series.customer", "run")
    sort = "-pk"
    key = "pk"
    access = through("demand", models.DemandItem)
    empty = _("No forecasts yet. They come with the first forecast run.")
