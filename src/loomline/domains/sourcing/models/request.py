"""What several suppliers are asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class RfqState(States):
    DRAFT = "draft", _("Draft"), "muted"
    ASKED = "asked", _("Asked"), "info"
    AWARDED = "awarded", _("Awarded"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = RfqState


class Rfq(Document):
    """A request for quotation: the same goods asked of several suppliers."""

    moves = Moves(
        ask=S.DRAFT >> S.ASKED,
        award=S.ASKED >> S.AWARDED,
        cancel=(S.DRAFT, S.ASKED) >> S.CANCELLED,
    )
    editable = {
        S.DRAFT: ALL,
        S.ASKED: ("buyer", "answer_by", "custom"),
        S.AWARDED: ("custom",),
        S.CANCELLED: ("custom",),
    }

    number = NumberField(series="rfq", prefix="RFQ-", verbose_name=_("number"))
    title = models.CharField(_("title"), max_length=120)
    state = StateField(RfqState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rfqs",
        verbose_name=_("buyer"),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rfqs",
        verbose_name=_("deliver to"),
    )
    asked_on = models.DateField(_("asked"), null=True, blank=True, editable=False)
    answer_by = models.DateField(_("answers until"), null=True, blank=True)
    needed_on = models.DateField(_("needed"), null=True, blank=True)
    currency = CurrencyField(
        _("currency"), blank=True, help_text=_("Bids are compared in it. Empty: our own.")
    )
    consistency = models.DecimalField(
        _("consistency ratio"), max_digits=6, decimal_places=4, null=True, blank=True, editable=False
    )
    note = models.TextField(_("note to the suppliers"), blank=True)

    class Meta:
        verbose_name = _("request for quotation")
        verbose_name_plural = _("requests for quotation")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(asked_on__isnull=False),
                name="sourcing_rfq_asked",
                violation_error_message=_("A request that was sent needs the day it was sent."),
            )
        ]
        indexes = [models.Index(fields=["state", "answer_by"], name="sourcing_rfq_state")]


class RfqLine(Record):
    """One item that is asked for, in its stock unit."""

    rfq = models.ForeignKey(
        Rfq, models.CASCADE, related_name="lines", verbose_name=_("request"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    item = models.ForeignKey("catalog.Item", models.PROTECT, related_name="rfq_lines", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    specification = models.CharField(_("specification"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("requested item")
        verbose_name_plural = _("requested items")
        ordering = ["rfq", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rfq", "item"],
                name="sourcing_rfqline_once",
                violation_error_message=_("This item is asked for already. Change its quantity instead."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="sourcing_rfqline_quantity",
                violation_error_message=_("Ask for a quantity above 0."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)

    def may_edit(self, field: str) -> bool:
        """A line is as open as its request: drafts only."""
        return self.rfq.may_edit("lines")
