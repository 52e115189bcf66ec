"""Sites, the locations in them and their working days."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import CountryField
from loomline.kernel.record import Record, Thing

WORKWEEK = [0, 1, 2, 3, 4]


def workweek() -> list[int]:
    """Monday to Friday."""
    return list(WORKWEEK)


def check_timezone(value: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if value not in available_timezones():
        raise ValidationError(
            _("%(name)s is no time zone. Write it like Europe/Lisbon."), params={"name": value}
        )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Calendar(Record):
    """On which days work is done."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        verbose_name=_("working weekdays"),
        default=workweek,
        help_text=_("Monday is 0, Sunday is 6."),
    )
    country = CountryField(_("public holidays of"), blank=True, default="")
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]) & Q(weekdays__len__gt=0),
                name="sites_calendar_weekdays",
                violation_error_message=_(
                    "A calendar needs at least one working weekday, from 0 (Monday) to 6."
                ),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="sites_calendar_default",
                violation_error_message=_("Another calendar is the default already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weekday_names(self) -> list[str]:
        """The weekdays worked, in words."""
        return [str(Weekday(day).label) for day in sorted(self.weekdays)]


class CalendarDay(Record):
    """One day on which a calendar differs from its weekdays."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="days", verbose_name=_("calendar"), db_index=False
    )
    on = models.DateField(_("day"))
    is_open = models.BooleanField(_("worked"), default=False)
    name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["calendar", "on"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "on"],
                name="sites_day_once",
                violation_error_message=_("The calendar already has an entry for this day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}".strip()


class Site(Thing):
    """A building or yard where goods are kept or work is done."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        verbose_name=_("belongs to"),
        help_text=_("Leave empty for a site of your own."),
    )
    line1 = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = CountryField(_("country"), blank=True, default="")
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_timezone])
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="sites", verbose_name=_("calendar")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex="^[A-Z]{2}$"),
                name="sites_site_country",
                violation_error_message=_("Write the country as two letters, such as PT or DE."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, latitude__range=(-90, 90))
                & Q(longitude__isnull=False, longitude__range=(-180, 180)),
                name="sites_site_point",
                violation_error_message=_(
                    "A point needs a latitude from -90 to 90 and a longitude from -180 to 180."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ours(self) -> bool:
        """True when the site belongs to the company itself."""
        return self.party_id is None

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone: days on its documents are days there."""
        return ZoneInfo(self.timezone)


class LocationKind(models.TextChoices):
    STORAGE = "storage", _("Storage")
    STAGING = "staging", _("Staging")
    PRODUCTION = "production", _("Production")
    QUARANTINE = "quarantine", _("Quarantine")
    TRANSIT = "transit", _("In transit")
    SUPPLIER = "supplier", _("Supplier")
    CUSTOMER = "customer", _("Customer")
    ADJUSTMENT = "adjustment", _("Adjustment")
    SCRAP = "scrap", _("Scrap")


class Location(Record):
    """A place goods are at. One without a site is virtual: the world outside, or what closes the books."""

    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="locations", verbose_name=_("site")
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=12, choices=LocationKind.choices, default=LocationKind.STORAGE
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("within")
    )
    path = models.CharField(_("path"), max_length=200, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LocationKind.values), name="sites_location_kind"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="sites_location_not_own_parent",
                violation_error_message=_("A location cannot lie within itself."),
            ),
            models.CheckConstraint(
                condition=Q(site__isnull=False) | Q(parent__isnull=True), name="sites_location_virtual_flat"
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(site__isnull=True),
                name="sites_location_virtual_once",
                violation_error_message=_("There is already a virtual location of this kind."),
            ),
        ]
        indexes = [models.Index(fields=["site", "kind"], name="sites_location_site_kind")]

    def __str__(self) -> str:
        return self.path

    @property
    def is_virtual(self) -> bool:
        """True when no goods can be touched here; its balance may be negative."""
        return self.site_id is None
