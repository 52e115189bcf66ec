"""The rules of the house, and the rounds that followed them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.stocking import models
from loomline.surface.resource import Changes, Column, Facts, Related, Resource, Timeline, everyone


class StockingRule(Resource):
    """The service wanted of each class, what orders and holding cost, and how far back history counts."""

    model = models.StockingRule
    menu = "Plan"
    order = 45
    secondary = True
    icon = "adjustments-horizontal"
    slug = "rules"
    columns = (
        *("site", "measure", "target_a", "target_b", "target_c"),
        *("holding_rate", "order_cost", "setup_cost"),
    )
    filters = "site", "measure"
    search = ("site.name",)
    form = (
        *("site", "measure", "target_a", "target_b", "target_c", "holding_rate"),
        *(
            "order_cost",
            "setup_cost",
            "share_a",
            "share_b",
            "history_weeks",
            "review_weeks",
            "excess_weeks",
            "dead_weeks",
        ),
    )
    joins = ("site",)
    head = "measure", "target_a", "target_b", "target_c", "holding_rate"
    detail = (
        Facts(
            *("order_cost", "setup_cost", "share_a", "share_b", "history_weeks", "review_weeks"),
            *("excess_weeks", "dead_weeks"),
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    access = everyone()
    empty = _("The rules come with the first start. Start the server once, and they stand here.")


class Round(Resource):
    """When stock was recommended, and what it came to."""

    model = models.Round
    menu = None
    icon = "history"
    slug = "rounds"
    columns = (
        "made_at",
        "places",
        Column("value_now", currency="currency"),
        Column("value_then", currency="currency"),
        Column("excess_value", currency="currency"),
        Column("dead_value", currency="currency"),
        "since",
        "until",
    )
    filters = ("made_at",)
    search = ("currency",)
    detail = (
        Related(
            "recommendations",
            "item",
            "site",
            "method",
            Column("safety_stock", unit="item.unit"),
            Column("difference", currency="currency"),
            "state",
            title=_("Recommendations"),
        ),
        Timeline(),
    )
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing was recommended yet. Open stock policies and press “Recommend”.")
