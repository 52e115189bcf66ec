"""How sites, locations and calendars are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.sites import commands, models
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Calendar as CalendarView,
)
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
)


def another_location(ctx: Ctx, record: models.Site) -> dict[str, Any]:
    """A location has a code and a name of its own."""
    return {"code": "", "name": ""}


def other_days(ctx: Ctx, record: models.Calendar) -> dict[str, Any]:
    """The days have a name of their own."""
    return {"name": ""}


class Site(Resource):
    """Buildings and yards where goods are kept or work is done, ours and our partners'."""

    model = models.Site
    menu = "Supply"
    order = 60
    secondary = True
    icon = "building-warehouse"
    columns = (
        Column("name", sub="code"),
        Column("party", label=_("Belongs to")),
        "city",
        "country",
        "timezone",
        "calendar",
        Count("locations", as_="location_count", label=_("Locations")),
        Column("is_active", label=_("Active")),
    )
    filters = "party", "country", "city", "calendar", "is_active"
    search = "name", "code", "city"
    form = (
        "code",
        "name",
        "party",
        "line1",
        "postcode",
        "city",
        "country",
        "latitude",
        "longitude",
        "timezone",
        "calendar",
    )
    saved = {_("Our own"): "party.empty=true&is_active=true", _("Closed"): "is_active=false"}
    head = "code", Column("party", label=_("Belongs to")), "city", "country"
    detail = (
        Related(
            "locations", "path", "name", "kind", "is_active", title=_("Locations"), sort="path", create=True
        ),
        Changes(),
        Facts("line1", "postcode", "city", "country", "latitude", "longitude", "timezone", "calendar"),
        Timeline(),
    )
    sort = "code"
    key = "code"
    create = commands.open_site
    actions = ("add_location",)
    prefill = {"add_location": another_location}
    empty = _(
        "No sites yet. Open the first one: its storage, staging, quarantine and production come with it."
    )


class Location(Resource):
    """Places goods are at; those without a site stand for the world outside."""

    model = models.Location
    menu = "Settings"
    order = 70
    icon = "location"
    columns = "path", "name", "kind", "site", "parent", Column("is_active", label=_("Active"))
    filters = "site", "kind", "is_active"
    search = "path", "name"
    form = "site", "code", "name", "kind", "parent"
    sort = "path"
    key = "path"
    create = commands.add_location
    edit = False
    empty = _("No locations yet. Every site you open brings its own.")


class Calendar(Resource):
    """On which days work is done."""

    model = models.Calendar
    menu = "Settings"
    order = 71
    icon = "calendar"
    columns = (
        "name",
        Column("weekday_names", label=_("Working weekdays"), kind="tags"),
        "country",
        Count("sites", as_="site_count", label=_("Sites")),
        "is_default",
    )
    filters = "country", "is_default"
    search = ("name",)
    form = "name", "weekdays", "country", "is_default"
    head = Column("weekday_names", label=_("Working weekdays"), kind="tags"), "country"
    detail = (
        Related("days", "on", "name", "is_open", title=_("Exceptions"), sort="-on"),
        Related("sites", "name", "city", "country", title=_("Sites")),
        Changes(),
        Timeline(),
    )
    sort = "name"
    key = "name"
    actions = "close_days", "add_holidays", "open_days"
    prefill = {"close_days": other_days, "open_days": other_days}
    empty = _("No calendars yet. Monday to Friday are worked until you add one.")


class CalendarDay(Resource):
    """Days on which a calendar differs from its weekdays."""

    model = models.CalendarDay
    menu = None
    icon = "calendar-event"
    columns = "name", "on", "calendar", "is_open"
    filters = "calendar", "is_open"
    search = ("name",)
    form = "calendar", "on", "is_open", "name"
    views = Table(), CalendarView("on")
    sort = "-on"
    key = "pk"
    empty = _("No exceptions yet. Add days off or public holidays on the page of a calendar.")
