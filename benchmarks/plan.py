"""The supply plan of a company: items on six levels, four open order lines for each, a year.

From the documents to the plan that pages show; one late purchase until pages show it; for small plants the
whole plan within the hours of work centres as well. The limit is the engine alone on the same arrays in the
same run. LOOMLINE_BENCH_ITEMS says how many items there are (5,000); all else grows with them.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from benchmarks import _company, _plant, _server
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.supplyplan import commands, jobs, queries
from loomline.domains.supplyplan.models import PlanItem
from loomline.domains.supplyplan.queries.reckoning import HORIZON_DAYS, MOST_BY_DAY
from loomline.domains.workcentres import commands as workcentres
from loomline.engines.mrp.grid import grid_for
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.plan_pegs import peg

ITEMS = int(os.environ.get("LOOMLINE_BENCH_ITEMS", "") or 5_000)
DEMANDS, WORKS, PURCHASES = ITEMS * 4, ITEMS // 20, ITEMS // 20
CENTRES = 30
# Minutes for one piece: the centres are then busy for most of their hours.
RUN_MINUTES = Decimal("0.002")
MOST_MEMORY = 4096
# Within capacity every order line goes through all levels for itself: 364 orders each in this plant.
MOST_WITHIN = 500
ROUTED = """
UPDATE manufacturing_routestage SET centre_id = (%s::bigint[])[1 + id %% %s], run_minutes = %s, days = 0
WHERE position = 1
"""


def work(server: _server.Server) -> None:
    """Fill, plan, change, plan within capacity, print."""
    begin = time.perf_counter()
    plant = _plant.open_plant(items=ITEMS, demands=DEMANDS, works=WORKS, purchases=PURCHASES)
    _server.say(
        f"{ITEMS:,} items in {len(plant.levels)} levels, {DEMANDS:,} open order lines, {WORKS:,} open work"
        f" orders, {PURCHASES:,} purchases: copied in {time.perf_counter() - begin:.0f} s"
    )
    ctx = _company.context()
    engine = _timed(_engine_of(queries.read_documents(ctx, until=queries.horizon(ctx))))
    rows: list[tuple[object, ...]] = [("", "seconds", "CPU of ours", "times the engine", "memory so far")]
    rows.append(("the engine alone", *_figures(engine, engine)))
    rows.append(("full plan, written", *_figures(_timed(lambda: _plan(within=False)), engine)))
    _delay()
    rows.append(("net change after a late purchase", *_figures(_timed(_follow), engine)))
    assert _plan_as_written() == _plan_anew(), "the net change is not what a whole plan says"
    if ITEMS <= MOST_WITHIN:
        _give_hours(plant)
        within = _timed(lambda: _plan(within=True))
        rows.append(("full plan within capacity, written", *_figures(within, engine)))
    _server.table(*rows)
    orders = sum(queries.counts().kinds.values())
    _server.say(f"{orders:,} planned orders; the net change gave the figures of a whole plan")
    _server.say(f"Memory under {MOST_MEMORY} MB: {'kept' if _memory() < MOST_MEMORY else 'missed'}")


def _engine_of(found: queries.Documents) -> Callable[[], Any]:
    laid = queries.lay_out(found)
    step = 1 if len(laid.rows) <= MOST_BY_DAY else 7
    grid = grid_for(laid.plant, bucket_days=step, horizon_days=HORIZON_DAYS)

    def run() -> None:
        netting = Netting(laid.plant, grid)
        netting.run()
        peg(netting)

    return run


def _plan(*, within: bool) -> None:
    ctx = _company.context()
    place = queries.heard_by_now(ctx)
    commands.keep_plan(ctx, plan=queries.reckon(ctx, within_capacity=within), place=place)


def _delay() -> None:
    """One event: a supplier moves a purchase by six days."""
    ctx = _company.context()
    purchase = Purchase.objects.order_by("pk")[0]
    late = purchase.expected_on or ctx.today
    procurement.report_delay(
        ctx, purchase=purchase, expected_on=late + timedelta(days=6), reason="Late at the mill"
    )


def _follow() -> None:
    written = jobs.follow(_company.context())
    assert 0 < written < ITEMS, "one event is planned as a net change"


def _plan_as_written() -> dict[tuple[int, int], Any]:
    rows = PlanItem.objects.values_list("item_id", "site_id", "required", "scheduled", "planned", "short_on")
    return {(item, site): figures for item, site, *figures in rows}


def _plan_anew() -> dict[tuple[int, int], Any]:
    _plan(within=False)
    return _plan_as_written()


def _give_hours(plant: _plant.Plant) -> None:
    """The first stage of every route asks for the hours of a work centre."""
    ctx = _company.context()
    shifts = [workcentres.ShiftDraft(name="Early", starts="06:00", ends="14:00")]
    keys = [
        workcentres.open_centre(
            ctx, code=f"C-{n:02d}", name=f"Centre {n}", site=plant.site, machines=20, shifts=shifts
        ).pk
        for n in range(CENTRES)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(ROUTED, [keys, CENTRES, RUN_MINUTES])
        cursor.execute("SET session_replication_role = origin")


def _timed(question: Callable[[], Any]) -> tuple[float, float]:
    begin, used = time.perf_counter(), time.process_time()
    question()
    return time.perf_counter() - begin, time.process_time() - used


def _figures(found: tuple[float, float], engine: tuple[float, float]) -> tuple[str, ...]:
    seconds, used = found
    return f"{seconds:.1f}", f"{used:.1f}", f"{used / engine[1]:.1f}", f"{_memory():,.0f} MB"


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _server.measure(work)
