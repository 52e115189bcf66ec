"""Taking an invoice back, wholly or in part."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceState
from loomline.domains.sales.models import Order, OrderLine
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import World


def test_a_whole_invoice_is_taken_back_with_its_freight(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    made = invoice(freight=Decimal(15))
    note = finance.credit_invoice(ctx, invoice=made, reason="Goods came back")

    made.refresh_from_db()
    assert (note.number, note.kind, note.credits_id) == ("CN-00001", InvoiceKind.CREDIT_NOTE, made.pk)
    assert (note.net, note.tax, note.total) == (Decimal(-863), Decimal("-198.49"), Decimal("-1061.49"))
    assert (made.state, made.credited, made.open_amount) == (
        InvoiceState.CREDITED, Decimal("1061.49"), Decimal(0)
    )  # fmt: skip
    told = StoredEvent.objects.get(name="finance.InvoiceCredited")
    assert told.sentence == f"Credit note CN-00001 for invoice {made.number}: 1,061.49 EUR, Goods came back"


def test_a_part_is_taken_back_and_the_rest_stays_owed(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    made = invoice()
    sweater = made.lines.get(position=1)
    note = finance.credit_invoice(
        ctx, invoice=made, reason="Two have holes", quantities={sweater.pk: Decimal(2)}
    )

    made.refresh_from_db()
    assert note.total == Decimal("-110.70")
    assert (made.state, made.credited, made.open_amount) == (
        InvoiceState.POSTED, Decimal("110.70"), Decimal("932.34")
    )  # fmt: skip
    with pytest.raises(finance.CreditedTooMuch, match="Fjord pine M: 8 left to credit, not 9"):
        finance.credit_invoice(ctx, invoice=made, reason="More", quantities={sweater.pk: Decimal(9)})
    finance.credit_invoice(ctx, invoice=made, reason="All of it")
    made.refresh_from_db()
    assert (made.state, made.credited) == (InvoiceState.CREDITED, made.total)


def test_paying_the_rest_settles_a_partly_credited_invoice(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice()
    sweater = made.lines.get(position=1)
    finance.credit_invoice(ctx, invoice=made, reason="Two have holes", quantities={sweater.pk: Decimal(2)})
    finance.take_payment(ctx, customer=world.shop, amount=Decimal("932.34"))

    made.refresh_from_db()
    assert made.state == InvoiceState.PAID


def test_crediting_the_open_rest_settles_a_partly_paid_invoice(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice()
    finance.take_payment(ctx, customer=world.shop, amount=Decimal("932.34"))
    sweater = made.lines.get(position=1)
    with pytest.raises(finance.PaidAlready, match="Reverse its payment first"):
        finance.credit_invoice(ctx, invoice=made, reason="All", quantities={sweater.pk: Decimal(3)})
    finance.credit_invoice(ctx, invoice=made, reason="Two have holes", quantities={sweater.pk: Decimal(2)})

    made.refresh_from_db()
    assert made.state == InvoiceState.PAID


def test_corrected_goods_may_be_invoiced_again(ctx: Ctx, shipped: Callable[..., Order]) -> None:
    order = shipped()
    wrong = finance.invoice_order(ctx, order=order)
    finance.credit_invoice(ctx, invoice=wrong, reason="Wrong price", invoice_again=True)

    assert set(OrderLine.objects.values_list("invoiced", flat=True)) == {Decimal(0)}
    assert finance.invoice_order(ctx, order=order).total == wrong.total


def test_returned_goods_are_not_invoiced_again(ctx: Ctx, shipped: Callable[..., Order]) -> None:
    order = shipped()
    finance.credit_invoice(ctx, invoice=finance.invoice_order(ctx, order=order), reason="Goods came back")

    with pytest.raises(finance.NothingToInvoice):
        finance.invoice_order(ctx, order=order)


def test_drafts_and_credit_notes_are_not_credited(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    draft = finance.write_invoice(ctx, customer=world.shop)
    note = finance.credit_invoice(ctx, invoice=invoice(), reason="Goods came back")

    for wrong in (draft, note):
        with pytest.raises(finance.NotPosted):
            finance.credit_invoice(ctx, invoice=wrong, reason="Again")
    assert Invoice.objects.filter(kind=InvoiceKind.CREDIT_NOTE).count() == 1


def test_a_credit_note_needs_a_reason_and_a_quantity(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    made = invoice()

    with pytest.raises(finance.CreditUnexplained):
        finance.credit_invoice(ctx, invoice=made, reason=" ")
    with pytest.raises(finance.NothingToCredit):
        finance.credit_invoice(ctx, invoice=made, reason="x", quantities={made.lines.first().pk: Decimal(0)})
    assert made.lines.count() == 2
