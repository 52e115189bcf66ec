"""A network of stages that supply each other, checked, with the demand that reaches each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts

FINEST = 10_000


@dataclass(frozen=True)
class Stage:
    """A place, or a step of making, that may hold stock.

    `time` is what it takes once all inputs are there; `holding` the cost of a unit and period of its stock.
    `inbound` is the service time of suppliers outside the network. A stage that serves customers has the
    mean and the deviation of their demand per period and the longest service time it may promise them
    (`promise`; None: it promises nothing and is bound by its successors only). `factor` is the z of the
    demand bound, for example 1.645 for 95 %.
    """

    name: str
    time: float
    holding: float
    inbound: float = 0.0
    promise: float | None = None
    mean: float = 0.0
    sd: float = 0.0
    factor: float = 1.645


@dataclass(frozen=True)
class Link:
    """`units` of the supplier's good go into one unit of the customer stage's good."""

    supplier: str
    customer: str
    units: float = 1.0


@dataclass(frozen=True)
class Network:
    """Stages by name, and who supplies whom; refused when a name is unknown or goods go in circles."""

    stages: Mapping[str, Stage]
    links: Sequence[Link]
    order: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        for name, stage in self.stages.items():
            _check_stage(name, stage)
        seen: set[tuple[str, str]] = set()
        for at, link in enumerate(self.links):
            self._check_link(at, link, seen)
        object.__setattr__(self, "order", self._from_suppliers_down())

    @classmethod
    def of(cls, stages: Sequence[Stage], links: Sequence[Link]) -> Network:
        """From lists; a stage that stands twice is refused."""
        made: dict[str, Stage] = {}
        for at, stage in enumerate(stages):
            if stage.name in made:
                raise BadInput(
                    f"Stage {stage.name} stands twice.", remedy="Keep one.", column="stage", position=at
                )
            made[stage.name] = stage
        if not made:
            raise BadInput("There are no stages.", remedy="Add some.", column="stage")
        return cls(made, tuple(links))

    @cached_property
    def suppliers(self) -> dict[str, list[str]]:
        """The direct suppliers of each stage."""
        made: dict[str, list[str]] = {name: [] for name in self.stages}
        for link in self.links:
            made[link.customer].append(link.supplier)
        return made

    @cached_property
    def customers(self) -> dict[str, list[str]]:
        """The direct customers of each stage."""
        made: dict[str, list[str]] = {name: [] for name in self.stages}
        for link in self.links:
            made[link.supplier].append(link.customer)
        return made

    @cached_property
    def demand(self) -> dict[str, tuple[float, float]]:
        """Mean and deviation per period of what each stage must supply, over all its paths to customers.

        Demands of different stages are independent; one stage reached by two paths counts as one demand.
        """
        needs: dict[str, dict[str, float]] = {}
        ways: dict[str, list[Link]] = {name: [] for name in self.stages}
        for link in self.links:
            ways[link.supplier].append(link)
        for name in reversed(self.order):
            need = {name: 1.0} if self.stages[name].sd > 0 or self.stages[name].mean > 0 else {}
            for link in ways[name]:
                for end, units in needs[link.customer].items():
                    need[end] = need.get(end, 0.0) + units * link.units
            needs[name] = need
        return {name: self._sum(need) for name, need in needs.items()}

    @cached_property
    def unit(self) -> float:
        """The longest time of which all times of the network are whole multiples."""
        times = [t for s in self.stages.values() for t in (s.time, s.inbound, s.promise or 0.0)]
        exact = [Fraction(str(t)).limit_denominator(FINEST) for t in times if t > 0]
        if any(abs(float(e) - t) > 1e-9 * max(t, 1) for e, t in zip(exact, filter(None, times), strict=True)):
            raise BadInput(
                "The times have no common unit.", remedy="Round them to days or hours.", column="time"
            )
        bottom = math.lcm(*(e.denominator for e in exact)) if exact else 1
        return math.gcd(*(int(e * bottom) for e in exact)) / bottom if exact else 1.0

    @cached_property
    def longest(self) -> dict[str, float]:
        """The longest time in which each stage can replenish when nobody upstream holds stock."""
        made: dict[str, float] = {}
        for name in self.order:
            stage = self.stages[name]
            made[name] = stage.time + max([stage.inbound, *(made[s] for s in self.suppliers[name])])
        return made

    def is_forest(self) -> bool:
        """True where no two ways lead from one stage to another, seen without direction."""
        root = {name: name for name in self.stages}

        def find(name: str) -> str:
            while root[name] != name:
                root[name] = root[root[name]]
                name = root[name]
            return name

        for link in self.links:
            one, other = find(link.supplier), find(link.customer)
            if one == other:
                return False
            root[one] = other
        return True

    def _sum(self, need: Mapping[str, float]) -> tuple[float, float]:
        mean = math.fsum(units * self.stages[end].mean for end, units in need.items())
        return mean, math.sqrt(math.fsum((units * self.stages[end].sd) ** 2 for end, units in need.items()))

    def _check_link(self, at: int, link: Link, seen: set[tuple[str, str]]) -> None:
        for column, name in (("supplier", link.supplier), ("customer", link.customer)):
            if name not in self.stages:
                raise BadInput(
                    f"{name} is no stage.",
                    remedy="Add it to the stages or correct the name.",
                    column=column,
                    position=at,
                )
        if not link.units > 0:
            raise BadInput(
                f"{link.units:g} units.", remedy="Give a number above 0.", column="units", position=at
            )
        if (link.supplier, link.customer) in seen:
            raise BadInput(
                f"{link.supplier} supplies {link.customer} twice.",
                remedy="Keep one link and add the units up.",
                column="supplier",
                position=at,
            )
        seen.add((link.supplier, link.customer))

    def _from_suppliers_down(self) -> tuple[str, ...]:
        waiting = {name: len(self.suppliers[name]) for name in self.stages}
        ready = [name for name, count in waiting.items() if count == 0]
        made: list[str] = []
        while ready:
            name = ready.pop()
            made.append(name)
            for customer in self.customers[name]:
                waiting[customer] -= 1
                if waiting[customer] == 0:
                    ready.append(customer)
        if len(made) < len(self.stages):
            round_trip = sorted(name for name, count in waiting.items() if count > 0)
            raise BadInput(
                f"Goods go in circles among {', '.join(round_trip[:5])}.",
                remedy="Remove the link that closes the circle.",
                column="supplier",
            )
        return tuple(made)


def _check_stage(name: str, stage: Stage) -> None:
    try:
        amounts.not_negative(
            time=stage.time,
            holding=stage.holding,
            inbound=stage.inbound,
            promise=stage.promise or 0.0,
            mean=stage.mean,
            sd=stage.sd,
            factor=stage.factor,
        )
    except BadInput as fault:
        raise BadInput(f"Stage {name}: {fault.says}", remedy=fault.remedy, column=fault.column) from fault
