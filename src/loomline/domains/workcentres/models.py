"""Work centres, their shifts, and the times that differ from them."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.sites.models import Weekday, workweek
from loomline.kernel.money import PriceField
from loomline.kernel.record import Record, Thing

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
clock = RegexValidator(CLOCK, _("Write the hour as in 06:00 or 14:30."))


class WorkCentre(Thing):
    """Machines or places of one kind that do the same work, at one site."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        related_name="work_centres",
        verbose_name=_("at site"),
        help_text=_("Ours or a partner's: whose the site is, theirs is the work centre."),
    )
    machines = models.PositiveSmallIntegerField(
        _("machines"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("How many work side by side."),
    )
    efficiency = models.DecimalField(
        _("efficiency"),
        max_digits=5,
        decimal_places=4,
        default=1,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(2))],
        help_text=_("The share of its minutes that becomes minutes of work: 0.85 for 85 %."),
    )
    machine_rate = PriceField(_("cost of a machine hour"), default=0, validators=[MinValueValidator(0)])
    labour_rate = PriceField(_("cost of a labour hour"), default=0, validators=[MinValueValidator(0)])
    is_active = models.BooleanField(_("active"), default=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("work centre")
        verbose_name_plural = _("work centres")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(machines__gte=1, efficiency__gt=0, machine_rate__gte=0, labour_rate__gte=0),
                name="workcentres_centre_amounts",
                violation_error_message=_(
                    "A work centre has at least one machine and an efficiency above 0; no rate is negative."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Shift(Record):
    """The hours a work centre works on some weekdays; one that ends before it begins runs past midnight."""

    centre = models.ForeignKey(
        WorkCentre, models.CASCADE, related_name="shifts", verbose_name=_("work centre")
    )
    name = models.CharField(_("name"), max_length=60)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        verbose_name=_("weekdays"),
        default=workweek,
        help_text=_("Monday is 0, Sunday is 6."),
    )
    starts = models.CharField(_("from"), max_length=5, default="06:00", validators=[clock])
    ends = models.CharField(_("to"), max_length=5, default="14:00", validators=[clock])
    break_minutes = models.PositiveSmallIntegerField(_("minutes of breaks"), default=0)

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["centre", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]) & Q(weekdays__len__gt=0),
                name="workcentres_shift_weekdays",
                violation_error_message=_("A shift needs at least one weekday, from 0 (Monday) to 6."),
            ),
            models.CheckConstraint(
                condition=Q(starts__regex=CLOCK, ends__regex=CLOCK) & ~Q(starts=F("ends")),
                name="workcentres_shift_hours",
                violation_error_message=_("A shift runs from one hour to another, as in 06:00 to 14:00."),
            ),
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="workcentres_shift_once",
                violation_error_message=_("The work centre has a shift of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts}–{self.ends}"

    @property
    def weekday_names(self) -> list[str]:
        """The weekdays worked, in words."""
        return [str(Weekday(day).label) for day in sorted(self.weekdays)]


class WindowKind(models.TextChoices):
    DOWNTIME = "downtime", _("Planned downtime")
    OVERTIME = "overtime", _("Overtime")


class Window(Record):
    """A time in which a work centre works less, or more, than its shifts say."""

    centre = models.ForeignKey(
        WorkCentre, models.CASCADE, related_name="windows", verbose_name=_("work centre"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=WindowKind.choices)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    machines = models.PositiveSmallIntegerField(
        _("machines"), null=True, blank=True, help_text=_("How many of them; empty: all.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("window of a work centre")
        verbose_name_plural = _("windows of work centres")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="workcentres_window_span",
                violation_error_message=_("The end lies after the beginning."),
            ),
            models.CheckConstraint(condition=Q(kind__in=WindowKind.values), name="workcentres_window_kind"),
        ]
        indexes = [models.Index(fields=["centre", "ends_at"], name="workcentres_window_centre")]

    def __str__(self) -> str:
        return f"{WindowKind(self.kind).label} {self.reason}".strip()
