"""Why an invoice is not reminded of, and what a customer who does not pay gets no more."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning.models.reminder import Reminder
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Document, Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class DisputeState(States):
    OPEN = "open", _("Open"), "warn"
    SETTLED = "settled", _("Settled"), "ok"


class Dispute(Document):
    """What a customer says is wrong with an invoice. While it is open, the invoice rests."""

    moves = Moves(settle=DisputeState.OPEN >> DisputeState.SETTLED)
    editable = {DisputeState.OPEN: ("reason", "custom"), DisputeState.SETTLED: ("custom",)}

    number = NumberField(series="dispute", prefix="DSP-", verbose_name=_("number"))
    state = StateField(DisputeState, default=DisputeState.OPEN, verbose_name=_("state"), editable=False)
    invoice = models.ForeignKey(
        "finance.Invoice", models.PROTECT, related_name="disputes", verbose_name=_("invoice")
    )
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="disputes", verbose_name=_("customer"), editable=False
    )
    reason = models.CharField(_("what is wrong"), max_length=500)
    since = models.DateField(_("since"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by"), editable=False
    )
    outcome = models.CharField(_("outcome"), max_length=500, blank=True, editable=False)
    settled_on = models.DateField(_("settled"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
        editable=False,
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(state="open"),
                name="dunning_dispute_open_once",
                violation_error_message=_("The invoice is in dispute already. Add to that one."),
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(state="settled") | ~Q(outcome="")),
                name="dunning_dispute_words",
                violation_error_message=_("Say what is wrong, and how it was settled."),
            ),
        ]


class PaymentPromise(Ledger):
    """A customer said by when an invoice will be paid: it rests until then. The newest word counts."""

    invoice = models.ForeignKey(
        "finance.Invoice", models.PROTECT, related_name="promises", verbose_name=_("invoice")
    )
    pay_by = models.DateField(_("pays by"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )
    at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.pay_by}"


class CreditHold(Record):
    """Since when a customer's credit limit is 0, and what it was."""

    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="credit_holds", verbose_name=_("customer")
    )
    reminder = models.ForeignKey(
        Reminder, models.PROTECT, related_name="credit_holds", verbose_name=_("reminder")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    since = models.DateField(_("since"))
    limit_before = AmountField(_("credit limit before"), null=True)
    currency = CurrencyField(_("currency"))
    lifted_on = models.DateField(_("lifted"), null=True)
    reason = models.CharField(_("why lifted"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("credit hold")
        verbose_name_plural = _("credit holds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(lifted_on__isnull=True),
                name="dunning_hold_once",
                violation_error_message=_("The customer is on credit hold already."),
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | ~Q(reason=""), name="dunning_hold_lifted"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)
