"""What suppliers ask of us: entered, matched with what came, approved, paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import queries
from loomline.domains.payables.events import (
    SupplierInvoiceApproved,
    SupplierInvoiceEntered,
    SupplierInvoiceMatched,
    SupplierInvoicePaid,
    SupplierInvoiceRejected,
)
from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceLine
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sales.models import Totals, line_amount
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

ZERO = Decimal(0)


class InvoiceWithoutLines(Refused):
    """A bill about nothing."""

    says = _("Write at least one line, or name a purchase order of which something was received.")


class NumberMissing(Refused):
    """By their number suppliers ask for their money."""

    says = _("Write the supplier's own invoice number.")


class EnteredBefore(Refused):
    """A bill is paid once."""

    says = _("Invoice {their_number} of {supplier} was entered before as {number}.")


class PurchaseElsewhere(Refused):
    """A supplier bills their own deliveries."""

    says = _("{number} was ordered from {theirs}, not from {ours}.")


class TotalsDiffer(Refused):
    """What was typed does not add up."""

    says = _("The lines add up to {counted} {currency}, the invoice says {total}. Check the lines.")


class BilledTooMuch(Warned):
    """More is asked than was received at the price agreed."""

    says = _("{their_number} asks for {difference} {currency} too much: {lines}. Match it all the same?")


class NotOrdered(Warned):
    """Nothing to compare with."""

    says = _(
        "{lines} of {their_number} stand on no purchase order, so nothing can be compared."
        " Match it all the same?"
    )


class RejectedForNothing(Refused):
    """The supplier asks why."""

    says = _("Say why {their_number} is rejected.")


@dataclass(frozen=True, kw_only=True)
class SupplierInvoiceLineDraft:
    """One thing billed."""

    quantity: Decimal
    price: Decimal
    item: Item | None = None
    purchase_line: PurchaseLine | None = None
    description: str = ""
    tax_rate: Decimal = ZERO


@command(label=_("New supplier invoice"), icon="plus", creates=SupplierInvoice)
def enter_supplier_invoice(
    ctx: Ctx,
    *,
    supplier: Party,
    their_number: str,
    issued_on: date,
    lines: Sequence[SupplierInvoiceLineDraft] = (),
    purchase: Purchase | None = None,
    due_on: date | None = None,
    currency: str = "",
    total: Decimal | None = None,
    note: str = "",
) -> SupplierInvoice:
    """Write down what a supplier asks for; without lines, what a purchase order has received and not billed.

    A total typed from the paper is checked against the lines.
    """
    their_number = their_number.strip()
    if not their_number:
        raise NumberMissing(at_field="their_number")
    twin = SupplierInvoice.objects.filter(supplier=supplier, their_number=their_number).exclude(
        state="rejected"
    )
    if known := twin.first():
        raise EnteredBefore(
            their_number=their_number, supplier=supplier, number=known.number, at_field="their_number"
        )
    if purchase is not None and purchase.supplier_id != supplier.pk:
        raise PurchaseElsewhere(number=purchase, theirs=purchase.supplier, ours=supplier, at_field="purchase")
    terms = parties.supplier_terms(party=supplier)
    invoice = SupplierInvoice(
        supplier=supplier,
        their_number=their_number,
        purchase=purchase,
        issued_on=issued_on,
        due_on=due_on or issued_on + timedelta(days=terms.payment_days),
        currency=currency or (purchase.currency if purchase is not None else terms.currency),
        note=note,
        owner=None if ctx.actor.is_system else ctx.actor,
    )
    drafts = list(lines) or (_received(invoice, purchase) if purchase is not None else [])
    if not drafts:
        raise InvoiceWithoutLines(at_field="lines")
    rows = [_row(invoice, position, draft) for position, draft in enumerate(drafts, start=1)]
    totals = Totals.of([(row.amount, row.tax_rate) for row in rows], currency=invoice.currency)
    if total and total != totals.total:
        raise TotalsDiffer(
            counted=plain(totals.total), total=plain(total), currency=invoice.currency, at_field="total"
        )

    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total
    invoice.save(force_insert=True)
    SupplierInvoiceLine.objects.bulk_create(rows)

    ctx.emit(
        SupplierInvoiceEntered(
            **_about(invoice), total=invoice.total, currency=invoice.currency, due_on=invoice.due_on
        )
    )
    return invoice


def _received(invoice: SupplierInvoice, purchase: Purchase) -> list[SupplierInvoiceLineDraft]:
    """Lines for what a purchase order has received and nobody has billed yet."""
    bought = list(purchase.lines.select_related("item").order_by("position", "pk"))
    rows = [SupplierInvoiceLine(purchase_line=line) for line in bought]
    billed = queries.billed_lines(invoice=invoice, lines=rows)
    return [
        SupplierInvoiceLineDraft(
            item=line.item, purchase_line=line, quantity=billed[line.pk].billable, price=line.net_price
        )
        for line in bought
        if billed[line.pk].billable
    ]


def _row(invoice: SupplierInvoice, position: int, draft: SupplierInvoiceLineDraft) -> SupplierInvoiceLine:
    item = draft.item or (draft.purchase_line.item if draft.purchase_line is not None else None)
    return SupplierInvoiceLine(
        invoice=invoice,
        position=position,
        item=item,
        purchase_line=draft.purchase_line,
        description=draft.description or (item.name if item is not None else ""),
        quantity=draft.quantity,
        price=draft.price,
        tax_rate=draft.tax_rate,
        amount=line_amount(
            quantity=draft.quantity, price=draft.price, discount=ZERO, currency=invoice.currency
        ),
    )


@command(move="match", label=_("Match"), icon="checklist")
def match_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice) -> SupplierInvoice:
    """Compare what is billed with what was received and agreed, line by line."""
    invoice = lock(invoice)
    rows = list(invoice.lines.select_related("item", "purchase_line").order_by("position", "pk"))
    billed = queries.billed_lines(invoice=invoice, lines=rows)

    for row in rows:
        _compare(invoice, row, billed.get(row.purchase_line_id or 0))
    _warn_unmatched(ctx, invoice, rows)

    SupplierInvoiceLine.objects.bulk_update(rows, ["received", "agreed_price", "difference"])
    advance(invoice, "match")

    difference = sum((row.difference for row in rows), ZERO)
    outcome = (
        _t("{amount} {currency} more than received").format(
            amount=plain(difference), currency=invoice.currency
        )
        if difference > 0
        else _t("as received")
    )
    ctx.emit(SupplierInvoiceMatched(**_about(invoice), difference=difference, outcome=outcome))
    return invoice


def _compare(invoice: SupplierInvoice, row: SupplierInvoiceLine, known: queries.Billed | None) -> None:
    """Put on the line what was received, what was agreed, and what the line asks above that."""
    if known is None:
        row.received, row.agreed_price, row.difference = None, None, ZERO
        return
    row.received, row.agreed_price = known.billable, known.price
    fair = line_amount(
        quantity=min(row.quantity, known.billable),
        price=known.price,
        discount=ZERO,
        currency=invoice.currency,
    )
    row.difference = row.amount - fair


def _warn_unmatched(ctx: Ctx, invoice: SupplierInvoice, rows: Sequence[SupplierInvoiceLine]) -> None:
    loose = [row for row in rows if row.purchase_line_id is None]
    if loose:
        ctx.warn(
            NotOrdered(their_number=invoice.their_number, lines=", ".join(row.description for row in loose))
        )
    over = [row for row in rows if row.difference > 0]
    if over:
        ctx.warn(
            BilledTooMuch(
                their_number=invoice.their_number,
                difference=plain(sum((row.difference for row in over), ZERO)),
                currency=invoice.currency,
                lines="; ".join(_reason(row) for row in over),
            )
        )


def _reason(row: SupplierInvoiceLine) -> str:
    """Why a line asks too much, in words."""
    said = []
    if row.received is not None and row.quantity > row.received:
        said.append(_t("{billed} billed, {received} received").format(
            billed=plain(row.quantity), received=plain(row.received)
        ))  # fmt: skip
    if row.agreed_price is not None and row.price > row.agreed_price:
        said.append(_t("price {billed}, agreed {agreed}").format(
            billed=plain(row.price), agreed=plain(row.agreed_price)
        ))  # fmt: skip
    return f"{row.description}: {', '.join(said)}"


@command(move="approve", label=_("Approve"), icon="clipboard-check")
def approve_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice) -> SupplierInvoice:
    """Say that the supplier gets the money on the due day."""
    advance(invoice, "approve", approved_by=ctx.actor, approved_at=ctx.now)

    ctx.emit(
        SupplierInvoiceApproved(
            **_about(invoice), total=invoice.total, currency=invoice.currency, due_on=invoice.due_on
        )
    )
    return invoice


@command(move="pay", label=_("Mark as paid"), icon="coin")
def pay_supplier_invoice(
    ctx: Ctx, *, invoice: SupplierInvoice, paid_on: date | None = None
) -> SupplierInvoice:
    """Note that the supplier has the money."""
    day = paid_on or ctx.today

    advance(invoice, "pay", paid_on=day)

    ctx.emit(
        SupplierInvoicePaid(**_about(invoice), total=invoice.total, currency=invoice.currency, paid_on=day)
    )
    return invoice


@command(move="reject", label=_("Reject"), icon="circle-x")
def reject_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice, reason: str) -> SupplierInvoice:
    """Send a bill back that is not ours to pay; a corrected one may come under the same number."""
    if not reason.strip():
        raise RejectedForNothing(their_number=invoice.their_number, at_field="reason")

    advance(invoice, "reject", reason=reason.strip()[:200])

    ctx.emit(SupplierInvoiceRejected(**_about(invoice), reason=invoice.reason))
    return invoice


def _about(invoice: SupplierInvoice) -> dict[str, Any]:
    """What every event of a supplier's invoice names."""
    return {
        "supplier_invoice_id": invoice.pk,
        "number": invoice.number,
        "their_number": invoice.their_number,
        "supplier_id": invoice.supplier_id,
        "purchase_id": invoice.purchase_id,
    }
