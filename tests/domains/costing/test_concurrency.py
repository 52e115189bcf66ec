"""Fifty workers at the same goods and the same books: every cost is taken once, and all books agree."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import CostEntry, Counter, EntryKind, ItemCosting, Method
from loomline.domains.inventory import commands as inventory
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import JournalEntry, Period, PeriodState
from tests.domains.costing.store import Store, make_store, receipts
from tests.domains.inventory.test_concurrency import WORKERS, deadlocks, together

# Fifty workers need fifty connections: no two such tests at once.
pytestmark = pytest.mark.xdist_group("workers")
D = Decimal


@pytest.fixture
def busy_store(transactional_db: None) -> Store:
    return make_store()


def crosswise(store: Store, n: int) -> list[inventory.MoveDraft]:
    """One button and half a kilogram, named in either order."""
    drafts = [
        inventory.MoveDraft(
            item_id=item.pk,
            lot_id=lot_id,
            quantity=quantity,
            source_id=store.mill.shelf.pk,
            destination_id=store.mill.customer.pk,
        )
        for item, lot_id, quantity in (
            (store.button, None, D(1)),
            (store.yarn, store.yarn.lots.get().pk, D("0.5")),
        )
    ]
    return drafts if n % 2 else drafts[::-1]


@pytest.mark.parametrize("method", [Method.FIFO, Method.AVERAGE])
def test_fifty_shipments_at_once_take_every_layer_once(busy_store: Store, method: Method) -> None:
    store = busy_store
    for item in (store.button, store.yarn):
        store.use_method(method, item=item)
    for cost in ("1.01", "2.02", "3.03", "4.04", "5.05"):
        store.receive("10", cost)
        store.receive("5", cost, lot=store.yarn.lots.first() or store.mill.lot("A"))
    before = deadlocks()

    answers = together(lambda n: inventory.move_stock(store.ctx, moves=crosswise(store, n)))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert deadlocks() == before
    assert store.left() == (D(0), D(0))
    assert store.left(store.yarn) == (D(0), D(0))
    sold = CostEntry.objects.filter(kind=EntryKind.OUT, move__destination=store.mill.customer)
    # Fifty buttons at 3.03 on average, and half as many kilograms.
    assert sold.aggregate(n=Sum("value"))["n"] == -(D("151.50") + D("75.75"))
    store.agrees()


def test_charges_shipments_receipts_and_new_costs_at_once_keep_the_books(busy_store: Store) -> None:
    store = busy_store
    lot = store.mill.lot("A")
    received = [store.receive("60", "2", lot=lot), store.receive("60", "3")]
    before = deadlocks()

    def work(n: int) -> object:
        turn = n % 5
        if turn == 0:
            moves = received if n % 2 else received[::-1]
            return costing.add_landed_cost(
                store.ctx, shares=receipts(*moves), name="Freight", amount=D("7.77")
            )
        if turn == 1:
            return store.receive("1", "2.50", ctx=store.ctx)
        if turn == 2:
            kept = ItemCosting.objects.get(item=store.button)
            return costing.revalue_stock(store.ctx, costing=kept, unit_cost=D(n), reason="counted")
        return inventory.move_stock(store.ctx, moves=crosswise(store, n))

    answers = together(work)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert deadlocks() == before
    assert store.left()[0] == D(60) + WORKERS // 5 - 2 * WORKERS // 5
    store.agrees()


def test_nobody_posts_to_a_month_while_it_is_being_closed(busy_store: Store) -> None:
    store = busy_store
    month_ago = store.ctx.now - timedelta(days=40)
    store.receive("100", "2", at=month_ago)
    october = Period.objects.get(name="2026-10")

    def work(n: int) -> object:
        if n != 25:
            return store.ship("1", at=month_ago)
        try:
            return ledger.close_period(store.ctx, period=Period.objects.get(pk=october.pk))
        except ledger.MattersOpen:
            return None

    answers = together(work)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    # Closing is refused while goods of the month have no value; whoever comes after it stands in November.
    store.agrees()
    october.refresh_from_db()
    if october.state != PeriodState.CLOSED:
        ledger.close_period(store.ctx, period=october)
    store.ship("1", at=month_ago)
    store.agrees()
    assert JournalEntry.objects.filter(happened_on=month_ago.date(), posted_on__month=11).exists()
    assert books.compare_balances() == []
    assert store.booked(Counter.CUSTOMER) == D(2) * WORKERS
