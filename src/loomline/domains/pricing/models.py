"""Price lists, prices, and whom they are for."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField, PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record


class Validity(Func):
    """The days from the first column up to, not including, the second."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Tier(Record):
    """A class of customers who buy on the same terms."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=1, help_text=_("1 is the best; a new tier is put behind the others.")
    )
    note = models.TextField(_("who belongs in it"), blank=True)

    class Meta:
        verbose_name = _("customer tier")
        verbose_name_plural = _("customer tiers")
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class TierMember(Record):
    """Puts a customer in a tier: in one at a time."""

    party = models.OneToOneField(
        "parties.Party", models.CASCADE, related_name="price_tier", verbose_name=_("customer")
    )
    tier = models.ForeignKey(Tier, models.CASCADE, related_name="members", verbose_name=_("tier"))
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("customer in a tier")
        verbose_name_plural = _("customers in tiers")
        ordering = ["tier", "party"]

    def __str__(self) -> str:
        return f"{self.party} · {self.tier}"


class PriceList(Record):
    """Prices in one currency that belong together."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    currency = CurrencyField(_("currency"), default="EUR")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to, not including"), null=True, blank=True)
    is_default = models.BooleanField(
        _("for everybody"), default=False, help_text=_("Serves customers that have no list of their own.")
    )
    tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="price_lists",
        verbose_name=_("for customers of the tier"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="pricing_list_period",
                violation_error_message=_("A price list must end after it begins."),
            ),
            ExclusionConstraint(
                name="pricing_list_default_once",
                expressions=[
                    ("currency", RangeOperators.EQUAL),
                    (Validity("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_default=True, is_active=True),
                violation_error_message=_(
                    "Another list already serves everybody in this currency on these days."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Price(Record):
    """What one unit of an item costs from a quantity on."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list"), db_index=False
    )
    item = models.ForeignKey("catalog.Item", models.CASCADE, related_name="prices", verbose_name=_("item"))
    from_quantity = QuantityField(_("from quantity"), default=0)
    unit_price = PriceField(_("price per unit"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to, not including"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["price_list", "item", "from_quantity", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, from_quantity__gte=0),
                name="pricing_price_not_negative",
                violation_error_message=_("Prices and quantities cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="pricing_price_period",
                violation_error_message=_("A price must end after it begins."),
            ),
            ExclusionConstraint(
                name="pricing_price_one_at_a_time",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    ("from_quantity", RangeOperators.EQUAL),
                    (Validity("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The list already has a price for this item and quantity on some of these days. "
                    "End that one first."
                ),
            ),
        ]
        indexes = [models.Index(fields=["price_list", "item", "from_quantity"], name="pricing_price_lookup")]

    def __str__(self) -> str:
        return f"{self.item} {self.unit_price:f}"


class CustomerPriceList(Record):
    """Gives a customer a list; of several, the lower position is asked first."""

    party = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        related_name="price_lists",
        verbose_name=_("customer"),
        db_index=False,
    )
    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="customers", verbose_name=_("price list")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    class Meta:
        verbose_name = _("price list of a customer")
        verbose_name_plural = _("price lists of customers")
        ordering = ["party", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "price_list"],
                name="pricing_customer_list_once",
                violation_error_message=_("The customer already has this price list."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.price_list}"
