"""What we ask customers for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sales.models import Order, OrderLine
from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class InvoiceState(States):
    DRAFT = "draft", _("Draft"), "muted"
    POSTED = "posted", _("Posted"), "info"
    PAID = "paid", _("Paid"), "ok"
    CREDITED = "credited", _("Credited"), "hold"


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class Invoice(Document):
    """What a customer owes for one delivery. Once posted it is part of the books and only credited."""

    moves = Moves(
        post=InvoiceState.DRAFT >> InvoiceState.POSTED,
        settle=InvoiceState.POSTED >> InvoiceState.PAID,
        unsettle=InvoiceState.PAID >> InvoiceState.POSTED,
        credit=InvoiceState.POSTED >> InvoiceState.CREDITED,
    )
    editable = {
        InvoiceState.DRAFT: ALL,
        InvoiceState.POSTED: ("custom",),
        InvoiceState.PAID: ("custom",),
        InvoiceState.CREDITED: ("custom",),
    }

    # The number has no gaps, so it is given when the invoice is posted and not before.
    number = NumberField(null=True, blank=True, verbose_name=_("number"))
    kind = models.CharField(
        _("kind"), max_length=12, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE, editable=False
    )
    state = StateField(InvoiceState, default=InvoiceState.DRAFT, verbose_name=_("state"))
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="invoices", verbose_name=_("customer"), db_index=False
    )
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("order")
    )
    credits = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="credit_notes",
        verbose_name=_("takes back"),
    )
    customer_reference = models.CharField(_("their reference"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the customer's."))
    freight = AmountField(_("freight"), default=0, blank=True)
    net = AmountField(_("net"), default=0, editable=False)
    tax = AmountField(_("tax"), default=0, editable=False)
    total = AmountField(_("total"), default=0, editable=False)
    paid = AmountField(_("paid"), default=0, editable=False)
    credited = AmountField(_("credited"), default=0, editable=False)
    bill_to = models.TextField(_("bill to"), blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("team"),
    )
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)
    paid_on = models.DateField(_("paid on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax")),
                name="finance_invoice_total",
                violation_error_message=_("An invoice's total must be its net sum and tax."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(number__isnull=False, issued_on__isnull=False, due_on__isnull=False),
                name="finance_invoice_posted",
                violation_error_message=_("A posted invoice has a number, a date and a due day."),
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", total__gte=0, paid__gte=0, credited__gte=0)
                & Q(total__gte=F("paid") + F("credited"))
                | Q(kind="credit_note", total__lte=0, paid=0, credited=0),
                name="finance_invoice_not_overpaid",
                violation_error_message=_("An invoice cannot be paid or credited by more than it asks for."),
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits__isnull=True)
                | Q(kind="credit_note", credits__isnull=False),
                name="finance_invoice_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="finance_invoice_state"),
            models.Index(fields=["customer", "-id"], name="finance_invoice_customer"),
            models.Index(
                fields=["due_on"], name="finance_invoice_open", condition=Q(state="posted", kind="invoice")
            ),
        ]

    def __str__(self) -> str:
        return self.number or _t("draft {pk}").format(pk=self.pk)

    @property
    def open_amount(self) -> Decimal:
        """What is still owed; nothing on drafts and credit notes."""
        if self.state == InvoiceState.DRAFT or self.kind == InvoiceKind.CREDIT_NOTE:
            return Decimal(0)
        return self.total - self.paid - self.credited

    def days_overdue(self, today: date) -> int:
        """Days past the due day while something is owed."""
        if self.due_on is None or not self.open_amount:
            return 0
        return max((today - self.due_on).days, 0)


class InvoiceLine(Record):
    """One item on an invoice; the amount is kept as it was rounded. On a credit note it is below zero."""

    invoice = models.ForeignKey(
        Invoice, models.CASCADE, related_name="lines", verbose_name=_("invoice"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    order_line = models.ForeignKey(
        OrderLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoice_lines",
        verbose_name=_("order line"),
    )
    credits = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="credited_by",
        verbose_name=_("takes back"),
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoice_lines",
        verbose_name=_("item"),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("price"), default=0)
    discount = models.DecimalField(_("discount"), max_digits=7, decimal_places=6, default=0, blank=True)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4, default=0, blank=True)
    amount = AmountField(_("amount"), default=0, editable=False)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0),
                name="finance_line_quantity",
                violation_error_message=_("A line needs a quantity."),
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=1),
                name="finance_line_discount",
                violation_error_message=_("A discount lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=1),
                name="finance_line_tax_rate",
                violation_error_message=_("A tax rate lies between 0 and 100 percent."),
            ),
        ]
        indexes = [models.Index(fields=["invoice", "position"], name="finance_line_invoice")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.position}"
