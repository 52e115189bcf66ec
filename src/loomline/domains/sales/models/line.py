"""What every line of an offer or an order has."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, PriceField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Record


class PromiseMethod(models.TextChoices):
    """How a promised day was found."""

    STOCK = "stock", _("Stock")
    ATP = "atp", _("What is on its way")
    CTP = "ctp", _("Making it")
    LEAD_TIME = "leadtime", _("Lead time")


# What a promise writes on a line.
PROMISED = ("promised_on", "promise_basis", "promise_method", "promise_limit", "promised_at")


class SoldLine(Record):
    """An item, how many of it, at which price; the amount is kept as it was rounded."""

    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="%(class)ss", verbose_name=_("item")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = QuantityField(_("quantity"))
    entered_quantity = QuantityField(_("quantity as entered"))
    unit = models.ForeignKey(
        "catalog.Unit",
        models.PROTECT,
        blank=True,
        related_name="+",
        verbose_name=_("unit as entered"),
        db_index=False,
    )
    price = PriceField(
        _("price"), blank=True, help_text=_("Per stock unit, without tax. Empty: as the price lists say.")
    )
    discount = ShareField(
        _("discount"),
        max_digits=7,
        decimal_places=6,
        default=0,
        blank=True,
        help_text=_("As a fraction: 0.05 is 5 %."),
    )
    tax_rate = ShareField(
        _("tax rate"),
        max_digits=5,
        decimal_places=4,
        default=0,
        blank=True,
        help_text=_("As a fraction: 0.23 is 23 %."),
    )
    amount = AmountField(_("amount"), default=0, editable=False)
    unit_cost = PriceField(
        _("cost"), default=0, editable=False, help_text=_("Standard cost when it was sold.")
    )
    wanted_on = models.DateField(_("wanted"), null=True, blank=True)
    promised_on = models.DateField(_("promised"), null=True, blank=True, editable=False)
    promise_basis = models.CharField(_("promise stands on"), max_length=120, blank=True, editable=False)
    promise_method = models.CharField(
        _("promised from"), max_length=9, choices=PromiseMethod.choices, blank=True, editable=False
    )
    promise_limit = models.CharField(
        _("not earlier because of"),
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("The component, supplier, stage or way that decides the day."),
    )
    promised_at = models.DateTimeField(
        _("worked out"), null=True, editable=False, help_text=_("When the promised day was worked out.")
    )

    class Meta:
        abstract = True

    def promise(self, *, on: date, basis: str, method: str, limit: str, computed_at: datetime | None) -> None:
        """Note the day that can be kept, and what it stands on; nothing is written yet."""
        self.promised_on, self.promise_basis, self.promise_method = on, basis[:120], method
        self.promise_limit, self.promised_at = limit[:200], computed_at

    @property
    def promised(self) -> tuple[int, str, str, str]:
        """What events tell of the promise: key, day, method, limit."""
        return self.pk, str(self.promised_on or ""), self.promise_method, self.promise_limit

    @property
    def cost(self) -> Decimal:
        """What the line costs us at standard cost."""
        return self.quantity * self.unit_cost

    @property
    def margin(self) -> Decimal | None:
        """The share of the amount that is left after standard cost; None when the line is free."""
        return (self.amount - self.cost) / self.amount if self.amount else None


def line_rules(table: str) -> list[models.CheckConstraint]:
    """The promises that the database keeps about every sold line."""
    rules = {
        "quantity": (Q(quantity__gt=0, entered_quantity__gt=0), _("A line needs a quantity above zero.")),
        "price": (Q(price__gte=0), _("A price cannot be negative; use the discount.")),
        "discount": (Q(discount__gte=0, discount__lte=1), _("A discount lies between 0 and 100 percent.")),
        "tax_rate": (Q(tax_rate__gte=0, tax_rate__lte=1), _("A tax rate lies between 0 and 100 percent.")),
        "amount": (Q(amount__gte=0), _("The amount of a line cannot be negative.")),
    }
    return [
        models.CheckConstraint(condition=condition, name=f"{table}_{name}", violation_error_message=message)
        for name, (condition, message) in rules.items()
    ]
