"""Prices agreed for a time, what they move with, and what we promised to buy."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts.models.contract import Contract
from loomline.kernel.money import AmountField, PriceField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Record


class PriceIndex(Record):
    """A figure that others publish and prices follow: wool, cotton, energy."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    source = models.CharField(_("published by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("price index")
        verbose_name_plural = _("price indexes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IndexValue(Record):
    """What an index stands at from a day on."""

    index = models.ForeignKey(
        PriceIndex, models.CASCADE, related_name="values", verbose_name=_("index"), db_index=False
    )
    on = models.DateField(_("from"))
    value = models.DecimalField(
        _("value"), max_digits=16, decimal_places=6, validators=[MinValueValidator(Decimal("0.000001"))]
    )

    class Meta:
        verbose_name = _("value of an index")
        verbose_name_plural = _("values of indexes")
        ordering = ["index", "-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["index", "on"],
                name="contracts_value_once",
                violation_error_message=_("This index has a value from that day on already."),
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="contracts_value_positive",
                violation_error_message=_("The value of an index is more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.index}: {self.value:f}"


class AgreedPrice(Record):
    """What one unit of an item costs from a quantity on, while the contract holds."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="prices", verbose_name=_("contract"), db_index=False
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="contract_prices", verbose_name=_("item")
    )
    from_quantity = QuantityField(_("from quantity"), default=0)
    price = PriceField(_("price"))
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(
        _("lead time in working days"), null=True, blank=True, help_text=_("Empty: as usual.")
    )
    index = models.ForeignKey(
        PriceIndex,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prices",
        verbose_name=_("moves with"),
    )
    index_base = models.DecimalField(
        _("at an index of"), max_digits=16, decimal_places=6, null=True, blank=True
    )
    index_share = ShareField(
        _("share that moves"), max_digits=7, decimal_places=6, default=Decimal(1), blank=True
    )

    class Meta:
        verbose_name = _("agreed price")
        verbose_name_plural = _("agreed prices")
        ordering = ["contract", "item", "from_quantity", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "item", "from_quantity", "valid_from"],
                nulls_distinct=False,
                name="contracts_price_once",
                violation_error_message=_("This item has a price from that quantity and day on already."),
            ),
            models.CheckConstraint(
                condition=Q(from_quantity__gte=0, price__gte=0, index_share__range=(0, 1)),
                name="contracts_price_amounts",
                violation_error_message=_("Prices and quantities cannot be negative; a share is 0 to 1."),
            ),
            models.CheckConstraint(
                condition=Q(index__isnull=True) | Q(index_base__gt=0),
                name="contracts_price_base",
                violation_error_message=_("Say at which value of the index the price was agreed."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="contracts_price_days",
                violation_error_message=_("The last day cannot lie before the first."),
            ),
        ]
        indexes = [models.Index(fields=["item", "contract"], name="contracts_price_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.price:f}"

    def may_edit(self, field: str) -> bool:
        """As open as its contract: drafts only."""
        return self.contract.may_edit("terms")

    def at(self, value: Decimal | None) -> Decimal:
        """The price while its index stands at a value; unmoved where nothing was published."""
        if self.index_id is None or value is None or not self.index_base:
            return self.price
        moved = self.price * (1 + self.index_share * (value / self.index_base - 1))
        return max(moved, Decimal(0)).quantize(Decimal("0.000001"))


class Commitment(Record):
    """What we promised to buy: a quantity of an item, or an amount of everything under the contract."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="commitments", verbose_name=_("contract")
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("item"),
        help_text=_("Empty: all that is bought under the contract."),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"))
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    amount = AmountField(_("amount"), null=True, blank=True)
    shortfall_rate = ShareField(
        _("owed on what is missing"),
        max_digits=7,
        decimal_places=6,
        default=Decimal(0),
        help_text=_("A share of its worth: 0.10 is 10 %."),
    )

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["contract", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, amount__isnull=True, item__isnull=False)
                | Q(quantity__isnull=True, amount__gt=0),
                name="contracts_commitment_what",
                violation_error_message=_("Promise either a quantity of an item, or an amount."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), shortfall_rate__range=(0, 1)),
                name="contracts_commitment_days",
                violation_error_message=_("The last day cannot lie before the first; a share is 0 to 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item or self.contract)

    def may_edit(self, field: str) -> bool:
        """As open as its contract: drafts only."""
        return self.contract.may_edit("terms")
