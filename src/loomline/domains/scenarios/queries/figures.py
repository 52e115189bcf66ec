"""The key figures of a plan: days of customers' lines, purchases, messages, stock, overloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from loomline.domains.scenarios.queries.laying import DEAL
from loomline.domains.supplyplan.models import Advice, OrderKind
from loomline.domains.supplyplan.queries import Documents, Reckoned
from loomline.domains.supplyplan.queries.documents import ORDER, Taken
from loomline.domains.supplyplan.queries.proposals import Figures, Proposal, Tie

ZERO, CENT = Decimal(0), Decimal("0.01")
WEEKS = 13
LEAST = Decimal("0.000002")
CUSTOMERS = (ORDER, DEAL)
Line = tuple[str, int, int]
K = TypeVar("K")


@dataclass(frozen=True)
class Prices:
    """In our own currency: what customers pay by line, what purchases and stock cost by item."""

    lines: Mapping[Line, Decimal]
    buying: Mapping[int, Decimal]
    costs: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Served:
    """A customer's line and the day on which all of it is ready; None when something never is."""

    taken: Taken
    value: Decimal
    ready_on: date | None

    @property
    def days_late(self) -> int:
        return 0 if self.ready_on is None else max((self.ready_on - self.taken.on).days, 0)

    @property
    def is_on_time(self) -> bool:
        return self.ready_on is not None and self.ready_on <= self.taken.on


