"""What matters, who got what, and why."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing.models.bid import Invitation
from loomline.domains.sourcing.models.request import Rfq, RfqLine
from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Ledger, Record


class Measure(models.TextChoices):
    """What suppliers may be weighed by."""

    COST = "cost", _("Landed cost")
    LEAD = "lead", _("Lead time")
    QUALITY = "quality", _("Goods taken")
    PUNCTUALITY = "punctuality", _("Deliveries on time")
    CO2E = "co2e", _("CO2e")
    RISK = "risk", _("Risk")

    @property
    def is_benefit(self) -> bool:
        """True where more is better."""
        return self in (Measure.QUALITY, Measure.PUNCTUALITY)


class Criterion(Record):
    """How much one thing matters for a request; the weights of a request add up to 1."""

    rfq = models.ForeignKey(
        Rfq, models.CASCADE, related_name="criteria", verbose_name=_("request"), db_index=False
    )
    measure = models.CharField(_("criterion"), max_length=12, choices=Measure.choices)
    weight = ShareField(_("weight"), max_digits=7, decimal_places=6)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["rfq", "-weight", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rfq", "measure"],
                name="sourcing_criterion_once",
                violation_error_message=_("This criterion has a weight already."),
            ),
            models.CheckConstraint(
                condition=Q(weight__range=(0, 1)),
                name="sourcing_criterion_weight",
                violation_error_message=_("A weight lies between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())


class Decision(Ledger):
    """Who got how much and why, with all that was known on that day."""

    rfq = models.OneToOneField(Rfq, models.PROTECT, related_name="decision", verbose_name=_("request"))
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    is_reckoned = models.BooleanField(_("as reckoned"), default=True)
    reason = models.TextField(_("reason"))
    cost = AmountField(_("landed cost"))
    least_cost = AmountField(_("least possible"), help_text=_("No split within the same rules costs less."))
    currency = CurrencyField(_("currency"))
    inputs = models.JSONField(_("what was known"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("award decision")
        verbose_name_plural = _("award decisions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.rfq)


class Award(Ledger):
    """What one supplier gets of one item."""

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="awards", verbose_name=_("decision"), db_index=False
    )
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="awards", verbose_name=_("invitation")
    )
    line = models.ForeignKey(RfqLine, models.PROTECT, related_name="awards", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    share = ShareField(_("share"), max_digits=7, decimal_places=6)
    price = PriceField(_("price"))
    landed = PriceField(_("landed per unit"))
    cost = AmountField(_("landed cost"))
    why = models.CharField(_("why"), max_length=500, blank=True)
    purchase = models.ForeignKey(
        "procurement.Purchase",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name=_("purchase order"),
    )

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-decision", "line", "-quantity"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "line", "invitation"], name="sourcing_award_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="sourcing_award_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.invitation} · {self.line}"
