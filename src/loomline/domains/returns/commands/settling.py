"""What the customer gets for what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceLine, InvoiceState
from loomline.domains.returns import queries
from loomline.domains.returns.commands.deciding import lines_of
from loomline.domains.returns.commands.opening import told_of
from loomline.domains.returns.events import ReturnSettled
from loomline.domains.returns.models import (
    Finding,
    GoodsReturn,
    ReturnCredit,
    ReturnState,
    Settlement,
)
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)
# A finding, the invoice line that it takes back, and how much.
Part = tuple[Finding, InvoiceLine, Decimal]


class NotInspected(Refused):
    """Nobody pays for what was not looked at."""

    says = _("Return {number} is {state}; it is settled when all that came was inspected.")


class NothingToSettle(Refused):
    """A settlement of nothing."""

    says = _("Say what the customer gets for which finding of return {number}.")


class SettledAlready(Refused):
    """Once is enough."""

    says = _("{finding} of return {number} is settled already, or belongs to another return.")


class CreditedTooMuch(Refused):
    """No more is credited than was invoiced."""

    says = _(
        "{item}: {quantity} {unit} cannot be credited; {left} are invoiced and not credited yet."
        " Invoice order {order} first, or settle with a replacement or nothing."
    )


class PaidAlready(Refused):
    """Money that came in goes back by a payment, not by a credit note alone."""

    says = _(
        "{item} stands on invoice {invoice}, which is paid. Reverse its payment first, or settle with a"
        " replacement or nothing."
    )


@dataclass(frozen=True, kw_only=True)
class SettlementDraft:
    """What the customer gets for a finding."""

    finding: Finding
    settlement: Settlement


@command(move="settle", label=_("Settle"), icon="coin")
def settle_return(ctx: Ctx, *, goods_return: GoodsReturn, lines: list[SettlementDraft]) -> GoodsReturn:
    """Give the customer what is due: a credit note, new goods at no price, or nothing."""
    found = lock(goods_return)
    # What is credited of an order line is counted while nobody else settles a return of it.
    lock_all([row.order_line for row in found.lines.select_related("order_line")])
    known = {row.pk: row for row in lock_all(found.findings.select_related("line__item__unit"))}

    _refuse_wrong(found, known, lines)

    chosen = [(known[draft.finding.pk], Settlement(draft.settlement)) for draft in lines]
    for finding, settlement in chosen:
        finding.settlement = settlement
    notes = _credit(ctx, found, [one for one, how in chosen if how == Settlement.CREDIT])
    order = _replace(ctx, found, [one for one, how in chosen if how == Settlement.REPLACEMENT])
    Finding.objects.bulk_update([one for one, _how in chosen], ["settlement", "replaced_by"])
    cost = queries.costs(ctx, goods_return=found).total
    if all(row.settlement for row in known.values()):
        advance(found, "settle", settled_at=ctx.now, cost=cost)

    ctx.emit(
        ReturnSettled(
            **told_of(found, lines_of(found)),
            outcome=_outcome(notes, order),
            credit_note_ids=tuple(note.pk for note in notes),
            replacement_id=order.pk if order else None,
        )
    )
    return found


def _refuse_wrong(found: GoodsReturn, known: dict[int, Finding], drafts: Sequence[SettlementDraft]) -> None:
    if found.state != ReturnState.INSPECTED:
        raise NotInspected(number=found.number, state=found.state.label.lower())
    if not drafts:
        raise NothingToSettle(number=found.number, at_field="lines")
    seen: set[int] = set()
    for draft in drafts:
        row = known.get(draft.finding.pk)
        if row is None or row.settlement or row.pk in seen:
            raise SettledAlready(finding=draft.finding, number=found.number, at_field="lines")
        seen.add(row.pk)


def _credit(ctx: Ctx, found: GoodsReturn, findings: Sequence[Finding]) -> list[Invoice]:
    """A credit note for each invoice that the goods stood on."""
    parts = _parts(found, findings)
    by_invoice: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_invoice[part[1].invoice_id].append(part)
    notes = []
    for group in by_invoice.values():
        wanted: dict[int, Decimal] = defaultdict(Decimal)
        for _finding, line, quantity in group:
            wanted[line.pk] += quantity
        note = finance.credit_invoice(
            ctx,
            invoice=group[0][1].invoice,
            reason=_in_their_language(ctx, found),
            quantities=dict(wanted),
        )
        back = {line.credits_id: line for line in note.lines.all()}
        ReturnCredit.objects.bulk_create(
            ReturnCredit(goods_return=found, finding=one, credit_line=back[line.pk], quantity=quantity)
            for one, line, quantity in group
        )
        notes.append(note)
    return notes


def _in_their_language(ctx: Ctx, found: GoodsReturn) -> str:
    """The reason stands on the credit note, which the customer reads."""
    with override(found.customer.language or ctx.company.language):
        return _t("Return {number}: {reason}").format(number=found.number, reason=found.reason)


def _parts(found: GoodsReturn, findings: Sequence[Finding]) -> list[Part]:
    """Which invoice lines the findings take back, open invoices first."""
    lines = queries.lines_to_credit(order_line_ids=[one.line.order_line_id for one in findings])
    left = {line.pk: quantity for line, quantity in lines}
    parts: list[Part] = []
    for one in findings:
        missing = one.quantity
        of_line = [line for line, _left in lines if line.order_line_id == one.line.order_line_id]
        there = sum((left[line.pk] for line in of_line), ZERO)
        if missing > there:
            raise CreditedTooMuch(
                item=one.line.item,
                quantity=plain(missing),
                unit=one.line.item.unit,
                left=plain(there),
                order=found.order,
                at_field="lines",
            )
        for line in of_line:
            part = min(missing, left[line.pk])
            if part <= 0:
                continue
            if line.invoice.state == InvoiceState.PAID:
                raise PaidAlready(item=one.line.item, invoice=line.invoice, at_field="lines")
            parts.append((one, line, part))
            left[line.pk] -= part
            missing -= part
    return parts


def _replace(ctx: Ctx, found: GoodsReturn, findings: Sequence[Finding]) -> Order | None:
    """A draft order of the same goods at no price, to where the first ones went."""
    if not findings:
        return None
    first = found.order
    order = sales.open_order(
        ctx,
        customer=first.customer,
        contact=first.contact,
        customer_reference=first.customer_reference,
        currency=first.currency,
        site=first.site,
        ship_to=first.ship_to,
        ship_name=first.ship_name,
        ship_address=first.ship_address,
        carrier=first.carrier,
        owner=first.owner,
        team=first.team,
        note=_t("Replacement for return {number}").format(number=found.number),
        lines=[sales.LineDraft(item=one.line.item, quantity=one.quantity, price=ZERO) for one in findings],
    )
    for finding, line in zip(findings, order.lines.order_by("position"), strict=True):
        finding.replaced_by = line
    return order


def _outcome(notes: Sequence[Invoice], order: Order | None) -> str:
    said = [_t("credit note {number}").format(number=note.number) for note in notes]
    if order is not None:
        said.append(_t("replacement {number}").format(number=order.number))
    return ", ".join(said) or _t("nothing is due")
