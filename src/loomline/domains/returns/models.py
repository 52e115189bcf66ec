"""Returns, their lines, what was found, and what was credited for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class ReturnState(States):
    REQUESTED = "requested", _("Requested"), "warn"
    APPROVED = "approved", _("Approved"), "info"
    REFUSED = "refused", _("Refused"), "bad"
    RECEIVED = "received", _("Received"), "accent"
    INSPECTED = "inspected", _("Inspected"), "info"
    SETTLED = "settled", _("Settled"), "ok"
    CLOSED = "closed", _("Closed"), "muted"
    CALLED_OFF = "called_off", _("Called off"), "muted"


class Grade(models.TextChoices):
    """How good what came back is."""

    AS_NEW = "as_new", _("As new")
    WORN = "worn", _("Used")
    DAMAGED = "damaged", _("Damaged")
    FAULTY = "faulty", _("Faulty")


class Disposition(models.TextChoices):
    """Where what came back goes."""

    RESTOCK = "restock", _("Back into stock")
    REPAIR = "repair", _("Repair")
    SCRAP = "scrap", _("Scrap")
    SUPPLIER = "supplier", _("To the supplier")


class Settlement(models.TextChoices):
    """What the customer gets for it."""

    CREDIT = "credit", _("Credit note")
    REPLACEMENT = "replacement", _("Replacement")
    NOTHING = "nothing", _("Nothing")


S = ReturnState
# Goods of these count as asked for; of these, what came counts as come back; of the others nothing does.
AWAITED = (S.REQUESTED, S.APPROVED, S.RECEIVED, S.INSPECTED)
CAME_BACK = (S.SETTLED, S.CLOSED)


class ReturnReason(Record):
    """Why customers send goods back, as they choose it from a list."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    for_customers = models.BooleanField(
        _("customers may choose it"), default=True, help_text=_("Shown in the customer portal.")
    )
    warranty_months = models.PositiveSmallIntegerField(
        _("warranty in months"),
        null=True,
        blank=True,
        help_text=_("For so long after the delivery we answer for it. Empty: there is no warranty."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("return reason")
        verbose_name_plural = _("return reasons")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GoodsReturn(Document):
    """What a customer sends back of one order."""

    moves = Moves(
        approve=S.REQUESTED >> S.APPROVED,
        refuse=S.REQUESTED >> S.REFUSED,
        receive=(S.APPROVED, S.RECEIVED, S.INSPECTED) >> S.RECEIVED,
        inspect=S.RECEIVED >> S.INSPECTED,
        settle=S.INSPECTED >> S.SETTLED,
        close=S.SETTLED >> S.CLOSED,
        call_off=(S.REQUESTED, S.APPROVED) >> S.CALLED_OFF,
    )
    editable = {
        **dict.fromkeys((S.REQUESTED, S.APPROVED), ("reason", "words", "owner", "freight", "note", "custom")),
        **dict.fromkeys((S.RECEIVED, S.INSPECTED), ("owner", "freight", "note", "custom")),
        S.SETTLED: ("owner", "note", "custom"),
        **dict.fromkeys((S.CLOSED, S.REFUSED, S.CALLED_OFF), ("custom",)),
    }

    number = NumberField(series="goods_return", prefix="RMA-", verbose_name=_("number"))
    state = StateField(ReturnState, default=S.REQUESTED, verbose_name=_("state"), editable=False)
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="goods_returns", verbose_name=_("customer")
    )
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, related_name="goods_returns", verbose_name=_("order")
    )
    shipment = models.ForeignKey(
        "warehouse.Shipment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="goods_returns",
        verbose_name=_("shipment"),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        related_name="goods_returns",
        verbose_name=_("comes back to"),
        help_text=_("Empty: where the goods left from."),
    )
    reason = models.ForeignKey(
        ReturnReason, models.PROTECT, related_name="goods_returns", verbose_name=_("reason")
    )
    words = models.TextField(
        _("in the customer's words"), blank=True, help_text=_("What the customer says about the goods.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="goods_returns",
        verbose_name=_("owner"),
    )
    currency = CurrencyField(
        _("currency"), editable=False, help_text=_("Our own, in which the return is reckoned.")
    )
    freight = AmountField(
        _("freight"),
        default=0,
        blank=True,
        help_text=_("What the way back costs us, in our own currency."),
    )
    cost = AmountField(
        _("cost"),
        null=True,
        editable=False,
        help_text=_("Scrapped goods, credit notes without tax and freight, in our own currency."),
    )
    answer = models.CharField(
        _("our answer"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Why it was refused or called off; the customer reads it."),
    )
    requested_on = models.DateField(_("requested"), editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    received_at = models.DateTimeField(_("received"), null=True, editable=False)
    inspected_at = models.DateTimeField(_("inspected"), null=True, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True, help_text=_("For us; the customer does not read it."))

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(freight__gte=0),
                name="returns_freight",
                violation_error_message=_("The way back cannot cost less than nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "called_off"]) | ~Q(answer=""),
                name="returns_answered",
                violation_error_message=_("Who is refused is told why."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["settled", "closed"]) | Q(cost__isnull=False), name="returns_costed"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="returns_state")]


class ReturnLine(Record):
    """Goods of one order line, and of one lot, that come back."""

    goods_return = models.ForeignKey(
        GoodsReturn, models.CASCADE, related_name="lines", verbose_name=_("return"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    order_line = models.ForeignKey(
        "sales.OrderLine", models.PROTECT, related_name="return_lines", verbose_name=_("order line")
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="return_lines", verbose_name=_("item")
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="return_lines",
        verbose_name=_("lot"),
    )
    quantity = QuantityField(_("quantity"))
    received = QuantityField(_("received"), default=Decimal(0), editable=False)
    inspected = QuantityField(_("inspected"), default=Decimal(0), editable=False)
    delivered_on = models.DateField(_("delivered"), null=True, editable=False)
    warranty_until = models.DateField(_("warranty until"), null=True, editable=False)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        ordering = ["goods_return", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="returns_line_quantity",
                violation_error_message=_("A return line needs a quantity above zero."),
            ),
            models.CheckConstraint(
                condition=Q(inspected__gte=0, received__gte=F("inspected"), quantity__gte=F("received")),
                name="returns_line_flow",
                violation_error_message=_(
                    "No more is inspected than was received, and no more received than was asked."
                ),
            ),
        ]
        indexes = [models.Index(fields=["goods_return", "position"], name="returns_line_return")]

    def __str__(self) -> str:
        return f"{self.position} · {self.item}"

    @property
    def to_receive(self) -> Decimal:
        """What has not come yet."""
        return self.quantity - self.received

    @property
    def to_inspect(self) -> Decimal:
        """What is here and nobody has looked at."""
        return self.received - self.inspected

    def is_in_warranty(self, on: date) -> bool | None:
        """Whether we answer for it on a day; None where the reason promises nothing."""
        return None if self.warranty_until is None else on <= self.warranty_until


class Finding(Record):
    """A quantity of a line that was looked at: how good it is, where it goes, what the customer gets."""

    line = models.ForeignKey(
        ReturnLine, models.CASCADE, related_name="findings", verbose_name=_("return line")
    )
    goods_return = models.ForeignKey(
        GoodsReturn, models.CASCADE, related_name="findings", verbose_name=_("return")
    )
    quantity = QuantityField(_("quantity"))
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices)
    disposition = models.CharField(_("disposition"), max_length=8, choices=Disposition.choices)
    note = models.CharField(_("what was found"), max_length=300, blank=True)
    inspected_at = models.DateTimeField(_("inspected"), editable=False)
    inspected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("inspected by"),
        db_index=False,
    )
    settlement = models.CharField(
        _("settlement"), max_length=11, choices=Settlement.choices, blank=True, editable=False
    )
    replaced_by = models.ForeignKey(
        "sales.OrderLine",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["goods_return", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returns_finding_quantity"),
            models.CheckConstraint(
                condition=Q(settlement="replacement", replaced_by__isnull=False)
                | ~Q(settlement="replacement") & Q(replaced_by__isnull=True),
                name="returns_finding_replaced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} · {self.get_disposition_display()}"


class ReturnCredit(Record):
    """How much of a finding a line of a credit note takes back."""

    goods_return = models.ForeignKey(
        GoodsReturn, models.CASCADE, related_name="credits", verbose_name=_("return")
    )
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="credits", verbose_name=_("finding"))
    credit_line = models.ForeignKey(
        "finance.InvoiceLine",
        models.PROTECT,
        related_name="returned",
        verbose_name=_("line of the credit note"),
    )
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("credit for a return")
        verbose_name_plural = _("credits for returns")
        ordering = ["goods_return", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returns_credit_quantity"),
            models.UniqueConstraint(fields=["finding", "credit_line"], name="returns_credit_once"),
        ]

    def __str__(self) -> str:
        return str(self.credit_line.invoice)
