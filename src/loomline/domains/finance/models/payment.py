"""Money that came in, and which invoices it settles."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.finance.models.invoice import Invoice
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Document, Ledger
from loomline.kernel.state import Moves, StateField, States


class PaymentState(States):
    RECEIVED = "received", _("Received"), "ok"
    REVERSED = "reversed", _("Reversed"), "bad"


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("Bank transfer")
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    CARD = "card", _("Card")
    CASH = "cash", _("Cash")
    OTHER = "other", _("Other")


class Payment(Document):
    """Money from a customer. What is not allocated yet stays to the customer's credit."""

    moves = Moves(reverse=PaymentState.RECEIVED >> PaymentState.REVERSED)
    editable = {
        PaymentState.RECEIVED: ("reference", "note", "custom"),
        PaymentState.REVERSED: ("note", "custom"),
    }

    number = NumberField(series="payment", prefix="PAY-", verbose_name=_("number"))
    state = StateField(PaymentState, default=PaymentState.RECEIVED, verbose_name=_("state"))
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="payments", verbose_name=_("customer")
    )
    received_on = models.DateField(_("received"), blank=True, help_text=_("Empty: today."))
    method = models.CharField(
        _("method"), max_length=12, choices=PaymentMethod.choices, default=PaymentMethod.TRANSFER
    )
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the customer's."))
    # Kept by the trigger on allocations, so that no way of writing them can allocate too much.
    allocated = AmountField(_("allocated"), default=0, editable=False)
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="finance_payment_amount",
                violation_error_message=_("A payment is more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")),
                name="finance_payment_allocated",
                violation_error_message=_("A payment cannot settle more than its own amount."),
            ),
            models.CheckConstraint(
                condition=~Q(state="reversed") | Q(allocated=0),
                name="finance_payment_reversed",
                violation_error_message=_("A reversed payment settles nothing."),
            ),
            models.CheckConstraint(
                condition=Q(method__in=PaymentMethod.values), name="finance_payment_method"
            ),
        ]
        indexes = [models.Index(fields=["received_on", "id"], name="finance_payment_received")]

    @property
    def unallocated(self) -> Decimal:
        """What has not been used to settle an invoice."""
        return self.amount - self.allocated if self.state == PaymentState.RECEIVED else Decimal(0)


class PaymentAllocation(Ledger):
    """So much of a payment settles this invoice; a row below zero takes it back."""

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="allocations", verbose_name=_("payment")
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="allocations", verbose_name=_("invoice")
    )
    amount = AmountField(_("amount"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("payment allocation")
        verbose_name_plural = _("payment allocations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="finance_allocation_amount",
                violation_error_message=_("An allocation of nothing settles nothing."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.invoice_id}"
