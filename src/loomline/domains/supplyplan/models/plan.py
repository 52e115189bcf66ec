"""The plan as it stands: a projection of the documents that every run and net change writes anew.

None of it is a record that people change, so it has no audit: who ran and who firmed stands in the activity.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import RowsManager
from loomline.kernel.state import StateField, States


class OrderKind(models.TextChoices):
    BUY = "buy", _("Buy")
    MAKE = "make", _("Make")
    MOVE = "move", _("Move")
    NONE = "none", _("No source")


class PlannedState(States):
    PROPOSED = "proposed", _("Proposed"), "info"
    FIRMED = "firmed", _("Firmed"), "ok"


class Advice(States):
    EXPEDITE = "expedite", _("Expedite"), "bad"
    RELEASE_LATE = "release_late", _("Release at once"), "bad"
    NO_SOURCE = "no_source", _("No source"), "bad"
    CAPACITY = "capacity", _("Late by capacity"), "bad"
    BEYOND = "beyond", _("Beyond known hours"), "warn"
    RELEASE = "release", _("Release"), "info"
    INCREASE = "increase", _("Increase"), "warn"
    DECREASE = "decrease", _("Reduce"), "warn"
    DEFER = "defer", _("Defer"), "muted"
    CANCEL = "cancel", _("Cancel"), "warn"


class PegKind(models.TextChoices):
    """By which way a supply serves, where that is not the usual one."""

    USUAL = "", _("As planned")
    BESIDE = "beside", _("Comes out beside")
    COVERED = "covered", _("Another item stands in")
    STANDS_IN = "stands_in", _("Stands in for another item")


class PlanRun(models.Model):
    """When everything was planned, how far ahead, and what came of it."""

    made_at = models.DateTimeField(_("made"))
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"))
    items = models.PositiveIntegerField(_("items"), default=0)
    orders = models.PositiveIntegerField(_("planned orders"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    refreshed_at = models.DateTimeField(_("last net change"), null=True)
    refreshes = models.PositiveIntegerField(_("net changes"), default=0)
    position = models.BigIntegerField(_("events read up to"), default=0)
    heard = models.JSONField(_("events heard beyond"), default=list)
    within_capacity = models.BooleanField(
        _("within capacity"),
        default=False,
        help_text=_("No work centre is asked for more on a day than it can do."),
    )

    class Meta:
        verbose_name = _("planning run")
        verbose_name_plural = _("planning runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class PlanItem(models.Model):
    """One item at one site as the plan sees it: what it has, how it is planned, and what comes and goes."""

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="plan_items", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey("sites.Site", models.CASCADE, related_name="plan_items", verbose_name=_("site"))
    kind = models.CharField(_("supplied by"), max_length=4, choices=OrderKind.choices)
    supplier = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        related_name="plan_items",
        verbose_name=_("supplier"),
    )
    from_site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("comes from"),
        db_index=False,
    )
    on_hand = QuantityField(_("usable stock"), default=0)
    safety_stock = QuantityField(_("safety stock"), default=0)
    reorder_level = QuantityField(_("reorder level"), default=0)
    lead_days = models.DecimalField(_("lead time in working days"), max_digits=9, decimal_places=2, default=0)
    minimum = QuantityField(_("least quantity"), default=0)
    multiple = QuantityField(_("in multiples of"), default=0)
    rule = models.CharField(_("lot rule"), max_length=8, default="lot")
    yield_share = models.DecimalField(_("yield"), max_digits=5, decimal_places=4, default=1)
    required = QuantityField(_("required"), default=0)
    scheduled = QuantityField(_("on order"), default=0)
    planned = QuantityField(_("planned"), default=0)
    short_on = models.DateField(_("runs short"), null=True)
    # [day, required, on order, planned]: only the days on which something happens.
    flow = models.JSONField(_("day by day"), default=list)
    components = models.JSONField(_("made of"), default=list)
    stand_ins = models.JSONField(_("what may stand in"), default=list)

    class Meta:
        verbose_name = _("planned item")
        verbose_name_plural = _("planned items")
        ordering = ["item", "site"]
        constraints = [models.UniqueConstraint(fields=["item", "site"], name="supplyplan_item_once")]
        indexes = [models.Index(fields=["short_on", "id"], name="supplyplan_item_short")]

    def __str__(self) -> str:
        return f"{self.item} · {self.site}"


class PlannedOrder(models.Model):
    """A proposal to buy, make or move something; firmed, it names the document it became."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="planned_orders", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site", models.PROTECT, related_name="planned_orders", verbose_name=_("site"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=4, choices=OrderKind.choices)
    state = StateField(PlannedState, default=PlannedState.PROPOSED, verbose_name=_("state"), editable=False)
    quantity = QuantityField(_("quantity"))
    started = QuantityField(_("quantity started"), help_text=_("More than the quantity where some is lost."))
    start_on = models.DateField(_("start"))
    due_on = models.DateField(_("due"))
    need_on = models.DateField(_("needed"))
    is_late = models.BooleanField(
        _("late"), default=False, help_text=_("It would have to have begun already.")
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="planned_orders",
        verbose_name=_("supplier"),
    )
    from_site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="planned_moves",
        verbose_name=_("comes from"),
        db_index=False,
    )
    moved_days = models.IntegerField(
        _("moved by days"),
        default=0,
        help_text=_("Earlier (below 0) or later than it would be if no work centre were ever full."),
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="planned_orders",
        verbose_name=_("moved by"),
        help_text=_("The work centre that is full when it would usually do this work."),
    )
    document_kind = models.CharField(_("kind of document"), max_length=60, blank=True)
    document_id = models.BigIntegerField(_("document"), null=True)
    document = models.CharField(_("firmed as"), max_length=40, blank=True)
    firmed_at = models.DateTimeField(_("firmed"), null=True)

    objects: ClassVar[models.Manager[Any]] = RowsManager()

    class Meta:
        verbose_name = _("planned order")
        verbose_name_plural = _("planned orders")
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, started__gte=models.F("quantity")),
                name="supplyplan_order_quantity",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", document_id__isnull=True)
                | Q(state="firmed", document_id__isnull=False, firmed_at__isnull=False),
                name="supplyplan_order_firmed",
                violation_error_message=_("A firmed order names its document, and only a firmed one does."),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "site"], name="supplyplan_order_item"),
            models.Index(fields=["state", "start_on", "id"], name="supplyplan_order_start"),
            models.Index(fields=["document_kind", "document_id"], name="supplyplan_order_document"),
        ]

    def __str__(self) -> str:
        return f"PL-{self.pk}"


