"""Goods on their way from one of our sites to another."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class TransferState(States):
    DRAFT = "draft", _("Draft"), "muted"
    RELEASED = "released", _("Released"), "info"
    SHIPPED = "shipped", _("In transit"), "accent"
    PART_RECEIVED = "part_received", _("Partly received"), "warn"
    RECEIVED = "received", _("Received"), "ok"
    CLOSED = "closed", _("Closed short"), "muted"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = TransferState


class Transfer(Document):
    """An order to bring goods from one site to another."""

    moves = Moves(
        release=S.DRAFT >> S.RELEASED,
        ship=S.RELEASED >> S.SHIPPED,
        receive=(S.SHIPPED, S.PART_RECEIVED) >> S.PART_RECEIVED,
        complete=S.PART_RECEIVED >> S.RECEIVED,
        close=(S.SHIPPED, S.PART_RECEIVED) >> S.CLOSED,
        cancel=(S.DRAFT, S.RELEASED) >> S.CANCELLED,
    )
    editable = {
        S.DRAFT: ALL,
        S.RELEASED: ("note", "expected_on", "custom"),
        S.SHIPPED: ("note", "expected_on", "custom"),
        S.PART_RECEIVED: ("note", "expected_on", "custom"),
    }

    number = NumberField(series="transfer", prefix="T-", verbose_name=_("number"))
    state = StateField(S, default=S.DRAFT, verbose_name=_("state"), editable=False)
    source = models.ForeignKey(
        "sites.Site", models.PROTECT, related_name="transfers_out", verbose_name=_("from")
    )
    destination = models.ForeignKey(
        "sites.Site", models.PROTECT, related_name="transfers_in", verbose_name=_("to")
    )
    planned_on = models.DateField(_("to leave"), null=True, blank=True)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("left"), null=True, editable=False)
    received_at = models.DateTimeField(_("arrived"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")),
                name="storage_transfer_two_sites",
                violation_error_message=_("A transfer goes from one site to another one."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "released", "cancelled")) | Q(shipped_at__isnull=False),
                name="storage_transfer_shipped",
            ),
        ]
        indexes = [models.Index(fields=["state", "expected_on"], name="storage_transfer_expected")]


class TransferLine(Record):
    """One item of a transfer: asked for, shipped and received."""

    transfer = models.ForeignKey(
        Transfer, models.CASCADE, related_name="lines", verbose_name=_("transfer"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="transfer_lines", verbose_name=_("item")
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfer_lines",
        verbose_name=_("lot"),
        help_text=_("Leave empty to take what goes first."),
    )
    quantity = QuantityField(_("quantity"))
    shipped = QuantityField(_("shipped"), default=Decimal(0), editable=False)
    received = QuantityField(_("received"), default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("line of a transfer")
        verbose_name_plural = _("lines of transfers")
        ordering = ["transfer", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="storage_line_quantity",
                violation_error_message=_("Transfer a quantity greater than zero."),
            ),
            models.CheckConstraint(
                condition=Q(shipped__gte=0, received__gte=0, received__lte=F("shipped")),
                name="storage_line_received",
                violation_error_message=_("No more can arrive than was shipped."),
            ),
            models.UniqueConstraint(fields=["transfer", "position"], name="storage_line_position"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer} / {self.position}"

    @property
    def in_transit(self) -> Decimal:
        """What left and has not arrived."""
        return self.shipped - self.received
