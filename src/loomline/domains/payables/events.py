"""What payables tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

SUPPLIER = {
    "supplier_invoice_id": "payables.supplierinvoice",
    "supplier_id": "parties.party",
    "purchase_id": "procurement.purchase",
}


@dataclass(frozen=True, kw_only=True)
class OfSupplierInvoice:
    """What every event of a supplier's invoice names."""

    supplier_invoice_id: int
    number: str
    their_number: str
    supplier_id: int
    purchase_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceEntered(OfSupplierInvoice, Event, about=SUPPLIER, icon="file-import", tone="info"):
    """A supplier asks for money."""

    says = _("Supplier invoice {their_number} entered: {total} {currency}, due {due_on}")
    total: Decimal
    currency: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceMatched(OfSupplierInvoice, Event, about=SUPPLIER, icon="checklist", tone="accent"):
    """What is billed was compared with what was received."""

    says = _("Supplier invoice {their_number} matched: {outcome}")
    difference: Decimal
    outcome: str


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceHeld(OfSupplierInvoice, Event, about=SUPPLIER, icon="hand-stop", tone="hold"):
    """A bill waits until somebody has looked at what it asks for."""

    says = _("Supplier invoice {their_number} held: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceReleased(OfSupplierInvoice, Event, about=SUPPLIER, icon="lock-open", tone="accent"):
    """Somebody has let a held bill go on."""

    says = _("Supplier invoice {their_number} released: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceApproved(OfSupplierInvoice, Event, about=SUPPLIER, icon="clipboard-check", tone="ok"):
    """The supplier's money may be paid."""

    says = _("Supplier invoice {their_number} approved: {total} {currency}, due {due_on}")
    total: Decimal
    currency: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceRejected(OfSupplierInvoice, Event, about=SUPPLIER, icon="circle-x", tone="bad"):
    """The supplier's bill is not ours to pay as it stands."""

    says = _("Supplier invoice {their_number} rejected: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierInvoicePaid(OfSupplierInvoice, Event, about=SUPPLIER, icon="coin", tone="ok"):
    """The supplier has our money."""

    says = _("Supplier invoice {their_number} paid: {total} {currency}")
    total: Decimal
    currency: str
    paid_on: date


CREDIT = {
    "supplier_credit_id": "payables.suppliercredit",
    "supplier_id": "parties.party",
    "supplier_invoice_ids": "payables.supplierinvoice",
}


@dataclass(frozen=True, kw_only=True)
class OfSupplierCredit:
    """What every event of a supplier's credit note names."""

    supplier_credit_id: int
    number: str
    their_number: str
    supplier_id: int
    supplier_invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SupplierCreditEntered(OfSupplierCredit, Event, about=CREDIT, icon="receipt-2", tone="info"):
    """A supplier takes something back that they asked for."""

    says = _("Supplier credit note {their_number} entered: {total} {currency}, {reason}")
    total: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierCreditPosted(OfSupplierCredit, Event, about=CREDIT, icon="receipt-2", tone="ok"):
    """We owe the supplier less."""

    says = _("Supplier credit note {their_number} posted: {total} {currency}, {reason}")
    total: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierCreditApplied(OfSupplierCredit, Event, about=CREDIT, icon="link", tone="ok"):
    """A credit note settles an invoice, or a part of it."""

    says = _("{amount} {currency} of supplier credit note {their_number} used for {invoice}")
    amount: Decimal
    currency: str
    invoice: str


@dataclass(frozen=True, kw_only=True)
class SupplierCreditTakenBack(OfSupplierCredit, Event, about=CREDIT, icon="arrow-back-up", tone="warn"):
    """What a credit note had settled is open again."""

    says = _("{amount} {currency} of supplier credit note {their_number} no longer used for {invoice}")
    amount: Decimal
    currency: str
    invoice: str


@dataclass(frozen=True, kw_only=True)
class SupplierCreditRejected(OfSupplierCredit, Event, about=CREDIT, icon="circle-x", tone="bad"):
    """The supplier's credit note is not right as it stands."""

    says = _("Supplier credit note {their_number} rejected: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplierCreditReversed(OfSupplierCredit, Event, about=CREDIT, icon="arrow-back-up", tone="bad"):
    """A credit note was posted by mistake: we owe the supplier what it had taken off."""

    says = _("Supplier credit note {their_number} reversed: {reason}")
    reason: str
