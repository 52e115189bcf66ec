"""A plan from the documents: planned orders, whom they are for, and what to do to orders that exist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.supplyplan.models import Advice, OrderKind
from loomline.domains.supplyplan.queries.deploying import Asked, Shipping, shippings
from loomline.domains.supplyplan.queries.documents import (
    ZERO,
    Brought,
    Documents,
    Place,
    Taken,
    read_documents,
)
from loomline.domains.supplyplan.queries.plant import LEVEL, Laid, Planning, lay_out
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.grid import grid_for
from loomline.engines.mrp.messages import Action, action_messages
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.orders import PlannedOrders
from loomline.engines.mrp.pegging import Need, Pegging, Supply
from loomline.engines.mrp.plan_pegs import peg
from loomline.engines.watch import Watch
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES

Report = Callable[[int, int, str], None]
Day = tuple[date, Decimal, Decimal, Decimal]
HORIZON_DAYS = 365
# Above so many items at sites the plan is one of weeks.
MOST_BY_DAY = 20_000
# What runs or is on the road can only be hurried.
UNDERWAY = frozenset({Action.DEFER, Action.DECREASE, Action.INCREASE, Action.CANCEL})
# An order that comes a few days early is left alone.
EARLY_DAYS = 7
ADVICE = {
    Action.EXPEDITE: Advice.EXPEDITE,
    Action.DEFER: Advice.DEFER,
    Action.CANCEL: Advice.CANCEL,
    Action.DECREASE: Advice.DECREASE,
    Action.INCREASE: Advice.INCREASE,
    Action.RELEASE: Advice.RELEASE,
    Action.RELEASE_LATE: Advice.RELEASE_LATE,
    Action.NO_SOURCE: Advice.NO_SOURCE,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A planned order to be."""

    planning: Planning
    quantity: Decimal
    started: Decimal
    start_on: date
    due_on: date
    need_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """A peg to be: `order` and `taker` are numbers of proposals, `receipt` and `taken` are documents."""

    place: Place
    quantity: Decimal
    needed_on: date
    order: int | None
    receipt: Brought | None
    taker: int | None
    taken: Taken | None


@dataclass(frozen=True, slots=True)
class Told:
    """A message to be."""

    planning: Planning
    advice: Advice
    order: int | None
    receipt: Brought | None
    at_on: date
    to_on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """What comes and goes of an item at a site (day, required, on order, planned); when it runs short."""

    planning: Planning
    flow: list[Day]
    short_on: date | None


@dataclass(frozen=True)
class Reckoned:
    """A whole plan, or that of some items and all that they are made of and go into."""

    today: date
    until: date
    items: list[Figures] = field(default_factory=list)
    orders: list[Proposal] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    shipments: list[Shipping] = field(default_factory=list)


def reckon(ctx: Ctx, *, report: Report | None = None, only: Collection[int] | None = None) -> Reckoned:
    """Plan all items, or only these: they must hold all parents of each."""
    say = report or _quiet
    say(0, 100, _("Reading documents"))
    return plan_of(read_documents(ctx, until=horizon(ctx), only=only), report=say)


def horizon(ctx: Ctx) -> date:
    """The day up to which supply is planned."""
    return ctx.today + timedelta(days=HORIZON_DAYS)


def plan_of(found: Documents, *, report: Report | None = None) -> Reckoned:
    """The plan of documents as they are, or as somebody tries them. Asks the database nothing."""
    say = report or _quiet
    say(20, 100, _("Laying out bills and lead times"))
    laid = lay_out(found)
    step = 1 if len(laid.rows) <= MOST_BY_DAY else 7
    netting = Netting(laid.plant, grid_for(laid.plant, bucket_days=step, horizon_days=HORIZON_DAYS))
    netting.run(Watch(lambda done, _says: say(30 + int(done * 30), 100, _("Netting"))))
    say(60, 100, _("Pegging"))
    pegging, orders = peg(netting)
    say(75, 100, _("Reading the plan"))
    made = _Reading(found, laid, netting, pegging, orders)
    plan = Reckoned(
        today=found.today,
        until=found.until,
        items=list(made.items()),
        orders=list(made.orders()),
        ties=list(made.ties()),
        told=list(made.told()),
        shipments=shippings(netting, laid, made.moves(), today=found.today),
    )
    say(90, 100, _("Writing"))
    return plan


def _quiet(done: int, total: int, says: str) -> None:
    pass


