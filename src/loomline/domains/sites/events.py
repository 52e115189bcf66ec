"""What sites tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class SiteOpened(
    Event,
    about={"site_id": "sites.site", "party_id": "parties.party"},
    icon="building-warehouse",
    tone="info",
):
    """Goods can be kept or work done in one more place."""

    says: ClassVar[str | Promise] = _("Site {site} ({code}) was opened")

    site_id: int
    site: str
    code: str
    party_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SiteClosed(
    Event, about={"site_id": "sites.site", "party_id": "parties.party"}, icon="building-warehouse"
):
    """A site is no longer used."""

    says: ClassVar[str | Promise] = _("Site {site} was closed")

    site_id: int
    site: str
    party_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LocationsAdded(Event, about={"site_id": "sites.site"}, icon="location"):
    """A site has more places to keep goods."""

    says: ClassVar[str | Promise] = _("Locations added ({count}): {paths}")

    site_id: int
    count: int
    paths: str


@dataclass(frozen=True, kw_only=True)
class DaysClosed(Event, about={"calendar_id": "sites.calendar"}, icon="calendar-event"):
    """No work is done on days on which it would have been."""

    says: ClassVar[str | Promise] = _("Days off added ({count}): {first} to {last}")

    calendar_id: int
    count: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class DaysOpened(Event, about={"calendar_id": "sites.calendar"}, icon="calendar-event"):
    """Work is done on days on which it would not have been."""

    says: ClassVar[str | Promise] = _("Extra working days added ({count}): {first} to {last}")

    calendar_id: int
    count: int
    first: date
    last: date
