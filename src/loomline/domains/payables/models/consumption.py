"""Goods that suppliers kept with us and that we have made ours."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables.models.invoice import SupplierInvoiceLine
from loomline.kernel.money import CurrencyField, Money, PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record


class Consumption(Record):
    """So much of a supplier's consigned goods became ours at one moment; it is settled once."""

    supplier = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="consumptions", verbose_name=_("supplier")
    )
    item = models.ForeignKey("catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="+", verbose_name=_("lot")
    )
    quantity = QuantityField(_("quantity"))
    taken_on = models.DateField(_("became ours"))
    price = PriceField(_("price"), null=True, help_text=_("Of the contract, else of the supplier's list."))
    currency = CurrencyField(_("currency"))
    source = models.CharField(_("agreed in"), max_length=120, blank=True)
    move = models.OneToOneField(
        "inventory.StockMove", models.PROTECT, related_name="consumption", verbose_name=_("stock move")
    )
    invoice_line = models.ForeignKey(
        SupplierInvoiceLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consumed",
        verbose_name=_("settled by"),
    )

    class Meta:
        verbose_name = _("use of consigned goods")
        verbose_name_plural = _("uses of consigned goods")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & (Q(price__isnull=True) | Q(price__gte=0)),
                name="payables_consumption_quantity",
            ),
            models.CheckConstraint(
                condition=Q(invoice_line__isnull=True) | Q(price__isnull=False),
                name="payables_consumption_priced",
                violation_error_message=_("Goods without a price cannot be settled."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "taken_on"],
                name="payables_consumption_open",
                condition=Q(invoice_line__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.taken_on}"

    @property
    def amount(self) -> Decimal:
        """What the goods cost at the agreed price, not yet rounded."""
        return self.quantity * (self.price or Decimal(0))

    @property
    def worth(self) -> Decimal:
        """The same in whole minor units."""
        return Money(self.amount, self.currency).rounded().amount
