"""Rates of value-added tax."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import TaxClass
from loomline.domains.parties.models import CountryField
from loomline.kernel.quantity import ShareField
from loomline.kernel.record import Record


class TaxRate(Record):
    """What a country asks for goods of a class, from a day on until the next rate."""

    country = CountryField(_("country"), help_text=_("Two letters, such as PT or DE."))
    tax_class = models.CharField(
        _("tax class"), max_length=12, choices=TaxClass.choices, default=TaxClass.STANDARD
    )
    rate = ShareField(
        _("rate"),
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    valid_from = models.DateField(_("from"))

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "tax_class", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "tax_class", "valid_from"],
                name="taxes_rate_once",
                violation_error_message=_("This country has a rate for this class from that day already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=1),
                name="taxes_rate_share",
                violation_error_message=_("A tax rate lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z]{2}$"),
                name="taxes_rate_country",
                violation_error_message=_("Write the country as two letters, such as PT or DE."),
            ),
            models.CheckConstraint(condition=Q(tax_class__in=TaxClass.values), name="taxes_rate_class"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {TaxClass(self.tax_class).label} {self.rate * 100:.4g} %"
