"""What is promised for each day, added up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField


class PromisedDay(models.Model):
    """How much more or less was promised for a day by one statement; together, all that is promised for it.

    The database adds a row whenever lines or the state of their orders change (migration 0006), so that two
    orders for the same day never wait for each other. At night the rows of a day become one.
    """

    supply = models.CharField(_("supply"), max_length=16)
    day = models.DateField(_("day"))
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("promised day")
        verbose_name_plural = _("promised days")
        indexes = [models.Index(fields=["supply", "day"], name="sales_promised_day", include=["quantity"])]

    def __str__(self) -> str:
        return f"{self.day} {self.supply}: {self.quantity}"
