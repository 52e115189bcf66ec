"""What the house wants of its stock: the service of each class, and what orders and holding cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField
from loomline.kernel.quantity import ShareField
from loomline.kernel.record import Record

HALF, NEARLY_ALL = Decimal("0.5"), Decimal("0.9999")


class Measure(models.TextChoices):
    CYCLE = "cycle", _("Cycles without a shortage")
    FILL = "fill", _("Demand filled from the shelf")


def _target(name: Any, default: str) -> Any:
    return ShareField(
        name,
        max_digits=5,
        decimal_places=4,
        default=Decimal(default),
        validators=[MinValueValidator(HALF), MaxValueValidator(NEARLY_ALL)],
        help_text=_("A share: 0.95 is 95 %."),
    )


def _weeks(name: Any, default: int, says: Any) -> Any:
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MinValueValidator(1), MaxValueValidator(520)], help_text=says
    )


class StockingRule(Record):
    """The rules by which stock is recommended: those of the house, or of one site."""

    site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="stocking_rules",
        db_index=False,
        verbose_name=_("at"),
        help_text=_("Leave empty for all sites that have no rules of their own."),
    )
    measure = models.CharField(
        _("service counts"),
        max_length=5,
        choices=Measure.choices,
        default=Measure.CYCLE,
        help_text=_("The share of orders that arrive before the shelf is empty, or of demand met at once."),
    )
    target_a = _target(_("service of class A"), "0.98")
    target_b = _target(_("service of class B"), "0.95")
    target_c = _target(_("service of class C"), "0.90")
    holding_rate = ShareField(
        _("cost of holding in a year"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.2"),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(2))],
        help_text=_("A share of the value: interest, room, insurance, loss. 0.2 is 20 %."),
    )
    order_cost = AmountField(
        _("cost of an order"),
        default=Decimal(40),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Writing, following, receiving and paying one order, whatever its size."),
    )
    setup_cost = AmountField(
        _("cost of a set-up"),
        default=Decimal(120),
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("The same for one work order."),
    )
    share_a = ShareField(
        _("class A up to"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.8"),
        help_text=_("Items that together bring so much of the value are of class A."),
    )
    share_b = ShareField(_("class B up to"), max_digits=5, decimal_places=4, default=Decimal("0.95"))
    history_weeks = _weeks(_("weeks of history"), 52, _("How far back demand and receipts count."))
    review_weeks = _weeks(_("weeks between reviews"), 1, _("For policies that look at stock now and then."))
    excess_weeks = _weeks(_("excess beyond weeks"), 26, _("Stock that lasts longer is excess."))
    dead_weeks = _weeks(_("dead after weeks"), 26, _("Stock that nobody has taken for so long is dead."))

    class Meta:
        verbose_name = _("stocking rules")
        verbose_name_plural = _("stocking rules")
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                nulls_distinct=False,
                name="stocking_rule_once",
                violation_error_message=_("There are rules for this already. Change those."),
            ),
            models.CheckConstraint(
                condition=Q(target_a__range=(HALF, NEARLY_ALL))
                & Q(target_b__range=(HALF, NEARLY_ALL))
                & Q(target_c__range=(HALF, NEARLY_ALL)),
                name="stocking_rule_targets",
                violation_error_message=_("A service target is a share from 0.5 to 0.9999."),
            ),
            models.CheckConstraint(
                condition=Q(holding_rate__gt=0, order_cost__gt=0, setup_cost__gt=0),
                name="stocking_rule_costs",
                violation_error_message=_("Holding and orders cost more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(share_a__gt=0, share_b__gt=F("share_a"), share_b__lt=1),
                name="stocking_rule_shares",
                violation_error_message=_("Class A ends below class B, and class B below 1."),
            ),
            models.CheckConstraint(
                condition=Q(
                    history_weeks__gte=4, review_weeks__gte=1, excess_weeks__gte=1, dead_weeks__gte=1
                ),
                name="stocking_rule_weeks",
                violation_error_message=_("Count at least 4 weeks of history, and 1 week of all else."),
            ),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="stocking_rule_measure"),
        ]

    def __str__(self) -> str:
        return str(self.site) if self.site_id else _t("All sites")

    def target(self, worth: str) -> Decimal:
        """The service wanted of a class by value."""
        return {"A": self.target_a, "B": self.target_b}.get(worth, self.target_c)
