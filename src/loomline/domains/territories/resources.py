"""How territories are set up and shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.territories import models
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Count,
    Lines,
    LinesPanel,
    Related,
    Resource,
    Timeline,
)


def apply_now(ctx: Ctx, record: models.Territory) -> list[dict[str, Any]]:
    """Changed rules count for those already in the books at night, or at once."""
    if access.level_of(ctx.actor, "territories.place_parties") is not access.Level.ALL:
        return []
    press = action(_t("Place everybody now"), "/territories/place/", method="post")
    return [
        {
            "tone": "info",
            "title": _t("Changed rules count from tonight."),
            "text": _t("Parties that come in are placed at once; those placed by hand stay."),
            "action": press,
        }
    ]


class Territory(Resource):
    """Parts of the customers, told by country, postcode and segment, and who looks after them."""

    model = models.Territory
    menu = "Settings"
    order = 48
    icon = "map-2"
    columns = (
        Column("name", strong=True),
        Column("position", phone="hide"),
        Count("members", as_="people", label=_("People")),
        Count("places", as_="parties", label=_("Parties")),
        "is_active",
    )
    filters = ("is_active",)
    search = ("name",)
    form = (
        "position",
        "name",
        "is_active",
        Lines("rules", "country", "postcode_from", "postcode_to", "segment", label=_("What lies in it")),
        Lines("members", "person", label=_("Who works in it")),
    )
    head = "position", "is_active"
    detail = (
        Callouts(apply_now),
        LinesPanel("rules", "country", "postcode_from", "postcode_to", "segment", title=_("Rules")),
        LinesPanel("members", "person", title=_("People")),
        Related("places", "party", "is_fixed", title=_("Parties")),
        Changes(),
        Timeline(),
    )
    key = "name"
    sort = "position"
    empty = _("No territories yet. Say which countries or postcodes belong to whom.")
