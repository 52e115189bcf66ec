"""From the customer's words to the settlement: what moves, what it costs, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceKind
from loomline.domains.inventory import commands as inventory
from loomline.domains.returns import commands as returns
from loomline.domains.returns import queries
from loomline.domains.returns.commands import ReturnLineDraft
from loomline.domains.returns.models import Finding, GoodsReturn, ReturnState
from loomline.kernel.refusal import MoveRefused, Refused
from tests.domains.returns.conftest import Home


def sentence(refused: pytest.ExceptionInfo[Refused]) -> str:
    return str(refused.value)


def test_a_return_goes_from_the_customers_words_to_stock_scrap_and_credit(home: Home) -> None:
    found = home.asked("5")
    line = home.line(found)
    assert found.number.startswith("RMA-")
    assert (found.customer, found.site) == (home.dock.customer, home.dock.mill.site)
    assert (line.lot, line.delivered_on) == (home.lot, date(2026, 11, 23))
    assert line.warranty_until == date(2028, 11, 23)
    assert line.is_in_warranty(date(2028, 11, 23))
    assert not line.is_in_warranty(date(2028, 11, 24))

    part = [returns.ReceivedDraft(line=line, quantity=Decimal(2))]
    found = returns.receive_return(home.ctx, goods_return=found, lines=part, freight=Decimal("12.50"))
    assert (found.state, home.there("RETURNS")) == (ReturnState.RECEIVED, Decimal(2))
    found = returns.receive_return(home.ctx, goods_return=found)
    assert home.there("RETURNS") == Decimal(5)

    found = home.looked_at(found, ("2", "as_new", "restock"))
    assert (found.state, home.there("STORE"), home.there("RETURNS")) == (
        ReturnState.RECEIVED,
        Decimal(2),
        Decimal(3),
    )
    found = home.looked_at(found, ("2", "faulty", "scrap"), ("1", "damaged", "repair"))
    assert (found.state, home.scrapped(), home.there("REPAIR")) == ("inspected", Decimal(2), Decimal(1))
    assert home.there("RETURNS") == Decimal(0)

    found = home.settled(found, "credit", "credit", "replacement")
    assert found.state == ReturnState.SETTLED
    note = Invoice.objects.get(kind=InvoiceKind.CREDIT_NOTE)
    assert (note.net, note.credits, note.reason) == (
        Decimal(-180),
        home.invoice,
        f"Return {found.number}: Faulty",
    )
    new = Finding.objects.get(settlement="replacement").replaced_by
    assert new is not None
    assert (new.quantity, new.price, new.order.total, new.order.state) == (1, 0, 0, "draft")
    assert new.order.note == f"Replacement for return {found.number}"
    costs = queries.costs(home.ctx, goods_return=found)
    assert (costs.credited, costs.freight) == (Decimal(180), Decimal("12.50"))
    assert found.cost == costs.total

    found = returns.close_return(home.ctx, goods_return=found)
    assert (found.state, found.cost) == (ReturnState.CLOSED, costs.total)


def test_scrapped_goods_cost_what_the_books_say(home: Home) -> None:
    catalog_cost = Decimal(21)
    type(home.dock.sweater).objects.filter(pk=home.dock.sweater.pk).update(standard_cost=catalog_cost)
    found = returns.receive_return(home.ctx, goods_return=home.asked("3"))
    found = home.looked_at(found, ("3", "faulty", "scrap"))

    costs = queries.costs(home.ctx, goods_return=found)

    assert (costs.scrapped, costs.credited, costs.total) == (Decimal(63), Decimal(0), Decimal(63))


def test_no_more_comes_back_than_was_delivered(home: Home) -> None:
    home.asked("7")
    with pytest.raises(returns.ReturnedTooMuch) as refused:
        home.asked("4")
    assert sentence(refused) == (
        "Fjord pine M: 4 pcs cannot come back; 10 were delivered, and 7 of them are returned or asked for"
        " already."
    )
    second = home.asked("3")
    line = home.line(second)
    more = [returns.ReceivedDraft(line=line, quantity=Decimal(2))] * 2
    with pytest.raises(returns.ReceivedTooMuch) as refused:
        returns.receive_return(home.ctx, goods_return=second, lines=more)
    assert sentence(refused) == (
        f"Fjord pine M: 4 pcs cannot be taken in on return {second.number}; 3 are still awaited."
        " Open another return for the rest."
    )
    assert home.there("RETURNS") == Decimal(0)


def test_what_is_called_off_or_never_came_may_be_asked_for_again(home: Home) -> None:
    gone = home.asked("7")
    returns.call_off_return(home.ctx, goods_return=gone, answer="The customer keeps them.")
    with pytest.raises(returns.AnswerMissing):
        returns.refuse_return(home.ctx, goods_return=home.asked("1", approve=False), answer=" ")
    found = home.asked("9")
    came = [returns.ReceivedDraft(line=home.line(found), quantity=Decimal(1))]
    found = returns.receive_return(home.ctx, goods_return=found, lines=came)
    found = home.settled(home.looked_at(found, ("1", "worn", "restock")), "nothing")

    # One of nine came, one is still asked for, eight are with the customer.
    assert home.asked("8").state == ReturnState.APPROVED


def test_lots_are_those_that_were_delivered_and_services_do_not_come_back(home: Home) -> None:
    other = inventory.open_lot(home.ctx, item=home.dock.sweater, number="L-X")
    draft = ReturnLineDraft(order_line=home.sweaters, quantity=Decimal(1), lot=other)
    with pytest.raises(returns.LotNotDelivered) as refused:
        returns.open_return(home.ctx, order=home.order, reason=home.faulty, lines=[draft])
    assert sentence(refused) == (f"Lot L-X of Fjord pine M was not delivered with order {home.order.number}.")
    draft = ReturnLineDraft(order_line=home.labels, quantity=Decimal(3))
    found = returns.return_shipment(home.ctx, shipment=home.shipment, reason=home.faulty, lines=[draft])
    assert (found.shipment, home.line(found).lot) == (home.shipment, None)
    assert catalog.add_item(home.ctx, sku="FIT", name="Fitting", kind="service").is_stocked is False


def test_only_what_fits_goes_back_to_a_supplier(home: Home) -> None:
    found = returns.receive_return(home.ctx, goods_return=home.asked("1"))
    with pytest.raises(returns.NobodySupplied) as refused:
        home.looked_at(found, ("1", "faulty", "supplier"))
    assert sentence(refused) == (
        "Fjord pine M has no lot that a supplier brought, so it cannot go back to one. Repair or scrap it."
    )


def test_what_was_paid_or_never_invoiced_is_not_credited(home: Home) -> None:
    found = returns.receive_return(home.ctx, goods_return=home.asked("6"))
    found = home.looked_at(found, ("6", "as_new", "restock"))
    finance.credit_invoice(
        home.ctx,
        invoice=home.invoice,
        reason="Short",
        quantities={home.invoice.lines.get(item=home.dock.sweater).pk: Decimal(5)},
    )
    with pytest.raises(returns.CreditedTooMuch) as refused:
        home.settled(found, "credit")
    assert sentence(refused) == (
        "Fjord pine M: 6 pcs cannot be credited; 5 are invoiced and not credited yet."
        f" Invoice order {home.order.number} first, or settle with a replacement or nothing."
    )
    paid = returns.receive_return(home.ctx, goods_return=home.asked("2"))
    paid = home.looked_at(paid, ("2", "as_new", "restock"))
    home.invoice.refresh_from_db()
    finance.take_payment(
        home.ctx, customer=home.dock.customer, amount=home.invoice.open_amount, currency="EUR"
    )
    with pytest.raises(returns.PaidAlready) as refused:
        home.settled(paid, "credit")
    assert sentence(refused) == (
        f"Fjord pine M stands on invoice {home.invoice}, which is paid. Reverse its payment first, or settle"
        " with a replacement or nothing."
    )
    assert GoodsReturn.objects.get(pk=paid.pk).state == ReturnState.INSPECTED


def test_nothing_moves_before_it_is_approved(home: Home) -> None:
    found = home.asked("1", approve=False)
    with pytest.raises(returns.NotAwaited):
        returns.receive_return(home.ctx, goods_return=found)
    refused = returns.refuse_return(home.ctx, goods_return=found, answer="Worn for a season.")
    assert (refused.state, refused.answer) == (ReturnState.REFUSED, "Worn for a season.")
    with pytest.raises(MoveRefused):
        returns.approve_return(home.ctx, goods_return=found)
