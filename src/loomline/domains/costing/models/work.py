"""What work has taken up and given."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField
from loomline.kernel.record import Ledger

ZERO = Decimal(0)


class WorkInProgress(models.Model):
    """What lies in one work order in money: a projection of the cost ledger and of charges."""

    origin_kind = models.CharField(_("kind of work"), max_length=60)
    origin_id = models.BigIntegerField(_("work"))
    put_in = AmountField(_("put in"), default=ZERO)
    got_out = AmountField(_("got out"), default=ZERO)
    settled = AmountField(_("settled"), default=ZERO)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("work in progress")
        verbose_name_plural = _("work in progress")
        constraints = [
            models.UniqueConstraint(fields=["origin_kind", "origin_id"], name="costing_work_once"),
        ]

    def __str__(self) -> str:
        return f"{self.origin_kind} {self.origin_id}"

    @property
    def value(self) -> Decimal:
        """What lies in it now."""
        return self.put_in - self.got_out - self.settled


class ChargeKind(models.TextChoices):
    LABOUR = "labour", _("Labour")
    MACHINE = "machine", _("Machine")
    SERVICE = "service", _("Service of a partner")
    OTHER = "other", _("Other")


class WorkCharge(Ledger):
    """What work took up beside material: hours of people and machines, services of partners."""

    origin_kind = models.CharField(_("kind of work"), max_length=60)
    origin_id = models.BigIntegerField(_("work"))
    kind = models.CharField(_("kind"), max_length=8, choices=ChargeKind.choices)
    text = models.CharField(_("text"), max_length=200, blank=True)
    amount = AmountField(_("amount"))
    entry = models.ForeignKey(
        "ledger.JournalEntry", models.PROTECT, related_name="work_charges", verbose_name=_("journal entry")
    )
    charged_on = models.DateField(_("charged on"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("charge to work")
        verbose_name_plural = _("charges to work")
        ordering = ["-id"]
        indexes = [models.Index(fields=["origin_kind", "origin_id"], name="costing_charge_work")]

    def __str__(self) -> str:
        return f"{ChargeKind(self.kind).label} {self.amount}"
