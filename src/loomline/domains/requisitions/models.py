"""What people need bought."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class RequisitionState(States):
    DRAFT = "draft", _("Draft"), "muted"
    WAITING = "waiting", _("Waiting for approval"), "hold"
    APPROVED = "approved", _("Approved"), "info"
    REFUSED = "refused", _("Not approved"), "bad"
    ORDERED = "ordered", _("Ordered"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "muted"


S = RequisitionState


class Requisition(Document):
    """What somebody needs bought, and what for."""

    moves = Moves(
        submit=(S.DRAFT, S.REFUSED) >> S.WAITING,
        approve=S.WAITING >> S.APPROVED,
        refuse=S.WAITING >> S.REFUSED,
        take_back=(S.WAITING, S.APPROVED, S.REFUSED) >> S.DRAFT,
        order=S.APPROVED >> S.ORDERED,
        cancel=(S.DRAFT, S.REFUSED, S.APPROVED) >> S.CANCELLED,
    )
    editable = {S.DRAFT: ALL, S.REFUSED: ALL, S.WAITING: ("custom",), S.APPROVED: ("custom",)}

    number = NumberField(series="requisition", prefix="REQ-", verbose_name=_("number"))
    title = models.CharField(_("what for"), max_length=120)
    state = StateField(RequisitionState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="requisitions",
        verbose_name=_("asked by"),
        editable=False,
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requisitions",
        verbose_name=_("deliver to"),
    )
    needed_on = models.DateField(_("needed"), null=True, blank=True)
    reason = models.TextField(_("why it is needed"), blank=True)
    total = AmountField(_("estimate"), default=0, editable=False)
    answer = models.CharField(_("what was said"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("purchase requisition")
        verbose_name_plural = _("purchase requisitions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=0),
                name="requisitions_requisition_total",
                violation_error_message=_("An estimate cannot be negative."),
            )
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="requisitions_state"),
            models.Index(fields=["requester", "-id"], name="requisitions_requester"),
        ]


class RequisitionLine(Record):
    """An item that is needed, in its stock unit, with the estimate of its price in our own currency."""

    requisition = models.ForeignKey(
        Requisition, models.CASCADE, related_name="lines", verbose_name=_("requisition"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey("catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    price = PriceField(
        _("price"),
        default=0,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("An estimate in our own currency. Empty: the supplier's, or the standard cost."),
    )
    amount = AmountField(_("amount"), default=0, editable=False)
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requisition_lines",
        verbose_name=_("supplier wished for"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of a requisition")
        verbose_name_plural = _("lines of requisitions")
        ordering = ["requisition", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requisition", "position"],
                name="requisitions_line_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gte=0),
                name="requisitions_line_amounts",
                violation_error_message=_("Ask for more than 0, at a price that is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)

    def may_edit(self, field: str) -> bool:
        """A line is as open as its requisition."""
        return self.requisition.may_edit("lines")

    def costs(self) -> Decimal:
        """What the line will cost, as far as is known."""
        return (self.quantity * self.price).quantize(Decimal("0.01"))
