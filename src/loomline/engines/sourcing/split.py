"""The split award as a mixed-integer programme, and what stands in the way when there is none."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.sourcing.award import Award, Bid, Rules, Split, check_bids
from loomline.engines.watch import Stopped, Watch

if TYPE_CHECKING:
    import numpy as np
    from scipy import optimize, sparse
else:
    np, optimize, sparse = heavy("numpy"), heavy("scipy.optimize"), heavy("scipy.sparse")

FREE = math.inf
# The status numbers of scipy.optimize.milp.
INFEASIBLE, NO_TIME = 2, 1
# An award of less than this share of the demand is none.
TINY = 1e-4


def split_award(
    demand: Mapping[str, float],
    bids: Sequence[Bid],
    rules: Rules | None = None,
    *,
    seconds: float = 60.0,
    watch: Watch | None = None,
) -> Split:
    """The cheapest awards that meet demand within the bids and rules.

    Solved to optimality, or to the best found in `seconds` with its bound. Raises BadInput when nothing
    fits, naming the rules that would have to give, and Stopped within a second of being told to.
    """
    rules, watch = rules or Rules(), watch or Watch()
    check_bids(demand, bids)
    _check_reach(demand, bids, rules)
    programme = _Programme(demand, bids, rules)
    found = programme.solve(seconds, watch)
    if found.x is None:
        if found.status == INFEASIBLE:
            raise BadInput("No award keeps all rules.", remedy=_way_out(demand, bids, rules, seconds, watch))
        raise BadInput(f"No award was found in {seconds:g} s.", remedy="Give it more time.")
    return programme.read(found)


class _Programme:
    """Columns: per bid and price a quantity and a choice, per bid a yes, per supplier a yes."""

    def __init__(self, demand: Mapping[str, float], bids: Sequence[Bid], rules: Rules) -> None:
        self.demand, self.bids, self.rules = demand, bids, rules
        self.suppliers = sorted({bid.supplier for bid in bids})
        self.tiers = [(at, tier) for at, bid in enumerate(bids) for tier in range(len(bid.prices))]
        count = len(self.tiers)
        self.amounts = {key: n for n, key in enumerate(self.tiers)}
        self.choices = {key: count + n for n, key in enumerate(self.tiers)}
        self.bid_yes = {at: 2 * count + at for at in range(len(bids))}
        self.supplier_yes = {s: 2 * count + len(bids) + n for n, s in enumerate(self.suppliers)}
        self.size = 2 * count + len(bids) + len(self.suppliers)
        self.rows: list[dict[int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._add_bids()
        self._add_items()
        self._add_totals()

    def solve(self, seconds: float, watch: Watch) -> Any:
        whole = np.ones(self.size)
        whole[: len(self.tiers)] = self.rules.is_whole
        upper = np.ones(self.size)
        upper[: len(self.tiers)] = [self._most(at) for at, _ in self.tiers]
        table = sparse.lil_array((len(self.rows), self.size))
        for n, row in enumerate(self.rows):
            for column, value in row.items():
                table[n, column] = value
        return _in_background(
            {
                "c": self._costs(),
                "constraints": optimize.LinearConstraint(table.tocsr(), self.low, self.high),
                "bounds": optimize.Bounds(0, upper),
                "integrality": whole,
                "options": {"time_limit": seconds, "mip_rel_gap": 1e-9},
            },
            seconds,
            watch,
        )

    def read(self, found: Any) -> Split:
        """Round the solver's dust off and cost the awards by the bids themselves."""
        amounts: dict[int, float] = {}
        for (at, _), column in self.amounts.items():
            amounts[at] = amounts.get(at, 0.0) + float(found.x[column])
        awards = []
        for at, bid in enumerate(self.bids):
            quantity = _tidy(amounts[at], self.demand[bid.item])
            if quantity <= 0:
                continue
            cost = bid.cost(quantity)
            share = quantity / self.demand[bid.item]
            awards.append(Award(bid.supplier, bid.item, quantity, share, cost / quantity, cost))
        chosen = {(award.supplier, award.item): award.quantity for award in awards}
        fixed = sum(self.rules.fixed.get(s, 0.0) for s in {award.supplier for award in awards})
        kept = [bid for bid in self.bids if (bid.supplier, bid.item) in chosen]
        switched = self.rules.switching * sum(not bid.is_incumbent for bid in kept)
        total = math.fsum(award.cost for award in awards) + fixed + switched
        gas = math.fsum(bid.co2e * chosen[bid.supplier, bid.item] for bid in kept)
        risk = math.fsum(bid.risk * chosen[bid.supplier, bid.item] for bid in kept) / sum(
            self.demand.values()
        )
        bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
        return Split(tuple(awards), total, min(float(bound), total), gas, risk)

    def _most(self, at: int) -> float:
        bid = self.bids[at]
        return min(bid.most, self.rules.share[1] * self.demand[bid.item])

    def _costs(self) -> Any:
        costs = np.zeros(self.size)
        for (at, tier), column in self.amounts.items():
            costs[column] = self.bids[at].prices[tier].unit_price + self.bids[at].landed
            costs[self.choices[at, tier]] = self.bids[at].offset(tier)
        for at, column in self.bid_yes.items():
            costs[column] = 0.0 if self.bids[at].is_incumbent else self.rules.switching
        for supplier, column in self.supplier_yes.items():
            costs[column] = self.rules.fixed.get(supplier, 0.0)
        return costs

    def _row(self, terms: dict[int, float], low: float, high: float) -> None:
        self.rows.append(terms)
        self.low.append(low)
        self.high.append(high)

    def _add_bids(self) -> None:
        for at, bid in enumerate(self.bids):
            tiers = range(len(bid.prices))
            yes, most = self.bid_yes[at], self._most(at)
            self._row({**{self.choices[at, t]: 1.0 for t in tiers}, yes: -1.0}, 0, 0)
            for t in tiers:
                end = bid.prices[t + 1].start if t + 1 < len(bid.prices) else FREE
                amount, choice = self.amounts[at, t], self.choices[at, t]
                self._row({amount: 1.0, choice: -min(end, most)}, -FREE, 0)
                if bid.prices[t].start:
                    self._row({amount: 1.0, choice: -bid.prices[t].start}, 0, FREE)
            # An award of nothing is no award: it would count as a supplier.
            least = max(bid.least, self.rules.share[0] * self.demand[bid.item], TINY * self.demand[bid.item])
            self._row({**{self.amounts[at, t]: 1.0 for t in tiers}, yes: -least}, 0, FREE)
            self._row({yes: 1.0, self.supplier_yes[bid.supplier]: -1.0}, -FREE, 0)

    def _add_items(self) -> None:
        fewest, most = self.rules.suppliers_per_item
        for item, quantity in self.demand.items():
            own = [at for at, bid in enumerate(self.bids) if bid.item == item]
            self._row({self.amounts[at, t]: 1.0 for at in own for t in self._tiers(at)}, quantity, quantity)
            self._row({self.bid_yes[at]: 1.0 for at in own}, fewest, most)
            if self.rules.incumbent_share > 0:
                held = [at for at in own if self.bids[at].is_incumbent]
                terms = {self.amounts[at, t]: 1.0 for at in held for t in self._tiers(at)}
                self._row(terms, self.rules.incumbent_share * quantity, FREE)

    def _add_totals(self) -> None:
        for supplier, column in self.supplier_yes.items():
            own = [at for at, bid in enumerate(self.bids) if bid.supplier == supplier]
            self._row({**{self.bid_yes[at]: 1.0 for at in own}, column: -1.0}, 0, FREE)
            if supplier in self.rules.capacity:
                terms = {self.amounts[at, t]: 1.0 for at in own for t in self._tiers(at)}
                self._row(terms, 0, self.rules.capacity[supplier])
        self._row(dict.fromkeys(self.supplier_yes.values(), 1.0), *self.rules.suppliers)
        for limit, weight in (
            (self.rules.most_co2e, [bid.co2e for bid in self.bids]),
            (self.rules.most_risk * sum(self.demand.values()), [bid.risk for bid in self.bids]),
        ):
            if math.isfinite(limit):
                self._row({column: weight[at] for (at, _), column in self.amounts.items()}, 0, limit)

    def _tiers(self, at: int) -> range:
        return range(len(self.bids[at].prices))


