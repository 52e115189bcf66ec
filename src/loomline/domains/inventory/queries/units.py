"""Handling units: what is in what, now and at any past moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from loomline.domains.inventory.models import Balance, HandlingUnit, UnitMove

DOWN = """
WITH RECURSIVE tree (id) AS (
    SELECT unnest(%s::bigint[])
    UNION SELECT u.id FROM inventory_handlingunit u JOIN tree t ON u.parent_id = t.id
)
SELECT id FROM tree ORDER BY id
"""
UP = """
WITH RECURSIVE chain (id, parent_id) AS (
    SELECT id, parent_id FROM inventory_handlingunit WHERE id = %s
    UNION SELECT u.id, u.parent_id FROM inventory_handlingunit u JOIN chain c ON u.id = c.parent_id
)
SELECT id FROM chain WHERE id <> %s ORDER BY id
"""
# The last line of each unit up to the moment says where it stood and in what.
DOWN_AT = """
WITH RECURSIVE stood AS MATERIALIZED (
    SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM inventory_unitmove
    WHERE recorded_at <= %(at)s ORDER BY unit_id, id DESC
), tree (id) AS (
    SELECT %(unit)s::bigint UNION SELECT s.unit_id FROM stood s JOIN tree t ON s.parent_id = t.id
)
SELECT m.item_id, m.lot_id, m.owner_id, e.unit_id, sum(e.quantity)
FROM tree t
CROSS JOIN LATERAL (
    SELECT id, destination_unit_id AS unit_id, quantity FROM inventory_stockmove
    WHERE destination_unit_id = t.id AND recorded_at <= %(at)s
    UNION ALL
    SELECT id, source_unit_id, -quantity FROM inventory_stockmove
    WHERE source_unit_id = t.id AND recorded_at <= %(at)s
) e
JOIN inventory_stockmove m ON m.id = e.id
GROUP BY 1, 2, 3, 4 HAVING sum(e.quantity) <> 0 ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Carried:
    """A quantity that was in a handling unit, or in one within it."""

    item_id: int
    lot_id: int | None
    owner_id: int | None
    unit_id: int
    quantity: Decimal


def units_within(*, unit_ids: list[int]) -> list[int]:
    """These units and all that are in them, however deep. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DOWN, [unit_ids])
        return [row[0] for row in cursor.fetchall()]


def units_above(*, unit: HandlingUnit) -> list[int]:
    """The units that this one is in, however high. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(UP, [unit.pk, unit.pk])
        return [row[0] for row in cursor.fetchall()]


def contents_of(*, unit: HandlingUnit) -> QuerySet[Balance]:
    """What lies in a unit and in those within it."""
    rows = Balance.objects.filter(unit__in=units_within(unit_ids=[unit.pk]), on_hand__gt=0)
    return rows.select_related("item__unit", "lot", "owner", "unit").order_by("unit", "item", "lot")


def stood_at(*, unit: HandlingUnit, at: datetime) -> UnitMove | None:
    """Where a unit stood at a moment, and in what; None before it was opened."""
    rows = UnitMove.objects.filter(unit=unit, recorded_at__lte=at).select_related("location", "parent")
    return rows.order_by("-pk").first()


def contents_as_of(*, unit: HandlingUnit, at: datetime) -> list[Carried]:
    """What was in a unit, and in those that were within it, at a moment. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DOWN_AT, {"unit": unit.pk, "at": at})
        return [Carried(*row) for row in cursor.fetchall()]
