"""Lot sizing of many items at once: what each period's net requirements become as orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.plant import LotRule
from loomline.engines.stocking.lot_sizing import silver_meal, wagner_whitin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.plant import Items
else:
    np = heavy("numpy")

LEAST = 1e-7
"""Quantities below this are rounding of the machine, not of a planner."""
YEAR_DAYS = 365.0


@dataclass(frozen=True)
class Lots:
    """The lot sizing of n items: smallest lot, multiple, buckets that one order covers (0: up to a rule)."""

    rule: NDArray[np.int64]
    minimum: NDArray[np.float64]
    multiple: NDArray[np.float64]
    cover: NDArray[np.int64]
    setup: NDArray[np.float64]
    holding: NDArray[np.float64]
    is_plain: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> Lots:
        """Of these items only."""
        return Lots(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def lots_of(items: Items, bucket_days: float, rate: NDArray[np.float64]) -> Lots:
    """What the rules of the items mean on a grid; `rate` is the demand of each item per year, shape (n,).

    FIXED orders a multiple of the fixed quantity. ECONOMIC orders the square-root lot (Harris, 1913),
    more when the need is greater. PERIOD covers the needs of `period_days`. SILVER_MEAL and
    WAGNER_WHITIN balance `setup_cost` and `holding_cost`. Minimum and multiple hold on top of every rule.
    """
    rule = items.rule
    fixed = np.where(rule == LotRule.FIXED, items.fixed_quantity, 0.0)
    costs = np.where(items.holding_cost > 0, items.holding_cost, np.inf)
    square_root = np.sqrt(2 * np.maximum(rate, 0) * items.setup_cost / costs)
    economic = np.where(rule == LotRule.ECONOMIC, np.round(square_root, 6), 0.0)
    minimum = np.maximum(np.maximum(items.minimum, fixed), economic)
    multiple = np.where(fixed > 0, fixed, items.multiple)
    cover = np.maximum(np.rint(items.period_days / bucket_days), 1).astype(np.int64)
    cover = np.where(rule == LotRule.PERIOD, cover, 1)
    by_cost = (rule == LotRule.SILVER_MEAL) | (rule == LotRule.WAGNER_WHITIN)
    is_plain = (minimum <= 0) & (multiple <= 0) & (cover == 1) & ~by_cost
    holding = items.holding_cost * bucket_days / YEAR_DAYS
    return Lots(rule, minimum, multiple, cover, items.setup_cost, holding, is_plain)


def planned_lots(net: NDArray[np.float64], lots: Lots) -> NDArray[np.float64]:
    """Orders that cover net requirements in time, both of shape (n, T): what arrives in each bucket."""
    made = net.copy()
    rows = np.flatnonzero(~lots.is_plain & (net.max(axis=1, initial=0.0) > 0))
    if len(rows):
        some = lots.take(rows)
        made[rows] = _sized(net[rows], some)
    return made


def _sized(net: NDArray[np.float64], lots: Lots) -> NDArray[np.float64]:
    """Bucket by bucket: where the orders so far do not cover the need, order what the rule says."""
    count, periods = net.shape
    needed = np.cumsum(net, axis=1)
    until = _covered_until(net, lots)
    target = np.take_along_axis(needed, until, axis=1).T.copy()
    needed = (needed - LEAST).T.copy()
    made = np.zeros((periods, count))
    ordered = np.zeros(count)
    for bucket in (net.max(axis=0) > 0).nonzero()[0].tolist():
        short = (needed[bucket] > ordered).nonzero()[0]
        if not len(short):
            continue
        size = target[bucket].take(short) - ordered.take(short)
        size = rounded_lot(size, lots.minimum.take(short), lots.multiple.take(short))
        made[bucket, short] = size
        ordered[short] += size
    return made.T.copy()


def rounded_lot(
    needed: NDArray[np.float64], minimum: NDArray[np.float64], multiple: NDArray[np.float64]
) -> NDArray[np.float64]:
    """At least the minimum and a whole number of multiples; any shape."""
    size = np.maximum(needed, minimum)
    has = multiple > 0
    step = np.where(has, multiple, 1.0)
    return np.where(has, np.ceil(size / step - LEAST) * step, size)


def _covered_until(net: NDArray[np.float64], lots: Lots) -> NDArray[np.int64]:
    """The last bucket that an order in each bucket covers, shape (n, T)."""
    periods = net.shape[1]
    until = np.minimum(np.arange(periods)[None, :] + lots.cover[:, None] - 1, periods - 1)
    for row in np.flatnonzero(lots.rule >= LotRule.SILVER_MEAL):
        rule = silver_meal if lots.rule[row] == LotRule.SILVER_MEAL else wagner_whitin
        placed = rule(net[row], setup=float(lots.setup[row]), holding=float(lots.holding[row])) > 0
        starts = np.append(np.flatnonzero(placed), periods)
        index = np.searchsorted(starts, np.arange(periods), side="right")
        until[row] = np.minimum(starts[np.minimum(index, len(starts) - 1)] - 1, periods - 1)
    return until
