"""How an item is planned, where that is not what its card and its supplier say."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record

LEAST = [MinValueValidator(Decimal(0))]


class LotRule(models.TextChoices):
    LOT_FOR_LOT = "lot", _("Lot for lot")
    FIXED = "fixed", _("Fixed lots")
    PERIOD = "period", _("The needs of some days in one order")


class ItemPolicy(Record):
    """How an item is planned: at one site, or at all of them. What is left empty stays as it is elsewhere."""

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="plan_policies", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="plan_policies",
        verbose_name=_("at"),
        help_text=_("Leave empty for all sites."),
    )
    from_site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_lanes",
        verbose_name=_("comes from"),
        help_text=_("The site that sends it; empty: it is bought or made as its card says."),
    )
    rule = models.CharField(_("lot rule"), max_length=8, choices=LotRule.choices, default=LotRule.LOT_FOR_LOT)
    fixed_quantity = QuantityField(
        _("lot"),
        null=True,
        blank=True,
        validators=LEAST,
        help_text=_("For fixed lots: orders are whole lots."),
    )
    period_days = models.PositiveSmallIntegerField(
        _("days in one order"), default=7, validators=[MinValueValidator(1)]
    )
    minimum = QuantityField(
        _("least quantity"),
        null=True,
        blank=True,
        validators=LEAST,
        help_text=_("Empty: as the supplier asks."),
    )
    multiple = QuantityField(
        _("in multiples of"),
        null=True,
        blank=True,
        validators=LEAST,
        help_text=_("Empty: as the supplier asks."),
    )
    maximum = QuantityField(
        _("most in one order"), null=True, blank=True, help_text=_("What is needed beyond it is split.")
    )
    lead_days = models.PositiveSmallIntegerField(
        _("lead time in working days"),
        null=True,
        blank=True,
        help_text=_("Empty: as the supplier, the route or the item says."),
    )
    safety_days = models.PositiveSmallIntegerField(
        _("safety time in working days"),
        default=0,
        help_text=_("Goods are planned to be there so much earlier."),
    )
    safety_stock = QuantityField(
        _("safety stock"), null=True, blank=True, validators=LEAST, help_text=_("Empty: as the item says.")
    )
    reorder_level = QuantityField(
        _("reorder level"), null=True, blank=True, validators=LEAST, help_text=_("Empty: as the item says.")
    )
    yield_share = models.DecimalField(
        _("yield"),
        max_digits=5,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(1))],
        help_text=_("The share that turns out well: 0.95 starts 100 for 95."),
    )
    fence_days = models.PositiveSmallIntegerField(
        _("planning fence in days"), default=0, help_text=_("Within it nothing new is planned.")
    )

    class Meta:
        verbose_name = _("planning policy")
        verbose_name_plural = _("planning policies")
        ordering = ["item", "site"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site"],
                nulls_distinct=False,
                name="supplyplan_policy_once",
                violation_error_message=_(
                    "There is already a policy for this item and site. Change that one."
                ),
            ),
            models.CheckConstraint(condition=Q(rule__in=LotRule.values), name="supplyplan_policy_rule"),
            models.CheckConstraint(
                condition=~Q(rule="fixed") | Q(fixed_quantity__gt=0),
                name="supplyplan_policy_lot",
                violation_error_message=_("Fixed lots need the quantity of a lot."),
            ),
            models.CheckConstraint(
                condition=Q(from_site__isnull=True) | Q(site__isnull=False) & ~Q(from_site=F("site")),
                name="supplyplan_policy_lane",
                violation_error_message=_(
                    "Name the site it goes to, which is another one than it comes from."
                ),
            ),
            models.CheckConstraint(
                condition=Q(yield_share__gt=0, yield_share__lte=1)
                & (Q(maximum__isnull=True) | Q(maximum__gt=0))
                & (Q(minimum__isnull=True) | Q(minimum__gte=0))
                & (Q(multiple__isnull=True) | Q(multiple__gte=0))
                & (Q(safety_stock__isnull=True) | Q(safety_stock__gte=0))
                & (Q(reorder_level__isnull=True) | Q(reorder_level__gte=0)),
                name="supplyplan_policy_amounts",
                violation_error_message=_(
                    "Quantities cannot be negative, and the yield is a share above 0 up to 1."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.site}" if self.site_id else str(self.item)
