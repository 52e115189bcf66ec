"""Where a party is reached."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models.fields import CountryField, countries
from loomline.domains.parties.models.party import Party
from loomline.kernel.record import Record


class ContactKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    URL = "url", _("Web page")
    SOCIAL = "social", _("Social network")


class ContactPoint(Record):
    """One e-mail address, phone number or web page; the primary ones stand on the party itself too."""

    party = models.ForeignKey(
        Party, models.CASCADE, related_name="contact_points", verbose_name=_("party"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind.choices)
    value = models.CharField(_("as written"), max_length=254)
    normalised = models.CharField(_("as compared"), max_length=254, editable=False)
    purpose = models.CharField(_("purpose"), max_length=40, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["party", "kind", "-is_primary", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="parties_contact_kind"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="parties_contact_period",
                violation_error_message=_("A contact point cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "normalised"],
                name="parties_contact_once",
                violation_error_message=_("The party already has this contact point."),
            ),
            models.UniqueConstraint(
                fields=["party", "kind"],
                condition=Q(is_primary=True),
                name="parties_contact_primary",
                violation_error_message=_("The party already has a primary contact point of this kind."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "normalised"], name="parties_contact_value")]

    def __str__(self) -> str:
        return self.value


class AddressPurpose(models.TextChoices):
    BILLING = "billing", _("Billing")
    SHIPPING = "shipping", _("Shipping")
    VISITING = "visiting", _("Visiting")


class Address(Record):
    """A place that mail, people or goods go to."""

    party = models.ForeignKey(
        Party, models.CASCADE, related_name="addresses", verbose_name=_("party"), db_index=False
    )
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=AddressPurpose.choices, default=AddressPurpose.SHIPPING
    )
    line1 = models.CharField(_("street and number"), max_length=200, blank=True)
    line2 = models.CharField(_("addition"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = CountryField(_("country"), blank=True, default="")
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["party", "-is_primary", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=AddressPurpose.values), name="parties_address_purpose"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="parties_address_period",
                violation_error_message=_("An address cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex="^[A-Z]{2}$"),
                name="parties_address_country",
                violation_error_message=_("Write the country as two letters, such as PT or DE."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, latitude__range=(-90, 90))
                & Q(longitude__isnull=False, longitude__range=(-180, 180)),
                name="parties_address_point",
                violation_error_message=_(
                    "A point needs a latitude from -90 to 90 and a longitude from -180 to 180."
                ),
            ),
            models.UniqueConstraint(
                fields=["party", "purpose"],
                condition=Q(is_primary=True),
                name="parties_address_primary",
                violation_error_message=_("The party already has a primary address for this purpose."),
            ),
        ]
        indexes = [
            models.Index(fields=["party", "purpose"], name="parties_address_party"),
            models.Index(fields=["country", "party"], name="parties_address_in"),
        ]

    def __str__(self) -> str:
        return ", ".join(
            part for part in (self.line1, f"{self.postcode} {self.city}".strip(), self.country) if part
        )

    @property
    def lines(self) -> list[str]:
        """The address as it stands on an envelope, without the name."""
        place = f"{self.postcode} {self.city}".strip()
        found = (self.line1, self.line2, place, self.region, countries().get(self.country, self.country))
        return [line for line in found if line]
