"""Posting credit notes, and using them for what we owe."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import queries
from loomline.domains.payables.commands.crediting import refuse_closed
from loomline.domains.payables.commands.sharing import shares_of
from loomline.domains.payables.commands.telling import about_credit
from loomline.domains.payables.events import (
    SupplierCreditApplied,
    SupplierCreditPosted,
    SupplierCreditTakenBack,
)
from loomline.domains.payables.models import (
    CreditAllocation,
    CreditApplication,
    SupplierCredit,
    SupplierCreditState,
    SupplierInvoice,
    SupplierInvoiceState,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class InvoiceOfAnother(Refused):
    """The credit of one supplier settles invoices of the same supplier, in the same money."""

    says = _("{number} is of {theirs} in {their_currency}; the credit note is of {ours} in {currency}.")


class CreditUsed(Refused):
    """A credit is taken once."""

    says = _("Credit note {number} has {left} {currency} left, not {wanted}. Use less.")


class NothingOwed(Refused):
    """What is settled needs no credit."""

    says = _("{number} has {open} {currency} open, not {wanted}. Use less, or choose another invoice.")


class NotUsedFor(Refused):
    """Only what was used is taken back."""

    says = _("Nothing of credit note {credit} is used for {number}.")


class PaidMeanwhile(Refused):
    """The rest was paid because the credit was taken."""

    says = _("{number} is paid, so the credit used for it stays. Ask the supplier for the money.")


@command(move="post", label=_("Post"), icon="clipboard-check")
def post_supplier_credit(ctx: Ctx, *, credit: SupplierCredit, use_now: bool = True) -> SupplierCredit:
    """Owe the supplier less: it settles the invoices that it is about, as far as they are open.

    What is left stays open and can be used for other invoices, or taken at the next payment.
    """
    about = credit.lines.filter(invoice_line__isnull=False).values("invoice_line__invoice")
    invoices: list[SupplierInvoice] = lock_all(SupplierInvoice.objects.filter(pk__in=about))
    credit = lock(credit)
    refuse_closed(ctx, credit)

    advance(credit, "post", posted_by=ctx.actor, posted_at=ctx.now)
    CreditAllocation.objects.bulk_create(shares_of(credit))

    ctx.emit(
        SupplierCreditPosted(
            **about_credit(credit, [invoice.pk for invoice in invoices]),
            total=credit.total,
            currency=credit.currency,
            reason=credit.reason,
        )
    )
    if use_now:
        _use(ctx, credit, invoices)
    return credit


@command(label=_("Use for an invoice"), icon="link")
def apply_supplier_credit(
    ctx: Ctx, *, credit: SupplierCredit, invoice: SupplierInvoice, amount: Decimal | None = None
) -> SupplierCredit:
    """Settle an invoice with what is left of a credit note: so much, or as much as there is."""
    invoice = lock(invoice)
    credit = lock(credit)
    if invoice.supplier_id != credit.supplier_id or invoice.currency != credit.currency:
        raise InvoiceOfAnother(
            number=invoice,
            theirs=invoice.supplier,
            their_currency=invoice.currency,
            ours=credit.supplier,
            currency=credit.currency,
            at_field="invoice",
        )
    is_owed = invoice.state == SupplierInvoiceState.APPROVED
    owed = invoice.open_amount if is_owed else ZERO
    wanted = min(credit.open_amount, owed) or credit.open_amount if amount is None else amount
    words = {"wanted": plain(wanted), "currency": credit.currency, "at_field": "amount"}
    if wanted > credit.open_amount or wanted <= 0:
        raise CreditUsed(number=credit, left=plain(credit.open_amount), **words)
    if wanted > owed:
        raise NothingOwed(number=invoice, open=plain(owed), **words)

    _settle(ctx, credit, invoice, wanted)
    return credit


@command(label=_("Take back from an invoice"), icon="arrow-back-up", danger=True)
def take_back_credit(ctx: Ctx, *, credit: SupplierCredit, invoice: SupplierInvoice) -> SupplierCredit:
    """Open an invoice again that a credit note has settled by mistake; the credit is open as well."""
    invoice = lock(invoice)
    credit = lock(credit)
    used = credit.applications.filter(invoice=invoice).aggregate(n=Sum("amount", default=ZERO))["n"]
    if not used:
        raise NotUsedFor(credit=credit, number=invoice, at_field="invoice")
    if invoice.state == SupplierInvoiceState.PAID:
        raise PaidMeanwhile(number=invoice, at_field="invoice")

    if invoice.state == SupplierInvoiceState.CREDITED:
        advance(invoice, "uncredit")
    CreditApplication.objects.create(credit=credit, invoice=invoice, amount=-used, at=ctx.now)
    credit.applied -= used
    if credit.state == SupplierCreditState.USED:
        advance(credit, "open_again")

    ctx.emit(
        SupplierCreditTakenBack(
            **about_credit(credit, [invoice.pk]),
            amount=used,
            currency=credit.currency,
            invoice=str(invoice),
        )
    )
    return credit


def take_open_credits(ctx: Ctx, invoice: SupplierInvoice) -> SupplierInvoice:
    """Use what the supplier owes us for a locked invoice, the oldest credit note first."""
    found = queries.open_credits(supplier_id=invoice.supplier_id, currency=invoice.currency)
    locked: dict[int, SupplierCredit] = {one.pk: one for one in lock_all(found)}
    for pk in [one.pk for one in found]:
        if pk in locked:
            [invoice] = _use(ctx, locked[pk], [invoice])
    return invoice


def _use(ctx: Ctx, credit: SupplierCredit, invoices: Sequence[SupplierInvoice]) -> Sequence[SupplierInvoice]:
    """Settle invoices in turn, each as far as it is open."""
    for invoice in invoices:
        owed = invoice.open_amount if invoice.state == SupplierInvoiceState.APPROVED else ZERO
        share = min(credit.open_amount, owed)
        if share > 0:
            _settle(ctx, credit, invoice, share)
    return invoices


def _settle(ctx: Ctx, credit: SupplierCredit, invoice: SupplierInvoice, amount: Decimal) -> None:
    """Write the use; the database counts it on both, and they end where nothing is left."""
    CreditApplication.objects.create(credit=credit, invoice=invoice, amount=amount, at=ctx.now)
    credit.applied += amount
    invoice.credited += amount
    if credit.applied == credit.total:
        advance(credit, "use_up")
    if invoice.credited == invoice.total:
        advance(invoice, "credit")

    ctx.emit(
        SupplierCreditApplied(
            **about_credit(credit, [invoice.pk]),
            amount=amount,
            currency=credit.currency,
            invoice=str(invoice),
        )
    )
