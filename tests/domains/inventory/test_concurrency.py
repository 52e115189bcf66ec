"""Fifty workers at the same stock: nothing is sold twice and nobody waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, Reservation
from loomline.kernel.refusal import Refused
from tests.domains.inventory.mill import Mill, make_mill

WORKERS = 50
# Fifty workers need fifty connections: no two such tests at once.
pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture
def busy_mill(transactional_db: None) -> Mill:
    return make_mill()


@pytest.fixture
def pool_of_eight() -> Iterator[None]:
    """All workers share eight connections, as the threads of one web process do."""
    options = connections.settings["default"]["OPTIONS"]
    options["pool"] = {"min_size": 0, "max_size": 8, "timeout": 60}
    yield
    connections["default"].close_pool()
    del options["pool"]


def together(work: Callable[[int], Any], *, workers: int = WORKERS) -> list[Any]:
    """What each of the workers returned, or the fault it met; they begin at the same moment."""
    start = Barrier(workers)

    def run(n: int) -> Any:
        start.wait(timeout=60)
        try:
            return work(n)
        except Exception as fault:
            return fault
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        answers = list(pool.map(run, range(workers)))
    wait_until_alone()
    return answers


def wait_until_alone() -> None:
    """Sessions that were closed take a moment to end; the next fifty would find no room beside them."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] <= 1:
                return
        time.sleep(0.05)


def deadlocks() -> int:
    """How many deadlocks the server has broken in this database so far; the kernel would only try again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def reserve_in_any_order(mill: Mill) -> Callable[[int], Decimal]:
    def work(n: int) -> Decimal:
        demands = [mill.demand("3", origin=n), mill.demand("2", origin=n, item=mill.yarn)]
        result = inventory.reserve(mill.ctx, demands=demands[:: 1 if n % 2 else -1])
        return sum((row.quantity for row in result.reserved), Decimal(0))

    return work


def stock(mill: Mill) -> None:
    mill.receive("60")
    mill.receive("41", at=mill.rack)
    for number, quantity in (("A", "31"), ("B", "30"), ("C", "10")):
        mill.receive(quantity, lot=mill.lot(number))


def check_that_all_was_reserved_once(mill: Mill, answers: list[Any]) -> None:
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    # 50 x 3 buttons and 50 x 2 kg were wanted of 101 and 71.
    assert sum(answers) == 101 + 71
    assert Reservation.objects.aggregate(total=Sum("quantity"))["total"] == 172
    assert Balance.objects.filter(is_physical=True).aggregate(total=Sum("reserved"))["total"] == 172
    assert queries.compare_balances() == []


def test_fifty_workers_never_promise_the_same_stock_twice(busy_mill: Mill) -> None:
    stock(busy_mill)
    answers = together(reserve_in_any_order(busy_mill))
    check_that_all_was_reserved_once(busy_mill, answers)


def test_fifty_workers_on_eight_connections_never_promise_the_same_stock_twice(
    busy_mill: Mill, pool_of_eight: None
) -> None:
    stock(busy_mill)
    answers = together(reserve_in_any_order(busy_mill))
    check_that_all_was_reserved_once(busy_mill, answers)


def test_all_verbs_at_once_meet_no_deadlock_and_keep_the_books(busy_mill: Mill) -> None:
    stock(busy_mill)
    mill = busy_mill
    lots = list(mill.yarn.lots.order_by("pk"))
    inventory.reserve(mill.ctx, demands=[mill.demand("1", origin=1000 + n) for n in range(WORKERS)])
    before = deadlocks()

    def there_and_back(n: int) -> list[inventory.MoveDraft]:
        keys = [(mill.button.pk, None), *((mill.yarn.pk, lot.pk) for lot in lots)]
        ends = [mill.shelf.pk, mill.rack.pk] if n % 2 else [mill.rack.pk, mill.shelf.pk]
        return [
            inventory.MoveDraft(
                item_id=item, lot_id=lot, quantity=Decimal("0.5"), source_id=ends[0], destination_id=ends[1]
            )
            for item, lot in (keys if n % 3 else reversed(keys))
        ]

    def work(n: int) -> str:
        origin = [("sales.orderline", 1000 + n)]
        try:
            match n % 5:
                case 0 | 1:
                    inventory.move_stock(mill.ctx, moves=there_and_back(n))
                case 2:
                    inventory.release(mill.ctx, origins=origin)
                case 3:
                    inventory.issue_reserved(mill.ctx, origins=origin, destination=mill.customer)
                case _:
                    reserve_in_any_order(mill)(n)
        except inventory.StockShort:
            return "short"
        except Refused as refusal:
            return str(refusal)
        return "done"

    answers = together(work)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert set(answers) <= {"done", "short"}
    assert deadlocks() == before
    assert queries.compare_balances() == []
    assert not Balance.objects.filter(is_physical=True, on_hand__lt=0).exists()
    assert Balance.objects.filter(item=mill.button).aggregate(total=Sum("on_hand"))["total"] == 0


def test_two_workers_reversing_the_same_move_reverse_it_once(busy_mill: Mill) -> None:
    move = busy_mill.receive("10")
    answers = together(
        lambda _n: inventory.reverse_moves(busy_mill.ctx, moves=[move], reason="twice"), workers=8
    )

    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert {type(a) for a in answers if not isinstance(a, list)} == {inventory.AlreadyReversed}
    assert busy_mill.balance().on_hand == 0
