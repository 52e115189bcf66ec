"""An import that is undone takes back what was derived from its moves, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import CostEntry, CostLayer, Counter, ItemCosting, Method
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import JournalLine, Period
from loomline.kernel.refusal import Refused
from tests.domains.costing.store import Store, receipts

D = Decimal


def forget(store: Store, *moves: StockMove, goes: bool = False) -> int:
    items = [store.button.pk] if goes else []
    return costing.forget_moves(store.ctx, move_ids=[move.pk for move in moves], item_ids=items)


def test_what_a_move_has_derived_is_taken_back_and_the_rest_is_derived_anew(store: Store) -> None:
    store.receive("10", "10")
    brought = store.receive("10", "12")
    sold = store.ship("5")

    assert forget(store, brought) == 1

    assert store.left() == (D(5), D(50))
    assert store.cost_of(sold) == D(50)
    assert store.booked(Counter.SUPPLIER) == D(-100)
    assert store.booked(Counter.CUSTOMER) == D(50)
    assert queries.compare_layers() == queries.compare_accounts() == []


def test_an_item_that_goes_leaves_nothing_but_opposite_entries_on_the_same_days(store: Store) -> None:
    before = store.ctx.now - timedelta(days=40)
    brought = [store.receive("10", "10", at=before), store.receive("3", "12")]

    forget(store, *brought, goes=True)

    assert not CostEntry.objects.exists()
    assert not CostLayer.objects.exists()
    assert not ItemCosting.objects.exists()
    for day in (before.date(), store.ctx.today):
        lines = JournalLine.objects.filter(entry__posted_on=day)
        assert len(lines) == 4
        assert sum(line.amount for line in lines if line.account.code == "1300") == 0


def test_what_work_took_up_is_taken_back_as_well(store: Store) -> None:
    brought = store.receive("10", "10")
    used = store.move("4", "shelf", "production", origin=("test.work", 7))

    forget(store, brought, used, goes=True)

    [work] = queries.in_work(origins={"test.work": [7]})
    assert work.value == 0
    assert store.booked(Counter.PRODUCTION) == 0


def test_differences_from_the_standard_are_taken_back(store: Store) -> None:
    store.use_method(Method.STANDARD, standard="10")
    brought = store.receive("10", "11")
    forget(store, brought)
    assert store.booked(Counter.PRICE) == store.booked(Counter.SUPPLIER) == store.booked(Counter.STOCK) == 0


def test_moves_without_a_value_leave_no_trace(store: Store) -> None:
    brought = store.receive("10", "10", is_valued=False)
    assert forget(store, brought) == 0
    assert not JournalLine.objects.exists()


def test_goods_whose_worth_was_changed_since_are_not_forgotten(store: Store) -> None:
    brought = store.receive("10", "10")
    costing.add_landed_cost(store.ctx, name="Freight", amount=D(5), shares=receipts(brought))
    with pytest.raises(Refused, match=r"What Button.* is worth has been changed since \(landed cost\)"):
        forget(store, brought)


def test_what_was_valued_in_a_closed_period_stays(store: Store) -> None:
    day = store.ctx.now - timedelta(days=40)
    brought = store.receive("10", "10", at=day)
    ledger.close_period(store.ctx, period=Period.objects.get(begins_on__lte=day, ends_on__gte=day))
    with pytest.raises(Refused, match=r"came into stock on 14 Oct 2026.* its books have been closed"):
        forget(store, brought)
    assert store.left() == (D(10), D(100))
