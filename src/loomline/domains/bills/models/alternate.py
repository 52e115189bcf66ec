"""What may stand in for a material, and what else comes out."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models.bill import Bill, BillLine
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record


class Alternate(Record):
    """An item that may be used where a material is short; the first one is tried first."""

    line = models.ForeignKey(
        BillLine, models.CASCADE, related_name="alternates", verbose_name=_("material"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="alternate_in", verbose_name=_("instead")
    )
    factor = QuantityField(
        _("so many for one"),
        default=1,
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=_("Of it, for one of the material it stands in for."),
    )

    class Meta:
        verbose_name = _("alternate of a material")
        verbose_name_plural = _("alternates of materials")
        ordering = ["line", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "item"],
                name="bills_alternate_once",
                violation_error_message=_("This item stands in for the material already."),
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0),
                name="bills_alternate_factor",
                violation_error_message=_("An alternate needs a factor above 0."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)


class CoProductKind(models.TextChoices):
    CO_PRODUCT = "co", _("Co-product")
    BY_PRODUCT = "by", _("By-product")


class CoProduct(Record):
    """Something that comes out beside what the bill makes: wanted (co-product) or not (by-product)."""

    bill = models.ForeignKey(
        Bill, models.CASCADE, related_name="co_products", verbose_name=_("bill"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="co_product_of", verbose_name=_("item")
    )
    kind = models.CharField(
        _("kind"), max_length=2, choices=CoProductKind.choices, default=CoProductKind.BY_PRODUCT
    )
    quantity = QuantityField(
        _("quantity"),
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=_("What comes out beside the quantity that the bill is for."),
    )

    class Meta:
        verbose_name = _("co-product of a bill")
        verbose_name_plural = _("co-products of bills")
        ordering = ["bill", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "item"],
                name="bills_coproduct_once",
                violation_error_message=_("The bill names this co-product already."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="bills_coproduct_quantity",
                violation_error_message=_("A co-product needs a quantity above 0."),
            ),
            models.CheckConstraint(condition=Q(kind__in=CoProductKind.values), name="bills_coproduct_kind"),
        ]

    def __str__(self) -> str:
        return str(self.item)
