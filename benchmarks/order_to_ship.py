"""From the customer's yes to the invoice: accepted, confirmed, reserved, picked, packed, shipped, invoiced.

Orders of five lines, each step its own command and its own durable commit, called as a page calls them but
without page, sign-in and network. The limit is the same way in hand-written SQL on the same server, see
`_handwritten.py`. Two processes work on orders of the same items, so that they meet at the same balances.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from typing import Any

import sqlparse
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import _company, _handwritten, _server
from loomline.app import database
from loomline.domains.finance import commands as finance
from loomline.domains.inventory import queries as stock
from loomline.domains.planning import commands as planning
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Quote
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import LocationKind
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.context import Ctx

STEPS = ("accept", "confirm", "reserve", "pick", "pack", "ship", "invoice")
ORDERS = 150
WARM = 8
ROUNDS = 2
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
OURS, BY_HAND = "Loomline", "by hand"

Step = Callable[[], None]


@dataclass
class Measured:
    """What one process did: when it began and ended, what each step took, and what went wrong."""

    begin: float = 0.0
    end: float = 0.0
    steps: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in STEPS})
    errors: list[str] = field(default_factory=list)


@dataclass
class Order:
    """One order on its way through our commands."""

    ctx: Ctx
    quote: Quote

    def steps(self) -> Iterator[tuple[str, Step]]:
        """The steps with their names, in order."""
        return zip(STEPS, (getattr(self, name) for name in STEPS), strict=True)

    def accept(self) -> None:
        self.order = sales.accept_quote(self.ctx, quote=self.quote)

    def confirm(self) -> None:
        self.order = sales.confirm_order(self.ctx, order=self.order)

    def reserve(self) -> None:
        self.order = planning.plan_supply(self.ctx, order=self.order)

    def pick(self) -> None:
        self.shipment = warehouse.pick_order(self.ctx, order=self.order)

    def pack(self) -> None:
        self.shipment = warehouse.pack_shipment(self.ctx, shipment=self.shipment)

    def ship(self) -> None:
        self.shipment = warehouse.ship_shipment(self.ctx, shipment=self.shipment)

    def invoice(self) -> None:
        finance.invoice_order(self.ctx, order=self.order)


class Commands:
    """Carries orders through by our commands."""

    def __init__(self, quote_ids: Sequence[int]) -> None:
        self.ctx = _company.context()
        self.quotes: Mapping[int, Quote] = Quote.objects.in_bulk(quote_ids)

    def steps(self, quote_id: int) -> Iterator[tuple[str, Step]]:
        """What is to be done for one quote."""
        return Order(self.ctx.at(datetime.now(UTC)), self.quotes[quote_id]).steps()


class Sql:
    """Carries orders through by hand-written SQL."""

    def __init__(self, quote_ids: Sequence[int]) -> None:
        customer = places.virtual(LocationKind.CUSTOMER).pk
        self.way = _handwritten.Way(_server.here().connect(), customer_place=customer)

    def steps(self, quote_id: int) -> Iterator[tuple[str, Step]]:
        """What is to be done for one quote."""
        known = self.way.beginning(quote_id, datetime.now(UTC))
        for name in STEPS:
            yield name, self._durable(getattr(self.way, name), known)

    def _durable(self, step: Callable[[dict[str, Any]], None], known: dict[str, Any]) -> Step:
        def work() -> None:
            with self.way.session.transaction():
                step(known)

        return work


KINDS: dict[str, Callable[[Sequence[int]], Commands | Sql]] = {OURS: Commands, BY_HAND: Sql}


_start: list[Barrier] = []


def begin_together(start: Barrier) -> None:
    """Keep what the processes of one round wait at."""
    _start.append(start)


def carry(kind: str, quote_ids: Sequence[int]) -> Measured:
    """The work of one process; the first orders warm it up."""
    carrier = KINDS[kind](quote_ids)
    warm = Measured()
    for quote_id in quote_ids[:WARM]:
        _carry_one(carrier, quote_id, warm)
    _start[0].wait(timeout=60)
    found = Measured(begin=time.monotonic(), errors=warm.errors)
    for quote_id in quote_ids[WARM:]:
        _carry_one(carrier, quote_id, found)
    found.end = time.monotonic()
    database.let_go()
    return found


def _carry_one(carrier: Commands | Sql, quote_id: int, found: Measured) -> None:
    try:
        for name, step in carrier.steps(quote_id):
            begin = time.perf_counter()
            step()
            found.steps[name].append(time.perf_counter() - begin)
    except Exception as error:  # Whatever a user would see counts, of whatever kind it is.
        found.errors.append(f"{type(error).__name__}: {error}")


def run(kind: str, quote_ids: Sequence[int], *, processes: int) -> list[Measured]:
    """Share the quotes among fresh processes that begin at the same moment."""
    context = multiprocessing.get_context("spawn")
    start = (context.Barrier(processes),)
    with ProcessPoolExecutor(processes, context, initializer=begin_together, initargs=start) as pool:
        parts = [quote_ids[n::processes] for n in range(processes)]
        return [work.result() for work in [pool.submit(carry, kind, part) for part in parts]]


def rate(rounds: Sequence[Sequence[Measured]]) -> float:
    """Orders in a second over all rounds, from the first begin to the last end of each."""
    orders = sum(len(one.steps[STEPS[-1]]) for found in rounds for one in found)
    return orders / sum(max(m.end for m in found) - min(m.begin for m in found) for found in rounds)


def count_statements(quote_id: int) -> dict[str, int]:
    """How many statements each command sends, audit and events included, without begin and commit."""
    counts = {}
    for name, step in Commands([quote_id]).steps(quote_id):
        with CaptureQueriesContext(connection) as seen:
            step()
        texts = [query["sql"] for query in seen if not query["sql"].startswith(CONTROL)]
        counts[name] = sum(len(sqlparse.split(text)) for text in texts)
    return counts


def count_by_hand(quote_id: int) -> dict[str, int]:
    """The same for the hand-written way."""
    sql = Sql([quote_id])
    counts = {}
    for name, step in sql.steps(quote_id):
        before = sql.way.statements
        step()
        counts[name] = sql.way.statements - before
    return counts


def deadlocks() -> int:
    """How often the server had to end a command that waited in a ring."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def work(server: _server.Server) -> None:
    """Measure and print."""
    company = _company.open_company()
    rounds = (1, 2) * ROUNDS
    quotes = _company.send_quotes(company, count=2 + sum(ORDERS + WARM * n for n in rounds))
    ids = [quote.pk for quote in quotes]
    with server.connect() as session:
        _handwritten.make_tables(session)
        session.execute("ANALYZE")
    # The first order fills what a process keeps in memory, the second is counted.
    for count in (count_statements, count_by_hand):
        count(ids[0])
    counts = {OURS: count_statements(ids[1]), BY_HAND: count_by_hand(ids[1])}
    database.let_go()

    found: dict[tuple[str, int], list[list[Measured]]] = {(k, n): [] for k in KINDS for n in (1, 2)}
    at = 2
    for n in rounds:
        part = ids[at : at + ORDERS + WARM * n]
        at += len(part)
        for kind in KINDS:
            found[kind, n].append(run(kind, part, processes=n))
    print_steps(found, counts)
    print_rates(found)
    print_faults(found, server)


