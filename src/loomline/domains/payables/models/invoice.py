"""What suppliers ask of us."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField, Money, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class SupplierInvoiceState(States):
    ENTERED = "entered", _("Entered"), "info"
    HELD = "held", _("Held"), "hold"
    MATCHED = "matched", _("Matched"), "accent"
    APPROVED = "approved", _("Approved"), "ok"
    PAID = "paid", _("Paid"), "muted"
    CREDITED = "credited", _("Credited"), "muted"
    REJECTED = "rejected", _("Rejected"), "bad"


class LineMatch(models.TextChoices):
    """How a line stands beside what came and what was agreed."""

    OPEN = "open", _("Not compared")
    MATCHED = "matched", _("Matched")
    WITHIN = "within", _("Within tolerance")
    HELD = "held", _("Held")
    RELEASED = "released", _("Released")


S = SupplierInvoiceState
UNSETTLED = (S.ENTERED, S.HELD, S.MATCHED)
POSTED = (S.APPROVED, S.PAID, S.CREDITED)
_OPEN = ("issued_on", "due_on", "owner", "note", "custom")


class SupplierInvoice(Document):
    """A supplier's bill: entered, matched with what was received, approved, paid."""

    moves = Moves(
        match=UNSETTLED >> S.MATCHED,
        hold=UNSETTLED >> S.HELD,
        release=S.HELD >> S.MATCHED,
        approve=S.MATCHED >> S.APPROVED,
        pay=S.APPROVED >> S.PAID,
        credit=S.APPROVED >> S.CREDITED,
        uncredit=S.CREDITED >> S.APPROVED,
        reject=UNSETTLED >> S.REJECTED,
    )
    editable = {
        SupplierInvoiceState.ENTERED: _OPEN,
        SupplierInvoiceState.HELD: _OPEN,
        SupplierInvoiceState.MATCHED: _OPEN,
        SupplierInvoiceState.APPROVED: ("due_on", "note", "custom"),
        SupplierInvoiceState.PAID: ("note", "custom"),
        SupplierInvoiceState.CREDITED: ("note", "custom"),
        SupplierInvoiceState.REJECTED: ("note", "custom"),
    }

    number = NumberField(series="supplier_invoice", prefix="SI-", verbose_name=_("number"))
    state = StateField(SupplierInvoiceState, default=SupplierInvoiceState.ENTERED, verbose_name=_("state"))
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="supplier_invoices",
        verbose_name=_("supplier"),
        db_index=False,
    )
    their_number = models.CharField(_("their number"), max_length=60)
    purchase = models.ForeignKey(
        "procurement.Purchase",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplier_invoices",
        verbose_name=_("purchase order"),
    )
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"), blank=True, help_text=_("Empty: as agreed with the supplier."))
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the supplier's."))
    net = AmountField(_("net"), default=0)
    tax = AmountField(_("tax"), default=0)
    total = AmountField(_("total"), default=0)
    # Kept by the trigger on applications, so that no way of writing them can credit too much.
    credited = AmountField(_("settled by credit"), default=0, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    discount_rate = ShareField(
        _("early-payment discount"),
        max_digits=5,
        decimal_places=4,
        default=0,
        blank=True,
        help_text=_("The share of the total that need not be paid in time: 2 % of it, for one."),
    )
    discount_until = models.DateField(
        _("discount until"), null=True, blank=True, help_text=_("The last day on which less may be paid.")
    )
    discount_taken = AmountField(_("discount taken"), default=0, editable=False)
    hold_reason = models.CharField(_("why held"), max_length=500, blank=True, editable=False)
    release_reason = models.CharField(_("why released"), max_length=300, blank=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("released by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    paid_on = models.DateField(_("paid on"), null=True, editable=False)

    class Meta:
        verbose_name = _("supplier invoice")
        verbose_name_plural = _("supplier invoices")
        db_table = "finance_supplierinvoice"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "their_number"],
                condition=~Q(state="rejected"),
                name="finance_supplier_number",
                violation_error_message=_(
                    "This invoice of the supplier was entered before. Look it up by its number."
                ),
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax")),
                name="finance_supplier_total",
                violation_error_message=_("The invoice's total must be its net sum and tax."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="finance_supplier_due",
                violation_error_message=_("An invoice cannot be due before it was issued."),
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""),
                name="finance_supplier_reason",
                violation_error_message=_("Say why the invoice is rejected."),
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | ~Q(hold_reason=""),
                name="payables_invoice_held",
                violation_error_message=_("Say why the invoice is held."),
            ),
            models.CheckConstraint(
                condition=Q(discount_rate=0) | Q(discount_rate__range=(0, 1), discount_until__isnull=False),
                name="payables_invoice_discount",
                violation_error_message=_(
                    "An early-payment discount is a share from 0 to 100 percent and needs its last day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(discount_taken=0)
                | Q(discount_taken__gt=0, discount_taken__lte=F("total") - F("credited"), state="paid"),
                name="payables_invoice_discount_taken",
            ),
            models.CheckConstraint(
                condition=Q(credited=0)
                | Q(credited__gt=0, credited__lt=F("total"), state__in=("approved", "paid"))
                | Q(credited__gt=0, credited=F("total"), state__in=("approved", "credited")),
                name="payables_invoice_credited",
                violation_error_message=_("An invoice cannot be credited by more than is open of it."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="finance_supplier_due_on"),
        ]

    @property
    def open_amount(self) -> Decimal:
        """What we still owe."""
        settled = (S.PAID, S.CREDITED, S.REJECTED)
        return Decimal(0) if self.state in settled else self.total - self.credited

    def discount_on(self, day: date) -> Decimal:
        """What need not be paid when it is paid on this day."""
        if self.discount_until is None or day > self.discount_until:
            return Decimal(0)
        return Money((self.total - self.credited) * self.discount_rate, self.currency).rounded().amount


class SupplierInvoiceLine(Record):
    """One thing billed, beside what was ordered and received."""

    invoice = models.ForeignKey(
        SupplierInvoice,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("supplier invoice"),
        db_index=False,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("price"), default=0)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4, default=0, blank=True)
    amount = AmountField(_("amount"), default=0)
    purchase_line = models.ForeignKey(
        "procurement.PurchaseLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplier_invoice_lines",
        verbose_name=_("purchase order line"),
    )
    match = models.CharField(
        _("match"), max_length=10, choices=LineMatch.choices, default=LineMatch.OPEN, editable=False
    )
    says = models.CharField(_("why"), max_length=500, blank=True, editable=False)
    received = QuantityField(_("received and not billed elsewhere"), null=True, editable=False)
    agreed_price = PriceField(_("agreed price"), null=True, editable=False)
    quantity_variance = AmountField(_("above by quantity"), default=0, editable=False)
    price_variance = AmountField(_("above by price"), default=0, editable=False)
    difference = AmountField(_("difference"), default=0, editable=False)

    class Meta:
        verbose_name = _("supplier invoice line")
        verbose_name_plural = _("supplier invoice lines")
        db_table = "finance_supplierinvoiceline"
        ordering = ["invoice", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="finance_supplier_line_quantity",
                violation_error_message=_("A line needs a quantity above zero."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=1),
                name="finance_supplier_line_tax",
                violation_error_message=_("A tax rate lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(condition=Q(match__in=LineMatch.values), name="payables_line_match"),
            models.CheckConstraint(
                condition=Q(difference=F("quantity_variance") + F("price_variance")),
                name="payables_line_difference",
            ),
            models.CheckConstraint(
                condition=~Q(match="held") | ~Q(says=""),
                name="payables_line_held",
                violation_error_message=_("Say why the line is held."),
            ),
        ]
        indexes = [
            models.Index(fields=["invoice", "position"], name="finance_supplier_line_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.position} · {self.description}"
