"""DRP: what each site needs is netted like any requirement; what the source has is shared out fairly.

A site's item is supplied by a lane: a bill row that takes one unit of the same thing at the source. Netting
plans transfers as if the source had everything (Martin, 1983); deployment then walks the network from the
sources down and ships what is really there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.allocation import FairShare, fair_share
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.plant import Kind, seconds_of
from loomline.engines.mrp.timing import shifted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.netting import Netting
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Shipments:
    """Transfers that can really be made, shape (k,): bill row of the lane, quantity, days in seconds.

    `wanted` is when the transfer was planned to leave; it leaves later where the source was short.
    """

    lane: NDArray[np.int64]
    quantity: NDArray[np.float64]
    leaves: NDArray[np.int64]
    arrives: NDArray[np.int64]


@dataclass(frozen=True)
class Deployment:
    """Shipments, and what is still owed at the end: to lanes, shape (bill rows,), and to own demand (items,).

    `stock` is the projected stock of every item on the grid, shape (items, buckets), never below 0.
    """

    shipments: Shipments
    owed_to_lanes: NDArray[np.float64]
    owed_to_demand: NDArray[np.float64]
    stock: NDArray[np.float64]


def deploy(netting: Netting, *, rule: FairShare = FairShare.PROPORTION) -> Deployment:
    """Ship what sources have, bucket by bucket, in fair shares where it is not enough.

    Stock, receipts, and planned orders that are made or bought are there when due, if they could still be
    started; transfers arrive when they were shipped and the lane's lead time is over. The own demand of a
    source is served before its lanes. `rule` COVER balances the days of cover of the receiving sites.
    """
    return _Deployment(netting, rule).run()


class _Deployment:
    def __init__(self, netting: Netting, rule: FairShare) -> None:
        self.netting, self.rule, self.plant = netting, rule, netting.plant
        moved = self.plant.items.kind == Kind.MOVE
        bills = self.plant.bills
        self.lanes = np.flatnonzero(moved[bills.parent] & ~bills.is_output)
        self.arriving = self._own_supply(moved)
        self.stock = np.zeros_like(netting.gross)
        self.lane_owed = np.zeros(len(bills))
        self.demand_owed = np.zeros(len(self.plant.items))
        self.rate = netting.gross.mean(axis=1)
        self.rows: list[tuple[int, float, int, int]] = []

    def run(self) -> Deployment:
        """Sources first: a site ships on only what has reached it."""
        of_source: dict[int, list[int]] = {}
        for lane in self.lanes.tolist():
            of_source.setdefault(int(self.plant.bills.component[lane]), []).append(lane)
        for item in np.argsort(-self.netting.level, kind="stable").tolist():
            self._walk(item, np.array(of_source.get(item, []), dtype=np.int64))
        rows = np.array(self.rows, dtype=float).reshape(-1, 4)
        whole = rows[:, [0, 2, 3]].astype(np.int64)
        shipments = Shipments(whole[:, 0], rows[:, 1], whole[:, 1], whole[:, 2])
        return Deployment(shipments, self.lane_owed, self.demand_owed, self.stock)

    def _own_supply(self, moved: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Receipts, and planned orders that nobody ships and that can still be started."""
        netting, grid, receipts = self.netting, self.netting.grid, self.plant.receipts
        made = np.zeros_like(netting.gross)
        # What nobody supplies is planned, so that it is seen; it never comes.
        rows = np.flatnonzero(~moved & (self.plant.items.kind != Kind.NONE))
        orders = netting.explosion.orders(rows, netting.planned[rows])
        possible = orders.start >= 0
        np.add.at(made, (orders.item[possible], grid.bucket(orders.due[possible])), orders.quantity[possible])
        inside = grid.bucket(receipts.at) < grid.count
        at = receipts.item[inside], grid.bucket(receipts.at[inside])
        np.add.at(made, at, receipts.quantity[inside])
        return made

    def _walk(self, item: int, lanes: NDArray[np.int64]) -> None:
        """One source through time: own demand first, then its lanes."""
        wanted = self._wanted(lanes)
        own = np.maximum(self.netting.gross[item] - wanted.sum(axis=0), 0.0)
        stock, owed_own = float(self.plant.items.on_hand[item]), 0.0
        owed = np.zeros(len(lanes))
        for bucket in range(self.netting.grid.count):
            stock += float(self.arriving[item, bucket])
            owed_own += float(own[bucket])
            served = min(stock, owed_own)
            stock, owed_own = stock - served, owed_own - served
            owed += wanted[:, bucket]
            if stock > LEAST and owed.sum() > LEAST:
                share = self._share(stock, owed, lanes, bucket)
                self._ship(lanes, share, bucket)
                owed, stock = owed - share, stock - float(share.sum())
            self.stock[item, bucket] = max(stock, 0.0)
        self.demand_owed[item] = owed_own if owed_own > LEAST else 0.0
        self.lane_owed[lanes] = np.where(owed > LEAST, owed, 0.0)

    def _wanted(self, lanes: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each lane should ship by the netting, by bucket of departure, shape (lanes, buckets)."""
        netting, grid = self.netting, self.netting.grid
        made = np.zeros((len(lanes), grid.count))
        sites = self.plant.bills.parent[lanes]
        orders = netting.explosion.orders(sites, netting.planned[sites])
        bucket = np.minimum(grid.bucket(orders.start), grid.count - 1)
        np.add.at(made, (orders.local, bucket), netting.explosion.rate[lanes][orders.local] * orders.started)
        return made

    def _share(
        self, stock: float, owed: NDArray[np.float64], lanes: NDArray[np.int64], bucket: int
    ) -> NDArray[np.float64]:
        sites = self.plant.bills.parent[lanes]
        # A site further down is not walked yet: its cover is what it has at the start.
        return fair_share(
            stock,
            owed,
            rule=self.rule,
            stock=self.plant.items.on_hand[sites],
            rate=self.rate[sites],
            multiple=self.plant.items.multiple[sites],
        )

    def _ship(self, lanes: NDArray[np.int64], share: NDArray[np.float64], bucket: int) -> None:
        grid, items = self.netting.grid, self.plant.items
        sites = self.plant.bills.parent[lanes]
        leaves = np.full(len(lanes), int(grid.start(bucket)))
        lead = seconds_of(items.lead_days[sites])
        arrives = shifted(self.plant, items.calendar[sites], leaves, lead)
        for at in np.flatnonzero(share > LEAST).tolist():
            rate = float(self.netting.explosion.rate[lanes[at]])
            self.rows.append((int(lanes[at]), float(share[at]), int(leaves[at]), int(arrives[at])))
            reached = int(grid.bucket(arrives[at]))
            if reached < grid.count:
                good = float(share[at]) / rate * float(items.yield_share[sites[at]])
                self.arriving[sites[at], reached] += good
