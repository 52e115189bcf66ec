"""What arrived."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement.models.purchase import Purchase, PurchaseLine
from loomline.kernel.money import PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class ReceiptState(States):
    POSTED = "posted", _("Posted"), "ok"
    REVERSED = "reversed", _("Reversed"), "bad"


class Receipt(Document):
    """One arrival of goods against a purchase order. A mistake is reversed, never edited."""

    moves = Moves(reverse=ReceiptState.POSTED >> ReceiptState.REVERSED)
    editable = {ReceiptState.POSTED: ("delivery_note", "tracking", "note")}

    number = NumberField(series="receipt", prefix="R-", verbose_name=_("number"))
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="receipts", verbose_name=_("purchase order"), editable=False
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="receipts",
        verbose_name=_("supplier"),
        editable=False,
        db_index=False,
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        related_name="receipts",
        verbose_name=_("site"),
        editable=False,
        help_text=_("Empty where the goods went straight to a customer."),
    )
    state = StateField(ReceiptState, default=ReceiptState.POSTED, verbose_name=_("state"), editable=False)
    received_at = models.DateTimeField(_("received"), editable=False)
    delivery_note = models.CharField(_("delivery note"), max_length=80, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="procurement_receipt_supplier"),
            models.Index(fields=["-received_at", "-id"], name="procurement_receipt_at"),
        ]


class ReceiptLine(Record):
    """What arrived of one purchase order line, and into which lot."""

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="lines", verbose_name=_("receipt"))
    purchase_line = models.ForeignKey(
        PurchaseLine, models.PROTECT, related_name="receipt_lines", verbose_name=_("purchase order line")
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"), db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="receipt_lines", verbose_name=_("lot")
    )
    quantity = QuantityField(_("received"))
    rejected = QuantityField(_("rejected"), default=0)
    returned = QuantityField(_("sent back"), default=0)
    reason = models.CharField(_("why rejected"), max_length=300, blank=True)
    unit_cost = PriceField(
        _("cost"),
        null=True,
        editable=False,
        help_text=_("What one unit was worth when the supplier delivered it straight to a customer."),
    )

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering = ["receipt", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, rejected__gte=0, rejected__lte=F("quantity")),
                name="procurement_receiptline_quantity",
                violation_error_message=_("Receive more than 0, and reject no more than that."),
            ),
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("rejected")),
                name="procurement_receiptline_returned",
                violation_error_message=_("No more can be sent back than was rejected."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt}: {self.item}"

    @property
    def accepted(self) -> Decimal:
        """What was taken into stock."""
        return self.quantity - self.rejected
