"""Everything that was made of lots, and everything that went into them: one statement a level of making.

A work that used a thousand lots and made a thousand is one step, not a million pairs: lots lead to the
stages of works that used them, those to the lots that came out. What came back unused, or was corrected
away, adds up to nothing and is no relation.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

MADE_OF = """
WITH used AS MATERIALIZED (
    SELECT DISTINCT work_id, line_id, position FROM (
        SELECT work_id, line_id, position FROM manufacturing_materialuse
        WHERE lot_id = ANY (%s::bigint[])
        GROUP BY lot_id, work_id, line_id, position HAVING sum(quantity) > 0
    ) each_lot
)
SELECT DISTINCT o.lot_id FROM used u
JOIN manufacturing_workoutput o ON o.work_id = u.work_id AND o.lot_id IS NOT NULL
    AND (u.line_id IS NULL OR o.line_id IS NULL OR u.line_id = o.line_id)
    AND u.position BETWEEN o.from_position AND o.to_position
GROUP BY o.lot_id, o.work_id, o.line_id, o.from_position, o.to_position, u.line_id, u.position
HAVING sum(o.quantity) > 0
"""

WENT_INTO = """
WITH made AS MATERIALIZED (
    SELECT DISTINCT work_id, line_id, from_position, to_position FROM (
        SELECT work_id, line_id, from_position, to_position FROM manufacturing_workoutput
        WHERE lot_id = ANY (%s::bigint[])
        GROUP BY lot_id, work_id, line_id, from_position, to_position HAVING sum(quantity) > 0
    ) each_lot
)
SELECT DISTINCT u.lot_id FROM made o
JOIN manufacturing_materialuse u ON u.work_id = o.work_id AND u.lot_id IS NOT NULL
    AND (u.line_id IS NULL OR o.line_id IS NULL OR u.line_id = o.line_id)
    AND u.position BETWEEN o.from_position AND o.to_position
GROUP BY u.lot_id, u.work_id, u.line_id, u.position, o.line_id, o.from_position, o.to_position
HAVING sum(u.quantity) > 0
"""


def reach(*, lot_ids: Iterable[int]) -> dict[int, int]:
    """Every lot that these lots went into, themselves included, by how many works it is away."""
    return _walk(lot_ids, MADE_OF)


def came_from(*, lot_ids: Iterable[int]) -> dict[int, int]:
    """Every lot that went into these lots, themselves included, by how many works it is away."""
    return _walk(lot_ids, WENT_INTO)


def _walk(lot_ids: Iterable[int], step: str) -> dict[int, int]:
    level = dict.fromkeys(lot_ids, 0)
    here = list(level)
    depth = 0
    with connection.cursor() as cursor:
        while here:
            depth += 1
            cursor.execute(f"SELECT array_agg(lot_id) FROM ({step}) reached", [here])
            [[found]] = cursor.fetchall()
            here = [lot for lot in found or () if lot not in level]
            level |= dict.fromkeys(here, depth)
    return level
