"""What should be kept of each item at each site, and why; every round writes it anew."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.state import StateField, States


class AdviceState(States):
    OPEN = "open", _("Open"), "info"
    FITS = "fits", _("Fits"), "ok"
    ACCEPTED = "accepted", _("Accepted"), "ok"
    DISMISSED = "dismissed", _("Dismissed"), "muted"


class Method(models.TextChoices):
    SQ = "sQ", _("Order Q at s")
    SS = "sS", _("Order up to S at s")
    RS = "RS", _("Order up to S each interval")
    RSS = "RsS", _("Review each interval, up to S at s")
    KANBAN = "kanban", _("Kanban")
    BUFFER = "buffer", _("Demand-driven buffer")
    NONE = "none", _("Order on demand")


class Worth(models.TextChoices):
    A = "A", _("A: most of the value")
    B = "B", _("B")
    C = "C", _("C: little of the value")


class Variation(models.TextChoices):
    X = "X", _("X: steady")
    Y = "Y", _("Y: varying")
    Z = "Z", _("Z: erratic")


class Movement(models.TextChoices):
    F = "F", _("F: moves often")
    S = "S", _("S: moves now and then")
    N = "N", _("N: does not move")


def _weeks(name: Any) -> Any:
    return models.DecimalField(name, max_digits=9, decimal_places=3, default=0)


def _share(name: Any, help_text: Any = "") -> Any:
    return models.DecimalField(name, max_digits=6, decimal_places=4, null=True, help_text=help_text)


class Round(models.Model):
    """When all places were reckoned, from how much history, and what it came to."""

    made_at = models.DateTimeField(_("made"))
    since = models.DateField(_("history from"))
    until = models.DateField(_("history until"))
    places = models.PositiveIntegerField(_("places"), default=0)
    currency = CurrencyField(_("currency"))
    value_now = AmountField(_("stock by present policies"), default=0)
    value_then = AmountField(_("stock as recommended"), default=0)
    excess_value = AmountField(_("excess stock"), default=0)
    dead_value = AmountField(_("dead stock"), default=0)

    class Meta:
        verbose_name = _("stocking round")
        verbose_name_plural = _("stocking rounds")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Recommendation(models.Model):
    """How one item should be stocked at one site. What people decide about it stands in the activity."""

    item = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        related_name="stocking_advice",
        verbose_name=_("item"),
        db_index=False,
    )
    site = models.ForeignKey(
        "sites.Site", models.CASCADE, related_name="stocking_advice", verbose_name=_("site")
    )
    state = StateField(AdviceState, default=AdviceState.OPEN, verbose_name=_("state"), editable=False)
    method = models.CharField(_("policy"), max_length=6, choices=Method.choices)
    worth = models.CharField(
        _("by value"), max_length=1, choices=Worth.choices, help_text=_("ABC: what its demand is worth.")
    )
    variation = models.CharField(
        _("by variation"), max_length=1, choices=Variation.choices, help_text=_("XYZ: how demand varies.")
    )
    movement = models.CharField(
        _("by movement"), max_length=1, choices=Movement.choices, help_text=_("FSN: how often it moves.")
    )
    pattern = models.CharField(_("pattern"), max_length=12, blank=True)
    is_planned = models.BooleanField(
        _("planned from known demand"),
        default=False,
        help_text=_("The plan knows what will be wanted: it needs a safety stock, and no order point."),
    )
    is_dead = models.BooleanField(_("dead"), default=False)
    weeks = models.PositiveSmallIntegerField(_("weeks of history"), default=0)
    mean = QuantityField(_("demand of a week"), default=0)
    deviation = QuantityField(_("deviation of a week"), default=0)
    lead_weeks = _weeks(_("lead time in weeks"))
    lead_deviation = _weeks(_("deviation of the lead time in weeks"))
    unit_cost = PriceField(_("cost of a unit"), default=0)
    currency = CurrencyField(_("currency"))
    target = _share(_("service wanted"))
    safety_stock = QuantityField(_("safety stock"), default=0)
    reorder_level = QuantityField(_("order point"), default=0)
    order_quantity = QuantityField(_("order quantity"), default=0)
    order_up_to = QuantityField(_("order up to"), null=True)
    interval_days = models.PositiveSmallIntegerField(_("days between orders"), null=True)
    cycle_service = _share(_("cycles without a shortage"))
    fill_rate = _share(_("demand filled"))
    safety_now = QuantityField(_("safety stock now"), default=0)
    level_now = QuantityField(_("order point now"), default=0)
    quantity_now = QuantityField(_("order quantity now"), default=0)
    on_hand = QuantityField(_("usable stock"), default=0)
    value_now = AmountField(_("stock value now"), default=0, help_text=_("On average, by present policy."))
    value_then = AmountField(_("stock value then"), default=0, help_text=_("On average, as recommended."))
    difference = AmountField(_("difference"), default=0, help_text=_("Stock value then less now."))
    excess = QuantityField(_("excess"), default=0)
    excess_value = AmountField(_("worth of the excess"), default=0)
    last_on = models.DateField(_("last taken"), null=True)
    # What the calculation on the page is written from.
    figures = models.JSONField(_("figures"), default=dict)
    reason = models.CharField(_("why not"), max_length=300, blank=True)
    round = models.ForeignKey(
        Round, models.CASCADE, related_name="recommendations", verbose_name=_("round"), db_index=False
    )

    class Meta:
        verbose_name = _("stocking recommendation")
        verbose_name_plural = _("stocking recommendations")
        ordering = ["item", "site"]
        constraints = [
            models.UniqueConstraint(fields=["item", "site"], name="stocking_advice_once"),
            models.CheckConstraint(
                condition=Q(method__in=Method.values)
                & Q(worth__in=Worth.values)
                & Q(variation__in=Variation.values)
                & Q(movement__in=Movement.values),
                name="stocking_advice_kinds",
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(reason=""),
                name="stocking_advice_reason",
                violation_error_message=_("Say why the recommendation is dismissed."),
            ),
            models.CheckConstraint(
                condition=Q(safety_stock__gte=0, reorder_level__gte=0, order_quantity__gte=0, excess__gte=0),
                name="stocking_advice_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "difference", "id"], name="stocking_advice_difference"),
            models.Index(
                fields=["-excess_value", "id"], name="stocking_advice_excess", condition=Q(excess__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.site}"

    @property
    def classes(self) -> str:
        """The three letters in one piece: "AXF"."""
        return f"{self.worth}{self.variation}{self.movement}"
