"""Runs, the letters they propose, and what was sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Document, Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class RunState(States):
    OPEN = "open", _("Proposed"), "info"
    CLOSED = "closed", _("Done"), "ok"


class DunningRun(Document):
    """One look at all that is overdue, and the letters proposed about it."""

    moves = Moves(close=RunState.OPEN >> RunState.CLOSED)
    editable = {RunState.OPEN: ("note", "custom"), RunState.CLOSED: ("note", "custom")}

    number = NumberField(series="dunning_run", prefix="DR-", verbose_name=_("number"))
    state = StateField(RunState, default=RunState.OPEN, verbose_name=_("state"), editable=False)
    on_day = models.DateField(_("as of"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("dunning run")
        verbose_name_plural = _("dunning runs")
        ordering = ["-id"]


class ReminderState(States):
    PROPOSED = "proposed", _("Proposed"), "info"
    SENT = "sent", _("Sent"), "ok"
    DROPPED = "dropped", _("Dropped"), "muted"


S = ReminderState


class Reminder(Document):
    """A letter to one customer about all that is overdue in one currency."""

    moves = Moves(send=S.PROPOSED >> S.SENT, drop=S.PROPOSED >> S.DROPPED)
    editable = {S.PROPOSED: ("send_to", "note", "custom"), S.SENT: ("custom",), S.DROPPED: ("custom",)}

    number = NumberField(series="reminder", prefix="REM-", verbose_name=_("number"))
    state = StateField(ReminderState, default=S.PROPOSED, verbose_name=_("state"), editable=False)
    run = models.ForeignKey(
        DunningRun, models.PROTECT, related_name="reminders", verbose_name=_("run"), editable=False
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="reminders",
        verbose_name=_("customer"),
        editable=False,
    )
    currency = CurrencyField(_("currency"), editable=False)
    on_day = models.DateField(_("letter of"), editable=False)
    pay_by = models.DateField(_("pay by"), editable=False)
    level = models.PositiveSmallIntegerField(_("level"), editable=False)
    open_amount = AmountField(_("overdue"), default=0, editable=False)
    fee = AmountField(_("fee"), default=0, editable=False)
    interest = AmountField(_("interest"), default=0, editable=False)
    total = AmountField(_("total"), default=0, editable=False)
    send_to = models.EmailField(
        _("e-mail to"), max_length=254, blank=True, help_text=_("Empty: the letter is printed and posted.")
    )
    note = models.TextField(_("own words"), blank=True, help_text=_("Stands in the letter before its end."))
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
        editable=False,
    )
    reason = models.CharField(_("why dropped"), max_length=200, blank=True, editable=False)
    charged_by = models.ForeignKey(
        "finance.Invoice",
        models.PROTECT,
        null=True,
        related_name="charges_of",
        verbose_name=_("charged by invoice"),
        editable=False,
    )

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("open_amount") + F("fee") + F("interest")),
                name="dunning_reminder_total",
                violation_error_message=_("A reminder asks for what is overdue, its fee and its interest."),
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="dunning_reminder_sent",
            ),
            models.UniqueConstraint(
                fields=["customer", "currency"],
                condition=Q(state="proposed"),
                name="dunning_reminder_proposed",
                violation_error_message=_(
                    "A reminder to this customer is proposed already. Send or drop it."
                ),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="dunning_reminder_state")]


class ReminderLine(Record):
    """One invoice in a reminder, as it stood then."""

    reminder = models.ForeignKey(
        Reminder, models.CASCADE, related_name="lines", verbose_name=_("reminder"), db_index=False
    )
    invoice = models.ForeignKey(
        "finance.Invoice", models.PROTECT, related_name="reminder_lines", verbose_name=_("invoice")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    days = models.PositiveSmallIntegerField(_("days overdue"))
    open_amount = AmountField(_("open"))
    interest_days = models.PositiveSmallIntegerField(_("days of interest"), default=0)
    interest = AmountField(_("interest"), default=0)
    is_left_out = models.BooleanField(_("left out"), default=False)
    reason = models.CharField(_("why left out"), max_length=200, blank=True)
    sent_on = models.DateField(_("sent on"), null=True, editable=False)

    class Meta:
        verbose_name = _("invoice in a reminder")
        verbose_name_plural = _("invoices in reminders")
        ordering = ["reminder", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reminder", "invoice"], name="dunning_line_once"),
            models.UniqueConstraint(
                fields=["invoice", "level", "sent_on"],
                name="dunning_line_once_a_day",
                violation_error_message=_("The invoice was reminded of at this level today already."),
            ),
            models.CheckConstraint(
                condition=Q(is_left_out=False) | ~Q(reason="") & Q(sent_on__isnull=True),
                name="dunning_line_left_out",
                violation_error_message=_("Say why the invoice is left out."),
            ),
            models.CheckConstraint(
                condition=Q(open_amount__gte=0, interest__gte=0), name="dunning_line_amounts"
            ),
        ]

    def __str__(self) -> str:
        return str(self.invoice)


class SentReminder(Ledger):
    """The letter exactly as it was sent. Never written again."""

    audit_exclude = ("body",)

    reminder = models.OneToOneField(
        Reminder, models.PROTECT, related_name="letter", verbose_name=_("reminder")
    )
    body = models.BinaryField(_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size"))
    language = models.CharField(_("language"), max_length=16)
    mailed_to = models.CharField(_("mailed to"), max_length=254, blank=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("reminder as sent")
        verbose_name_plural = _("reminders as sent")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.reminder)
