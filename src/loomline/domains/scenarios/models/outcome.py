"""What came of planning a scenario, and of the live plan at the same moment.

Every planning writes them anew and nobody changes them by hand, so they have no audit.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios.models.scenario import Scenario
from loomline.domains.supplyplan.models import OrderKind
from loomline.kernel.money import AmountField
from loomline.kernel.quantity import QuantityField


class Outcome(models.Model):
    """The key figures of a scenario; without one, those of the live plan."""

    scenario = models.ForeignKey(
        Scenario, models.CASCADE, null=True, related_name="outcomes", verbose_name=_("scenario")
    )
    made_at = models.DateTimeField(_("live data as of"))
    starts_on = models.DateField(_("from"))
    currency = models.CharField(_("currency"), max_length=3)
    late_lines = models.PositiveIntegerField(_("late order lines"), default=0)
    late_days = models.PositiveIntegerField(_("days late together"), default=0)
    unserved_lines = models.PositiveIntegerField(_("order lines without supply"), default=0)
    buys = AmountField(_("value of planned purchases"), default=0)
    orders = models.PositiveIntegerField(_("planned orders"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    expedite = models.PositiveIntegerField(_("to expedite"), default=0)
    defer = models.PositiveIntegerField(_("to defer"), default=0)
    cancel = models.PositiveIntegerField(_("to cancel"), default=0)
    release = models.PositiveIntegerField(_("to start"), default=0)
    short_items = models.PositiveIntegerField(_("items that run short"), default=0)
    overload_hours = models.DecimalField(
        _("overload of work centres in hours"), max_digits=12, decimal_places=1, default=Decimal(0)
    )
    demand_value = AmountField(_("value of demand"), default=0)
    on_time_value = AmountField(_("value served on time"), default=0)
    # [Monday, value at the end of that week] and [work centre, minutes too many].
    weeks = models.JSONField(_("stock value by week"), default=list)
    centres = models.JSONField(_("overloads"), default=list)

    class Meta:
        verbose_name = _("outcome of planning")
        verbose_name_plural = _("outcomes of planning")
        ordering = ["scenario"]
        constraints = [
            models.UniqueConstraint(fields=["scenario"], nulls_distinct=False, name="scenarios_outcome_once"),
            models.CheckConstraint(
                condition=Q(on_time_value__lte=F("demand_value")), name="scenarios_outcome_on_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.scenario or _("Live plan"))


class LineDay(models.Model):
    """The day on which a customer would have the goods of a line, as an outcome has it."""

    outcome = models.ForeignKey(
        Outcome, models.CASCADE, related_name="lines", verbose_name=_("outcome"), db_index=False
    )
    kind = models.CharField(_("kind of document"), max_length=60)
    document_id = models.BigIntegerField(_("document"))
    document = models.CharField(_("number"), max_length=120)
    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="+", verbose_name=_("item"), db_index=False
    )
    party = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        related_name="scenario_lines",
        verbose_name=_("customer"),
        db_index=False,
    )
    quantity = QuantityField(_("quantity"))
    value = AmountField(_("value"), default=0)
    wanted_on = models.DateField(_("to leave on"))
    ready_on = models.DateField(_("ready"), null=True)

    class Meta:
        verbose_name = _("day of a line")
        verbose_name_plural = _("days of lines")
        ordering = ["outcome", "id"]
        indexes = [models.Index(fields=["outcome", "kind", "document_id"], name="scenarios_line_outcome")]

    def __str__(self) -> str:
        return self.document

    @property
    def days_late(self) -> int | None:
        """How many days too late; None when nothing serves it."""
        return None if self.ready_on is None else max((self.ready_on - self.wanted_on).days, 0)


class ScenarioOrder(models.Model):
    """A planned order of a scenario: what it would buy, make or move."""

    scenario = models.ForeignKey(
        Scenario, models.CASCADE, related_name="orders", verbose_name=_("scenario"), db_index=False
    )
    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="+", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site", models.CASCADE, related_name="+", verbose_name=_("site"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=4, choices=OrderKind.choices)
    quantity = QuantityField(_("quantity"))
    started = QuantityField(_("quantity started"))
    start_on = models.DateField(_("start"))
    due_on = models.DateField(_("due"))
    need_on = models.DateField(_("needed"))
    is_late = models.BooleanField(_("late"), default=False)
    supplier = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        related_name="scenario_orders",
        verbose_name=_("supplier"),
        db_index=False,
    )
    from_site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("comes from"),
        db_index=False,
    )
    value = AmountField(_("value"), default=0)
    is_live = models.BooleanField(
        _("in the live plan too"), default=False, help_text=_("The live plan proposes the same.")
    )
    is_chosen = models.BooleanField(_("chosen"), default=False)
    basis = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("planned order of a scenario")
        verbose_name_plural = _("planned orders of scenarios")
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, started__gte=F("quantity")), name="scenarios_order_quantity"
            )
        ]
        indexes = [models.Index(fields=["scenario", "start_on", "id"], name="scenarios_order_start")]

    def __str__(self) -> str:
        return f"{OrderKind(self.kind).label} {self.quantity.normalize():f} {self.item}"