class PlanPeg(models.Model):
    """A quantity of one supply that serves one requirement.

    The supply is a planned order, a receipt (`receipt_…`) or, with neither, the stock. The requirement is
    what a planned order takes (`taker`), a document (`demand_…`), or, with neither, a level of stock.
    `kind` and `other` say where an item stands in for another one, and what comes out beside an order.
    """

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="plan_pegs", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site", models.CASCADE, related_name="+", verbose_name=_("site"), db_index=False
    )
    quantity = QuantityField(_("quantity"))
    order = models.ForeignKey(
        PlannedOrder, models.CASCADE, null=True, related_name="pegs", verbose_name=_("planned order")
    )
    receipt_kind = models.CharField(_("kind of receipt"), max_length=60, blank=True)
    receipt_id = models.BigIntegerField(_("receipt"), null=True)
    receipt = models.CharField(_("receipt as"), max_length=40, blank=True)
    taker = models.ForeignKey(
        PlannedOrder, models.CASCADE, null=True, related_name="takes", verbose_name=_("taken by")
    )
    demand_kind = models.CharField(_("kind of demand"), max_length=60, blank=True)
    demand_id = models.BigIntegerField(_("demand"), null=True)
    demand = models.CharField(_("demand as"), max_length=120, blank=True)
    party = models.ForeignKey(
        "parties.Party",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
        db_index=False,
    )
    needed_on = models.DateField(_("needed"))
    kind = models.CharField(
        _("kind"), max_length=9, choices=PegKind.choices, default=PegKind.USUAL, blank=True
    )
    other = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("other item"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("peg of the plan")
        verbose_name_plural = _("pegs of the plan")
        indexes = [
            models.Index(fields=["item", "site"], name="supplyplan_peg_item"),
            models.Index(fields=["receipt_kind", "receipt_id"], name="supplyplan_peg_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f}"


class PlanLoad(models.Model):
    """The standard minutes that a planned order takes of a work centre on a day."""

    order = models.ForeignKey(
        PlannedOrder, models.CASCADE, related_name="loads", verbose_name=_("planned order")
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.CASCADE,
        related_name="plan_loads",
        verbose_name=_("work centre"),
        db_index=False,
    )
    day = models.DateField(_("day"))
    minutes = models.DecimalField(_("minutes"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("load of the plan")
        verbose_name_plural = _("loads of the plan")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0), name="supplyplan_load_minutes"),
        ]
        indexes = [models.Index(fields=["centre", "day"], name="supplyplan_load_centre")]

    def __str__(self) -> str:
        return f"{self.minutes.normalize():f}"


class ActionMessage(models.Model):
    """What to do to an order that exists, or which proposal is due."""

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="plan_messages", verbose_name=_("item"), db_index=False
    )
    site = models.ForeignKey(
        "sites.Site", models.CASCADE, related_name="+", verbose_name=_("site"), db_index=False
    )
    advice = StateField(Advice, verbose_name=_("advice"), editable=False)
    order = models.ForeignKey(
        PlannedOrder, models.CASCADE, null=True, related_name="messages", verbose_name=_("planned order")
    )
    receipt_kind = models.CharField(_("kind of order"), max_length=60, blank=True)
    receipt_id = models.BigIntegerField(_("order"), null=True)
    receipt = models.CharField(_("order as"), max_length=40, blank=True)
    supplier = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("supplier"),
        db_index=False,
    )
    at_on = models.DateField(_("comes or starts"))
    to_on = models.DateField(_("better on"))
    quantity = QuantityField(_("quantity"))
    says = models.CharField(_("message"), max_length=300)

    class Meta:
        verbose_name = _("planning message")
        verbose_name_plural = _("planning messages")
        ordering = ["to_on", "id"]
        indexes = [
            models.Index(fields=["item", "site"], name="supplyplan_message_item"),
            models.Index(fields=["advice", "to_on", "id"], name="supplyplan_message_advice"),
        ]

    def __str__(self) -> str:
        return self.says

    @property
    def state(self) -> Advice:
        """What it asks for, by which commands are offered."""
        return self.advice
