"""What a customer pays, or what we credit, leaves proposed reminders, and may end a credit hold.

A job does it: who books a payment does not wait for it, and sending looks again by itself.
"""

from __future__ import annotations

from loomline.domains.dunning import commands as dunning
from loomline.domains.finance.events import InvoiceCredited, PaymentAllocated, PaymentTaken
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(PaymentTaken, later=True)
def payment_taken(ctx: Ctx, event: PaymentTaken) -> None:
    """So much less is open on the invoices it settles."""
    dunning.note_settled(ctx, invoice_ids=list(event.invoice_ids))


@on(PaymentAllocated, later=True)
def payment_allocated(ctx: Ctx, event: PaymentAllocated) -> None:
    """Money that was there already settles as well."""
    dunning.note_settled(ctx, invoice_ids=list(event.invoice_ids))


@on(InvoiceCredited, later=True)
def invoice_credited(ctx: Ctx, event: InvoiceCredited) -> None:
    """What was taken back is not asked for."""
    dunning.note_settled(ctx, invoice_ids=[event.invoice_id])
