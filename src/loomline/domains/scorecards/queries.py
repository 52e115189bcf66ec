"""The figures of suppliers in a period, from orders, receipts, checks and nonconformances only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from loomline.domains.scorecards.models import Measure, Rank, Rule, Score

ZERO, HUNDRED = Decimal(0), Decimal(100)
# From so many points on a supplier has this standing; below the last one it is blocked.
RANKS = ((Decimal(85), Rank.PREFERRED), (Decimal(70), Rank.APPROVED), (Decimal(40), Rank.WATCHED))
# Fewer lines than this say too little to block anybody.
FEW_LINES = 3

# Lines that were due in the period. Those that were taken over as received, without receipts, have no day.
PUNCTUALITY = """
WITH due AS (
    SELECT l.id, p.supplier_id, l.quantity, l.requested_on, p.ordered_on,
        coalesce(l.confirmed_on, l.requested_on) AS promised_on
    FROM procurement_purchaseline l JOIN procurement_purchase p ON p.id = l.purchase_id
    WHERE p.state NOT IN ('draft', 'cancelled')
        AND coalesce(l.confirmed_on, l.requested_on) >= %(starts)s
        AND coalesce(l.confirmed_on, l.requested_on) < %(ends)s
        AND (l.received = 0 OR EXISTS (
            SELECT 1 FROM procurement_receiptline r WHERE r.purchase_line_id = l.id))
), came AS (
    SELECT d.id, (r.received_at AT TIME ZONE %(zone)s)::date AS day,
        sum(rl.quantity - rl.rejected) OVER (PARTITION BY d.id ORDER BY r.received_at, rl.id) AS total
    FROM due d
    JOIN procurement_receiptline rl ON rl.purchase_line_id = d.id
    JOIN procurement_receipt r ON r.id = rl.receipt_id AND r.state = 'posted'
), filled AS (
    SELECT d.id, min(c.day) AS day FROM due d JOIN came c ON c.id = d.id AND c.total >= d.quantity GROUP BY 1
)
SELECT d.supplier_id, count(*),
    count(*) FILTER (WHERE f.day <= d.promised_on),
    count(d.requested_on),
    count(*) FILTER (WHERE f.day <= d.requested_on),
    avg(f.day - d.ordered_on), stddev_samp(f.day - d.ordered_on)
FROM due d LEFT JOIN filled f ON f.id = d.id GROUP BY 1
"""

REJECTED = """
SELECT supplier_id, sum(received), sum(rejected) FROM (
    SELECT r.supplier_id, rl.quantity AS received, rl.rejected
    FROM procurement_receiptline rl JOIN procurement_receipt r ON r.id = rl.receipt_id
    WHERE r.state = 'posted' AND (r.received_at AT TIME ZONE %(zone)s)::date >= %(starts)s
        AND (r.received_at AT TIME ZONE %(zone)s)::date < %(ends)s
    UNION ALL
    SELECT p.supplier_id, l.received, l.rejected
    FROM procurement_purchaseline l JOIN procurement_purchase p ON p.id = l.purchase_id
    WHERE l.received > 0 AND coalesce(l.expected_on, l.requested_on, p.ordered_on) >= %(starts)s
        AND coalesce(l.expected_on, l.requested_on, p.ordered_on) < %(ends)s
        AND NOT EXISTS (SELECT 1 FROM procurement_receiptline r WHERE r.purchase_line_id = l.id)
) goods GROUP BY 1
"""

PRICES = """
SELECT p.supplier_id, sum(l.quantity * l.price * (1 - l.discount)), sum(l.quantity * s.price)
FROM procurement_purchaseline l
JOIN procurement_purchase p ON p.id = l.purchase_id
JOIN procurement_supplieritem s ON s.supplier_id = p.supplier_id AND s.item_id = l.item_id
    AND s.currency = p.currency AND s.price > 0
WHERE p.state NOT IN ('draft', 'cancelled') AND p.ordered_on >= %(starts)s AND p.ordered_on < %(ends)s
GROUP BY 1
"""

RESPONSES = """
WITH told AS (
    SELECT (e.payload ->> 'purchase_id')::bigint AS purchase_id,
        (e.payload ->> 'supplier_id')::bigint AS party,
        min(e.at) FILTER (WHERE e.name = 'procurement.PurchaseSent') AS sent,
        min(e.at) FILTER (WHERE e.name = 'procurement.PurchaseConfirmed') AS confirmed
    FROM kernel_storedevent e
    WHERE e.name IN ('procurement.PurchaseSent', 'procurement.PurchaseConfirmed') GROUP BY 1, 2
)
SELECT party, avg(extract(epoch FROM confirmed - sent) / 3600) FROM told
WHERE confirmed >= sent AND (sent AT TIME ZONE %(zone)s)::date >= %(starts)s
    AND (sent AT TIME ZONE %(zone)s)::date < %(ends)s
