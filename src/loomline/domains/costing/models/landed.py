"""What it took to bring goods here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Ledger
from loomline.kernel.state import Moves, StateField, States


class Basis(models.TextChoices):
    """By what a charge is split over the goods."""

    VALUE = "value", _("Value")
    WEIGHT = "weight", _("Weight")
    VOLUME = "volume", _("Volume")
    QUANTITY = "quantity", _("Quantity")


class LandedState(States):
    POSTED = "posted", _("Posted"), "ok"
    REVERSED = "reversed", _("Reversed"), "muted"


class LandedCost(Document):
    """A charge for bringing goods here: freight, duty, insurance. Known with the goods or long after them."""

    moves = Moves(reverse=LandedState.POSTED >> LandedState.REVERSED)
    editable = dict.fromkeys(LandedState, ("note",))

    number = NumberField(series="landed_cost", prefix="LC-", verbose_name=_("number"))
    state = StateField(LandedState, default=LandedState.POSTED, verbose_name=_("state"), editable=False)
    name = models.CharField(_("charge"), max_length=80)
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="landed_costs",
        verbose_name=_("charged by"),
    )
    reference = models.CharField(_("their reference"), max_length=80, blank=True)
    charged_on = models.DateField(_("charged on"))
    currency = CurrencyField(_("currency"))
    amount = AmountField(_("amount"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10, default=1, editable=False)
    cost = AmountField(_("in our currency"), editable=False)
    basis = models.CharField(_("split by"), max_length=8, choices=Basis.choices, default=Basis.VALUE)
    note = models.TextField(_("note"), blank=True)
    posted_at = models.DateTimeField(_("posted"), editable=False)

    class Meta:
        verbose_name = _("landed cost")
        verbose_name_plural = _("landed costs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="costing_landed_basis"),
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(rate__gt=0),
                name="costing_landed_amount",
                violation_error_message=_("A charge of nothing brings no goods here."),
            ),
        ]


class LandedShare(Ledger):
    """The part of a charge that one receipt took."""

    landed = models.ForeignKey(
        LandedCost, models.PROTECT, related_name="shares", verbose_name=_("landed cost")
    )
    move = models.ForeignKey(
        "inventory.StockMove",
        models.PROTECT,
        related_name="landed_shares",
        verbose_name=_("received"),
        db_index=False,
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"), db_index=False
    )
    quantity = QuantityField(_("quantity"))
    weight = models.DecimalField(_("measure"), max_digits=24, decimal_places=6)
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("share of a landed cost")
        verbose_name_plural = _("shares of landed costs")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["landed", "move"], name="costing_share_once"),
        ]
        indexes = [models.Index(fields=["move"], name="costing_share_move")]

    def __str__(self) -> str:
        return f"{self.landed} {self.item}"
