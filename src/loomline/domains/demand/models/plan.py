"""What is planned: items, their series, and planners' own figures."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record, Thing

MOST_WEEKS = 26


class DemandKind(models.TextChoices):
    """How a series behaves: cut-offs 1.32 for the interval and 0.49 for the sizes (CV²)."""

    SMOOTH = "smooth", _("Smooth")
    ERRATIC = "erratic", _("Erratic")
    INTERMITTENT = "intermittent", _("Intermittent")
    LUMPY = "lumpy", _("Lumpy")
    SHORT = "short", _("New")
    CONSTANT = "constant", _("Constant")
    ZERO = "zero", _("None")
    EMPTY = "", _("Not forecast")


class DemandItem(Thing):
    """One item of the demand plan; its figures are those of the last run."""

    # They change with each run, whose own rows keep them for good.
    audit_exclude = ("kind", "method", "adi", "cv2", "wape", "bias", "mase", "expected", "run_id")

    item = models.OneToOneField("catalog.Item", models.PROTECT, related_name="demand", verbose_name=_("item"))
    backward_weeks = models.PositiveSmallIntegerField(
        _("consume back"),
        default=1,
        validators=[MaxValueValidator(MOST_WEEKS)],
        help_text=_("An order may take from the forecast of that many weeks before its own."),
    )
    forward_weeks = models.PositiveSmallIntegerField(
        _("consume forward"),
        default=1,
        validators=[MaxValueValidator(MOST_WEEKS)],
        help_text=_("And then from that many weeks after it."),
    )
    note = models.TextField(_("note"), blank=True)
    kind = models.CharField(
        _("pattern"), max_length=12, choices=DemandKind.choices, default="", blank=True, editable=False
    )
    method = models.CharField(_("method"), max_length=80, blank=True, editable=False)
    adi = models.DecimalField(
        _("interval (ADI)"),
        max_digits=9,
        decimal_places=3,
        null=True,
        editable=False,
        help_text=_("Weeks from one week with demand to the next, on average."),
    )
    cv2 = models.DecimalField(
        _("variation (CV²)"),
        max_digits=12,
        decimal_places=3,
        null=True,
        editable=False,
        help_text=_("How much the sizes differ: squared deviation by squared mean."),
    )
    wape = models.DecimalField(
        _("error (WAPE)"),
        max_digits=12,
        decimal_places=4,
        null=True,
        editable=False,
        help_text=_("Absolute errors by demand, in weeks the forecast had not seen."),
    )
    bias = models.DecimalField(
        _("bias"),
        max_digits=12,
        decimal_places=4,
        null=True,
        editable=False,
        help_text=_("Above zero: too much was expected."),
    )
    mase = models.DecimalField(
        _("error to naive (MASE)"),
        max_digits=12,
        decimal_places=4,
        null=True,
        editable=False,
        help_text=_("Below 1: better than to expect the last week again."),
    )
    expected = QuantityField(
        _("next 13 weeks"), default=0, editable=False, help_text=_("What the last run expects.")
    )
    run = models.ForeignKey(
        "demand.Run",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="items",
        verbose_name=_("run"),
    )

    class Meta:
        verbose_name = _("item in the demand plan")
        verbose_name_plural = _("demand plan")
        ordering = ["item__sku", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(backward_weeks__lte=MOST_WEEKS, forward_weeks__lte=MOST_WEEKS),
                name="demand_item_windows",
                violation_error_message=_("An order consumes the forecast of 26 weeks at most."),
            ),
            models.CheckConstraint(condition=Q(kind__in=DemandKind.values), name="demand_item_kind"),
        ]

    def __str__(self) -> str:
        return str(self.item)

    def may_edit(self, field: str) -> bool:
        """Whose demand it is stays; what was forecast and overridden is of that item."""
        return field != "item" and super().may_edit(field)


class Series(Record):
    """What one customer takes of one item from one site."""

    demand = models.ForeignKey(
        DemandItem, models.CASCADE, related_name="series", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from site"),
        help_text=_("Empty: from any of our sites."),
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demand_series",
        verbose_name=_("customer"),
        help_text=_("Empty: customers we do not know yet."),
    )

    class Meta:
        verbose_name = _("demand series")
        verbose_name_plural = _("demand series")
        ordering = ["demand", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "site", "customer"],
                nulls_distinct=False,
                name="demand_series_once",
                violation_error_message=_("The plan has this item, site and customer already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.demand}, {self.whom}"

    @property
    def whom(self) -> str:
        """For whom, in a word."""
        return self.customer.name if self.customer else _t("new customers")


class Override(Record):
    """A planner's own figure for one week of one series, with the reason."""

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="overrides", verbose_name=_("series"), db_index=False
    )
    week = models.DateField(_("week of"), help_text=_("Its Monday."))
    quantity = QuantityField(_("own figure"))
    reason = models.CharField(_("reason"), max_length=200)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["series", "week"], name="demand_override_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="demand_override_quantity",
                violation_error_message=_("Nobody wants less than nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="demand_override_reason",
                violation_error_message=_("Say why the figure differs from the forecast."),
            ),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="demand_override_monday",
                violation_error_message=_("A week is named by its Monday."),
            ),
        ]
        indexes = [models.Index(fields=["week", "series"], name="demand_override_week")]

    def __str__(self) -> str:
        return f"{self.week:%Y-%m-%d}: {self.quantity.normalize():f}"
