"""How an item is valued, and which account stands against stock."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import CostMethod as Method
from loomline.kernel.money import PriceField
from loomline.kernel.record import Record


class ItemCosting(Record):
    """How one item is valued, and the account on which its value stands. Who changes its layers locks it."""

    item = models.OneToOneField(
        "catalog.Item", models.PROTECT, related_name="costing", verbose_name=_("item")
    )
    method = models.CharField(_("method"), max_length=8, choices=Method.choices, default=Method.FIFO)
    account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", verbose_name=_("stock account")
    )
    standard = PriceField(_("standard cost"), null=True, blank=True)

    class Meta:
        verbose_name = _("item's costing")
        verbose_name_plural = _("costing of items")
        ordering = ["item"]
        constraints = [
            models.CheckConstraint(condition=Q(method__in=Method.values), name="costing_item_method"),
            models.CheckConstraint(
                condition=~Q(method=Method.STANDARD) | Q(standard__gte=0, standard__isnull=False),
                name="costing_item_standard",
                violation_error_message=_("An item at standard cost needs a standard cost of 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {Method(self.method).label}"


class Counter(models.TextChoices):
    """What stands against stock. The first ones are kinds of places goods come from and go to."""

    STOCK = "stock", _("Stock itself")
    SUPPLIER = "supplier", _("From and to suppliers (received, not invoiced)")
    CUSTOMER = "customer", _("To and from customers (cost of sales)")
    PRODUCTION = "production", _("To and from production (work in progress)")
    SCRAP = "scrap", _("Scrapped")
    ADJUSTMENT = "adjustment", _("Counted more or less")
    OPENING = "opening", _("Opening stock")
    LANDED = "landed", _("Landed cost to be invoiced")
    PRICE = "price", _("Price difference")
    REVALUED = "revalued", _("Revaluation")
    VARIANCE = "variance", _("Production variance")
    ABSORBED = "absorbed", _("Labour and machines taken up by work")


class PostingRule(Record):
    """Which account stands against stock, for all items or for those of a category and what is within it."""

    counter = models.CharField(_("for"), max_length=10, choices=Counter.choices)
    category = models.ForeignKey(
        "catalog.Category",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("items of"),
        help_text=_("Leave empty for all items."),
    )
    account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+", verbose_name=_("account"))

    class Meta:
        verbose_name = _("posting rule")
        verbose_name_plural = _("posting rules")
        ordering = ["counter", "category"]
        constraints = [
            models.CheckConstraint(condition=Q(counter__in=Counter.values), name="costing_rule_counter"),
            models.UniqueConstraint(
                fields=["counter", "category"],
                nulls_distinct=False,
                name="costing_rule_once",
                violation_error_message=_("There is already a rule for this and these items."),
            ),
        ]

    def __str__(self) -> str:
        where = f" · {self.category}" if self.category else ""
        return f"{Counter(self.counter).label}{where}"
