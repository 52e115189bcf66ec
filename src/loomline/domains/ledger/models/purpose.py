"""Which account serves which purpose when invoices and payments are posted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger.models.account import Account
from loomline.kernel.record import Record


class Purpose(models.TextChoices):
    BANK = "bank", _("Bank")
    RECEIVABLE = "receivable", _("What customers owe")
    PAYABLE = "payable", _("What we owe suppliers")
    SALES = "sales", _("Sales")
    TAX_OUT = "tax_out", _("Tax on sales")
    TAX_IN = "tax_in", _("Tax on purchases")
    PURCHASES = "purchases", _("Services and what was not ordered")
    DISCOUNT = "discount", _("Early-payment discounts")
    EXCHANGE = "exchange", _("Exchange differences")


class MoneyAccount(Record):
    """The account that serves one purpose."""

    purpose = models.CharField(_("for"), max_length=10, choices=Purpose.choices, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))

    class Meta:
        verbose_name = _("account for money")
        verbose_name_plural = _("accounts for money")
        ordering = ["purpose"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="ledger_money_purpose")
        ]

    def __str__(self) -> str:
        return str(Purpose(self.purpose).label)