GROUP BY 1
"""

CHECKS = """
SELECT supplier_id, count(*), count(*) FILTER (WHERE state = 'passed') FROM quality_check
WHERE supplier_id IS NOT NULL AND is_original AND (checked_at AT TIME ZONE %(zone)s)::date >= %(starts)s
    AND (checked_at AT TIME ZONE %(zone)s)::date < %(ends)s
GROUP BY 1
"""

CLAIMS = """
SELECT supplier_id, count(*) FROM corrections_nonconformance
WHERE supplier_id IS NOT NULL AND state <> 'cancelled'
    AND (raised_at AT TIME ZONE %(zone)s)::date >= %(starts)s
    AND (raised_at AT TIME ZONE %(zone)s)::date < %(ends)s
GROUP BY 1
"""


@dataclass
class Figures:
    """What a supplier's transactions of a period come to; a measure that nothing speaks of is left out."""

    lines: int = 0
    values: dict[str, Decimal] = field(default_factory=dict)


def figures(
    *, starts_on: date, ends_on: date, zone: str, supplier_ids: Iterable[int] | None = None
) -> dict[int, Figures]:
    """The figures of suppliers in [starts_on, ends_on), by supplier. Six statements."""
    wanted = None if supplier_ids is None else set(supplier_ids)
    period = {"starts": starts_on, "ends": ends_on, "zone": zone}
    found: dict[int, Figures] = {}

    def of(supplier: int) -> Figures:
        return found.setdefault(supplier, Figures())

    for supplier, lines, on_time, asked, as_asked, mean, deviation in _rows(PUNCTUALITY, period):
        one = of(supplier)
        one.lines = lines
        _put(one, Measure.OTIF, Decimal(on_time) / lines)
        _put(one, Measure.OTIF_REQUESTED, Decimal(as_asked) / asked if asked else None)
        _put(one, Measure.LEAD_MEAN, mean)
        _put(one, Measure.LEAD_DEVIATION, deviation)
    for supplier, received, rejected in _rows(REJECTED, period):
        _put(of(supplier), Measure.PPM, rejected * 1_000_000 / received if received else None)
    for supplier, paid, agreed in _rows(PRICES, period):
        _put(of(supplier), Measure.PRICE, paid / agreed - 1 if agreed else None)
    for supplier, hours in _rows(RESPONSES, period):
        _put(of(supplier), Measure.RESPONSE, hours)
    for supplier, done, passed in _rows(CHECKS, period):
        _put(of(supplier), Measure.ACCEPTED, Decimal(passed) / done)
    for one in found.values():
        _put(one, Measure.CLAIMS, 0)
    for supplier, count in _rows(CLAIMS, period):
        _put(of(supplier), Measure.CLAIMS, count)
    return {pk: one for pk, one in found.items() if wanted is None or pk in wanted}


def rules() -> list[Rule]:
    """The rules in use."""
    return list(Rule.objects.filter(is_active=True))


def points_of(values: Mapping[str, Decimal], by: Iterable[Rule]) -> Decimal:
    """Points from 0 to 100: each measure between worst and best, by weight; what is missing is left out."""
    total = weight = ZERO
    for rule in by:
        if rule.measure not in values:
            continue
        total += rule.weight * share_of(values[rule.measure], rule)
        weight += rule.weight
    return (HUNDRED * total / weight).quantize(Decimal("0.1")) if weight else HUNDRED


def share_of(value: Decimal, rule: Rule) -> Decimal:
    """How far a figure is from the worst to the best, from 0 to 1."""
    share = (value - rule.worst) / (rule.best - rule.worst)
    return min(Decimal(1), max(ZERO, share))


def rank_of(points: Decimal, *, lines: int) -> Rank:
    """What the points say; a few lines block nobody."""
    found = next((rank for least, rank in RANKS if points >= least), Rank.BLOCKED)
    return Rank.WATCHED if found == Rank.BLOCKED and lines < FEW_LINES else found


def last_score(*, supplier_id: int) -> Score | None:
    """The score of a supplier's newest period."""
    return Score.objects.filter(supplier=supplier_id).order_by("-ends_on", "-pk").first()


def trend(*, supplier_id: int, count: int = 12) -> list[Score]:
    """The last scores of a supplier, oldest first."""
    return list(Score.objects.filter(supplier=supplier_id).order_by("-ends_on", "-pk")[:count])[::-1]


def _put(one: Figures, measure: Measure, value: Any) -> None:
    if value is not None:
        one.values[measure.value] = Decimal(value).quantize(Decimal("0.0001"))


def _rows(query: str, period: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, period)
        return cursor.fetchall()
