"""What suppliers give back, and which of their invoices it settles."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables.models.invoice import SupplierInvoice, SupplierInvoiceLine
from loomline.domains.payables.models.matching import MatchAllocation
from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class SupplierCreditState(States):
    ENTERED = "entered", _("Entered"), "info"
    OPEN = "open", _("Open"), "ok"
    USED = "used", _("Used up"), "muted"
    REJECTED = "rejected", _("Rejected"), "bad"
    REVERSED = "reversed", _("Reversed"), "bad"


class CreditKind(models.TextChoices):
    """What a line gives back: goods that are not to be paid, or a part of their price."""

    QUANTITY = "quantity", _("Quantity")
    PRICE = "price", _("Price")


C = SupplierCreditState


class SupplierCredit(Document):
    """A supplier's credit note: entered, posted, and used for what we owe them."""

    moves = Moves(
        post=C.ENTERED >> C.OPEN,
        use_up=C.OPEN >> C.USED,
        open_again=C.USED >> C.OPEN,
        reject=C.ENTERED >> C.REJECTED,
        reverse=(C.OPEN, C.USED) >> C.REVERSED,
    )
    editable = {
        SupplierCreditState.ENTERED: ("booked_on", "owner", "note", "custom"),
        SupplierCreditState.OPEN: ("note", "custom"),
        SupplierCreditState.USED: ("note", "custom"),
        SupplierCreditState.REJECTED: ("note", "custom"),
        SupplierCreditState.REVERSED: ("note", "custom"),
    }

    number = NumberField(series="supplier_credit", prefix="SCN-", verbose_name=_("number"))
    state = StateField(SupplierCreditState, default=SupplierCreditState.ENTERED, verbose_name=_("state"))
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="supplier_credits",
        verbose_name=_("supplier"),
        db_index=False,
    )
    their_number = models.CharField(
        _("their number"), max_length=60, help_text=_("As printed on the supplier's credit note.")
    )
    issued_on = models.DateField(_("issued"), help_text=_("The day on the supplier's credit note."))
    booked_on = models.DateField(
        _("booked on"),
        blank=True,
        help_text=_("Empty: the day it was issued. A day whose books are open."),
    )
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: as invoiced."))
    net = AmountField(_("net"), default=0, editable=False)
    tax = AmountField(_("tax"), default=0, editable=False)
    total = AmountField(_("total"), default=0)
    # Kept by the trigger on applications, as the invoices' credited amount is.
    applied = AmountField(_("used"), default=0, editable=False)
    reason = models.CharField(_("what for"), max_length=200)
    rejected_reason = models.CharField(_("why rejected"), max_length=200, blank=True, editable=False)
    reversed_reason = models.CharField(
        _("why reversed"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("posted by"),
    )
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)

    class Meta:
        verbose_name = _("supplier credit note")
        verbose_name_plural = _("supplier credit notes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "their_number"],
                condition=~Q(state__in=("rejected", "reversed")),
                name="payables_credit_number",
                violation_error_message=_(
                    "This credit note of the supplier was entered before. Look it up by its number."
                ),
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax"), total__gt=0),
                name="payables_credit_total",
                violation_error_message=_("A credit note's total is its net sum and tax, and above zero."),
            ),
            models.CheckConstraint(
                condition=Q(applied=0)
                | Q(applied__gt=0, applied__lte=F("total"), state__in=("open", "used")),
                name="payables_credit_applied",
                violation_error_message=_("A posted credit note settles no more than its own amount."),
            ),
            models.CheckConstraint(
                condition=~Q(reason="")
                & (~Q(state="rejected") | ~Q(rejected_reason=""))
                & (~Q(state="reversed") | ~Q(reversed_reason="")),
                name="payables_credit_reason",
                violation_error_message=_(
                    "Say what the credit note is for, and why it is rejected or reversed."
                ),
            ),
        ]
        indexes = [models.Index(fields=["supplier", "state"], name="payables_credit_open")]

    @property
    def open_amount(self) -> Decimal:
        """What of it has not settled anything yet."""
        return self.total - self.applied if self.state == SupplierCreditState.OPEN else Decimal(0)


class SupplierCreditLine(Record):
    """One thing given back: of a line of an invoice, or standing alone."""

    credit = models.ForeignKey(
        SupplierCredit,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("supplier credit note"),
        db_index=False,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=CreditKind.choices,
        default=CreditKind.QUANTITY,
        help_text=_("Quantity: it need not be paid. Price: it was too dear."),
    )
    invoice_line = models.ForeignKey(
        SupplierInvoiceLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credits",
        verbose_name=_("supplier invoice line"),
        help_text=_("Empty: it stands alone."),
    )
    receipt_line = models.ForeignKey(
        "procurement.ReceiptLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credited",
        verbose_name=_("sent back"),
        help_text=_("The receipt whose goods went back to the supplier."),
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("price"), help_text=_("What is given back for each."))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4, default=0, blank=True)
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("supplier credit note line")
        verbose_name_plural = _("supplier credit note lines")
        ordering = ["credit", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gte=0, amount__gte=0),
                name="payables_creditline_quantity",
                violation_error_message=_("A line gives back more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=1),
                name="payables_creditline_tax",
                violation_error_message=_("A tax rate lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(kind="quantity", receipt_line__isnull=True)
                | Q(kind="quantity", invoice_line__isnull=False)
                | Q(kind="price", invoice_line__isnull=False, receipt_line__isnull=True),
                name="payables_creditline_kind",
                violation_error_message=_(
                    "A price or goods sent back are credited of the line that billed them."
                ),
            ),
        ]
        indexes = [models.Index(fields=["credit", "position"], name="payables_creditline_credit")]

    def __str__(self) -> str:
        return f"{self.credit_id}/{self.position}"


class CreditAllocation(Ledger):
    """So much of what a receipt brought, and a bill asked for, is not to be paid after all.

    A trigger refuses more than was billed of the receipt. What was `returned` has left the house; the rest
    may be billed again.
    """

    line = models.ForeignKey(
        SupplierCreditLine,
        models.PROTECT,
        related_name="allocations",
        verbose_name=_("supplier credit note line"),
    )
    billed = models.ForeignKey(
        MatchAllocation, models.PROTECT, related_name="credited", verbose_name=_("allocation of a bill")
    )
    quantity = QuantityField(_("quantity"))
    is_returned = models.BooleanField(_("sent back"), default=False)

    class Meta:
        verbose_name = _("allocation of a credit note")
        verbose_name_plural = _("allocations of credit notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="payables_creditallocation_quantity"),
            models.UniqueConstraint(
                fields=["line", "billed", "is_returned"], name="payables_creditallocation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.billed_id}"


class CreditApplication(Ledger):
    """So much of a credit note settles this invoice; a row below zero takes it back."""

    credit = models.ForeignKey(
        SupplierCredit, models.PROTECT, related_name="applications", verbose_name=_("supplier credit note")
    )
    invoice = models.ForeignKey(
        SupplierInvoice, models.PROTECT, related_name="applications", verbose_name=_("supplier invoice")
    )
    amount = AmountField(_("amount"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("use of a credit note")
        verbose_name_plural = _("uses of credit notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="payables_application_amount",
                violation_error_message=_("To use nothing of a credit note settles nothing."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.credit_id} → {self.invoice_id}"
