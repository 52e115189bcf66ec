"""What the customer gets, and what we keep of their answer."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.record import Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class SentPaper(Ledger):
    """The PDF of a quote exactly as it was sent. Never written again."""

    audit_exclude = ("body",)

    quote = models.ForeignKey(
        "sales.Quote", models.PROTECT, related_name="sent_papers", verbose_name=_("quote")
    )
    name = models.CharField(_("name"), max_length=120)
    body = models.BinaryField(_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size"))
    language = models.CharField(_("language"), max_length=16)
    terms = models.TextField(_("terms"), blank=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("sent paper")
        verbose_name_plural = _("sent papers")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class OfferLink(Record):
    """A door to the customer's page of a quote. The database keeps no secret of it: our key signs the row."""

    audit_exclude = ("nonce", "opened_count", "last_opened_at")

    quote = models.ForeignKey(
        "sales.Quote", models.PROTECT, related_name="offer_links", verbose_name=_("quote")
    )
    email = models.EmailField(_("sent to"), max_length=254, blank=True)
    nonce = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    first_opened_at = models.DateTimeField(_("first read"), null=True, blank=True, editable=False)
    last_opened_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)
    opened_count = models.PositiveIntegerField(_("times read"), default=0, editable=False)

    class Meta:
        verbose_name = _("offer link")
        verbose_name_plural = _("offer links")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.quote} · {self.email or self.pk}"

    def is_open(self, now: datetime) -> bool:
        """True while the link opens its page."""
        return self.withdrawn_at is None and now < self.expires_at


class DispatchState(States):
    WAITING = "waiting", _("Waiting"), "info"
    SENT = "sent", _("Sent"), "ok"
    FAILED = "failed", _("Failed"), "bad"


class Dispatch(Record):
    """One mail with the paper and the link."""

    moves = Moves(
        send=(DispatchState.WAITING, DispatchState.FAILED) >> DispatchState.SENT,
        fail=DispatchState.WAITING >> DispatchState.FAILED,
        retry=DispatchState.FAILED >> DispatchState.WAITING,
    )

    quote = models.ForeignKey(
        "sales.Quote", models.PROTECT, related_name="dispatches", verbose_name=_("quote")
    )
    link = models.ForeignKey(OfferLink, models.PROTECT, related_name="+", verbose_name=_("link"))
    paper = models.ForeignKey(SentPaper, models.PROTECT, related_name="+", verbose_name=_("paper"))
    to = models.EmailField(_("to"), max_length=254)
    state = StateField(DispatchState, default=DispatchState.WAITING, verbose_name=_("state"))
    at = models.DateTimeField(_("at"))
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.quote} · {self.to}"


class Answer(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class Evidence(Ledger):
    """What proves a customer's answer. Never changed and never deleted."""

    quote = models.ForeignKey("sales.Quote", models.PROTECT, related_name="evidence", verbose_name=_("quote"))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order")
    )
    link = models.ForeignKey(
        OfferLink, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("link")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed in as"),
    )
    name = models.CharField(_("name as typed"), max_length=120)
    at = models.DateTimeField(_("at"))
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    agent = models.CharField(_("browser"), max_length=300, blank=True)
    paper = models.ForeignKey(SentPaper, models.PROTECT, related_name="+", verbose_name=_("paper"))
    sha256 = models.CharField(_("SHA-256 of the paper"), max_length=64)
    statement = models.TextField(_("what was agreed to"), blank=True)
    terms = models.TextField(_("terms"), blank=True)
    taken = models.JSONField(_("options taken"), default=list, blank=True)
    total = AmountField(_("total"), default=0)
    currency = CurrencyField(_("currency"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer="accepted") | Q(order__isnull=False) & ~Q(statement=""),
                name="quoting_evidence_order",
            ),
            models.UniqueConstraint(
                fields=["quote"], condition=Q(answer="accepted"), name="quoting_accepted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote} · {self.name}"


class Question(Record):
    """What a customer wants to know before they decide."""

    quote = models.ForeignKey(
        "sales.Quote", models.PROTECT, related_name="questions", verbose_name=_("quote")
    )
    name = models.CharField(_("who asks"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:60]
