"""Weeks in which more is wanted than usual, because we see to it."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document
from loomline.kernel.state import Moves, StateField, States

MOST_WEEKS = 26


class PromotionState(States):
    DRAFT = "draft", _("Draft"), "muted"
    AGREED = "agreed", _("Agreed"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


class UpliftKind(models.TextChoices):
    PERCENT = "percent", _("Per cent of the forecast")
    QUANTITY = "quantity", _("Quantity a week")


S = PromotionState


class Promotion(Document):
    """A campaign that lifts the demand of an item or a family for some weeks."""

    moves = Moves(agree=S.DRAFT >> S.AGREED, cancel=(S.DRAFT, S.AGREED) >> S.CANCELLED)
    editable = {S.DRAFT: ALL, S.AGREED: ("reason", "custom"), S.CANCELLED: ("custom",)}

    number = NumberField(series="promotion", prefix="PROMO-", verbose_name=_("number"))
    name = models.CharField(_("name"), max_length=120)
    state = StateField(PromotionState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("item"),
    )
    style = models.ForeignKey(
        "catalog.Style",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("style"),
        help_text=_("All colours and sizes of it."),
    )
    category = models.ForeignKey(
        "catalog.Category",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("category"),
        help_text=_("All items of it."),
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("customer"),
        help_text=_("Empty: all customers."),
    )
    first_week = models.DateField(_("first week"), help_text=_("Its Monday."))
    weeks = models.PositiveSmallIntegerField(
        _("weeks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)]
    )
    kind = models.CharField(
        _("uplift by"), max_length=8, choices=UpliftKind.choices, default=UpliftKind.PERCENT
    )
    uplift = QuantityField(
        _("uplift"),
        help_text=_("30 for 30 per cent more; or so many more in each week, all customers together."),
    )
    reason = models.CharField(
        _("reason"), max_length=200, help_text=_("What is done: a fair, an advert, a price.")
    )
    agreed_at = models.DateTimeField(_("agreed on"), null=True, editable=False)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-first_week", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, style__isnull=True, category__isnull=True)
                | Q(item__isnull=True, style__isnull=False, category__isnull=True)
                | Q(item__isnull=True, style__isnull=True, category__isnull=False),
                name="demand_promotion_of_one",
                violation_error_message=_(
                    "A promotion is of one item, style or category: choose exactly one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(uplift__gt=0, weeks__gte=1, weeks__lte=MOST_WEEKS),
                name="demand_promotion_uplift",
                violation_error_message=_("A promotion lifts demand by more than 0, for 1 to 26 weeks."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="demand_promotion_reason",
                violation_error_message=_("Say what is done to lift demand."),
            ),
            models.CheckConstraint(
                condition=Q(first_week__iso_week_day=1),
                name="demand_promotion_monday",
                violation_error_message=_("A week is named by its Monday."),
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_at__isnull=False), name="demand_promotion_agreed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def last_week(self) -> date:
        """The Monday of its last week."""
        return self.first_week + timedelta(weeks=self.weeks - 1)

    def lifts(self, week: date) -> bool:
        """True for the weeks it runs."""
        return self.first_week <= week <= self.last_week
