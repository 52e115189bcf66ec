"""What is promised for each day: its rows become one a day, and are written anew when they are in doubt."""

from __future__ import annotations

from django.db import connection

from loomline.domains.sales.queries import PROMISED_TRUTH
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

# One statement: what others add meanwhile is seen by neither part of it, and stays.
FOLD = """
WITH gone AS (DELETE FROM sales_promisedday RETURNING supply, day, quantity)
INSERT INTO sales_promisedday (supply, day, quantity)
SELECT supply, day, sum(quantity) FROM gone GROUP BY 1, 2 HAVING sum(quantity) <> 0
"""


@command(hidden=True)
def fold_promised_days(ctx: Ctx) -> int:
    """Make one row of each promised day. Returns how many days there are."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
        return int(cursor.rowcount)


@command(hidden=True)
def rebuild_promised_days(ctx: Ctx) -> int:
    """Add up anew what is promised for each day from the lines of orders. Returns how many days there are."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE sales_order, sales_orderline IN SHARE MODE")
        cursor.execute("DELETE FROM sales_promisedday")
        cursor.execute(f"INSERT INTO sales_promisedday (supply, day, quantity) {PROMISED_TRUTH}")
        return int(cursor.rowcount)
