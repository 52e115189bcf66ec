"""Ten thousand series: every page of the grid, and a paste into it, asks the same few statements."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.demand import queries
from loomline.domains.demand.models import DemandItem, Forecast, Override, Run, Series
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from tests.domains.demand.conftest import MONDAY, week
from tests.domains.demand.test_promotions import promote
from tests.domains.sales.shop import World

ROWS = 10_000


@pytest.fixture
def many(ctx: Ctx, world: World) -> DemandItem:
    """One sweater, ten thousand customers, ten a week each."""
    demand = DemandItem.objects.create(item=world.sweater)
    shops = Party.objects.bulk_create(
        [Party(name=f"Shop {n:05}", sort_name=f"shop {n:05}", code=f"N{n:05}") for n in range(ROWS)],
        batch_size=2000,
    )
    series = Series.objects.bulk_create(
        [Series(demand=demand, site=world.site, customer=shop) for shop in shops], batch_size=2000
    )
    run = Run.objects.create(made_at=ctx.now, first_week=MONDAY, weeks=26)
    means = [Decimal(10)] * 26
    Forecast.objects.bulk_create(
        [
            Forecast(run=run, demand=demand, series=one, mean=means, p10=means, p50=means, p90=means)
            for one in series
        ],
        batch_size=2000,
    )
    return demand


def test_ten_thousand_rows(ctx: Ctx, world: World, many: DemandItem, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        first = queries.grid(ctx, series=Series.objects.all())
    assert (len(first.rows), len(first.weeks)) == (100, 13)
    keys = list(Series.objects.order_by("pk").values_list("pk", flat=True))
    with django_assert_num_queries(5):
        last = queries.grid(ctx, series=Series.objects.all(), after=f"{world.sweater.sku}|{keys[-101]}")
    assert (last.rows[-1].series.pk, last.after) == (keys[-1], "")
    # A thousand more in one week, shared among all: a tenth each.
    promote(ctx, first=week(2), item=world.sweater, kind="quantity", uplift=Decimal(1000))
    with django_assert_num_queries(8):
        page = queries.grid(ctx, series=Series.objects.all(), find="Shop 00042")
    assert [cell.forecast for cell in page.rows[0].cells[:3]] == [10, Decimal("10.1"), 10]

    client = Client()
    client.force_login(ctx.actor)
    counts = []
    for rows in (10, 380):
        edits = [[pk, week(n).isoformat(), "12,5"] for pk in keys[:rows] for n in range(1, 14)]
        with CaptureQueriesContext(connection) as asked:
            answer = client.post("/demand/grid/save/", {"edits": json.dumps(edits), "reason": "Pasted"})
        assert answer.status_code in (200, 204, 302, 303)
        counts.append(len(asked))
    assert Override.objects.count() == 380 * 13
    # Rows are written by the thousand: 4,940 take two statements more than 130.
    assert counts[1] <= counts[0] + 4
