"""Contracts with suppliers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class ContractState(States):
    DRAFT = "draft", _("Draft"), "muted"
    ACTIVE = "active", _("Holds"), "ok"
    ENDED = "ended", _("Ended"), "muted"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = ContractState


class Contract(Document):
    """What was agreed with a supplier for a time."""

    moves = Moves(activate=S.DRAFT >> S.ACTIVE, end=S.ACTIVE >> S.ENDED, cancel=S.DRAFT >> S.CANCELLED)
    editable = {
        S.DRAFT: ALL,
        S.ACTIVE: ("owner", "notice_days", "renewal_months", "note", "custom"),
        S.ENDED: ("note", "custom"),
    }

    number = NumberField(series="contract", prefix="C-", verbose_name=_("number"))
    title = models.CharField(_("title"), max_length=120)
    supplier = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="contracts", verbose_name=_("supplier")
    )
    state = StateField(ContractState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked after by"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"))
    currency = CurrencyField(_("currency"), default="EUR")
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice"), default=0, help_text=_("Before the last day; 0: none is needed.")
    )
    renewal_months = models.PositiveSmallIntegerField(
        _("renews for months"), default=0, help_text=_("0: it ends on its last day.")
    )
    over_tolerance = models.DecimalField(
        _("over-delivery accepted"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("A share: 0.05 accepts 5 % more. Empty: as agreed with the supplier for the item."),
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("supplier contract")
        verbose_name_plural = _("supplier contracts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="contracts_contract_days",
                violation_error_message=_("The last day cannot lie before the first."),
            ),
            models.CheckConstraint(
                condition=Q(over_tolerance__isnull=True) | Q(over_tolerance__range=(0, 1)),
                name="contracts_contract_tolerance",
                violation_error_message=_("The over-delivery accepted is a share from 0 to 1."),
            ),
        ]
        indexes = [models.Index(fields=["state", "ends_on"], name="contracts_contract_ends")]

    @property
    def notice_until(self) -> date:
        """The last day to say that it is not to go on."""
        return self.ends_on - timedelta(days=self.notice_days)


class Clause(Record):
    """One thing that was agreed, in words."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="clauses", verbose_name=_("contract"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["contract", "position", "id"]
        indexes = [models.Index(fields=["contract", "position"], name="contracts_clause_of")]

    def __str__(self) -> str:
        return self.title

    def may_edit(self, field: str) -> bool:
        """As open as its contract: drafts only."""
        return self.contract.may_edit("terms")
