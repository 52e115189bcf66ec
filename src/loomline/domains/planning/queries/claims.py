"""What confirmed orders were promised and nothing stands behind yet: it is not promised to anybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from loomline.domains.inventory.commands import Demand
from loomline.domains.manufacturing.models.work import OPEN as OPEN_WORK
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE
from loomline.domains.sales.models import Delivery
from loomline.domains.sales.models.order import OPEN
from loomline.kernel.prepared import fetch

ZERO = Decimal(0)

# What is open of a line, less what is reserved for it and what is on its way for it.
UNCOVERED = """
SELECT l.id, l.item_id, o.site_id, o.id AS order_id, o.customer_id, o.confirmed_at,
    l.quantity - l.shipped
    - coalesce((SELECT sum(r.quantity) FROM inventory_reservation r
        WHERE r.origin_kind = %(line)s AND r.origin_id = l.id), 0)
    - coalesce((SELECT sum(least(p.quantity,
            greatest(b.quantity - b.received + b.rejected, w.quantity - w.done, 0)))
        FROM planning_peg p
        LEFT JOIN procurement_purchaseline b
            ON p.supply_kind = %(bought)s AND b.id = p.supply_id AND NOT b.is_closed
        LEFT JOIN (manufacturing_workline w
                JOIN manufacturing_workorder v ON v.id = w.work_id AND v.state = ANY (%(working)s::text[]))
            ON p.supply_kind = %(made)s AND w.id = p.supply_id
        WHERE p.demand_kind = %(line)s AND p.demand_id = l.id AND p.item_id = l.item_id), 0) AS lacking,
    l.promise_basis <> '' AS is_based
FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id
WHERE l.item_id = ANY (%(items)s::bigint[]) AND o.state = ANY (%(open)s::text[]) AND l.shipped < l.quantity
    AND l.delivery <> %(direct)s
"""
BY_SITE = f"""
SELECT item_id, site_id, sum(lacking) FROM ({UNCOVERED}) u
WHERE lacking > 0 AND id <> ALL (%(own)s::bigint[]) GROUP BY 1, 2
"""
ONE_BY_ONE = f"SELECT * FROM ({UNCOVERED}) u WHERE lacking > 0 ORDER BY confirmed_at, order_id, id"


@dataclass(frozen=True)
class Claim:
    """What one line of a confirmed order lacks. Who was promised first comes first."""

    line_id: int
    item_id: int
    site_id: int | None
    order_id: int
    customer_id: int
    confirmed_at: datetime
    quantity: Decimal
    is_based: bool

    @property
    def order_key(self) -> tuple[datetime, int]:
        """Who was promised first."""
        return self.confirmed_at, self.order_id

    def demand(self) -> Demand:
        """The stock it needs."""
        return Demand(
            item_id=self.item_id,
            quantity=self.quantity,
            origin_kind=ORDER_LINE,
            origin_id=self.line_id,
            site_id=self.site_id,
            customer_id=self.customer_id,
            consigned=True,
        )


def claims(*, item_ids: Iterable[int]) -> list[Claim]:
    """What open order lines of these items lack, the first confirmed first. One statement."""
    wanted = sorted(set(item_ids))
    return [Claim(*row) for row in fetch(ONE_BY_ONE, _values(wanted))] if wanted else []


def claims_before(*, lines: Mapping[int, int]) -> list[Claim]:
    """What others were promised before these lines (with their items) and lack still. One statement.

    A line that counts on what is on its way was promised nothing of the stock: all others go before it. A
    day that another system gave stands on no stock of ours, so it keeps none from being picked.
    """
    found = claims(item_ids=lines.values())
    own = {claim.line_id: claim.order_key for claim in found if claim.line_id in lines}
    latest: dict[int, tuple[datetime, int] | None] = {}
    for line, item in lines.items():
        key, known = own.get(line), latest.get(item, own.get(line))
        latest[item] = None if key is None or known is None else max(key, known)
    return [
        claim
        for claim in found
        if claim.is_based
        and claim.line_id not in lines
        and ((last := latest[claim.item_id]) is None or claim.order_key < last)
    ]


def claimed(*, item_ids: Iterable[int], own: Sequence[int] = ()) -> dict[tuple[int, int | None], Decimal]:
    """How much others were promised that nothing stands behind, by item and site; `own` lines do not count.

    By item alone it stands under the site None. One statement.
    """
    rows = fetch(BY_SITE, {**_values(sorted(set(item_ids))), "own": list(own)})
    found: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for item, site, quantity in rows:
        found[item, None] += quantity
        if site is not None:
            found[item, site] += quantity
    return dict(found)


def _values(items: Sequence[int]) -> dict[str, object]:
    return {
        "items": items,
        "line": ORDER_LINE,
        "bought": PURCHASE_LINE,
        "made": WORK_LINE,
        "working": [str(state) for state in OPEN_WORK],
        "open": [str(state) for state in OPEN],
        "direct": str(Delivery.DIRECT),
    }
