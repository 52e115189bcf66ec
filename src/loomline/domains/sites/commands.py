"""Opening sites, adding locations, keeping calendars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sites.events import DaysClosed, DaysOpened, LocationsAdded, SiteClosed, SiteOpened
from loomline.domains.sites.models import Calendar, CalendarDay, Location, LocationKind, Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

STANDARD = (
    ("STORE", _("Storage"), LocationKind.STORAGE),
    ("STAGE", _("Staging"), LocationKind.STAGING),
    ("QUAR", _("Quarantine"), LocationKind.QUARANTINE),
    ("PROD", _("Production"), LocationKind.PRODUCTION),
)


class SiteNameless(Refused):
    """A site is known by code and name."""

    says = _("A site needs a code and a name.")


class SiteCodeTaken(Refused):
    """Paths of locations begin with the code of their site."""

    says = _("The code {code} is taken by {site}. Choose another one.")


class LocationTaken(Refused):
    """A path leads to one place."""

    says = _("There is already a location {path}. Choose another code.")


class CodeUnclear(Refused):
    """A slash would look like another level of the path."""

    says = _("The code {code} cannot be used: leave out slashes and spaces around it.")


class ZoneUnknown(Refused):
    """Days begin at different moments in different places."""

    says = _("{zone} is no time zone. Write it like Europe/Lisbon.")


class OtherSite(Refused):
    """A location lies within its own site."""

    says = _("{parent} belongs to {other}, not to {site}.")


class AlreadyClosed(Refused):
    """Closing twice would hide a mistake."""

    says = _("{site} is closed already.")


class NoSuchHolidays(Refused):
    """No list of public holidays."""

    says = _("No public holidays are known for {country}. Enter the days one by one.")


class NoDays(Refused):
    """Nothing to close."""

    says = _("Name at least one day that the calendar does not have yet.")


@dataclass(frozen=True, kw_only=True)
class LocationDraft:
    """A location to be. Its parent may be another draft's code of the same call, or one there is."""

    code: str
    name: str = ""
    kind: str = LocationKind.STORAGE
    parent: Location | None = None


@command(label=_("New site"), icon="plus", creates=Site)
def open_site(
    ctx: Ctx,
    *,
    code: str,
    name: str,
    party: Party | None = None,
    line1: str = "",
    postcode: str = "",
    city: str = "",
    country: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    timezone: str = "",
    calendar: Calendar | None = None,
    custom: Mapping[str, Any] | None = None,
) -> Site:
    """Open a place for goods and work, ours or a partner's, with the locations each site needs."""
    _refuse_site(code=code.strip(), name=name.strip(), timezone=timezone, country=country)

    site: Site = Site.objects.create(
        code=code.strip(),
        name=name.strip(),
        party=party,
        line1=line1,
        postcode=postcode,
        city=city,
        country=country or (ctx.company.country if party is None else ""),
        latitude=latitude,
        longitude=longitude,
        timezone=timezone or ctx.company.timezone,
        calendar=calendar,
        custom=dict(custom or {}),
    )
    Location.objects.bulk_create(
        Location(site=site, code=place, name=str(words), kind=kind, path=f"{site.code}/{place}")
        for place, words, kind in STANDARD
    )

    ctx.emit(SiteOpened(site_id=site.pk, site=site.name, code=site.code, party_id=site.party_id))
    return site


@command(label=_("Close"), icon="archive", danger=True, undo=True)
def close_site(ctx: Ctx, *, site: Site) -> Site:
    """Take a site and its locations out of use; what happened there stays."""
    site = lock(site)

    if not site.is_active:
        raise AlreadyClosed(site=site.name)

    Location.objects.filter(site=site, is_active=True).update(is_active=False)
    site.is_active = False
    site.save(update_fields=["is_active"])

    ctx.emit(SiteClosed(site_id=site.pk, site=site.name, party_id=site.party_id))
    return site


@command(label=_("Add location"), icon="plus")
def add_location(
    ctx: Ctx,
    *,
    site: Site,
    code: str,
    name: str = "",
    kind: LocationKind = LocationKind.STORAGE,
    parent: Location | None = None,
) -> Location:
    """Name one more place within a site."""
    draft = LocationDraft(code=code, name=name, kind=kind, parent=parent)
    return add_locations(ctx, site=site, drafts=[draft])[0]


