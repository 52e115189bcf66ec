"""The days of a quote of fifty lines, with five hundred open work orders and bills of five levels.

What the page asks while lines are typed, choices included, without page and network. The aim is a p95 under
500 ms. The limit is one plain aggregate over the same open lines, works and stock in the same run.
"""

from __future__ import annotations

import random
import time
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import _company, _plant, _server
from loomline.domains.catalog.models import Item
from loomline.domains.planning import queries as planning
from loomline.domains.sales.ports import Ask

ITEMS, DEMANDS, WORKS, PURCHASES = 5_000, 10_000, 500, 500
LINES = 50
WARM, ROUNDS = 2, 20
AIM = 0.5
PLAIN = """
SELECT l.item_id, sum(l.quantity - l.shipped), (SELECT sum(on_hand - reserved) FROM inventory_balance b
    WHERE b.item_id = l.item_id), (SELECT sum(quantity - done) FROM manufacturing_workline w
    WHERE w.item_id = l.item_id)
FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id
WHERE o.state = 'confirmed' AND l.item_id = ANY (%s) GROUP BY 1
"""


def work(server: _server.Server) -> None:
    """Fill, ask, print."""
    begin = time.perf_counter()
    plant = _plant.open_plant(items=ITEMS, demands=DEMANDS, works=WORKS, purchases=PURCHASES)
    _server.say(
        f"{ITEMS:,} items in {len(plant.levels)} levels, {DEMANDS:,} open order lines,"
        f" {WORKS} open work orders, {PURCHASES} purchases: copied in {time.perf_counter() - begin:.0f} s"
    )
    ctx = _company.context()
    chance = random.Random(_plant.SEED)
    items = Item.objects.select_related("unit").in_bulk(list(plant.sold))
    wall: list[float] = []
    cpu: list[float] = []
    plain: list[float] = []
    statements = 0
    for n in range(WARM + ROUNDS):
        asks = [
            Ask(item=items[pk], quantity=Decimal(chance.randint(1, 200)), site=plant.site)
            for pk in chance.sample(plant.sold, LINES)
        ]
        with CaptureQueriesContext(connection) as seen:
            begin, used = time.perf_counter(), time.process_time()
            planning.promises(ctx, asks=asks, with_choices=True)
            took, worked = time.perf_counter() - begin, time.process_time() - used
        begin = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, [[ask.item.pk for ask in asks]])
            cursor.fetchall()
        if n >= WARM:
            wall.append(took)
            cpu.append(worked)
            plain.append(time.perf_counter() - begin)
            statements = max(statements, len(seen))
    middle, high = _server.percentile(wall, 50), _server.percentile(wall, 95)
    limit = _server.percentile(plain, 50)
    _server.table(
        (
            f"a quote of {LINES} lines",
            "p50",
            "p95",
            "CPU of ours p50",
            "statements",
            "plain aggregate",
            "times it",
        ),
        (
            "days and choices",
            _server.milliseconds(middle),
            _server.milliseconds(high),
            _server.milliseconds(_server.percentile(cpu, 50)),
            statements,
            _server.milliseconds(limit),
            f"{middle / limit:.1f}",
        ),
    )
    _server.say(f"Aim: p95 under {AIM * 1000:.0f} ms: {'kept' if high < AIM else 'missed'}")


if __name__ == "__main__":
    _server.measure(work)
