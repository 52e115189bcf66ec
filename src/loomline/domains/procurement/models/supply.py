"""Who sells what, and at which terms."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField, PriceField
from loomline.kernel.quantity import PLACES, QuantityField
from loomline.kernel.record import Record


class SupplierItem(Record):
    """The terms at which one supplier sells us one item, in the item's stock unit."""

    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="supplied_items",
        verbose_name=_("supplier"),
        db_index=False,
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="supplier_items", verbose_name=_("item")
    )
    supplier_sku = models.CharField(_("their item number"), max_length=80, blank=True)
    price = PriceField(_("price"), default=0, validators=[MinValueValidator(0)])
    currency = CurrencyField(_("currency"), default="EUR")
    lead_days = models.PositiveSmallIntegerField(
        _("lead time in working days"), default=0, help_text=_("From our order to the goods at our door.")
    )
    min_quantity = QuantityField(
        _("least quantity"), default=0, validators=[MinValueValidator(0)], help_text=_("0: any quantity.")
    )
    multiple = QuantityField(
        _("in multiples of"), default=0, validators=[MinValueValidator(0)], help_text=_("0: any quantity.")
    )
    over_tolerance = models.DecimalField(
        _("over-delivery accepted"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.05"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Share of the ordered quantity: 0.05 accepts 5 % more after a warning."),
    )
    under_tolerance = models.DecimalField(
        _("missing accepted"),
        max_digits=5,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Share of the ordered quantity: 0.02 waits for nothing more once 98 % have come."),
    )
    is_preferred = models.BooleanField(_("preferred"), default=False)
    delivers_directly = models.BooleanField(
        _("delivers directly to customers"),
        default=False,
        help_text=_("What customers order is bought from here and goes straight to them, past our stock."),
    )

    class Meta:
        verbose_name = _("supplier item")
        verbose_name_plural = _("supplier items")
        ordering = ["supplier", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item"],
                name="procurement_supplieritem_once",
                violation_error_message=_(
                    "This supplier already has terms for this item. Change those instead."
                ),
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(is_preferred=True),
                name="procurement_supplieritem_preferred",
                violation_error_message=_("Another supplier is already preferred for this item."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, min_quantity__gte=0, multiple__gte=0),
                name="procurement_supplieritem_amounts",
                violation_error_message=_("Price and quantities cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(over_tolerance__range=(0, 1), under_tolerance__range=(0, 1)),
                name="procurement_supplieritem_tolerance",
                violation_error_message=_("What is accepted is a share from 0 to 1: 0.05 is 5 %."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.supplier}"

    def orderable(self, needed: Decimal) -> Decimal:
        """The smallest quantity that covers the need and that the supplier takes an order for."""
        wanted = max(needed, self.min_quantity)
        if self.multiple > 0:
            wanted = (wanted / self.multiple).to_integral_value(ROUND_CEILING) * self.multiple
        return wanted.quantize(PLACES)
