"""What we asked a supplier for."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class PurchaseState(States):
    DRAFT = "draft", _("Draft"), "muted"
    SENT = "sent", _("Sent"), "info"
    CONFIRMED = "confirmed", _("Confirmed"), "info"
    PART_RECEIVED = "part_received", _("Partly received"), "warn"
    RECEIVED = "received", _("Received"), "ok"
    CLOSED = "closed", _("Closed"), "muted"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = PurchaseState
AWAITING = (S.SENT, S.CONFIRMED, S.PART_RECEIVED)


class Purchase(Document):
    """A purchase order: what one supplier is to bring to one site."""

    moves = Moves(
        send=S.DRAFT >> S.SENT,
        confirm=(S.SENT, S.CONFIRMED) >> S.CONFIRMED,
        receive=AWAITING >> S.PART_RECEIVED,
        complete=S.PART_RECEIVED >> S.RECEIVED,
        await_goods=S.PART_RECEIVED >> S.CONFIRMED,
        reopen=(S.RECEIVED, S.CLOSED) >> S.PART_RECEIVED,
        close=(S.PART_RECEIVED, S.RECEIVED) >> S.CLOSED,
        cancel=(S.DRAFT, S.SENT, S.CONFIRMED) >> S.CANCELLED,
    )
    editable = {
        S.DRAFT: ALL,
        S.SENT: ("buyer", "note", "supplier_reference", "delivery_terms"),
        S.CONFIRMED: ("buyer", "note", "supplier_reference"),
        S.PART_RECEIVED: ("buyer", "note", "supplier_reference"),
        S.RECEIVED: ("note",),
    }

    number = NumberField(series="purchase", prefix="P-", verbose_name=_("number"))
    supplier = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="purchases", verbose_name=_("supplier"), db_index=False
    )
    contact = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="purchases_as_contact",
        verbose_name=_("contact"),
    )
    state = StateField(PurchaseState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="purchases",
        verbose_name=_("deliver to"),
        help_text=_("Where the goods are to arrive."),
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="direct_purchases",
        verbose_name=_("straight to"),
        help_text=_("The customer to whom the supplier delivers directly."),
    )
    ship_name = models.CharField(_("ship to name"), max_length=200, blank=True, editable=False)
    ship_address = models.TextField(_("ship to address"), blank=True, editable=False)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="purchases",
        verbose_name=_("buyer"),
    )
    ordered_on = models.DateField(_("ordered"), null=True, blank=True)
    requested_on = models.DateField(_("requested"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected"), null=True, blank=True, editable=False)
    currency = CurrencyField(
        _("currency"), blank=True, help_text=_("Empty: the one agreed with the supplier.")
    )
    total = AmountField(_("total"), default=0, editable=False)
    payment_days = models.PositiveSmallIntegerField(
        _("payment days"), blank=True, help_text=_("Empty: as agreed with the supplier.")
    )
    delivery_terms = models.CharField(
        _("delivery terms"), max_length=60, blank=True, help_text=_("Incoterm and place, such as DAP Porto.")
    )
    supplier_reference = models.CharField(_("their reference"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=0),
                name="procurement_purchase_total",
                violation_error_message=_("The total of a purchase order cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(site__isnull=True),
                name="procurement_purchase_one_way",
                violation_error_message=_("Goods go to a site of ours or straight to a customer, not both."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(ordered_on__isnull=False),
                name="procurement_purchase_ordered",
                violation_error_message=_("A purchase order that was sent needs the day it was ordered."),
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="procurement_purchase_supplier"),
            models.Index(fields=["state", "expected_on"], name="procurement_purchase_expected"),
            models.Index(fields=["-ordered_on", "-id"], name="procurement_purchase_ordered_i"),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="procurement_purchase_trgm"),
        ]

    @property
    def is_direct(self) -> bool:
        """True when the goods go straight to a customer and never come to us."""
        return self.customer_id is not None

    @property
    def is_awaited(self) -> bool:
        """True while goods of this order are still to come."""
        return self.state in AWAITING


class LineAnswer(models.TextChoices):
    """What a supplier said about a line."""

    ACCEPTED = "accepted", _("Accepted")
    CHANGED = "changed", _("Accepted otherwise")
    REJECTED = "rejected", _("Rejected")


class PurchaseLine(Record):
    """One item of a purchase order, with the three days that are kept apart and what has arrived."""

    purchase = models.ForeignKey(
        Purchase, models.CASCADE, related_name="lines", verbose_name=_("purchase order"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="purchase_lines", verbose_name=_("item")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    supplier_sku = models.CharField(_("their item number"), max_length=80, blank=True)
    quantity = QuantityField(_("quantity"))
    entered_quantity = QuantityField(_("quantity as entered"), editable=False)
    unit = models.ForeignKey(
        "catalog.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit"),
        db_index=False,
    )
    price = PriceField(
        _("price"),
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Without tax; empty: as agreed."),
    )
    discount = models.DecimalField(
        _("discount"),
        max_digits=7,
        decimal_places=6,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("A share: 0.05 is 5 %."),
    )
    amount = AmountField(_("amount"), default=0, editable=False)
    requested_on = models.DateField(_("requested"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected"), null=True, blank=True, editable=False)
    cause = models.CharField(_("why expected differs"), max_length=300, blank=True, editable=False)
    answer = models.CharField(
        _("their answer"), max_length=10, choices=LineAnswer.choices, blank=True, editable=False
    )
    confirmed_quantity = QuantityField(_("quantity confirmed"), null=True, blank=True, editable=False)
    confirmed_price = PriceField(_("price confirmed"), null=True, blank=True, editable=False)
    answer_note = models.CharField(_("what they said"), max_length=200, blank=True, editable=False)
    over_tolerance = models.DecimalField(
        _("over-delivery accepted"), max_digits=5, decimal_places=4, default=Decimal("0.05"), editable=False
    )
    under_tolerance = models.DecimalField(
        _("missing accepted"), max_digits=5, decimal_places=4, default=Decimal(0), editable=False
    )
    received = QuantityField(_("received"), default=0, editable=False)
    rejected = QuantityField(_("rejected"), default=0, editable=False)
    is_closed = models.BooleanField(_("nothing more to come"), default=False, editable=False)
    origin_kind = models.CharField(_("asked for by"), max_length=60, blank=True, editable=False)
    origin_id = models.BigIntegerField(_("record that asked"), null=True, editable=False)

    class Meta:
        verbose_name = _("purchase order line")
        verbose_name_plural = _("purchase order lines")
        ordering = ["purchase", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "position"],
                name="procurement_line_position",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two lines of one purchase order cannot have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, entered_quantity__gt=0),
                name="procurement_line_quantity",
                violation_error_message=_("The quantity of a purchase order line must be more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, discount__range=(0, 1)),
                name="procurement_line_price",
                violation_error_message=_(
                    "The price cannot be negative, and the discount is a share from 0 to 1."
                ),
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0, rejected__gte=0, rejected__lte=F("received")),
                name="procurement_line_rejected",
                violation_error_message=_("No more can be rejected than was received."),
            ),
            models.CheckConstraint(
                condition=Q(received__lte=F("rejected") + F("quantity") * (1 + F("over_tolerance"))),
                name="procurement_line_tolerance",
                violation_error_message=_("More was received than the over-delivery accepted allows."),
            ),
        ]
        indexes = [
            models.Index(fields=["origin_kind", "origin_id"], name="procurement_line_origin"),
            models.Index(
                fields=["item", "expected_on"], name="procurement_line_open", condition=Q(is_closed=False)
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.item)

    def sentence_name(self) -> str:
        return f"Line {self.position} of {self.purchase}"

    def may_edit(self, field: str) -> bool:
        """A line is as open as its order: drafts only."""
        return self.purchase.may_edit("lines")

    @property
    def accepted(self) -> Decimal:
        """What arrived and was taken."""
        return self.received - self.rejected

    @property
    def open_quantity(self) -> Decimal:
        """What is still owed: rejected goods are owed again."""
        return Decimal(0) if self.is_closed else max(self.quantity - self.accepted, Decimal(0))

    @property
    def most_accepted(self) -> Decimal:
        """The most that may ever be taken, over-delivery included."""
        return self.quantity * (1 + self.over_tolerance)

    @property
    def net_price(self) -> Decimal:
        """The price of one stock unit after discount, in the currency of the order."""
        return self.price * (1 - self.discount)

    @property
    def days_late(self) -> int:
        """Days that the goods are expected after the day asked for; negative when earlier."""
        if self.expected_on is None or self.requested_on is None:
            return 0
        return (self.expected_on - self.requested_on).days

    @property
    def least_accepted(self) -> Decimal:
        """From this on nothing more is awaited."""
        return self.quantity * (1 - self.under_tolerance)


class PurchaseVersion(Ledger):
    """How an order stood when it left, and after each change since."""

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="versions", verbose_name=_("purchase order"), db_index=False
    )
    revision = models.PositiveIntegerField(_("revision"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    total = AmountField(_("total"))
    differences = models.JSONField(_("differences"), default=list)
    lines = models.JSONField(_("lines"), default=list)

    class Meta:
        verbose_name = _("version of a purchase order")
        verbose_name_plural = _("versions of purchase orders")
        ordering = ["purchase", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "revision"], name="procurement_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.purchase} · {self.revision}"
