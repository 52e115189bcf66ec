"""Whatever moves in whatever order, and whenever its cost is known: layers, cost ledger and accounts agree,
what is closed stays as it was, and every cost is what a book kept by hand in fractions says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import CostEntry, Method
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import JournalLine, Period, PeriodState
from loomline.kernel.refusal import Refused
from tests.domains.costing.store import Store, make_store, receipts

QUANTITY = st.decimals(min_value="0.001", max_value="20", places=3)
COST = st.decimals(min_value="0", max_value="30", places=2)
CHARGE = st.decimals(min_value="0.01", max_value="50", places=2)
# Of the item that is valued lot by lot there are two lots.
GOODS = {m.value: m for m in Method if m != Method.SPECIFIC} | {
    f"{Method.SPECIFIC} {n}": Method.SPECIFIC for n in "AB"
}
WHICH = st.sampled_from(list(GOODS))
STANDARD = Decimal("7.25")


@dataclass(eq=False)
class Pile:
    """Goods that came in together: bought, or parts of other piles. What a unit costs follows from both."""

    turn: int
    quantity: Fraction
    paid: Fraction = Fraction(0)
    parts: list[tuple[Pile, Fraction]] = field(default_factory=list)
    left: Fraction = Fraction(0)

    @property
    def unit(self) -> Fraction:
        return (self.paid + sum(n * pile.unit for pile, n in self.parts)) / self.quantity


@dataclass
class Hand:
    """The book of one item, kept by hand."""

    method: Method
    piles: list[Pile] = field(default_factory=list)
    received: dict[int, Pile] = field(default_factory=dict)
    shipped: dict[int, list[tuple[Pile, Fraction]]] = field(default_factory=dict)

    def take_in(self, pile: Pile) -> Pile:
        if self.method == Method.AVERAGE:
            old = [(other, other.left) for other in self.piles if other.left]
            for other, _n in old:
                other.left = Fraction(0)
            pile.parts += old
            pile.quantity += sum(n for _other, n in old)
        pile.left = pile.quantity
        self.piles.append(pile)
        self.piles.sort(key=lambda one: one.turn)
        return pile

    def take_out(self, quantity: Fraction) -> list[tuple[Pile, Fraction]]:
        found = []
        for pile in self.piles:
            n = min(quantity, pile.left)
            if n:
                pile.left -= n
                quantity -= n
                found.append((pile, n))
        assert not quantity
        return found

    @property
    def on_hand(self) -> Fraction:
        return sum((pile.left for pile in self.piles), Fraction(0))

    @property
    def worth(self) -> Fraction:
        return sum((pile.left * pile.unit for pile in self.piles), Fraction(0))


class Shop(RuleBasedStateMachine):
    """One item for each method: bought, sold, taken back, charged for late, and closed month by month."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.store: Store = make_store()
        self.ctx = self.store.ctx
        self.items = dict(self._items())
        specific = self.items[Method.SPECIFIC]
        self.lots = {
            name: self.store.mill.lot(name[-1], item=specific)
            for name, method in GOODS.items()
            if method == Method.SPECIFIC
        }
        self.hands = {name: Hand(method) for name, method in GOODS.items()}
        self.moves: list[tuple[str, StockMove]] = []
        self.closed: dict[date, Any] = {}
        self.cents = 1

    def _items(self) -> Iterator[tuple[Method, Item]]:
        drafts = [
            catalog.ItemDraft(
                sku=f"X-{m}",
                name=f"By {m}",
                unit="pcs",
                tracking=Tracking.LOT if m == Method.SPECIFIC else Tracking.NONE,
            )
            for m in Method
        ]
        for method, item in zip(Method, catalog.add_items(self.ctx, drafts=drafts), strict=True):
            self.store.use_method(method, item=item, standard=str(STANDARD))
            yield method, item

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def _move(self, name: str, quantity: Decimal, source: str, place: str, cost: Decimal | None) -> StockMove:
        return self.store.move(
            quantity,
            source,
            place,
            cost=cost,
            item=self.items[GOODS[name]],
            lot=self.lots.get(name),
            ctx=self.ctx,
        )

    @rule(name=WHICH, quantity=QUANTITY, cost=COST)
    def receive(self, name: str, quantity: Decimal, cost: Decimal) -> None:
        move = self._move(name, quantity, "supplier", "shelf", cost)
        paid = STANDARD if GOODS[name] == Method.STANDARD else cost
        hand = self.hands[name]
        pile = Pile(move.pk, Fraction(quantity), paid=Fraction(quantity) * Fraction(paid))
        hand.received[move.pk] = hand.take_in(pile)
        self.moves.append((name, move))
        self.cents += 2

    @rule(name=WHICH, quantity=QUANTITY, place=st.sampled_from(["customer", "scrap", "production"]))
    def send(self, name: str, quantity: Decimal, place: str) -> None:
        hand = self.hands[name]
        if Fraction(quantity) > hand.on_hand:
            with pytest.raises(Refused):
                self._move(name, quantity, "shelf", place, None)
            return
        move = self._move(name, quantity, "shelf", place, None)
        hand.shipped[move.pk] = hand.take_out(Fraction(quantity))
        self.moves.append((name, move))
        self.cents += 2

    @precondition(lambda self: self.moves)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        name, move = data.draw(st.sampled_from(self.moves))
        hand = self.hands[name]
        with suppress(Refused):
            [back] = inventory.reverse_moves(self.ctx, moves=[move], reason="mistake")
            if move.pk in hand.shipped:
                for pile, n in sorted(hand.shipped[move.pk], key=lambda one: -one[0].turn):
                    hand.take_in(Pile(pile.turn, n, parts=[(pile, n)]))
            else:
                own = hand.received[move.pk]
                n = min(own.left, Fraction(move.quantity))
                own.left -= n
                hand.shipped[back.pk] = [(own, n), *hand.take_out(Fraction(move.quantity) - n)]
            self.cents += 4

    @precondition(lambda self: any(hand.received for hand in self.hands.values()))
    @rule(data=st.data(), amount=CHARGE)
    def charge(self, data: st.DataObject, amount: Decimal) -> None:
        bought = [(name, move) for name, move in self.moves if move.pk in self.hands[name].received]
        name, move = data.draw(st.sampled_from(bought))
        costing.add_landed_cost(self.ctx, shares=receipts(move), name="Freight", amount=amount)
        if GOODS[name] != Method.STANDARD:
            self.hands[name].received[move.pk].paid += Fraction(amount)
        self.cents += 8

    @rule(days=st.integers(10, 40))
    def wait(self, days: int) -> None:
        self.ctx = self.ctx.at(self.ctx.now + timedelta(days=days))

    @rule()
    def close(self) -> None:
        over = Period.objects.filter(ends_on__lt=self.ctx.today).exclude(state=PeriodState.CLOSED)
        first = over.order_by("begins_on").first()
        if first is not None:
            ledger.close_period(self.ctx, period=first)
            self.closed[first.ends_on] = self._at(first.ends_on)

    @rule()
    def rebuild(self) -> None:
        assert costing.rebuild_layers(self.ctx) == 0

    def _at(self, day: date) -> Any:
        rows = [
            (row.account.pk, row.before, row.debit, row.credit) for row in books.trial_balance(ends_on=day)
        ]
        return queries.worth_on(day=day), rows

    @invariant()
    def the_books_agree(self) -> None:
        self.store.agrees()
        assert books.compare_balances() == []

    @invariant()
    def every_value_is_what_the_book_by_hand_says(self) -> None:
        for method, item in self.items.items():
            hands = [hand for hand in self.hands.values() if hand.method == method]
            quantity, value = self.store.left(item)
            worth = sum((hand.worth for hand in hands), Fraction(0))
            assert Fraction(quantity) == sum((hand.on_hand for hand in hands), Fraction(0))
            assert abs(Fraction(value) - worth) * 100 <= self.cents, (method, value, worth)

    @invariant()
    def what_is_closed_stays_as_it_was(self) -> None:
        for day, before in self.closed.items():
            assert self._at(day) == before

    @invariant()
    def on_every_past_day_stock_was_worth_what_the_accounts_showed(self) -> None:
        stock = queries.rules().account("stock", None)
        entries = CostEntry.objects.order_by().values_list("posted_on").annotate(n=Sum("value"))
        lines = JournalLine.objects.filter(account=stock).order_by().values_list("entry__posted_on")
        booked = {day: n for day, n in lines.annotate(n=Sum(F("debit") - F("credit"))) if n}
        # What came to be worth more on each day is what was booked on it, so the sums are equal on all days.
        assert {day: n for day, n in entries if n} == booked
        for day in sorted(self.closed)[-1:]:
            worth = sum((row.value for row in queries.worth_on(day=day)), Decimal(0))
            shown = {row.account.pk: row.after for row in books.trial_balance(ends_on=day)}
            assert shown.get(stock or 0, Decimal(0)) == worth


@pytest.mark.django_db
def test_any_sequence_of_moves_charges_and_closings_keeps_the_books() -> None:
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