def print_steps(
    found: Mapping[tuple[str, int], list[list[Measured]]], counts: dict[str, dict[str, int]]
) -> None:
    """What each step takes in one process."""
    rows: list[Sequence[object]] = [
        ("step, one process", "statements", "p50", "p95", "statements by hand", "p50", "p95")
    ]
    for name in STEPS:
        cells: list[object] = [name]
        for kind in KINDS:
            times = [seconds for one in found[kind, 1] for m in one for seconds in m.steps[name]]
            fifty, ninety_five = _server.percentile(times, 50), _server.percentile(times, 95)
            cells += [counts[kind][name], _server.milliseconds(fifty), _server.milliseconds(ninety_five)]
        rows.append(cells)
    rows.append(("all", sum(counts[OURS].values()), "", "", sum(counts[BY_HAND].values()), "", ""))
    _server.table(*rows)


def print_rates(found: Mapping[tuple[str, int], list[list[Measured]]]) -> None:
    """Orders per second, and how near they come to the limit."""
    rows: list[Sequence[object]] = [("orders of five lines per second", OURS, BY_HAND, "of the limit")]
    for n, words in ((1, "one process"), (2, "two processes")):
        ours, limit = rate(found[OURS, n]), rate(found[BY_HAND, n])
        rows.append((words, f"{ours:.1f}", f"{limit:.1f}", _server.percent(ours, limit)))
    _server.table(*rows)


def print_faults(found: Mapping[tuple[str, int], list[list[Measured]]], server: _server.Server) -> None:
    """What a user would have seen go wrong, and whether both ways moved the same goods."""
    errors = [
        text for (_kind, _n), rounds in found.items() for one in rounds for m in one for text in m.errors
    ]
    _server.say()
    _server.say(f"Errors that reached a user: {len(errors)}; deadlocks the server ended: {deadlocks()}")
    for text in sorted(set(errors))[:5]:
        _server.say(f"  {text}")
    _server.say(f"Balances that differ from the ledger: {len(stock.compare_balances())}")
    with server.connect() as session:
        row = session.execute(SAME).fetchone()
    assert row is not None
    _server.say(
        f"Both ways end with the same stock on hand: {'yes' if row[0] == 0 else f'no, {row[0]} differ'}"
    )


SAME = """
SELECT count(*) FROM inventory_balance a
FULL JOIN hand.inventory_balance b ON a.item_id = b.item_id AND a.location_id = b.location_id
    AND a.lot_id IS NOT DISTINCT FROM b.lot_id
WHERE (a.on_hand, a.reserved) IS DISTINCT FROM (b.on_hand, b.reserved)
"""


if __name__ == "__main__":
    _server.measure(work)
