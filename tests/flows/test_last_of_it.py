"""The last of something is promised once and picked for whom it was promised to.

Today is Monday, 23 November 2026; goods are two working days on their way, and labels ten days to us.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import connection, transaction

from loomline.domains.inventory.models import Reservation
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.domains.warehouse import commands as warehouse
from tests.domains.warehouse.dock import Dock, make_dock
from tests.flows.conftest import sells

STOCK, BOUGHT = date(2026, 11, 25), date(2026, 12, 7)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def kept_for(order: Order) -> int:
    lines = order.lines.values("pk")
    rows = Reservation.objects.filter(origin_kind="sales.orderline", origin_id__in=lines)
    return int(sum(row.quantity for row in rows))


def test_what_was_promised_to_another_first_is_not_picked(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "14")
    first, second = dock.order((dock.label, "10")), dock.order((dock.label, "10"))
    assert (first.promised_on, second.promised_on) == (STOCK, BOUGHT)

    with pytest.raises(warehouse.StockMissing, match="Care label: 6 pcs missing"):
        warehouse.pick_order(dock.ctx, order=second)
    assert kept_for(second) == 0

    assert warehouse.pick_order(dock.ctx, order=first).lines.get().quantity == 10
    assert (kept_for(first), kept_for(second)) == (10, 0)
    with pytest.raises(warehouse.StockMissing, match="Care label: 6 pcs missing"):
        warehouse.pick_order(dock.ctx, order=second)


def test_whoever_counts_on_a_purchase_does_not_take_what_came_for_nobody(
    dock: Dock, planned: Callable[..., Order]
) -> None:
    """The first one waits for its purchase; the stock that came meanwhile was promised to the second."""
    parties.open_party(dock.ctx, name="Nobody", roles=["supplier"])
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    sells(dock, weaver, dock.label, days=10)
    first = planned((dock.label, "10"))
    dock.stock(dock.label, "10")
    second = dock.order((dock.label, "10"))
    assert second.promised_on == STOCK

    with pytest.raises(warehouse.NothingInStock, match="Care label: 10 pcs missing"):
        warehouse.pick_order(dock.ctx, order=first)
    assert warehouse.pick_order(dock.ctx, order=second).lines.get().quantity == 10


def test_two_confirmations_at_once_do_not_both_promise_the_last_of_it(transactional_db: None) -> None:
    dock = make_dock()
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    sells(dock, weaver, dock.label, days=10)
    sells(dock, weaver, dock.sweater, days=10)
    dock.stock(dock.label, "10")
    dock.stock(dock.sweater, "10", lot="B1")
    wants = (dock.label, "10"), (dock.sweater, "10")
    orders = dock.order(*wants, confirm=False), dock.order(*reversed(wants), confirm=False)
    begun = Event()

    def first() -> bool:
        """Stays in its transaction until the other one waits for it."""
        try:
            with transaction.atomic():
                sales.confirm_order(dock.ctx, order=orders[0])
                begun.set()
                until = time.monotonic() + 60
                while time.monotonic() < until:
                    with connection.cursor() as cursor:
                        cursor.execute(WAITING)
                        if cursor.fetchone()[0]:
                            return True
                    time.sleep(0.05)
            return False
        finally:
            begun.set()
            connection.close()

    def second() -> None:
        begun.wait(timeout=60)
        try:
            sales.confirm_order(dock.ctx, order=orders[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(first), pool.submit(second)]
        assert [answer.result() for answer in answers] == [True, None]
    days = [sorted(set(order.lines.values_list("promised_on", flat=True))) for order in orders]
    assert days == [[STOCK], [BOUGHT]]
