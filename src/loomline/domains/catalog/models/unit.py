"""Units, and the exact ratios between them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class Dimension(models.TextChoices):
    COUNT = "count", _("Count")
    MASS = "mass", _("Mass")
    LENGTH = "length", _("Length")
    AREA = "area", _("Area")
    VOLUME = "volume", _("Volume")
    TIME = "time", _("Time")
    ENERGY = "energy", _("Energy")


class Unit(Record):
    """What quantities are counted in."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=60)
    dimension = models.CharField(
        _("dimension"), max_length=8, choices=Dimension.choices, default=Dimension.COUNT
    )
    places = models.PositiveSmallIntegerField(_("decimals shown"), default=0)
    rec20 = models.CharField(
        _("code in messages"), max_length=3, blank=True, help_text=_("UN/ECE Recommendation 20.")
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dimension__in=Dimension.values), name="catalog_unit_dimension"
            ),
            models.CheckConstraint(
                condition=Q(places__lte=6),
                name="catalog_unit_places",
                violation_error_message=_("A unit shows at most six decimals."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Conversion(Record):
    """One from_unit is numerator / denominator of to_unit, exactly; with an item, for this item only."""

    item = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="conversions",
        verbose_name=_("item"),
        help_text=_("Leave empty when it holds for all items."),
    )
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("one"))
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("is so many"))
    numerator = models.PositiveBigIntegerField(_("numerator"))
    denominator = models.PositiveBigIntegerField(_("denominator"), default=1)

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        ordering = ["item", "from_unit", "to_unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "from_unit", "to_unit"],
                nulls_distinct=False,
                name="catalog_conversion_once",
                violation_error_message=_(
                    "There is already a ratio between these two units. Change that one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gt=0),
                name="catalog_conversion_positive",
                violation_error_message=_("Both parts of a ratio must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")),
                name="catalog_conversion_two_units",
                violation_error_message=_("A ratio needs two different units."),
            ),
        ]

    def __str__(self) -> str:
        ratio = str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"
        return f"1 {self.from_unit} = {ratio} {self.to_unit}"