def _check_reach(demand: Mapping[str, float], bids: Sequence[Bid], rules: Rules) -> None:
    """The commonest reason of all, said with its numbers."""
    for item, quantity in demand.items():
        own = [bid for bid in bids if bid.item == item]
        reach = sum(min(bid.most, rules.capacity.get(bid.supplier, FREE)) for bid in own)
        if reach < quantity * (1 - 1e-9):
            raise BadInput(
                f"All bids for {item} together reach {reach:g} of {quantity:g}.",
                remedy="Ask for more capacity, or for another bid.",
                column="capacity",
            )


def _way_out(
    demand: Mapping[str, float], bids: Sequence[Bid], rules: Rules, seconds: float, watch: Watch
) -> str:
    """Which single rule would have to give."""
    looser = {
        "the number of suppliers": (
            bids,
            replace(rules, suppliers=(0, 10**6), suppliers_per_item=(0, 10**6)),
        ),
        "the least and most share": (bids, replace(rules, share=(0.0, 1.0))),
        "the share of incumbents": (bids, replace(rules, incumbent_share=0.0)),
        "the limit of CO2e": (bids, replace(rules, most_co2e=FREE)),
        "the limit of risk": (bids, replace(rules, most_risk=FREE)),
        "the capacities of suppliers": (bids, replace(rules, capacity={})),
        "the least quantities of the bids": ([replace(bid, least=0.0) for bid in bids], rules),
    }
    gives = [
        name
        for name, (some, other) in looser.items()
        if _Programme(demand, some, other).solve(min(seconds, 5.0), watch).x is not None
    ]
    if gives:
        return f"It works without {' or without '.join(gives)}: loosen that."
    return "No single rule stands in the way: loosen several."


def _in_background(given: dict[str, Any], seconds: float, watch: Watch) -> Any:
    """Run the solver in a thread, so that a stop is heard; it lets go of Python while it runs."""
    watch.at(0.0, "splitting the award")
    found: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(optimize.milp(**given))
        except BaseException as fault:
            failed.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    waited = 0.0
    while thread.is_alive():
        thread.join(0.1)
        waited += 0.1
        if watch.is_stopped():
            raise Stopped
        watch.tell(min(waited / max(seconds, 0.1), 1.0), "splitting the award")
    if failed:
        raise failed[0]
    return found[0]


def _tidy(quantity: float, demand: float) -> float:
    """A quantity without the solver's dust."""
    rounded = round(quantity, 6)
    return rounded if rounded > TINY / 2 * demand else 0.0
