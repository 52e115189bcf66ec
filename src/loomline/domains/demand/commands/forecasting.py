"""Keeping what a run has made of history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import connection

from loomline.domains.demand.events import DemandForecast
from loomline.domains.demand.models import DemandItem, Forecast, Run, Series
from loomline.domains.demand.queries import FigureDraft, Key, NoHistory, Reckoned
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

BATCH, QUARTER = 2000, 13
LOCK = 7_404_001
SHOWN = ("kind", "method", "adi", "cv2", "wape", "bias", "mase", "expected", "run")


@command(hidden=True)
def keep_run(ctx: Ctx, *, made: Reckoned) -> Run:
    """Let a whole run count from now on; the one before counted until this one was complete."""
    _one_at_a_time()

    if not made.figures:
        raise NoHistory

    keys = [(one.item_id, one.site_id, one.customer_id) for one in made.figures if not one.is_sum]
    series = _series_of([*keys, *made.asked])
    items = {row.item_id: row for row in DemandItem.objects.order_by("pk").select_for_update()}
    run: Run = Run.objects.create(
        made_at=ctx.now,
        first_week=made.first_week,
        weeks=made.weeks,
        item_count=len({one.item_id for one in made.figures}),
        series_count=len(keys),
        wape=made.wape,
        bias=made.bias,
        naive_wape=made.naive_wape,
    )
    Forecast.objects.bulk_create(
        (_forecast(run, items[one.item_id], series, one) for one in made.figures), batch_size=BATCH
    )
    _show(run, items, made.figures)

    ctx.emit(DemandForecast(run_id=run.pk, items=run.item_count, series=run.series_count, weeks=run.weeks))
    return run


def _one_at_a_time() -> None:
    """Two runs that end together are written one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _series_of(keys: Iterable[Key]) -> dict[Key, int]:
    """The rows of these series; those that are new are added."""
    wanted = list(dict.fromkeys(keys))
    DemandItem.objects.bulk_create(
        [DemandItem(item_id=item) for item in sorted({key[0] for key in wanted})],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    demands = dict(DemandItem.objects.values_list("item", "pk"))
    Series.objects.bulk_create(
        [Series(demand_id=demands[item], site_id=site, customer_id=whom) for item, site, whom in wanted],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    rows = Series.objects.values_list("pk", "demand__item", "site", "customer")
    return {(item, site, customer): pk for pk, item, site, customer in rows}


def _forecast(run: Run, item: DemandItem, series: dict[Key, int], one: FigureDraft) -> Forecast:
    return Forecast(
        run=run,
        demand=item,
        series_id=None if one.is_sum else series[one.item_id, one.site_id, one.customer_id],
        kind=one.kind,
        method=one.method,
        mean=list(one.mean),
        p10=list(one.p10),
        p50=list(one.p50),
        p90=list(one.p90),
        wape=one.wape,
        bias=one.bias,
        mase=one.mase,
    )


def _show(run: Run, items: dict[int, DemandItem], figures: Sequence[FigureDraft]) -> None:
    """The items show what this run says of them; those it says nothing of show nothing."""
    said = {one.item_id: one for one in figures if one.is_sum}
    for item_id, row in items.items():
        one = said.get(item_id, FigureDraft(item_id=item_id))
        row.kind, row.method, row.adi, row.cv2 = one.kind, one.method, one.adi, one.cv2
        row.wape, row.bias, row.mase = one.wape, one.bias, one.mase
        row.expected = sum(one.mean[:QUARTER], Decimal(0))
        row.run = run if one.is_sum else None
    DemandItem.objects.bulk_update(items.values(), SHOWN, batch_size=BATCH)
