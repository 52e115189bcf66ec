"""How count rules and count requests are shown and entered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.counting import commands, models
from loomline.surface.resource import Changes, Column, Facts, Resource, Timeline, needs


class CountRule(Resource):
    """How often stock of a class is counted, and how far a count may be off."""

    model = models.CountRule
    menu = "Settings"
    order = 74
    icon = "ruler-2"
    columns = "count_class", "every_days", "tolerance"
    filters = ("count_class",)
    form = "count_class", "every_days", "tolerance"
    detail = (Facts("count_class", "every_days", "tolerance", place="tab"), Changes(), Timeline())
    sort = "count_class"
    key = "count_class"
    empty = _("No count rules yet: nothing is due by itself. Say how often items of class A are counted.")


class CountRequest(Resource):
    """Places that are to be counted soon, because something was not where the books said."""

    model = models.CountRequest
    menu = "Supply", needs("catalog.item", "sites.location")
    order = 24
    secondary = True
    icon = "help-circle"
    columns = Column("item", sub="item.sku"), "location", "cause", "asked_at", "sheet"
    filters = "item", "location", "location.site", "sheet", "asked_at"
    search = "item.name", "item.sku", "location.path", "cause"
    form = "item", "location", "cause"
    saved = {_("Waiting"): "sheet.empty=true"}
    detail = (
        Facts("item", "location", "cause", "asked_at", "sheet", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "item", "location", "sheet"
    create = commands.ask_for_count
    empty = _("Nobody asks for a count. A short pick does, and you can on your own.")
