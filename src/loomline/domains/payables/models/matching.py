"""Which received goods a bill is for, and how much may differ."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables.models.invoice import SupplierInvoiceLine
from loomline.kernel.money import AmountField, PriceField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Record


class MatchAllocation(Record):
    """So much of what a receipt brought is billed by this line of a supplier invoice.

    A trigger adds up all rows of a receipt line and of an invoice line and says no to more than was taken,
    and to more than is billed, however the rows are written.
    """

    line = models.ForeignKey(
        SupplierInvoiceLine,
        models.CASCADE,
        related_name="allocations",
        verbose_name=_("supplier invoice line"),
        db_index=False,
    )
    receipt_line = models.ForeignKey(
        "procurement.ReceiptLine",
        models.PROTECT,
        related_name="billed",
        verbose_name=_("receipt line"),
    )
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("agreed price"), editable=False)
    is_manual = models.BooleanField(_("by hand"), default=False, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False
    )

    class Meta:
        verbose_name = _("allocation of a bill")
        verbose_name_plural = _("allocations of bills")
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "receipt_line"],
                name="payables_allocation_pair",
                violation_error_message=_(
                    "This line is allocated to this receipt already. Change the quantity."
                ),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="payables_allocation_quantity",
                violation_error_message=_("Allocate a quantity above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.receipt_line_id}"

    @property
    def amount(self) -> Decimal:
        """What the goods cost at the agreed price, not yet rounded."""
        return self.quantity * self.price


IN_MONEY = _("In the currency of the invoice, for a line. Empty: the percentage alone counts.")


class MatchTolerance(Record):
    """How much a supplier invoice may ask above what came and what was agreed, line by line."""

    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="match_tolerances",
        db_index=False,
        verbose_name=_("supplier"),
        help_text=_("Leave empty for all suppliers without a tolerance of their own."),
    )
    price_share = ShareField(
        _("price above, in percent"),
        max_digits=7,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Of the agreed price. Empty: the amount alone counts."),
    )
    price_amount = AmountField(
        _("price above, in money"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=IN_MONEY,
    )
    quantity_share = ShareField(
        _("quantity above, in percent"),
        max_digits=7,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Of what was received. Empty: the amount alone counts."),
    )
    quantity_amount = AmountField(
        _("quantity above, in money"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=IN_MONEY,
    )

    class Meta:
        verbose_name = _("matching tolerance")
        verbose_name_plural = _("matching tolerances")
        ordering = ["supplier"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                nulls_distinct=False,
                name="payables_tolerance_once",
                violation_error_message=_("There is a tolerance for this already. Change that one."),
            ),
            models.CheckConstraint(
                condition=(Q(price_share__isnull=True) | Q(price_share__gte=0))
                & (Q(price_amount__isnull=True) | Q(price_amount__gte=0))
                & (Q(quantity_share__isnull=True) | Q(quantity_share__gte=0))
                & (Q(quantity_amount__isnull=True) | Q(quantity_amount__gte=0)),
                name="payables_tolerance_positive",
                violation_error_message=_("A tolerance is zero or more."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.supplier) if self.supplier_id else _t("All suppliers")
