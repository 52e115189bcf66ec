"""Disputes and promises to pay: an invoice rests while one of them holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning.commands import proposing
from loomline.domains.dunning.events import DisputeRaised, DisputeSettled, PaymentPromised
from loomline.domains.dunning.models import Dispute, DisputeState, PaymentPromise
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

OPEN = (InvoiceState.POSTED,)


class NothingOwed(Refused):
    """Nobody disputes or promises what is not owed."""

    says = _("Nothing is open on {invoice}; there is nothing to dispute or to promise.")


class DisputedAlready(Refused):
    """One dispute an invoice at a time."""

    says = _("{invoice} is in dispute already: {number}. Add to that one.")


class DayPassed(Refused):
    """A promise is about a day to come."""

    says = _("{day} has passed. Say by which day to come the customer pays.")


@command(label=_("Dispute"), icon="hand-stop", states=OPEN, creates=Dispute)
def dispute_invoice(ctx: Ctx, *, invoice: Invoice, reason: str, since: date | None = None) -> Dispute:
    """Note what the customer says is wrong; the invoice is not reminded of until that is settled."""
    invoice = lock(invoice)
    known = Dispute.objects.filter(invoice=invoice, state=DisputeState.OPEN).first()

    if not reason.strip():
        raise proposing.ReasonMissing(number=invoice, at_field="reason")
    _refuse_settled(invoice)
    if known is not None:
        raise DisputedAlready(invoice=invoice, number=known.number)

    dispute: Dispute = Dispute.objects.create(
        invoice=invoice,
        customer_id=invoice.customer_id,
        reason=reason.strip()[:500],
        since=since or ctx.today,
        noted_by=ctx.actor,
    )
    dispute.refresh_from_db(fields=["number"])
    proposing.rest(ctx, invoice_id=invoice.pk)

    ctx.emit(DisputeRaised(**_about(dispute), reason=dispute.reason))
    return dispute


@command(move="settle", label=_("Settle"), icon="circle-check")
def settle_dispute(ctx: Ctx, *, dispute: Dispute, outcome: str) -> Dispute:
    """Note what was found out; what is still open is reminded of again."""
    dispute = lock(dispute)

    if not outcome.strip():
        raise proposing.ReasonMissing(number=dispute.number, at_field="outcome")

    advance(dispute, "settle", outcome=outcome.strip()[:500], settled_on=ctx.today, settled_by=ctx.actor)

    ctx.emit(DisputeSettled(**_about(dispute), outcome=dispute.outcome))
    return dispute


@command(label=_("Note promise to pay"), icon="heart-handshake", states=OPEN)
def promise_payment(ctx: Ctx, *, invoice: Invoice, pay_by: date, note: str = "") -> PaymentPromise:
    """Note by which day the customer says the invoice will be paid; until then it is not reminded of."""
    invoice = lock(invoice)

    _refuse_settled(invoice)
    if pay_by < ctx.today:
        raise DayPassed(day=pay_by, at_field="pay_by")

    promise: PaymentPromise = PaymentPromise.objects.create(
        invoice=invoice, pay_by=pay_by, note=note.strip()[:300], noted_by=ctx.actor, at=ctx.now
    )
    proposing.rest(ctx, invoice_id=invoice.pk)

    ctx.emit(
        PaymentPromised(
            invoice_id=invoice.pk, customer_id=invoice.customer_id, invoice=str(invoice), pay_by=pay_by
        )
    )
    return promise


def _refuse_settled(invoice: Invoice) -> None:
    is_owed = invoice.kind == InvoiceKind.INVOICE and invoice.state == InvoiceState.POSTED
    if not is_owed or not invoice.open_amount:
        raise NothingOwed(invoice=invoice)


def _about(dispute: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": dispute.pk,
        "invoice_id": dispute.invoice_id,
        "customer_id": dispute.customer_id,
        "number": dispute.number,
        "invoice": str(dispute.invoice),
    }