@command(hidden=True)
def add_locations(ctx: Ctx, *, site: Site, drafts: list[LocationDraft]) -> list[Location]:
    """Name many places within a site at once: a whole rack, or a warehouse."""
    site = lock(site)
    parents = {d.parent.pk: d.parent for d in drafts if d.parent is not None}

    for draft in drafts:
        _refuse_unclear(draft.code)
    for parent in parents.values():
        if parent.site_id != site.pk:
            raise OtherSite(
                parent=parent, other=parent.site or _("no site"), site=site.name, at_field="parent"
            )
    paths = [f"{d.parent.path if d.parent else site.code}/{d.code}" for d in drafts]
    twice = next((path for path, times in Counter(paths).items() if times > 1), None)
    taken = twice or Location.objects.filter(path__in=paths).values_list("path", flat=True).first()
    if taken is not None:
        raise LocationTaken(path=taken, at_field="code")

    places = Location.objects.bulk_create(
        (
            Location(site=site, code=d.code, name=d.name or d.code, kind=d.kind, parent=d.parent, path=path)
            for d, path in zip(drafts, paths, strict=True)
        ),
        batch_size=2000,
    )

    if places:
        shown = ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")
        ctx.emit(LocationsAdded(site_id=site.pk, count=len(places), paths=shown))
    return places


@command(hidden=True)
def add_reference(ctx: Ctx, *, kinds: list[str]) -> list[Location]:
    """Make the virtual locations and the default calendar that every company needs; keeps what is there."""
    if not Calendar.objects.filter(is_default=True).exists():
        Calendar.objects.get_or_create(name=str(_("Monday to Friday")), defaults={"is_default": True})
    known = set(Location.objects.filter(site__isnull=True).values_list("kind", flat=True))

    return Location.objects.bulk_create(
        Location(code=kind, name=str(LocationKind(kind).label), kind=kind, path=kind)
        for kind in kinds
        if kind not in known
    )


@command(label=_("Add days off"), icon="calendar", undo=True)
def close_days(ctx: Ctx, *, calendar: Calendar, first: date, last: date | None = None, name: str = "") -> int:
    """Do no work from one day to another, both included: company holidays, a repair, a strike."""
    days = _span(first, last)
    return _except(ctx, calendar, dict.fromkeys(days, name), is_open=False)


@command(label=_("Add working days"), icon="calendar", undo=True)
def open_days(ctx: Ctx, *, calendar: Calendar, first: date, last: date | None = None, name: str = "") -> int:
    """Do work from one day to another, both included, although the calendar says otherwise."""
    days = _span(first, last)
    return _except(ctx, calendar, dict.fromkeys(days, name), is_open=True)


@command(label=_("Add public holidays"), icon="calendar-event", undo=True)
def add_holidays(
    ctx: Ctx, *, calendar: Calendar, country: str = "", first_year: int | None = None, years: int = 2
) -> int:
    """Do no work on the public holidays of a country, for some years ahead."""
    code = (country or calendar.country or ctx.company.country).upper()
    library = import_module("holidays")
    begin = first_year or ctx.today.year

    if code not in library.list_supported_countries():
        raise NoSuchHolidays(country=code, at_field="country")

    found = library.country_holidays(code, years=range(begin, begin + years), language="en_US")
    return _except(ctx, calendar, dict(found.items()), is_open=False)


def _except(ctx: Ctx, calendar: Calendar, days: Mapping[date, str], *, is_open: bool) -> int:
    calendar = lock(calendar)
    known = dict(CalendarDay.objects.filter(calendar=calendar, on__in=days).values_list("on", "is_open"))
    turned = [day for day, was_open in known.items() if was_open != is_open]
    new = sorted(set(days) - set(known))

    if not new and not turned:
        raise NoDays

    CalendarDay.objects.filter(calendar=calendar, on__in=turned).update(is_open=is_open)
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, on=day, is_open=is_open, name=days[day][:120]) for day in new
    )

    changed = sorted([*new, *turned])
    kind = DaysOpened if is_open else DaysClosed
    ctx.emit(kind(calendar_id=calendar.pk, count=len(changed), first=changed[0], last=changed[-1]))
    return len(changed)


def _span(first: date, last: date | None) -> Sequence[date]:
    end = last or first
    return [date.fromordinal(n) for n in range(first.toordinal(), end.toordinal() + 1)]


def _refuse_site(*, code: str, name: str, timezone: str, country: str) -> None:
    if not code or not name:
        raise SiteNameless(at_field="code" if not code else "name")
    _refuse_unclear(code)
    taken = Site.objects.filter(code=code).first()
    if taken is not None:
        raise SiteCodeTaken(code=code, site=taken.name, at_field="code")
    if timezone and timezone not in available_timezones():
        raise ZoneUnknown(zone=timezone, at_field="timezone")
    parties.refuse_unknown_country(country)


def _refuse_unclear(code: str) -> None:
    if not code.strip() or code != code.strip() or "/" in code:
        raise CodeUnclear(code=code, at_field="code")
