"""The chart of accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class AccountKind(models.TextChoices):
    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    EQUITY = "equity", _("Equity")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class Account(Record):
    """Gathers what is alike: stock, what we owe suppliers, what was sold cost us."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices)
    is_control = models.BooleanField(
        _("written by the house alone"),
        default=False,
        help_text=_("Other books prove this account, so nobody posts to it by hand."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="ledger_account_kind")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def grows_by_debit(self) -> bool:
        """True for what we own and spend."""
        return self.kind in (AccountKind.ASSET, AccountKind.EXPENSE)
