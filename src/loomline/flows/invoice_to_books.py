"""Customers' credit notes and payments stand in the journal the moment they are posted, invoices soon after.

An invoice is posted by a job of its own, so that who invoices a day's orders does not wait for the books;
whatever builds on it (a payment, a credit note, the end of a period) posts it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef

from loomline.domains.finance.events import (
    InvoiceCredited,
    InvoicePosted,
    PaymentAllocated,
    PaymentReversed,
    PaymentTaken,
)
from loomline.domains.finance.models import Invoice, InvoiceState, Payment
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.commands import Amount, DocumentDraft
from loomline.domains.ledger.models import EntryKind, JournalEntry, Purpose
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.record import lock_all

INVOICE = Invoice._meta.label_lower
PAYMENT = Payment._meta.label_lower


@on(InvoicePosted)
def invoice_in_foreign_currency(ctx: Ctx, event: InvoicePosted) -> None:
    """Without a rate nobody can say what the customer owes, so the invoice is refused at once."""
    if event.currency != ctx.company.currency:
        _post(ctx, [event.invoice_id])


@on(InvoicePosted, later=True)
def invoice_posted(ctx: Ctx, event: InvoicePosted) -> None:
    """The customer owes the total: sales less tax."""
    _post(ctx, [event.invoice_id])


@on(InvoiceCredited)
def invoice_credited(ctx: Ctx, event: InvoiceCredited) -> None:
    """A credit note is the opposite of an invoice; its amounts are below zero."""
    _post(ctx, [event.invoice_id, event.credit_note_id])


@on(PaymentTaken)
def payment_taken(ctx: Ctx, event: PaymentTaken) -> None:
    """Money in the bank, and so much less owed; what is left over is the customer's credit."""
    _post(ctx, event.invoice_ids)
    payment = Payment.objects.get(pk=event.payment_id)
    ledger.post_document(
        ctx,
        document=DocumentDraft(
            origin_kind=PAYMENT,
            origin_id=payment.pk,
            kind=EntryKind.PAYMENT,
            happened_on=payment.received_on,
            currency=payment.currency,
            amounts=[
                Amount(purpose=Purpose.BANK, amount=payment.amount),
                Amount(purpose=Purpose.RECEIVABLE, amount=-payment.amount, party_id=payment.customer_id),
            ],
            rest=Purpose.EXCHANGE,
            text=str(payment),
        ),
    )


@on(PaymentAllocated)
def payment_allocated(ctx: Ctx, event: PaymentAllocated) -> None:
    """What the money settles must stand in the books as well."""
    _post(ctx, event.invoice_ids)


@on(PaymentReversed)
def payment_reversed(ctx: Ctx, event: PaymentReversed) -> None:
    """The money went back."""
    ledger.reverse_document(
        ctx, origin_kind=PAYMENT, origin_id=event.payment_id, kind=EntryKind.PAYMENT, text=event.reason
    )


def post_waiting(ctx: Ctx, *, until: date) -> None:
    """Post the invoices issued up to a day that are not in the journal yet."""
    known = JournalEntry.objects.filter(origin_kind=INVOICE, kind=EntryKind.INVOICE)
    issued = Invoice.objects.filter(issued_on__lte=until).exclude(state=InvoiceState.DRAFT)
    waiting = issued.exclude(Exists(known.filter(origin_id=OuterRef("pk"))))
    _post(ctx, list(waiting.order_by("issued_on", "pk").values_list("pk", flat=True)))


def _post(ctx: Ctx, invoice_ids: Iterable[int]) -> None:
    """Each invoice once; those from before the books knew invoices come in when something happens to them.

    An invoice is held meanwhile: a job and a payment may post the same one, and the second finds it posted.
    """
    for invoice in lock_all(
        Invoice.objects.filter(pk__in=list(invoice_ids)).exclude(state=InvoiceState.DRAFT)
    ):
        ledger.post_document(
            ctx,
            document=DocumentDraft(
                origin_kind=INVOICE,
                origin_id=invoice.pk,
                kind=EntryKind.INVOICE,
                happened_on=invoice.issued_on or ctx.today,
                currency=invoice.currency,
                amounts=[
                    Amount(purpose=Purpose.RECEIVABLE, amount=invoice.total, party_id=invoice.customer_id),
                    Amount(purpose=Purpose.TAX_OUT, amount=-invoice.tax),
                ],
                rest=Purpose.SALES,
                text=str(invoice),
            ),
        )
