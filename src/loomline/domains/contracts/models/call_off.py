"""Orders under a contract."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts.models.contract import Contract
from loomline.kernel.record import Record


class CallOff(Record):
    """A purchase order by which a part of what was agreed is asked for."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="call_offs", verbose_name=_("contract")
    )
    purchase = models.OneToOneField(
        "procurement.Purchase", models.CASCADE, related_name="call_off", verbose_name=_("purchase order")
    )
    called_on = models.DateField(_("called off"))

    class Meta:
        verbose_name = _("call-off")
        verbose_name_plural = _("call-offs")
        ordering = ["-called_on", "-id"]

    def __str__(self) -> str:
        return str(self.purchase)
