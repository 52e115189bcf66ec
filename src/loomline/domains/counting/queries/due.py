"""What is to be counted, and which items are counted most often."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from loomline.domains.catalog.models import Item
from loomline.domains.counting.models import CountLine, CountRequest, CountRule, SheetState
from loomline.domains.counting.models.sheet import RUNNING
from loomline.domains.inventory.models import Balance
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, Site
from loomline.kernel.prepared import fetch


def to_count(
    *,
    site: Site,
    now: datetime,
    count_class: str = "",
    zone: Location | None = None,
    item: Item | None = None,
    limit: int,
) -> list[Balance]:
    """The stock that a sheet names, in the order of a walk past the places.

    A zone or an item means all of it; otherwise what is asked for, and what was not counted for longer than
    its class allows. What stands on a running sheet is left out.
    """
    rows = Balance.objects.filter(location__site=site, is_physical=True, on_hand__gt=0)
    if zone is not None:
        rows = rows.filter(location__in=sites.within(location=zone).values("pk"))
    if item is not None:
        rows = rows.filter(item=item)
    if count_class:
        rows = rows.filter(item__count_class=count_class)
    if zone is None and item is None:
        rows = rows.filter(_due(now))
    running = CountLine.objects.filter(
        sheet__state__in=RUNNING, item=OuterRef("item"), location=OuterRef("location")
    )
    rows = rows.exclude(Exists(running)).select_related("item")
    return list(rows.order_by("location__path", "item__sort_name", "lot_id", "owner_id", "unit_id")[:limit])


def _due(now: datetime) -> Q:
    asked = CountRequest.objects.filter(
        sheet__isnull=True, item=OuterRef("item"), location=OuterRef("location")
    )
    due = Q(Exists(asked))
    for rule in CountRule.objects.all():
        lately = _counted_at().filter(counted_at__gt=now - timedelta(days=rule.every_days))
        due |= Q(item__count_class=rule.count_class) & ~Q(Exists(lately))
    return due


def _counted_at() -> QuerySet[CountLine]:
    return CountLine.objects.filter(
        sheet__state=SheetState.POSTED, item=OuterRef("item"), location=OuterRef("location")
    )


# Worth at standard cost of what left for customers, work and scrap; A, B and C by their share of the sum.
USE = """
WITH used AS (
    SELECT m.item_id, sum(m.quantity * i.standard_cost) AS worth
    FROM inventory_stockmove m
    JOIN catalog_item i ON i.id = m.item_id
    JOIN sites_location s ON s.id = m.source_id
    JOIN sites_location d ON d.id = m.destination_id
    WHERE m.effective_at > %s AND s.site_id IS NOT NULL AND d.kind IN ('customer', 'production', 'scrap')
    GROUP BY 1
), ranked AS (
    SELECT i.id, coalesce(u.worth, 0) AS worth,
           sum(coalesce(u.worth, 0)) OVER (ORDER BY coalesce(u.worth, 0) DESC, i.id) AS upto,
           sum(coalesce(u.worth, 0)) OVER () AS total
    FROM catalog_item i LEFT JOIN used u ON u.item_id = i.id
    WHERE i.kind = 'stock' AND i.is_active
)
SELECT id, CASE WHEN worth = 0 THEN 'C'
                WHEN (upto - worth) * 100 < total * %s THEN 'A'
                WHEN (upto - worth) * 100 < total * %s THEN 'B'
                ELSE 'C' END
FROM ranked
"""


def classes_by_use(*, now: datetime, days: int, a_share: Decimal, b_share: Decimal) -> dict[int, str]:
    """The count class of every stocked item by the worth of what was used of it. One statement."""
    found: dict[int, str] = dict(fetch(USE, [now - timedelta(days=days), a_share, b_share]))
    return found
