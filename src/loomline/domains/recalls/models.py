"""Recalls, the lots they reach, the deliveries of those, and the notices to who has them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class RecallState(States):
    DRAFT = "draft", _("Traced"), "info"
    RUNNING = "running", _("Running"), "bad"
    CLOSED = "closed", _("Closed"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "muted"


S = RecallState


class Recall(Document):
    """Goods that must come back: why, which lots, and how far it is."""

    moves = Moves(
        start=S.DRAFT >> S.RUNNING,
        close=S.RUNNING >> S.CLOSED,
        cancel=S.DRAFT >> S.CANCELLED,
    )
    editable = {
        S.DRAFT: ("title", "reason", "message", "owner", "custom"),
        S.RUNNING: ("owner", "custom"),
        S.CLOSED: ("custom",),
        S.CANCELLED: ("custom",),
    }

    number = NumberField(series="recall", prefix="RC-", verbose_name=_("number"))
    title = models.CharField(_("what is recalled"), max_length=200)
    state = StateField(RecallState, default=S.DRAFT, verbose_name=_("state"), editable=False)
    reason = models.CharField(_("why"), max_length=300)
    message = models.TextField(_("what customers are told to do"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recalls",
        verbose_name=_("owner"),
    )
    lot_count = models.PositiveIntegerField(_("lots reached"), default=0, editable=False)
    customer_count = models.PositiveIntegerField(_("customers"), default=0, editable=False)
    blocked_count = models.PositiveIntegerField(_("lots blocked"), default=0, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    traced_at = models.DateTimeField(_("traced"), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["running", "closed"]) | Q(started_at__isnull=False),
                name="recalls_recall_started",
            )
        ]


class RecallLot(models.Model):
    """A lot that a recall reaches, and by how many works it is away from where it began.

    There may be hundreds of thousands, written in one statement from what the ledgers say: no audit of each.
    """

    recall = models.ForeignKey(
        Recall, models.CASCADE, related_name="lots", verbose_name=_("recall"), db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, related_name="recalled_in", verbose_name=_("lot")
    )
    level = models.PositiveSmallIntegerField(_("works away"), default=0)

    class Meta:
        verbose_name = _("lot reached")
        verbose_name_plural = _("lots reached")
        ordering = ["level", "id"]
        constraints = [models.UniqueConstraint(fields=["recall", "lot"], name="recalls_lot_once")]

    def __str__(self) -> str:
        return str(self.lot)


class NoticeState(States):
    DRAFTED = "drafted", _("Drafted"), "muted"
    SENT = "sent", _("Sent"), "info"
    REACHED = "reached", _("Reached"), "warn"
    ANSWERED = "answered", _("Answered"), "ok"


N = NoticeState


class Notice(Record):
    """What one customer is told about one kind of goods, and what came back."""

    moves = Moves(
        send=N.DRAFTED >> N.SENT,
        reach=(N.DRAFTED, N.SENT) >> N.REACHED,
        answer=(N.SENT, N.REACHED) >> N.ANSWERED,
    )
    editable = {
        N.DRAFTED: ("contact", "address", "subject", "body"),
        N.SENT: ("contact", "address"),
        N.REACHED: (),
        N.ANSWERED: (),
    }

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="notices", verbose_name=_("recall"))
    state = StateField(NoticeState, default=N.DRAFTED, verbose_name=_("state"), editable=False)
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="recall_notices", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    address = models.CharField(_("e-mail"), max_length=254, blank=True)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="recall_notices", verbose_name=_("item")
    )
    delivered = QuantityField(_("delivered"), editable=False)
    lot_count = models.PositiveIntegerField(_("lots"), default=0, editable=False)
    last_shipped_at = models.DateTimeField(_("last shipped"), null=True, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("letter"))
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    reached_at = models.DateTimeField(_("reached"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    returned = QuantityField(_("returned"), default=0, editable=False)
    destroyed = QuantityField(_("destroyed there"), default=0, editable=False)
    answer = models.CharField(_("answer"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("recall notice")
        verbose_name_plural = _("recall notices")
        ordering = ["recall", "customer", "item"]
        constraints = [
            models.UniqueConstraint(fields=["recall", "customer", "item"], name="recalls_notice_once"),
            models.CheckConstraint(
                condition=Q(returned__gte=0, destroyed__gte=0)
                & Q(delivered__gte=F("returned") + F("destroyed")),
                name="recalls_notice_accounted",
                violation_error_message=_("No more can come back than was delivered."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recall} · {self.customer}"
