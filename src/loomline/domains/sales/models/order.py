"""What we have promised to customers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.domains.sales.models.line import SoldLine, line_rules
from loomline.domains.sales.models.quote import Quote, QuoteLine
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Ledger
from loomline.kernel.state import Moves, StateField, States


class OrderState(States):
    DRAFT = "draft", _("Draft"), "muted"
    CONFIRMED = "confirmed", _("Confirmed"), "info"
    PART_SHIPPED = "part_shipped", _("Part shipped"), "accent"
    SHIPPED = "shipped", _("Shipped"), "ok"
    CLOSED = "closed", _("Closed"), "muted"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED)
_LOOSE = ("customer_reference", "owner", "team", "carrier", "note", "custom")


class Order(Document):
    """What a customer has bought. Once confirmed it changes by amendment only, each one a revision."""

    moves = Moves(
        confirm=OrderState.DRAFT >> OrderState.CONFIRMED,
        ship_part=OrderState.CONFIRMED >> OrderState.PART_SHIPPED,
        ship=OPEN >> OrderState.SHIPPED,
        unship_part=OrderState.SHIPPED >> OrderState.PART_SHIPPED,
        unship=(OrderState.PART_SHIPPED, OrderState.SHIPPED) >> OrderState.CONFIRMED,
        close=(OrderState.PART_SHIPPED, OrderState.SHIPPED) >> OrderState.CLOSED,
        cancel=(OrderState.DRAFT, OrderState.CONFIRMED) >> OrderState.CANCELLED,
    )
    editable = {
        OrderState.DRAFT: (*_LOOSE, "contact", "wanted_on", "site", "ship_to", "ship_name", "ship_address"),
        OrderState.CONFIRMED: (*_LOOSE, "contact"),
        OrderState.PART_SHIPPED: _LOOSE,
        OrderState.SHIPPED: ("owner", "team", "note", "custom"),
        OrderState.CLOSED: ("custom",),
        OrderState.CANCELLED: ("custom",),
    }

    number = NumberField(series="sales_order", prefix="S-", verbose_name=_("number"))
    state = StateField(OrderState, default=OrderState.DRAFT, verbose_name=_("state"))
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="orders", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_orders",
        verbose_name=_("contact"),
    )
    customer_reference = models.CharField(_("their reference"), max_length=80, blank=True)
    quote = models.OneToOneField(
        Quote, models.PROTECT, null=True, blank=True, related_name="order", verbose_name=_("quote")
    )
    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("opportunity"),
    )
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the customer's."))
    freight = AmountField(_("freight"), default=0, blank=True)
    net = AmountField(_("net"), default=0, editable=False)
    tax = AmountField(_("tax"), default=0, editable=False)
    total = AmountField(_("total"), default=0, editable=False)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    ordered_on = models.DateField(_("ordered"))
    wanted_on = models.DateField(_("wanted"), null=True, blank=True)
    promised_on = models.DateField(_("promised"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected"), null=True, blank=True, editable=False)
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("ships from"),
    )
    ship_to = models.ForeignKey(
        "parties.Address", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ship to")
    )
    ship_name = models.CharField(_("ship to name"), max_length=200, blank=True)
    ship_address = models.TextField(_("ship to address"), blank=True)
    carrier = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("carrier")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("team")
    )
    note = models.TextField(_("note"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    shipped_at = models.DateTimeField(_("shipped"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    cancelled_because = models.CharField(_("cancelled because"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax")),
                name="sales_order_total",
                violation_error_message=_("An order's total must be its net sum and tax."),
            ),
            models.CheckConstraint(
                condition=Q(freight__gte=0),
                name="sales_order_freight",
                violation_error_message=_("Freight cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "part_shipped", "shipped", "closed"])
                | Q(confirmed_at__isnull=False, promised_on__isnull=False),
                name="sales_order_promised",
                violation_error_message=_("A confirmed order carries the day it is promised for."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="sales_order_state"),
            models.Index(fields=["customer", "-id"], name="sales_order_customer"),
            models.Index(
                fields=["expected_on", "id"],
                name="sales_order_open",
                condition=Q(state__in=["confirmed", "part_shipped"]),
            ),
            models.Index(
                fields=["promised_on", "id"],
                name="sales_order_overdue",
                condition=Q(state__in=["confirmed", "part_shipped"]),
            ),
            # The rest is for the key figures, which are added up from these two indexes alone.
            models.Index(
                fields=["promised_on", "id"],
                name="sales_order_promised",
                include=["state", "shipped_at", "owner", "team"],
            ),
            models.Index(
                fields=["-total", "id"],
                name="sales_order_worth",
                condition=Q(state__in=["confirmed", "part_shipped"]),
                include=["currency", "promised_on", "expected_on", "owner", "team"],
            ),
            models.Index(fields=["expected_on", "id"], name="sales_order_expected"),
            models.Index(fields=["ordered_on", "id"], name="sales_order_ordered"),
            GinIndex(OpClass(Upper("customer_reference"), name="gin_trgm_ops"), name="sales_order_reference"),
        ]

    @property
    def is_held(self) -> bool:
        """True while the goods of its quote are held, which the order takes over when it is confirmed."""
        return self.quote is not None and self.quote.held_until is not None

    @property
    def days_late(self) -> int:
        """Days that the goods are expected after the promise; never below zero."""
        if self.promised_on is None or self.expected_on is None:
            return 0
        return max((self.expected_on - self.promised_on).days, 0)

    @property
    def has_no_day(self) -> bool:
        """True when goods that were promised are lost and nobody knows when others can be there."""
        return self.state in OPEN and self.expected_on is None


class Delivery(models.TextChoices):
    """Who brings a line to the customer."""

    STOCK = "stock", _("From our stock")
    DIRECT = "direct", _("Straight from the supplier")


class OrderLine(SoldLine):
    """One item ordered: how far it is, when it was promised and when it is expected."""

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="lines", verbose_name=_("order"), db_index=False
    )
    quote_line = models.ForeignKey(
        QuoteLine,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="order_lines",
        verbose_name=_("quote line"),
    )
    delivery = models.CharField(
        _("delivered"),
        max_length=6,
        choices=Delivery.choices,
        blank=True,
        help_text=_("Empty: straight from the supplier whose terms say so, else from our stock."),
    )
    expected_on = models.DateField(_("expected"), null=True, blank=True, editable=False)
    cause = models.CharField(_("cause"), max_length=200, blank=True, editable=False)
    stage = models.CharField(_("where it is now"), max_length=120, blank=True, editable=False)
    shipped = QuantityField(_("shipped"), default=0, editable=False)
    invoiced = QuantityField(_("invoiced"), default=0, editable=False)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position", "id"]
        constraints = [
            *line_rules("sales_orderline"),
            models.CheckConstraint(
                condition=Q(shipped__gte=0, shipped__lte=F("quantity")),
                name="sales_orderline_shipped",
                violation_error_message=_("No more can be shipped than was ordered."),
            ),
            models.CheckConstraint(
                condition=Q(invoiced__gte=0, invoiced__lte=F("quantity")),
                name="sales_orderline_invoiced",
                violation_error_message=_("No more can be invoiced than was ordered."),
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=["", *Delivery.values]),
                name="sales_orderline_delivery",
                violation_error_message=_("A line is delivered from our stock or by the supplier."),
            ),
        ]
        indexes = [
            models.Index(fields=["order", "position"], name="sales_orderline_order"),
            models.Index(
                fields=["item", "expected_on"],
                name="sales_orderline_open",
                condition=Q(shipped__lt=F("quantity")),
            ),
        ]

    def __str__(self) -> str:
        known = self._state.fields_cache.get("order")
        return f"{known or self.order_id}/{self.position}"

    @property
    def is_direct(self) -> bool:
        """True where the supplier brings it; a draft has not settled that unless somebody chose it."""
        return self.delivery == Delivery.DIRECT

    @property
    def open_quantity(self) -> Decimal:
        """What is still to be shipped, in the stock unit."""
        return self.quantity - self.shipped

    @property
    def to_invoice(self) -> Decimal:
        """What has been shipped and not been invoiced."""
        return max(self.shipped - self.invoiced, Decimal(0))

    @property
    def due_on(self) -> date | None:
        """The day that counts: as expected, else as promised, else as wanted."""
        return self.expected_on or self.promised_on or self.wanted_on


class OrderRevision(Ledger):
    """What one amendment changed, in sentences and in figures, and how the order looked after it."""

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="revisions", verbose_name=_("order"), db_index=False
    )
    revision = models.PositiveIntegerField(_("revision"))
    at = models.DateTimeField(_("at"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    differences = models.JSONField(_("differences"), default=list, encoder=DjangoJSONEncoder)
    snapshot = models.JSONField(_("the order after it"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("order revision")
        verbose_name_plural = _("order revisions")
        ordering = ["order", "revision"]
        constraints = [models.UniqueConstraint(fields=["order", "revision"], name="sales_revision_once")]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.revision}"
