"""Where things are, and on which days work is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, TextField
from django.utils.translation import gettext_lazy as _

from loomline.domains.sites.models import Calendar, CalendarDay, Location, LocationKind, Site
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.prepared import AnyOf, prepared
from loomline.kernel.refusal import Refused

VIRTUAL = (
    LocationKind.SUPPLIER,
    LocationKind.CUSTOMER,
    LocationKind.ADJUSTMENT,
    LocationKind.SCRAP,
    LocationKind.TRANSIT,
    LocationKind.PRODUCTION,
)


class NoVirtualLocation(Refused):
    """The reference rows of sites are missing."""

    says = _("The virtual location {kind} is missing. Start Loomline again: it adds what is missing.")


class NoLocation(Refused):
    """Goods need a place."""

    says = _("{site} has no active {kind} location. Add one under Sites.")


def virtual(kind: str) -> Location:
    """The one place of the company that belongs to no site and stands for the world outside."""
    return virtuals(kinds=[kind])[kind]


@prepared
def _virtuals() -> QuerySet[Location]:
    return Location.objects.filter(AnyOf("kind", "kinds", TextField()), site__isnull=True)


def virtuals(*, kinds: Iterable[str]) -> dict[str, Location]:
    """The virtual locations of these kinds. Costs one statement."""
    wanted = list(kinds)
    found = {place.kind: place for place in _virtuals(kinds=wanted)}
    for kind in wanted:
        if kind not in found:
            raise NoVirtualLocation(kind=kind)
    return found


def place_of(site: Site, *, kind: str) -> Location:
    """The location of a kind that a site uses unless told otherwise: the first one at the top."""
    found = places_of(site_ids=[site.pk], kind=kind).get(site.pk)
    if found is None:
        raise NoLocation(site=site, kind=str(LocationKind(kind).label).lower())
    return found


def places_of(*, site_ids: Iterable[int], kind: str) -> dict[int, Location]:
    """The location of a kind that each of these sites uses unless told otherwise. Costs one statement."""
    rows = Location.objects.filter(site__in=set(site_ids), kind=kind, is_active=True, parent__isnull=True)
    found: dict[int, Location] = {}
    for place in rows.order_by("pk"):
        found.setdefault(place.site_id or 0, place)
    return found


def storage_of(site: Site) -> Location:
    """Where goods of a site lie unless told otherwise."""
    return place_of(site, kind=LocationKind.STORAGE)


def quarantine_of(site: Site) -> Location:
    """Where goods of a site wait for a decision."""
    return place_of(site, kind=LocationKind.QUARANTINE)


def within(*, location: Location) -> QuerySet[Location]:
    """A location and everything inside it."""
    return Location.objects.filter(path__startswith=f"{location.path}/") | Location.objects.filter(
        pk=location.pk
    )


def own_sites() -> QuerySet[Site]:
    """The active sites of the company itself."""
    return Site.objects.filter(party__isnull=True, is_active=True)


def work_calendar(site: Site | None = None) -> WorkCalendar:
    """The working days of a site; without one of its own, those of the default calendar."""
    return work_calendars(sites=[] if site is None else [site])[None if site is None else site.pk]


@prepared
def _calendars() -> QuerySet[Calendar]:
    days = CalendarDay.objects.filter(calendar=OuterRef("pk")).order_by().values("on")
    return Calendar.objects.filter(Q(AnyOf("pk", "keys")) | Q(is_default=True)).annotate(
        closed=ArraySubquery(days.filter(is_open=False)), opened=ArraySubquery(days.filter(is_open=True))
    )


def work_calendars(*, sites: Iterable[Site]) -> dict[int | None, WorkCalendar]:
    """The working days of many sites by key, and of the default calendar under None. Costs one statement.

    While there is no default calendar, Monday to Friday are worked.
    """
    wanted = list(sites)
    keys = {site.calendar_id for site in wanted if site.calendar_id is not None}
    calendars: list[Any] = _calendars(keys=list(keys))
    made = {
        c.pk: WorkCalendar(frozenset(c.weekdays), frozenset(c.closed), frozenset(c.opened)) for c in calendars
    }
    default = next((made[c.pk] for c in calendars if c.is_default), WorkCalendar())
    found: dict[int | None, WorkCalendar] = {None: default}
    for site in wanted:
        found[site.pk] = made.get(site.calendar_id or 0, default)
    return found
