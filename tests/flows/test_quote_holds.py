"""Goods are held for a quote, and are nobody else's until the hold ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Reservation
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.planning import commands as planning
from loomline.domains.planning import queries
from loomline.domains.planning.models import ORDER_LINE, QUOTE_LINE, Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.context import Ctx
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import free, kept, told

pytestmark = pytest.mark.usefixtures("weaver")
IN_STOCK, BOUGHT = date(2026, 11, 25), date(2026, 12, 7)


def quoted(dock: Dock, *quantities: str, sent: bool = True, valid_days: int = 30) -> Quote:
    """An offer of labels."""
    lines = [
        sales.QuoteLineDraft(item=dock.label, quantity=Decimal(quantity), price=Decimal(1))
        for quantity in quantities
    ]
    until = dock.ctx.today + timedelta(days=valid_days)
    quote = sales.write_quote(
        dock.ctx, customer=dock.customer, lines=lines, site=dock.mill.site, valid_until=until
    )
    return sales.send_quote(dock.ctx, quote=quote) if sent else quote


def days(quote: Quote) -> list[date | None]:
    """The days of the lines of a quote."""
    return list(quote.lines.order_by("position").values_list("promised_on", flat=True))


def later(dock: Dock, days: int) -> Ctx:
    """Some days on."""
    return replace(dock.ctx, now=dock.ctx.now + timedelta(days=days))


def test_what_is_held_is_taken_for_others_and_there_for_the_own_order(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    quote = planning.send_and_hold(dock.ctx, quote=quoted(dock, "60", sent=False))

    assert (quote.state, quote.held_until) == (QuoteState.SENT, quote.valid_until)
    assert free(dock, dock.label) == 40
    assert days(quoted(dock, "60")) == [BOUGHT]
    assert told("planning.GoodsHeld") == [f"Goods held for quote {quote.number} until 23 Dec: 1 of 1 lines"]

    # The new version is promised from what the former one holds, and holds nothing itself.
    revised = sales.revise_quote(dock.ctx, quote=quote)
    assert (days(revised), free(dock, dock.label)) == ([IN_STOCK], 100)


def test_the_yes_keeps_the_goods_without_a_gap_and_the_order_gets_them(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    quote = planning.hold_goods(dock.ctx, quote=quoted(dock, "60", "30"), until=date(2026, 11, 27))

    order = sales.accept_quote(dock.ctx, quote=quote)
    inventory.lapse_reservations(later(dock, 60))
    planning.lapse_holds(later(dock, 60))
    assert (free(dock, dock.label), set(Reservation.objects.values_list("expires_at", flat=True))) == (
        10,
        {None},
    )

    order = sales.confirm_order(dock.ctx, order=order)
    assert (kept(order), order.promised_on, free(dock, dock.label)) == ([60, 30], IN_STOCK, 10)
    assert Quote.objects.get(pk=quote.pk).held_until is None
    planning.plan_supply(dock.ctx, order=order)
    assert (kept(order), stock.compare_balances()) == ([60, 30], [])


@pytest.mark.parametrize("end", ["decline", "expire", "lapse", "end", "cancel", "throw away"])
def test_a_hold_ends_with_its_quote_or_its_day(dock: Dock, end: str) -> None:
    dock.stock(dock.label, "100")
    quote = planning.hold_goods(dock.ctx, quote=quoted(dock, "60"), until=date(2026, 11, 27))

    if end == "decline":
        sales.decline_quote(dock.ctx, quote=quote, reason="price")
    elif end == "expire":
        sales.expire_quotes(later(dock, 31), quotes=[quote])
    elif end == "lapse":
        assert planning.lapse_holds(later(dock, 4)) == []
        assert planning.lapse_holds(later(dock, 5)) == [quote]
    elif end == "end":
        planning.end_hold(dock.ctx, quote=quote)
    else:
        order = sales.accept_quote(dock.ctx, quote=quote)
        if end == "cancel":
            sales.cancel_order(dock.ctx, order=order, reason="changed their mind")
        else:
            order.lines.all().delete()
            order.delete()
            assert planning.lapse_holds(dock.ctx) == [quote]

    assert free(dock, dock.label) == 100
    assert Quote.objects.get(pk=quote.pk).held_until is None


def coming(dock: Dock, weaver: Party, quantity: str) -> Purchase:
    """A purchase of labels that the supplier has confirmed for the first of December."""
    line = procurement.PurchaseLineDraft(
        item=dock.label, quantity=Decimal(quantity), requested_on=date(2026, 12, 1)
    )
    draft = procurement.open_purchase(dock.ctx, supplier=weaver, lines=[line])
    procurement.send_purchase(replace(dock.ctx, accepted=frozenset({"BelowMinimum"})), purchase=draft)
    return procurement.confirm_purchase(dock.ctx, purchase=draft, confirmed_on=date(2026, 12, 1))


def test_what_is_on_its_way_is_held_too_and_comes_in_for_the_quote(dock: Dock, weaver: Party) -> None:
    bought = coming(dock, weaver, "50")
    dock.stock(dock.label, "20")
    quote = planning.hold_goods(dock.ctx, quote=quoted(dock, "60"))
    [line] = quote.lines.all()
    held = queries.held_for(line_ids=[line.pk])[line.pk]
    assert (held.stock, held.coming) == (20, [(Decimal(40), date(2026, 12, 1))])
    # 10 are left of the purchase: enough for ten, too few for eleven.
    assert days(quoted(dock, "10")) == [date(2026, 12, 3)]
    assert days(quoted(dock, "11")) == [BOUGHT]

    order = sales.confirm_order(dock.ctx, order=sales.accept_quote(dock.ctx, quote=quote))
    assert order.promised_on == date(2026, 12, 3)
    assert [
        (peg.demand_kind, peg.quantity)
        for peg in Peg.objects.filter(supply_id=bought.lines.get().pk, quantity__gt=0)
    ] == [(ORDER_LINE, 40)]


def test_goods_that_come_in_for_a_quote_stay_held(dock: Dock, weaver: Party) -> None:
    sent = coming(dock, weaver, "50")
    quote = planning.hold_goods(dock.ctx, quote=quoted(dock, "30"))
    rows = [procurement.ReceivedLine(line=sent.lines.get(), quantity=Decimal(50))]
    procurement.receive_goods(dock.ctx, purchase=sent, lines=rows)
    [row] = Reservation.objects.all()
    assert (row.origin_kind, row.quantity, row.expires_at is not None) == (QUOTE_LINE, 30, True)
    assert free(dock, dock.label) == 20
    assert quote.held_until == date(2026, 12, 23)


def test_a_hold_that_cannot_be_is_refused(dock: Dock) -> None:
    quote = quoted(dock, "60", valid_days=5)
    with pytest.raises(planning.NothingToHold, match=f"Nothing of quote {quote.number} is free in stock"):
        planning.hold_goods(dock.ctx, quote=quote)
    with pytest.raises(planning.HeldTooLong, match="until 28 Nov 2026 at the latest"):
        planning.hold_goods(dock.ctx, quote=quote, until=date(2026, 11, 29))
    parties.set_customer_terms(dock.ctx, party=dock.customer, hold_days=2)
    with pytest.raises(planning.HeldTooLong, match="until 25 Nov 2026 at the latest"):
        planning.hold_goods(dock.ctx, quote=quote, until=date(2026, 11, 26))
    with pytest.raises(planning.QuoteNotStanding, match="is draft"):
        planning.hold_goods(dock.ctx, quote=quoted(dock, "1", sent=False))
    with pytest.raises(planning.NothingHeld):
        planning.end_hold(dock.ctx, quote=quote)
    assert not Reservation.objects.exists()


def test_what_an_order_was_promised_is_neither_promised_nor_held_nor_planned_for_others(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    first = dock.order((dock.label, "60"))
    # Nothing is reserved for the first order yet; it was promised from stock all the same.
    second = dock.order((dock.label, "60"))
    assert (first.promised_on, second.promised_on) == (IN_STOCK, BOUGHT)

    with pytest.raises(planning.NothingToHold):
        planning.hold_goods(dock.ctx, quote=quoted(dock, "10"))
    planning.plan_supply(dock.ctx, order=second)
    assert kept(second) == [40]
    planning.plan_supply(dock.ctx, order=first)
    assert kept(first) == [60]


def test_the_pages_say_what_is_held_until_when(dock: Dock) -> None:
    dock.stock(dock.label, "100")
    quote = planning.hold_goods(dock.ctx, quote=quoted(dock, "60"), until=date(2026, 11, 27))
    client = Client()
    client.force_login(dock.ctx.actor)

    page = client.get(f"/sales/quotes/{quote.pk}/").content.decode()
    assert "Goods are held until 27 Nov" in page
    assert "Let the goods go" in page
    tab = client.get(f"/sales/quotes/{quote.pk}/", {"tab": "held"}).content.decode()
    assert "Held goods" in tab
    item = client.get(f"/catalog/items/{dock.label.pk}/").content.decode()
    assert "Held for quotes" in item
