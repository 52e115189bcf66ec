"""Asking customers for money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.finance import queries
from loomline.domains.finance.events import InvoicePosted
from loomline.domains.finance.models import Invoice, InvoiceLine, InvoiceState
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import AddressPurpose, Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales import ports
from loomline.domains.sales.models import Order, OrderLine, OrderState, Totals, line_amount
from loomline.domains.sales.ports import TaxAsk
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.number import gapless_number
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)

SHIPPING = (OrderState.PART_SHIPPED, OrderState.SHIPPED)


class NothingToInvoice(Refused):
    """Money is asked for what has left."""

    says = _("Nothing of order {number} has been shipped that is not invoiced already. Ship first.")


class InvoiceEmpty(Refused):
    """An invoice about nothing."""

    says = _("Invoice {number} has no lines. Add at least one before posting it.")


@dataclass(frozen=True, kw_only=True)
class InvoiceLineDraft:
    """One line of an invoice that follows no order."""

    quantity: Decimal
    price: Decimal
    item: Item | None = None
    description: str = ""
    discount: Decimal = ZERO
    # As the tax rules say where nobody has typed one.
    tax_rate: Decimal | None = None


@command(label=_("Invoice"), icon="file-invoice", creates=Invoice, states=SHIPPING)
def invoice_order(ctx: Ctx, *, order: Order) -> Invoice:
    """Ask the customer for the money of what has been shipped and not been invoiced."""
    return invoice_orders(ctx, orders=[order])[0]


@command(hidden=True)
def invoice_orders(ctx: Ctx, *, orders: list[Order]) -> list[Invoice]:
    """Ask for the money of what many orders have shipped, one invoice each."""
    lines = queries.lines_to_invoice(order_ids=[order.pk for order in orders])
    by_order = {order.pk: [line for line in lines if line.order_id == order.pk] for order in orders}

    for order in orders:
        if not any(line.to_invoice for line in by_order[order.pk]):
            raise NothingToInvoice(number=order.number)

    sales.record_invoiced(ctx, invoiced={line.pk: line.to_invoice for line in lines if line.to_invoice})
    addresses = _bill_to(found[0].order.customer for found in by_order.values())
    pairs = [_invoice_of(ctx, found, addresses) for found in by_order.values()]
    for invoice, _rows in pairs:
        # The numbers have no gaps, so their series stays locked from here to the end of the command.
        invoice.number = gapless_number("invoice", "INV-")
    Invoice.objects.bulk_create([invoice for invoice, _rows in pairs])
    InvoiceLine.objects.bulk_create([row for _invoice, rows in pairs for row in rows])

    for invoice, _rows in pairs:
        ctx.emit(_posted(invoice))
    return [invoice for invoice, _rows in pairs]


def _invoice_of(
    ctx: Ctx, lines: Sequence[OrderLine], addresses: Mapping[int, str]
) -> tuple[Invoice, list[InvoiceLine]]:
    """A posted invoice for what one order has shipped; its freight comes with the first one."""
    order = lines[0].order
    invoice = Invoice(
        state=InvoiceState.POSTED,
        customer=order.customer,
        order=order,
        customer_reference=order.customer_reference,
        issued_on=ctx.today,
        due_on=ctx.today + timedelta(days=order.payment_days),
        currency=order.currency,
        freight=ZERO if any(line.invoiced for line in lines) else order.freight,
        bill_to=addresses[order.customer_id],
        owner_id=order.owner_id,
        team_id=order.team_id,
        posted_at=ctx.now,
    )
    rows = [
        InvoiceLine(
            invoice=invoice,
            position=position,
            order_line=line,
            item_id=line.item_id,
            description=line.description or line.item.name,
            quantity=line.to_invoice,
            price=line.price,
            discount=line.discount,
            tax_rate=line.tax_rate,
            amount=_share(line),
        )
        for position, line in enumerate((line for line in lines if line.to_invoice), start=1)
    ]
    _add_up(invoice, rows)
    return invoice, rows


def _share(line: OrderLine) -> Decimal:
    """What the quantity to invoice costs: each part is what the sum so far grows by, so that all add up."""
    return _amount(line, line.invoiced + line.to_invoice) - _amount(line, line.invoiced)


def _amount(line: OrderLine, quantity: Decimal) -> Decimal:
    return line_amount(
        quantity=quantity, price=line.price, discount=line.discount, currency=line.order.currency
    )


def _add_up(invoice: Invoice, rows: Sequence[InvoiceLine]) -> None:
    amounts = [(row.amount, row.tax_rate) for row in rows]
    totals = Totals.of(amounts, currency=invoice.currency, freight=invoice.freight)
    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total


def _bill_to(customers: Iterable[Party]) -> dict[int, str]:
    """Name and billing address of customers as they stand on an envelope, by key. Costs one statement."""
    known = {customer.pk: customer for customer in customers}
    addresses = parties.main_addresses(party_ids=known, purpose=AddressPurpose.BILLING)
    return {
        pk: "\n".join(
            [customer.legal_name or customer.name, *(addresses[pk].lines if pk in addresses else ())]
        )
        for pk, customer in known.items()
    }


@command(label=_("New invoice"), icon="plus", creates=Invoice)
def write_invoice(
    ctx: Ctx,
    *,
    customer: Party,
    lines: Sequence[InvoiceLineDraft] = (),
    due_on: date | None = None,
    currency: str = "",
    customer_reference: str = "",
    note: str = "",
) -> Invoice:
    """Draft an invoice that follows no order; it gets its number when it is posted.

    Lines without a tax rate take it from the tax rules, by where the invoice goes.
    """
    terms = parties.customer_terms(party=customer)
    invoice = Invoice(
        customer=customer,
        currency=currency or terms.currency,
        due_on=due_on,
        customer_reference=customer_reference,
        note=note,
        bill_to=_bill_to([customer])[customer.pk],
        owner=None if ctx.actor.is_system else ctx.actor,
    )

    rates = _tax_rates(ctx, customer, lines)
    rows = [
        _row(invoice, position, draft, rate)
        for position, (draft, rate) in enumerate(zip(lines, rates, strict=True), start=1)
    ]
    _add_up(invoice, rows)
    invoice.save(force_insert=True)
    InvoiceLine.objects.bulk_create(rows)

    return invoice


def _tax_rates(ctx: Ctx, customer: Party, lines: Sequence[InvoiceLineDraft]) -> list[Decimal]:
    """The rates as written, else as the tax rules answer for the billing address."""
    missing = [draft for draft in lines if draft.tax_rate is None]
    if not missing:
        return [draft.tax_rate or ZERO for draft in lines]
    main = parties.main_addresses(party_ids=[customer.pk], purpose=AddressPurpose.BILLING)
    to = main[customer.pk].pk if customer.pk in main else None
    asks = [TaxAsk(customer=customer, item=draft.item, on=ctx.today, ship_to_id=to) for draft in missing]
    answers = iter(ports.tax_rates(asks=asks))
    return [next(answers) if draft.tax_rate is None else draft.tax_rate for draft in lines]


def _row(invoice: Invoice, position: int, draft: InvoiceLineDraft, tax_rate: Decimal) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        item=draft.item,
        description=draft.description or (draft.item.name if draft.item else ""),
        quantity=draft.quantity,
        price=draft.price,
        discount=draft.discount,
        tax_rate=tax_rate,
        amount=line_amount(
            quantity=draft.quantity, price=draft.price, discount=draft.discount, currency=invoice.currency
        ),
    )


@command(move="post", label=_("Post"), icon="file-invoice")
def post_invoice(ctx: Ctx, *, invoice: Invoice) -> Invoice:
    """Ask the customer for the money: the invoice gets its number and never changes again."""
    invoice = lock(invoice)

    if not invoice.lines.exists():
        raise InvoiceEmpty(number=invoice)
    days = parties.customer_terms(party=invoice.customer).payment_days

    advance(
        invoice,
        "post",
        issued_on=ctx.today,
        due_on=invoice.due_on or ctx.today + timedelta(days=days),
        posted_at=ctx.now,
        number=gapless_number("invoice", "INV-"),
    )

    ctx.emit(_posted(invoice))
    return invoice


def _posted(invoice: Invoice) -> InvoicePosted:
    return InvoicePosted(
        **about(invoice), total=invoice.total, currency=invoice.currency, due_on=invoice.due_on or date.max
    )


def about(invoice: Invoice) -> dict[str, Any]:
    """What every event of an invoice names."""
    return {
        "invoice_id": invoice.pk,
        "number": str(invoice),
        "customer_id": invoice.customer_id,
        "order_id": invoice.order_id,
    }
