"""What suppliers give back: their credit notes, entered and sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.ledger import commands as ledger
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import queries
from loomline.domains.payables.commands.telling import about_credit
from loomline.domains.payables.events import SupplierCreditEntered, SupplierCreditRejected
from loomline.domains.payables.models import (
    POSTED,
    CreditKind,
    SupplierCredit,
    SupplierCreditLine,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from loomline.domains.payables.queries import Credited
from loomline.domains.procurement.models import ReceiptLine
from loomline.domains.sales.models import Totals, line_amount
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock_keys
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class CreditNumberMissing(Refused):
    """By their number suppliers know what they gave back."""

    says = _("Write the supplier's own credit note number.")


class CreditedBefore(Refused):
    """A credit is taken once."""

    says = _("Credit note {their_number} of {supplier} was entered before as {number}.")


class CreditUnexplained(Refused):
    """Who checks the books asks what it was for."""

    says = _("Say what credit note {their_number} is for.")


class CreditWithoutLines(Refused):
    """A credit note about nothing."""

    says = _("Write at least one line with what is given back: more than nothing.")


class CreditElsewhere(Refused):
    """A supplier gives back what they asked for, in the same money."""

    says = _("{number} is of {theirs} in {their_currency}; the credit note is of {ours} in {currency}.")


class NotPostedYet(Refused):
    """What is not owed yet is not given back: the bill is held, or rejected."""

    says = _(
        "{number} is {state}. Only an approved invoice is credited; reject this one, or approve it first."
    )


class CreditedTooMuch(Refused):
    """No more comes back than was asked for."""

    says = _("{what}: {left} left to credit, not {quantity}.")


class CreditedMoreMoney(Refused):
    """No more money comes back than was asked for."""

    says = _("{what}: {left} {currency} left to credit, not {amount}.")


class PriceMissing(Refused):
    """What stands alone, or is given back of a price, says how much."""

    says = _("{what}: write what is given back for each.")


class NotSentBack(Refused):
    """Goods that are still here are not credited as returned."""

    says = _("{item} of {receipt}: {left} sent back and not credited, not {quantity}.")


class DayClosed(Refused):
    """A closed period takes no more."""

    says = _("The books of {day} are closed. Write {open} or a later day as the one it is booked on.")


class CreditTotalsDiffer(Refused):
    """What was typed does not add up."""

    says = _("The lines add up to {counted} {currency}, the credit note says {total}. Check the lines.")


class CreditRejectedForNothing(Refused):
    """The supplier asks why."""

    says = _("Say why {their_number} is rejected.")


@dataclass(frozen=True, kw_only=True)
class SupplierCreditLineDraft:
    """One thing given back. Without a price it is that of the invoice; what stands alone needs one."""

    quantity: Decimal
    invoice_line: SupplierInvoiceLine | None = None
    kind: CreditKind = CreditKind.QUANTITY
    price: Decimal | None = None
    receipt_line: ReceiptLine | None = None
    item: Item | None = None
    description: str = ""
    tax_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class CreditedLineDraft:
    """What is given back of one line of the invoice at hand."""

    line: SupplierInvoiceLine
    quantity: Decimal
    kind: CreditKind = CreditKind.QUANTITY
    price: Decimal | None = None
    receipt_line: ReceiptLine | None = None


@command(label=_("New supplier credit note"), icon="plus", creates=SupplierCredit)
def enter_supplier_credit(
    ctx: Ctx,
    *,
    supplier: Party,
    their_number: str,
    issued_on: date,
    reason: str,
    lines: Sequence[SupplierCreditLineDraft] = (),
    booked_on: date | None = None,
    currency: str = "",
    total: Decimal | None = None,
    note: str = "",
) -> SupplierCredit:
    """Write down what a supplier gives back: of lines of their invoices, or standing alone.

    A total typed from the paper is checked against the lines.
    """
    drafts = _held(lines)
    billed = [draft.invoice_line for draft in drafts if draft.invoice_line is not None]
    credit = SupplierCredit(
        supplier=supplier,
        their_number=their_number.strip(),
        issued_on=issued_on,
        booked_on=booked_on or issued_on,
        currency=currency or _currency(supplier, billed),
        reason=reason.strip()[:200],
        note=note,
        owner=None if ctx.actor.is_system else ctx.actor,
    )
    _refuse_head(credit, drafts)
    refuse_closed(ctx, credit)
    rows = _rows(credit, drafts)
    totals = Totals.of([(row.amount, row.tax_rate) for row in rows], currency=credit.currency)
    _refuse_totals(credit, totals, total)

    credit.net, credit.tax, credit.total = totals.net, totals.tax, totals.total
    credit.save(force_insert=True)
    SupplierCreditLine.objects.bulk_create(rows)

    ctx.emit(
        SupplierCreditEntered(
            **about_credit(credit, [line.invoice_id for line in billed]),
            total=credit.total,
            currency=credit.currency,
            reason=credit.reason,
        )
    )
    return credit


@command(label=_("Enter credit note"), icon="receipt-2")
def credit_supplier_invoice(
    ctx: Ctx,
    *,
    invoice: SupplierInvoice,
    their_number: str,
    issued_on: date,
    reason: str,
    lines: Sequence[CreditedLineDraft] = (),
    booked_on: date | None = None,
    total: Decimal | None = None,
) -> SupplierCredit:
    """Write down what the supplier gives back of this invoice; without lines, all that is left of it."""
    wanted = lines or [
        CreditedLineDraft(line=line, quantity=left) for line, left in queries.lines_to_credit(invoice=invoice)
    ]
    return enter_supplier_credit(
        ctx,
        supplier=invoice.supplier,
        their_number=their_number,
        issued_on=issued_on,
        reason=reason,
        lines=[
            SupplierCreditLineDraft(
                invoice_line=one.line,
                quantity=one.quantity,
                kind=one.kind,
                price=one.price,
                receipt_line=one.receipt_line,
            )
            for one in wanted
            if one.quantity
        ],
        booked_on=booked_on,
        currency=invoice.currency,
        total=total,
    )


@command(move="reject", label=_("Reject"), icon="circle-x")
def reject_supplier_credit(ctx: Ctx, *, credit: SupplierCredit, reason: str) -> SupplierCredit:
    """Send a credit note back that is not right; a corrected one may come under the same number."""
    if not reason.strip():
        raise CreditRejectedForNothing(their_number=credit.their_number, at_field="reason")

    advance(credit, "reject", rejected_reason=reason.strip()[:200])

    ctx.emit(SupplierCreditRejected(**about_credit(credit), reason=credit.rejected_reason))
    return credit


def refuse_closed(ctx: Ctx, credit: SupplierCredit) -> None:
    """Say no to a day whose books take nothing more, and which day they take."""
    _period, day = ledger.period_of(ctx, day=credit.booked_on)
    if day != credit.booked_on:
        raise DayClosed(day=credit.booked_on, open=day, at_field="booked_on")


def _held(drafts: Sequence[SupplierCreditLineDraft]) -> list[SupplierCreditLineDraft]:
    """The lines with what they are about as it is now, held until the credit note stands."""
    billed = [draft.invoice_line.pk for draft in drafts if draft.invoice_line]
    came = [draft.receipt_line.pk for draft in drafts if draft.receipt_line]
    lines = {line.pk: line for line in lock_keys(SupplierInvoiceLine, billed)}
    receipts = {line.pk: line for line in lock_keys(ReceiptLine, came)}
    return [
        replace(
            draft,
            invoice_line=lines[draft.invoice_line.pk] if draft.invoice_line else None,
            receipt_line=receipts[draft.receipt_line.pk] if draft.receipt_line else None,
        )
        for draft in drafts
    ]


def _currency(supplier: Party, lines: Sequence[SupplierInvoiceLine]) -> str:
    return lines[0].invoice.currency if lines else parties.supplier_terms(party=supplier).currency


def _refuse_head(credit: SupplierCredit, drafts: Sequence[SupplierCreditLineDraft]) -> None:
    if not credit.their_number:
        raise CreditNumberMissing(at_field="their_number")
    twin = SupplierCredit.objects.filter(supplier=credit.supplier, their_number=credit.their_number)
    if known := twin.exclude(state__in=queries.VOID).first():
        raise CreditedBefore(
            their_number=credit.their_number,
            supplier=credit.supplier,
            number=known.number,
            at_field="their_number",
        )
    if not credit.reason:
        raise CreditUnexplained(their_number=credit.their_number, at_field="reason")
    if not drafts or any(draft.quantity <= 0 for draft in drafts):
        raise CreditWithoutLines(at_field="lines")
    for line in [draft.invoice_line for draft in drafts if draft.invoice_line is not None]:
        invoice = line.invoice
        if invoice.supplier_id != credit.supplier.pk or invoice.currency != credit.currency:
            raise CreditElsewhere(
                number=invoice,
                theirs=invoice.supplier,
                their_currency=invoice.currency,
                ours=credit.supplier,
                currency=credit.currency,
                at_field="lines",
            )
        if invoice.state not in POSTED:
            raise NotPostedYet(number=invoice, state=invoice.state.label.lower(), at_field="lines")


def _refuse_totals(credit: SupplierCredit, totals: Totals, typed: Decimal | None) -> None:
    if totals.total <= 0:
        raise CreditWithoutLines(at_field="lines")
    if typed and typed != totals.total:
        raise CreditTotalsDiffer(
            counted=plain(totals.total), total=plain(typed), currency=credit.currency, at_field="total"
        )


def _rows(credit: SupplierCredit, drafts: Sequence[SupplierCreditLineDraft]) -> list[SupplierCreditLine]:
    """The lines, each within what is left of what it gives back."""
    before = queries.credited_of(line_ids=[one.invoice_line.pk for one in drafts if one.invoice_line])
    sent_back = queries.credited_returns(
        receipt_line_ids=[one.receipt_line.pk for one in drafts if one.receipt_line]
    )
    rows = []
    for position, draft in enumerate(drafts, start=1):
        row = _row(credit, position, draft)
        line, receipt_line = draft.invoice_line, draft.receipt_line
        if line is not None:
            before[line.pk] = _within(credit, row, line, before.get(line.pk, Credited()))
        if receipt_line is not None:
            _refuse_kept(credit, row, receipt_line, sent_back.get(receipt_line.pk, ZERO))
            sent_back[receipt_line.pk] = sent_back.get(receipt_line.pk, ZERO) + row.quantity
        rows.append(row)
    return rows


def _row(credit: SupplierCredit, position: int, draft: SupplierCreditLineDraft) -> SupplierCreditLine:
    line = draft.invoice_line
    item = line.item if line is not None else draft.item
    name = draft.description or (line.description if line is not None else item.name if item else "")
    price = draft.price
    if price is None and line is not None and draft.kind == CreditKind.QUANTITY:
        price = line.price
    if not price or price < 0:
        raise PriceMissing(what=name or position, at_field="lines")
    rate = line.tax_rate if line is not None else draft.tax_rate
    return SupplierCreditLine(
        credit=credit,
        position=position,
        kind=draft.kind,
        invoice_line=line,
        receipt_line=draft.receipt_line,
        item=item,
        description=name,
        quantity=draft.quantity,
        price=price,
        tax_rate=rate or ZERO,
        amount=line_amount(quantity=draft.quantity, price=price, discount=ZERO, currency=credit.currency),
    )


def _within(
    credit: SupplierCredit, row: SupplierCreditLine, line: SupplierInvoiceLine, before: Credited
) -> Credited:
    """What is credited of a line with this row; its last part ends with what is left, to the cent."""
    is_goods = row.kind == CreditKind.QUANTITY
    left, money = line.quantity - before.quantity, line.amount - before.amount
    if row.quantity > (left if is_goods else line.quantity):
        raise CreditedTooMuch(
            what=row.description,
            left=plain(left if is_goods else line.quantity),
            quantity=plain(row.quantity),
            at_field="lines",
        )
    if is_goods and row.quantity == left and abs(money - row.amount) <= minor_unit(credit.currency):
        row.amount = money
    if row.amount > money:
        raise CreditedMoreMoney(
            what=row.description,
            left=plain(money),
            currency=credit.currency,
            amount=plain(row.amount),
            at_field="lines",
        )
    return Credited(before.quantity + (row.quantity if is_goods else ZERO), before.amount + row.amount)


def _refuse_kept(
    credit: SupplierCredit, row: SupplierCreditLine, receipt_line: ReceiptLine, before: Decimal
) -> None:
    """Say no to goods that have not gone back to this supplier, or are credited already."""
    is_theirs = receipt_line.receipt.supplier_id == credit.supplier.pk and receipt_line.item_id == row.item_id
    left = receipt_line.returned - before if is_theirs and row.kind == CreditKind.QUANTITY else ZERO
    if row.quantity > left:
        raise NotSentBack(
            item=row.description,
            receipt=receipt_line.receipt,
            left=plain(left),
            quantity=plain(row.quantity),
            at_field="lines",
        )
