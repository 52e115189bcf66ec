"""How much of each item to give to which bidder, within capacities and rules, at the least total cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loomline.engines.bad_input import BadInput


@dataclass(frozen=True)
class Price:
    """From this quantity on a unit costs so much."""

    start: float
    unit_price: float


@dataclass(frozen=True)
class Bid:
    """A supplier's offer for an item.

    `prices` begin with 0, and no later one is higher; they hold for all units, or with `is_incremental` for
    those above their start. If awarded, the quantity is at least `least` and at most `most`. `landed` is what
    freight and duty add per unit; `co2e` kg and `risk` points per unit for the limits; `is_incumbent` where
    the supplier serves the item today.
    """

    supplier: str
    item: str
    prices: tuple[Price, ...]
    least: float = 0.0
    most: float = math.inf
    landed: float = 0.0
    co2e: float = 0.0
    risk: float = 0.0
    is_incremental: bool = False
    is_incumbent: bool = False

    def __post_init__(self) -> None:
        says = f"The bid of {self.supplier} for {self.item}"
        if not self.prices or self.prices[0].start != 0:
            raise BadInput(f"{says} has no price from 0.", remedy="Add it.", column="from_quantity")
        for before, after in itertools.pairwise(self.prices):
            if after.start <= before.start or after.unit_price > before.unit_price:
                raise BadInput(
                    f"{says} costs {after.unit_price:g} from {after.start:g} on, "
                    f"after {before.unit_price:g} from {before.start:g}.",
                    remedy="Sort the prices; a larger quantity must not cost more per unit.",
                    column="unit_price",
                )
        numbers = (self.least, self.landed, self.co2e, self.risk, self.prices[-1].unit_price)
        if not all(math.isfinite(n) and n >= 0 for n in numbers) or not self.most >= self.least:
            raise BadInput(
                f"{says} has a number below 0, or a least above its most.",
                remedy="Correct it.",
                column="least",
            )

    def cost(self, quantity: float) -> float:
        """What so many units cost, landed."""
        tier = max((p for p in self.prices if p.start <= quantity), key=lambda p: p.start)
        return (tier.unit_price + self.landed) * quantity + self.offset(self.prices.index(tier))

    def offset(self, tier: int) -> float:
        """What the units below a tier cost more than its own price, with incremental prices."""
        if not self.is_incremental:
            return 0.0
        pairs = itertools.pairwise(self.prices[: tier + 1])
        return sum((before.unit_price - after.unit_price) * after.start for before, after in pairs)


@dataclass(frozen=True)
class Rules:
    """What an award must keep to; shares are of an item's demand.

    `fixed` is what working with a supplier costs once (set-up, audit), `switching` what a new supplier costs
    per item. `suppliers` bounds the number of suppliers in all, `suppliers_per_item` those of each item.
    `share` bounds an awarded supplier's part of an item, `incumbent_share` is the least part of incumbents
    together. `most_co2e` (kg) is a limit in all, `most_risk` one on the mean per unit. `is_whole` where
    quantities are pieces.
    """

    fixed: Mapping[str, float] = field(default_factory=dict)
    capacity: Mapping[str, float] = field(default_factory=dict)
    switching: float = 0.0
    suppliers: tuple[int, int] = (1, 10**6)
    suppliers_per_item: tuple[int, int] = (1, 10**6)
    share: tuple[float, float] = (0.0, 1.0)
    incumbent_share: float = 0.0
    most_co2e: float = math.inf
    most_risk: float = math.inf
    is_whole: bool = False

    def __post_init__(self) -> None:
        spans = (self.share, self.suppliers, self.suppliers_per_item)
        if any(not 0 <= low <= high for low, high in spans) or self.share[1] > 1:
            raise BadInput(
                "A range of shares or suppliers runs backwards or leaves its bounds.",
                remedy="Write the least first; shares lie between 0 and 1.",
                column="share",
            )
        costs = (self.switching, self.incumbent_share, *self.fixed.values(), *self.capacity.values())
        if not all(n >= 0 for n in costs) or self.incumbent_share > 1:
            raise BadInput("A cost or share is below 0, or above 1.", remedy="Correct it.", column="fixed")


@dataclass(frozen=True)
class Award:
    """What one bidder gets of one item; `cost` is landed, without fixed costs."""

    supplier: str
    item: str
    quantity: float
    share: float
    unit_cost: float
    cost: float


@dataclass(frozen=True)
class Split:
    """All awards, what they cost with fixed and switching costs, and a bound: no split costs less."""

    awards: tuple[Award, ...]
    cost: float
    bound: float
    co2e: float
    risk: float

    @property
    def is_proven(self) -> bool:
        """True when no other split is cheaper (within one part in a million)."""
        return self.cost <= self.bound + 1e-6 * max(1.0, abs(self.cost))


def check_bids(demand: Mapping[str, float], bids: Sequence[Bid]) -> None:
    """Refuse demand of 0, items without a bid, bids for unknown items and second bids."""
    for item, quantity in demand.items():
        if not (math.isfinite(quantity) and quantity > 0):
            raise BadInput(
                f"{quantity:g} of {item} are wanted.", remedy="Give a number above 0.", column="quantity"
            )
        if not any(bid.item == item for bid in bids):
            raise BadInput(
                f"Nobody bids for {item}.", remedy="Add a bid or leave the item out.", column="item"
            )
    seen = set()
    for at, bid in enumerate(bids):
        if bid.item not in demand:
            raise BadInput(
                f"{bid.supplier} bids for {bid.item}, which is not wanted.",
                remedy="Add its quantity or remove the bid.",
                column="item",
                position=at,
            )
        if (bid.supplier, bid.item) in seen:
            raise BadInput(
                f"{bid.supplier} bids twice for {bid.item}.",
                remedy="Make it one bid with several prices.",
                column="supplier",
                position=at,
            )
        seen.add((bid.supplier, bid.item))
