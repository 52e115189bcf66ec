"""What comes back when we bought enough, what being late costs, and what came of it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts.models.contract import Contract
from loomline.kernel.money import AmountField
from loomline.kernel.quantity import ShareField
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class Rebate(Record):
    """A share that comes back once a year of the contract has brought enough."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="rebates", verbose_name=_("contract"), db_index=False
    )
    from_amount = AmountField(_("from"), help_text=_("Bought in a year of the contract, in its currency."))
    rate = ShareField(_("comes back"), max_digits=7, decimal_places=6)
    on_all = models.BooleanField(
        _("on everything"), default=True, help_text=_("Off: only on what lies above.")
    )

    class Meta:
        verbose_name = _("rebate")
        verbose_name_plural = _("rebates")
        ordering = ["contract", "from_amount"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "from_amount"], name="contracts_rebate_once"),
            models.CheckConstraint(
                condition=Q(from_amount__gte=0, rate__range=(0, 1)),
                name="contracts_rebate_rate",
                violation_error_message=_("A rebate is a share from 0 to 1, from an amount of 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_amount:f}: {self.rate:f}"

    def may_edit(self, field: str) -> bool:
        """As open as its contract: drafts only."""
        return self.contract.may_edit("terms")


class Trigger(models.TextChoices):
    """What has to happen for a penalty."""

    LATE = "late", _("Late, for each working day")
    REJECTED = "rejected", _("Rejected goods")


class Penalty(Record):
    """A share of the worth of goods, owed when they come late or are rejected."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="penalties", verbose_name=_("contract"), db_index=False
    )
    trigger = models.CharField(_("for"), max_length=10, choices=Trigger.choices)
    rate = ShareField(_("share of their worth"), max_digits=7, decimal_places=6)
    grace_days = models.PositiveSmallIntegerField(_("days without"), default=0)
    most = ShareField(_("at most"), max_digits=7, decimal_places=6, default=Decimal(1))

    class Meta:
        verbose_name = _("penalty")
        verbose_name_plural = _("penalties")
        ordering = ["contract", "trigger"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "trigger"],
                name="contracts_penalty_once",
                violation_error_message=_("There is a penalty for this already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__range=(0, 1), most__range=(0, 1)),
                name="contracts_penalty_rate",
                violation_error_message=_("A penalty is a share from 0 to 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_trigger_display())

    def may_edit(self, field: str) -> bool:
        """As open as its contract: drafts only."""
        return self.contract.may_edit("terms")


class DueKind(models.TextChoices):
    """From what something is owed."""

    REBATE = "rebate", _("Rebate")
    LATE = "late", _("Late delivery")
    REJECTED = "rejected", _("Rejected goods")
    SHORTFALL = "shortfall", _("Missed commitment, owed by us")


class DueState(States):
    OPEN = "open", _("Open"), "warn"
    SETTLED = "settled", _("Settled"), "ok"
    WAIVED = "waived", _("Waived"), "muted"


class Due(Record):
    """What one thing that happened comes to by the contract."""

    moves = Moves(settle=DueState.OPEN >> DueState.SETTLED, waive=DueState.OPEN >> DueState.WAIVED)

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="dues", verbose_name=_("contract"))
    kind = models.CharField(_("for"), max_length=10, choices=DueKind.choices)
    key = models.CharField(max_length=60, editable=False)
    state = StateField(DueState, default=DueState.OPEN, verbose_name=_("state"))
    on = models.DateField(_("day"))
    amount = AmountField(_("amount"))
    says = models.CharField(_("how it is reckoned"), max_length=300)
    receipt = models.ForeignKey(
        "procurement.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contract_dues",
        verbose_name=_("receipt"),
    )
    answer = models.CharField(_("what was said"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("due")
        verbose_name_plural = _("dues")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "kind", "key"], name="contracts_due_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="contracts_due_amount",
                violation_error_message=_("A due is more than 0."),
            ),
        ]
        indexes = [models.Index(fields=["state", "-on"], name="contracts_due_state")]

    def __str__(self) -> str:
        return f"{self.contract} · {self.get_kind_display()}"