@dataclass(frozen=True)
class Reading:
    """A plan and the documents it was made of, read as key figures."""

    found: Documents
    plan: Reckoned
    prices: Prices
    overloads: Mapping[int, Decimal] = field(default_factory=dict)

    @cached_property
    def lines(self) -> list[Served]:
        """Every line of a customer, in the order of the documents."""
        return [
            Served(one, self._value(one), self._ready(one))
            for one in self.found.taken
            if one.kind in CUSTOMERS
        ]

    @property
    def late(self) -> list[Served]:
        return [one for one in self.lines if one.days_late]

    @property
    def unserved(self) -> list[Served]:
        return [one for one in self.lines if one.ready_on is None]

    @cached_property
    def demand_value(self) -> Decimal:
        return sum((one.value for one in self.lines), ZERO)

    @cached_property
    def on_time_value(self) -> Decimal:
        return sum((one.value for one in self.lines if one.is_on_time), ZERO)

    @cached_property
    def buys(self) -> Decimal:
        """What the planned purchases would cost."""
        bought = (one for one in self.plan.orders if one.planning.kind == OrderKind.BUY)
        return sum((self.value_of(one) for one in bought), ZERO)

    def value_of(self, one: Proposal) -> Decimal:
        """What a planned order costs: at the supplier's price, or as a unit has cost."""
        item, price = one.planning.place[0], None
        if one.planning.kind == OrderKind.BUY:
            price = self.prices.buying.get(item)
        return (one.started * (price or self.prices.costs.get(item, ZERO))).quantize(CENT)

    def told(self, *advices: Advice) -> int:
        """How many messages give one of these advices."""
        return sum(1 for one in self.plan.told if one.advice in advices)

    @property
    def short_items(self) -> int:
        return sum(1 for one in self.plan.items if one.short_on is not None)

    @property
    def overload_hours(self) -> Decimal:
        return (sum(self.overloads.values(), ZERO) / 60).quantize(Decimal("0.1"))

    def weeks(self) -> list[tuple[date, Decimal]]:
        """What the stock is worth at the end of each week, as the plan has it; nothing is below zero."""
        monday = self.plan.today - timedelta(days=self.plan.today.weekday())
        worth = [ZERO] * WEEKS
        for one in self.plan.items:
            cost = self.prices.costs.get(one.planning.place[0], ZERO)
            if cost:
                for n, left in enumerate(_left(one, monday)):
                    worth[n] += max(left, ZERO) * cost
        return [(monday + timedelta(weeks=n), one.quantize(CENT)) for n, one in enumerate(worth)]

    def _value(self, one: Taken) -> Decimal:
        price = self.prices.lines.get((one.kind, one.pk or 0, one.place[0]), ZERO)
        return (one.quantity * price).quantize(CENT)

    def _ready(self, one: Taken) -> date | None:
        ties = self._by_taken.get(id(one), ())
        if one.quantity - sum((tie.quantity for tie in ties), ZERO) > LEAST:
            return None
        days = [self._supplied(tie) for tie in ties]
        known = [day for day in days if day is not None]
        return max([one.on, *known]) if len(known) == len(days) else None

    def _supplied(self, tie: Tie) -> date | None:
        """The day on which a quantity is there; None when nobody brings it."""
        if tie.order is not None:
            return self._made(tie.order)
        if tie.receipt is None:
            return self.found.today
        slip = self._slip(self._by_document.get((tie.receipt.kind, tie.receipt.pk), ()))
        return max(tie.receipt.on, self.found.today) + slip if slip is not None else None

    def _slip(self, ties: Iterable[Tie]) -> timedelta | None:
        """How much later than wanted the last of these quantities comes."""
        slip = timedelta()
        for tie in ties:
            there = self._supplied(tie)
            if there is None:
                return None
            slip = max(slip, there - tie.needed_on)
        return slip

    def _made(self, number: int) -> date | None:
        """The day on which a planned order is ready: it starts today at the earliest, with all it takes."""
        if number not in self._ready_by_order:
            self._ready_by_order[number] = self._made_anew(number)
        return self._ready_by_order[number]

    def _made_anew(self, number: int) -> date | None:
        one = self.plan.orders[number]
        if one.planning.kind == OrderKind.NONE:
            return None
        slip = max(self.found.today - one.start_on, timedelta())
        calendar = self.found.calendars[one.planning.place[1]]
        for tie in self._by_taker.get(number, ()):
            there = self._supplied(tie)
            if there is None:
                return None
            needed = tie.needed_on
            # What is needed before today is written down as needed today.
            if needed == self.found.today:
                needed = min(needed, calendar.add(one.start_on, _offset(one, tie.place[0])))
            slip = max(slip, there - needed)
        return one.due_on + slip

    @cached_property
    def _ready_by_order(self) -> dict[int, date | None]:
        return {}

    @cached_property
    def _by_taken(self) -> Mapping[int, Sequence[Tie]]:
        return _grouped((id(tie.taken), tie) for tie in self.plan.ties if tie.taken is not None)

    @cached_property
    def _by_taker(self) -> Mapping[int, Sequence[Tie]]:
        return _grouped((tie.taker, tie) for tie in self.plan.ties if tie.taker is not None)

    @cached_property
    def _by_document(self) -> Mapping[tuple[str, int], Sequence[Tie]]:
        """What open work orders and transfers still need."""
        return _grouped(
            ((tie.taken.kind, tie.taken.pk), tie)
            for tie in self.plan.ties
            if tie.taken is not None and tie.taken.pk is not None and tie.taken.kind not in CUSTOMERS
        )


def _grouped(pairs: Iterable[tuple[K, Tie]]) -> Mapping[K, Sequence[Tie]]:
    found: dict[K, list[Tie]] = defaultdict(list)
    for key, tie in pairs:
        found[key].append(tie)
    return found


def _left(one: Figures, monday: date) -> Iterator[Decimal]:
    """What is left of an item at the end of each week."""
    left, days = one.planning.on_hand, iter(one.flow)
    ahead = next(days, None)
    for n in range(WEEKS):
        ends = monday + timedelta(weeks=n + 1)
        while ahead is not None and ahead[0] < ends:
            left += ahead[2] + ahead[3] - ahead[1]
            ahead = next(days, None)
        yield left


def _offset(one: Proposal, item: int) -> int:
    """How many working days after its start an order first takes a material."""
    parts = (part for part in one.planning.parts if part.item_id == item and not part.is_output)
    return min((part.offset_days for part in parts if part.holds(one.start_on)), default=0)
