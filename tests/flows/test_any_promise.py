"""Whatever is offered, held, ordered, planned and received: nobody moves the day of a confirmed order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance
from loomline.domains.parties import commands as parties
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import ORDER_LINE, Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine, OrderState, Quote, QuoteState
from loomline.kernel.refusal import Refused
from tests.domains.warehouse.dock import make_dock
from tests.flows.conftest import sells

QUANTITY = st.integers(1, 60)
ANY = st.integers(0, 99)


class Office(RuleBasedStateMachine):
    """One item, bought in ten days, that several people sell at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.dock = make_dock()
        weaver = parties.open_party(self.dock.ctx, name="Weber Etiketten", roles=["supplier"])
        sells(self.dock, weaver, self.dock.label, days=10)
        self.dock.stock(self.dock.label, "50")
        self.days: dict[int, date] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(quantity=QUANTITY, holds=st.booleans())
    def offer(self, quantity: int, holds: bool) -> None:
        line = sales.QuoteLineDraft(item=self.dock.label, quantity=Decimal(quantity), price=Decimal(1))
        quote = sales.write_quote(
            self.dock.ctx, customer=self.dock.customer, lines=[line], site=self.dock.mill.site
        )
        quote = sales.send_quote(self.dock.ctx, quote=quote)
        if holds:
            with suppress(planning.NothingToHold):
                planning.hold_goods(self.dock.ctx, quote=quote)

    @rule(n=ANY)
    def hold(self, n: int) -> None:
        if quote := self.quote(n):
            with suppress(planning.NothingToHold):
                planning.hold_goods(self.dock.ctx, quote=quote, until=self.dock.ctx.today + timedelta(days=2))

    @rule(n=ANY)
    def accept(self, n: int) -> None:
        if quote := self.quote(n):
            sales.accept_quote(self.dock.ctx, quote=quote)

    @rule(n=ANY)
    def revise(self, n: int) -> None:
        if quote := self.quote(n):
            sales.send_quote(self.dock.ctx, quote=sales.revise_quote(self.dock.ctx, quote=quote))

    @rule(quantity=QUANTITY)
    def order(self, quantity: int) -> None:
        self.dock.order((self.dock.label, str(quantity)))

    @rule(n=ANY)
    def confirm(self, n: int) -> None:
        drafts = list(Order.objects.filter(state=OrderState.DRAFT).order_by("pk"))
        if drafts:
            sales.confirm_order(self.dock.ctx, order=drafts[n % len(drafts)])

    @rule(n=ANY)
    def plan(self, n: int) -> None:
        orders = list(Order.objects.filter(state=OrderState.CONFIRMED).order_by("pk"))
        if orders:
            planning.plan_supply(self.dock.ctx, order=orders[n % len(orders)])

    @rule(quantity=QUANTITY)
    def receive(self, quantity: int) -> None:
        self.dock.stock(self.dock.label, str(quantity))

    @rule(n=ANY)
    def buy(self, n: int) -> None:
        drafts = list(Purchase.objects.filter(state=PurchaseState.DRAFT).order_by("pk"))
        if drafts:
            accepting = replace(self.dock.ctx, accepted=frozenset({"BelowMinimum"}))
            purchase = procurement.send_purchase(accepting, purchase=drafts[n % len(drafts)])
            asked = purchase.lines.earliest("requested_on").requested_on
            procurement.confirm_purchase(self.dock.ctx, purchase=purchase, confirmed_on=asked)

    @rule(n=ANY)
    def come_in(self, n: int) -> None:
        sent = list(Purchase.objects.filter(state=PurchaseState.CONFIRMED).order_by("pk"))
        if sent:
            line = sent[n % len(sent)].lines.get()
            draft = procurement.ReceivedLine(line=line, quantity=line.open_quantity)
            with suppress(Refused):
                procurement.receive_goods(self.dock.ctx, purchase=line.purchase, lines=[draft])

    @rule()
    def lapse(self) -> None:
        later = replace(self.dock.ctx, now=self.dock.ctx.now + timedelta(days=3))
        inventory.lapse_reservations(later)
        planning.lapse_holds(later)

    def quote(self, n: int) -> Quote | None:
        sent = list(Quote.objects.filter(state=QuoteState.SENT).order_by("pk"))
        return sent[n % len(sent)] if sent else None

    @invariant()
    def no_confirmed_day_moves_back(self) -> None:
        rows = OrderLine.objects.filter(order__state=OrderState.CONFIRMED).order_by("pk")
        for pk, on in rows.values_list("pk", "expected_on"):
            assert on is not None
            assert on <= self.days.setdefault(pk, on)

    @invariant()
    def nothing_is_given_twice(self) -> None:
        assert stock.compare_balances() == []
        assert all(row.reserved <= row.on_hand for row in Balance.objects.filter(is_physical=True))
        taken: dict[int, Decimal] = {}
        for peg in Peg.objects.exclude(demand_kind="").filter(quantity__gt=0):
            taken[peg.supply_id] = taken.get(peg.supply_id, Decimal(0)) + peg.quantity
        lines = {
            line.pk: line.quantity for purchase in Purchase.objects.all() for line in purchase.lines.all()
        }
        assert all(quantity <= lines[pk] for pk, quantity in taken.items())

    @invariant()
    def no_order_keeps_more_than_it_needs(self) -> None:
        lines = OrderLine.objects.in_bulk()
        kept = stock.reserved_for(kind=ORDER_LINE, ids=lines)
        assert all(kept[pk] <= line.quantity for pk, line in lines.items())


@pytest.mark.usefixtures("db")
def test_no_confirmed_promise_is_broken_by_another() -> None:
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=6,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