@dataclass(frozen=True)
class _Reading:
    """The engine's arrays, read back as rows."""

    found: Documents
    laid: Laid
    netting: Netting
    pegging: Pegging
    planned: PlannedOrders

    def day(self, seconds: float) -> date:
        return self.found.today + timedelta(days=int(seconds // DAY))

    def orders(self) -> Iterator[Proposal]:
        planned = self.planned
        for n in range(len(planned)):
            quantity = _amount(planned.quantity[n])
            yield Proposal(
                self.laid.rows[int(planned.item[n])],
                quantity,
                max(_amount(planned.started[n]), quantity),
                self.day(planned.start[n]),
                self.day(planned.due[n]),
                self.day(planned.need[n]),
                bool(planned.start[n] < 0),
            )

    def moves(self) -> Iterator[Asked]:
        """What should leave for other sites, and when."""
        for one in self.orders():
            if one.planning.kind == OrderKind.MOVE:
                yield Asked(one.planning.place, one.started, max(one.start_on, self.found.today))

    def ties(self) -> Iterator[Tie]:
        pegging = self.pegging
        supplies, needs = pegging.supplies, pegging.requirements
        rows = zip(pegging.supply.tolist(), pegging.need.tolist(), pegging.quantity.tolist(), strict=True)
        for supply, need, quantity in rows:
            kind, wanted = int(supplies.kind[supply]), int(needs.kind[need])
            ref, of = int(supplies.ref[supply]), int(needs.ref[need])
            amount = _amount(quantity)
            if amount <= 0:
                continue
            yield Tie(
                self.laid.rows[int(supplies.item[supply])].place,
                amount,
                max(self.day(needs.at[need]), self.found.today),
                ref if kind == Supply.ORDER else None,
                self.found.brought[ref] if kind == Supply.RECEIPT else None,
                of if wanted == Need.COMPONENT else None,
                self.laid.taken[of] if wanted == Need.DEMAND else None,
            )

    def told(self) -> Iterator[Told]:
        for one in action_messages(self.netting, self.planned):
            at, to = self.day(one.at), max(self.day(one.to), self.found.today)
            planning, quantity = self.laid.rows[one.item], _amount(one.quantity)
            receipt = self.found.brought[one.receipt] if one.receipt is not None else None
            if receipt is not None and receipt.is_underway and one.action in UNDERWAY:
                continue
            if one.action == Action.DEFER and (to - at).days < EARLY_DAYS:
                continue
            if one.action == Action.DECREASE and receipt is not None:
                quantity = planning.lot(quantity)
                if quantity >= receipt.quantity:
                    continue
            yield Told(planning, ADVICE[one.action], one.order, receipt, at, to, quantity)

    def items(self) -> Iterator[Figures]:
        coming, levels = self._coming(), self._levels()
        for n, planning in enumerate(self.laid.rows):
            required, scheduled = self._required(n, levels.get(n, {})), coming.get(n, {})
            planned = _filled(self.netting.planned[n])
            days = [
                (
                    self.day(at * self.netting.grid.length),
                    required.get(at, ZERO),
                    scheduled.get(at, ZERO),
                    planned.get(at, ZERO),
                )
                for at in sorted({*required, *scheduled, *planned})
            ]
            if days or planning.on_hand or planning.safety_stock or planning.reorder_level:
                yield Figures(planning, days, _short_on(planning.on_hand, days))

    def _required(self, n: int, levels: Mapping[int, Decimal]) -> dict[int, Decimal]:
        """Customers, work and parents; a level of stock is wanted, but nobody takes it."""
        found = _filled(self.netting.gross[n])
        for at, amount in levels.items():
            found[at] = found.get(at, ZERO) - amount
        return {at: amount for at, amount in found.items() if amount > 0}

    def _levels(self) -> dict[int, dict[int, Decimal]]:
        return self._by_bucket(one for one in self.laid.taken if one.kind == LEVEL)

    def _coming(self) -> dict[int, dict[int, Decimal]]:
        return self._by_bucket(self.found.brought)

    def _by_bucket(self, rows: Iterable[Taken | Brought]) -> dict[int, dict[int, Decimal]]:
        found: dict[int, dict[int, Decimal]] = {}
        for one in rows:
            bucket = int(self.netting.grid.bucket((one.on - self.found.today).days * DAY))
            if bucket < self.netting.grid.count:
                days = found.setdefault(self.laid.at[one.place], {})
                days[bucket] = days.get(bucket, ZERO) + one.quantity
        return found


def _filled(row: Any) -> dict[int, Decimal]:
    return {at: _amount(row[at]) for at in row.nonzero()[0].tolist()}


def _short_on(on_hand: Decimal, days: Sequence[Day]) -> date | None:
    """The first day on which what is there and what is on order, without any proposal, are not enough."""
    left = on_hand
    for day, required, scheduled, _planned in days:
        left += scheduled - required
        if left < 0:
            return day
    return None


def _amount(value: Any) -> Decimal:
    return Decimal(repr(float(value))).quantize(PLACES)
