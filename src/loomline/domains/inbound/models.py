"""What suppliers say is on its way."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class NoticeState(States):
    ANNOUNCED = "announced", _("Announced"), "info"
    ARRIVED = "arrived", _("Arrived"), "ok"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "muted"


S = NoticeState
PAPERS = ("carrier", "tracking", "delivery_note", "note")


class ShippingNotice(Document):
    """What one supplier has sent of one purchase order, and when it will arrive."""

    moves = Moves(
        arrive=S.ANNOUNCED >> S.ARRIVED,
        withdraw=S.ANNOUNCED >> S.WITHDRAWN,
        reopen=S.ARRIVED >> S.ANNOUNCED,
    )
    editable = {S.ANNOUNCED: PAPERS}

    number = NumberField(series="shipping_notice", prefix="ASN-", verbose_name=_("number"))
    purchase = models.ForeignKey(
        "procurement.Purchase",
        models.PROTECT,
        related_name="notices",
        verbose_name=_("purchase order"),
        editable=False,
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="shipping_notices",
        verbose_name=_("supplier"),
        editable=False,
        db_index=False,
    )
    state = StateField(NoticeState, default=S.ANNOUNCED, verbose_name=_("state"), editable=False)
    shipped_on = models.DateField(
        _("shipped"), editable=False, help_text=_("The day the goods leave, or have left, the supplier.")
    )
    expected_on = models.DateField(
        _("expected"), editable=False, help_text=_("The day the supplier says they will arrive.")
    )
    carrier = models.CharField(
        _("carrier"), max_length=80, blank=True, help_text=_("Who brings the goods, as the supplier says.")
    )
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    delivery_note = models.CharField(
        _("delivery note"), max_length=80, blank=True, help_text=_("The supplier's own number of it.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    receipt = models.ForeignKey(
        "procurement.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("receipt"),
        editable=False,
        help_text=_("What was taken in when it arrived."),
    )
    reason = models.CharField(_("why withdrawn"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("shipping notice")
        verbose_name_plural = _("shipping notices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_on__gte=F("shipped_on")),
                name="inbound_notice_days",
                violation_error_message=_("Goods arrive on the day they are shipped, or later."),
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(reason=""),
                name="inbound_notice_reason",
                violation_error_message=_("Say why the notice is withdrawn."),
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="inbound_notice_supplier"),
            models.Index(fields=["state", "expected_on"], name="inbound_notice_expected"),
        ]


class NoticeLine(Record):
    """How much of one line of the purchase order is on its way, in one lot."""

    notice = models.ForeignKey(
        ShippingNotice, models.CASCADE, related_name="lines", verbose_name=_("shipping notice")
    )
    purchase_line = models.ForeignKey(
        "procurement.PurchaseLine",
        models.PROTECT,
        related_name="notice_lines",
        verbose_name=_("purchase order line"),
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"), db_index=False
    )
    quantity = QuantityField(_("quantity"), help_text=_("In the item's stock unit."))
    lot = models.CharField(
        _("lot"), max_length=60, blank=True, help_text=_("The supplier's lot or serial number.")
    )
    expires_on = models.DateField(_("best before"), null=True, blank=True)

    class Meta:
        verbose_name = _("shipping notice line")
        verbose_name_plural = _("shipping notice lines")
        ordering = ["notice", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="inbound_line_quantity",
                violation_error_message=_("Announce more than 0."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice}: {self.item}"
