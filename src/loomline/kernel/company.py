"""The company whose workspace this database is: exactly one row."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField


class Company(models.Model):
    """The company itself, and what it has decided once for all documents."""

    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, default="PT")
    currency = CurrencyField(_("currency"), default="EUR")
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=16, default="en")
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.TextField(_("address"), blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    switched_off = models.JSONField(_("domains switched off"), default=list, blank=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="kernel_one_company")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone; days on documents are days here."""
        return ZoneInfo(self.timezone)

    @classmethod
    def current(cls) -> Company:
        """The company of this database, made with defaults when the database is new."""
        found = cls.objects.filter(pk=1).first()
        if found is None:
            found, _made = cls.objects.get_or_create(pk=1, defaults={"name": str(_("My company"))})
        return found
