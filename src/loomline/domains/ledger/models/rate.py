"""What currencies are worth in each other."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField
from loomline.kernel.record import Record


class ExchangeRate(Record):
    """One unit of a currency in another one, from a day on."""

    currency = CurrencyField(_("one unit of"))
    into = CurrencyField(_("is so many"))
    on = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)
    source = models.CharField(_("source"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        db_table = "finance_exchangerate"
        ordering = ["-on", "currency", "into"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="finance_rate_positive",
                violation_error_message=_("An exchange rate is greater than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("into")),
                name="finance_rate_two",
                violation_error_message=_("An exchange rate needs two different currencies."),
            ),
            models.UniqueConstraint(
                fields=["currency", "into", "on"],
                name="finance_rate_once",
                violation_error_message=_("There is already a rate for these currencies on this day."),
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.into}"
