"""Asking for the money of what has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed, plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.number import Series
from tests.domains.sales.shop import NOW, TODAY, World


def test_an_invoice_asks_for_what_has_left(ctx: Ctx, shipped: Callable[..., Order]) -> None:
    order = shipped(customer_reference="PO 4711", freight=Decimal(15))
    invoice = finance.invoice_order(ctx, order=order)

    # (450 + 398 + 15) x 0.23 = 198.49
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal(863), Decimal("198.49"), Decimal("1061.49"))
    assert (invoice.number, invoice.state) == ("INV-00001", InvoiceState.POSTED)
    assert (invoice.issued_on, invoice.due_on) == (TODAY, TODAY + timedelta(days=45))
    assert (invoice.customer_reference, invoice.order_id) == ("PO 4711", order.pk)
    assert invoice.bill_to == "Nord Living\nKaistrasse 4\n20457 Hamburg\nGermany"
    assert [line.invoiced for line in order.lines.order_by("position")] == [Decimal(10), Decimal(20)]
    told = StoredEvent.objects.get(name="finance.InvoicePosted")
    assert told.sentence == "Invoice INV-00001 posted: 1,061.49 EUR, due 7 Jan"
    assert {f"sales.order:{order.pk}", f"parties.party:{order.customer_id}"} <= set(told.about)


def test_parts_are_invoiced_as_they_leave_and_add_up_to_the_order(
    ctx: Ctx, shipped: Callable[..., Order], world: World
) -> None:
    line = LineDraft(
        item=world.sweater, quantity=Decimal(3), price=Decimal("33.335"), discount=Decimal("0.1")
    )
    order = shipped(line, parts={1: "1"}, freight=Decimal(20))
    row = order.lines.get()
    first = finance.invoice_order(ctx, order=order)
    sales.record_shipped(ctx, shipped={row.pk: Decimal(1)})
    second = finance.invoice_order(ctx, order=order)
    sales.record_shipped(ctx, shipped={row.pk: Decimal(1)})
    third = finance.invoice_order(ctx, order=order)

    # 30.0015 a piece.
    assert [i.lines.get().amount for i in (first, second, third)] == [Decimal("30.00")] * 3
    assert [i.freight for i in (first, second, third)] == [Decimal(20), Decimal(0), Decimal(0)]
    assert first.total + second.total + third.total == order.total == Decimal("110.00")
    assert [i.number for i in (first, second, third)] == ["INV-00001", "INV-00002", "INV-00003"]


def test_parts_share_what_rounding_leaves(ctx: Ctx, shipped: Callable[..., Order], world: World) -> None:
    order = shipped(
        LineDraft(item=world.sweater, quantity=Decimal(3), price=Decimal("0.335")), parts={1: "1"}
    )
    row = order.lines.get()
    amounts = [finance.invoice_order(ctx, order=order).net]
    for _part in range(2):
        sales.record_shipped(ctx, shipped={row.pk: Decimal(1)})
        amounts.append(finance.invoice_order(ctx, order=order).net)

    assert amounts == [Decimal("0.34"), Decimal("0.33"), Decimal("0.34")]
    assert sum(amounts) == order.total == Decimal("1.01")


def test_nothing_to_invoice_is_refused_and_takes_no_number(ctx: Ctx, shipped: Callable[..., Order]) -> None:
    order = shipped()
    finance.invoice_order(ctx, order=order)

    with pytest.raises(finance.NothingToInvoice, match=f"Nothing of order {order.number}"):
        finance.invoice_order(ctx, order=order)
    assert Series.objects.get(name="invoice").last == 1
    assert Invoice.objects.count() == 1


def test_a_refused_invoice_leaves_no_gap(ctx: Ctx, shipped: Callable[..., Order]) -> None:
    first, second = shipped(), shipped()
    finance.invoice_order(ctx, order=first)
    with pytest.raises(finance.NothingToInvoice):
        finance.invoice_orders(ctx, orders=[second, first])
    invoice = finance.invoice_order(ctx, order=second)

    assert invoice.number == "INV-00002"


def test_a_posted_invoice_never_changes(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    made = invoice()

    with pytest.raises(FieldClosed, match="is posted; due can no longer be changed"):
        plain_commands(Invoice)["save"](ctx, record=made, values={"due_on": date(2027, 12, 31)})


def test_a_free_invoice_gets_its_number_when_it_is_posted(ctx: Ctx, world: World) -> None:
    draft = finance.write_invoice(
        ctx,
        customer=world.shop,
        lines=[
            finance.InvoiceLineDraft(
                description="Design day",
                quantity=Decimal("1.5"),
                price=Decimal(640),
                tax_rate=Decimal("0.23"),
            )
        ],
    )
    assert (draft.number, draft.state, draft.total) == (None, InvoiceState.DRAFT, Decimal("1180.80"))
    assert str(draft) == f"draft {draft.pk}"

    posted = finance.post_invoice(ctx.at(NOW + timedelta(days=2)), invoice=draft)
    assert (posted.number, posted.issued_on) == ("INV-00001", date(2026, 11, 25))
    assert posted.due_on == date(2027, 1, 9)


def test_an_empty_invoice_is_not_posted(ctx: Ctx, world: World) -> None:
    draft = finance.write_invoice(ctx, customer=world.shop)

    with pytest.raises(finance.InvoiceEmpty):
        finance.post_invoice(ctx, invoice=draft)
    assert not Series.objects.filter(name="invoice").exists()


def test_invoicing_five_lines_takes_few_statements(
    ctx: Ctx, shipped: Callable[..., Order], world: World, statements: Callable[[str], CaptureQueriesContext]
) -> None:
    order = shipped(*[LineDraft(item=world.sweater, quantity=Decimal(n)) for n in range(1, 6)])
    with statements("invoice_order, 5 lines") as seen:
        invoice = finance.invoice_order(ctx, order=order)

    # Savepoint, activity, lines with order, lines, address, number, invoice, lines, events, release.
    assert len(seen) == 10
    assert invoice.total == Decimal(675)
