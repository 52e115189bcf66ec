"""The journal, and the sums of what is closed."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger.models.account import Account
from loomline.domains.ledger.models.period import Period
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Ledger

ZERO = Decimal(0)


class EntryKind(models.TextChoices):
    MANUAL = "manual", _("By hand")
    OPENING = "opening", _("Opening")
    STOCK = "stock", _("Stock")
    COST = "cost", _("Cost")
    INVOICE = "invoice", _("Invoice")
    PAYMENT = "payment", _("Payment")
    CLOSING = "closing", _("Closing")


class JournalEntry(Ledger):
    """One fact in money. Its lines sum to zero, and a closed period takes no more of them."""

    number = NumberField(series="journal", prefix="J-", width=6, verbose_name=_("number"))
    posted_on = models.DateField(_("posted on"))
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="entries", verbose_name=_("period"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices, default=EntryKind.MANUAL)
    text = models.CharField(_("text"), max_length=200, blank=True)
    origin_kind = models.CharField(_("kind of origin"), max_length=60, blank=True)
    origin_id = models.BigIntegerField(_("origin"), null=True, blank=True)
    happened_on = models.DateField(_("happened on"))
    recorded_at = models.DateTimeField(_("recorded"))
    amount = AmountField(_("amount"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="ledger_entry_kind"),
            # A line names its entry and the entry's period together, so that sums need no join.
            models.UniqueConstraint(fields=["id", "period"], name="ledger_entry_of_period"),
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id", "kind"],
                condition=Q(kind__in=("invoice", "payment"), reverses__isnull=True) & ~Q(origin_kind=""),
                name="ledger_entry_of_document",
                violation_error_message=_("This document stands in the journal already."),
            ),
        ]
        indexes = [
            models.Index(fields=["period", "posted_on"], name="ledger_entry_day"),
            models.Index(
                fields=["origin_kind", "origin_id"],
                name="ledger_entry_origin",
                condition=~Q(origin_kind=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class JournalLine(Ledger):
    """A debit or a credit of one account."""

    entry = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="lines", verbose_name=_("entry"), db_constraint=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="lines", verbose_name=_("account"), db_index=False
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="+", verbose_name=_("period"), db_index=False, editable=False
    )
    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journal_lines",
        verbose_name=_("party"),
        db_index=False,
    )
    debit = AmountField(_("debit"), default=ZERO)
    credit = AmountField(_("credit"), default=ZERO)
    currency = CurrencyField(_("foreign currency"), blank=True, default="")
    foreign_amount = AmountField(_("foreign amount"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="ledger_line_one_side",
                violation_error_message=_("A line is a debit or a credit, above zero."),
            ),
            models.CheckConstraint(
                condition=Q(currency="", foreign_amount__isnull=True)
                | ~Q(currency="") & Q(foreign_amount__isnull=False),
                name="ledger_line_foreign",
                violation_error_message=_("A foreign amount needs its currency."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["period", "account"], include=["debit", "credit"], name="ledger_line_of_period"
            ),
            models.Index(fields=["account", "-id"], name="ledger_line_of_account"),
            models.Index(fields=["party", "-id"], name="ledger_line_party", condition=Q(party__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.account}"

    @property
    def amount(self) -> Decimal:
        """The debit, or the credit with a minus."""
        return self.debit - self.credit


class AccountBalance(models.Model):
    """What an account took and gave in a closed period: the sum of its lines, which change no more."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="balances", verbose_name=_("account"), db_index=False
    )
    period = models.ForeignKey(Period, models.PROTECT, related_name="balances", verbose_name=_("period"))
    debit = AmountField(_("debit"))
    credit = AmountField(_("credit"))

    class Meta:
        verbose_name = _("account balance")
        verbose_name_plural = _("account balances")
        constraints = [
            models.UniqueConstraint(fields=["account", "period"], name="ledger_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.period}"
