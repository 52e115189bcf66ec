"""The plan within capacity: material, lead times and the hours of work centres together, demand by demand."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import ceil

from loomline.domains.supplyplan.models import Advice, OrderKind
from loomline.domains.supplyplan.queries.buckets import Buckets, Days
from loomline.domains.supplyplan.queries.documents import ZERO
from loomline.domains.supplyplan.queries.hours import Hours, free_hours, with_machines
from loomline.domains.supplyplan.queries.pegs import amount_of
from loomline.domains.supplyplan.queries.plant import LEVEL
from loomline.domains.supplyplan.queries.proposals import Proposal, Told
from loomline.domains.supplyplan.queries.reading import Reading
from loomline.engines.mrp.calendars import DAY, WorkingTime
from loomline.engines.mrp.finite import FinitePlan, FinitePlanner
from loomline.engines.mrp.finite_recipes import Recipes, recipes_of
from loomline.engines.mrp.pegging import Need, Supply
from loomline.engines.mrp.plant import Plant
from loomline.engines.watch import Watch

RELEASED_DAYS = 7
# A centre that was busy for half of the time between is why an order moved.
BUSY = 0.5


def plan_within(net: Reading, watch: Watch) -> Within:
    """Plan what the documents ask for anew, so that no work centre is asked for more than it can do."""
    found, laid = net.found, net.laid
    plant, resources = with_machines(found, laid, free_hours(found))
    beyond = net.grid.bucket(plant.demands.at) >= net.grid.count
    quantity = plant.demands.quantity.copy()
    quantity[beyond] = 0
    plant = plant.with_(demands=plant.demands.but(quantity=quantity))
    made = FinitePlanner(plant).run(watch.part(0.0, 0.6))
    # Without machines a route takes its working days.
    days = laid.plant.with_(items=plant.items, demands=plant.demands)
    free = FinitePlanner(days).run(watch.part(0.6, 1.0))
    return Within(found, laid, made.pegging, net.grid, net, plant, resources, made, free)


@dataclass(frozen=True, slots=True)
class Order:
    """A new order of the engine: when it would end if nothing were full, and which centre is in its way."""

    item: int
    quantity: float
    started: float
    start: int
    end: int
    wish: int
    natural_start: int
    natural_end: int
    centre: Hours | None
    loads: tuple[tuple[int, date, Decimal], ...]
    # A centre at which it runs after the last day whose hours are known.
    unknown: Hours | None = None

    @property
    def moved(self) -> int:
        """By so many days it comes later than it would, or begins earlier (below 0)."""
        later = self.end // DAY - self.natural_end // DAY
        return later if later > 0 else min(self.start // DAY - self.natural_start // DAY, 0)


@dataclass(frozen=True)
class Within(Days):
    """The arrays of a plan within capacity, read back as rows."""

    net: Reading
    plant: Plant
    resources: list[Hours | None]
    plan: FinitePlan
    free: FinitePlan

    def number(self, supply: int) -> int:
        return self._numbers[supply]

    def orders(self) -> Iterator[Proposal]:
        for rows in self._together:
            made = [self._orders[row] for row in rows]
            first = made[0]
            quantity = sum((amount_of(one.quantity) for one in made), ZERO)
            started = sum((amount_of(one.started) for one in made), ZERO)
            due, need = self.day(first.end), self.day(min(one.wish for one in made))
            yield Proposal(
                self.laid.rows[first.item],
                quantity,
                max(started, quantity),
                self.day(first.start),
                due,
                need,
                due > need,
                first.moved,
                first.centre.centre.pk if first.centre and first.moved else None,
                first.loads,
            )

    def told(self) -> Iterator[Told]:
        yield from (one for one in self.net.told() if one.order is None)
        yield from self._late()
        yield from self._beyond()
        for n, rows in enumerate(self._together):
            one = self._orders[rows[0]]
            planning = self.laid.rows[one.item]
            quantity = sum((amount_of(self._orders[row].quantity) for row in rows), ZERO)
            start = self.day(one.start)
            if planning.kind == OrderKind.NONE:
                yield Told(planning, Advice.NO_SOURCE, n, None, start, start, quantity)
            elif one.natural_start < 0 and one.end > one.wish:
                at = self.day(one.natural_start)
                yield Told(planning, Advice.RELEASE_LATE, n, None, at, start, quantity)
            elif one.start < RELEASED_DAYS * DAY:
                yield Told(planning, Advice.RELEASE, n, None, start, start, quantity)

    def _late(self) -> Iterator[Told]:
        """Demand that would be met in time, or less late, if no centre were full."""
        for demand in (self.plan.late > self.free.late).nonzero()[0].tolist():
            taken = self.laid.taken[demand]
            held = max(self._held.get(demand, ()), key=lambda row: self._orders[row].moved, default=None)
            if taken.kind == LEVEL or held is None or (centre := self._orders[held].centre) is None:
                continue
            at = int(self.plant.demands.at[demand])
            yield Told(
                self.laid.rows[int(self.plant.demands.item[demand])],
                Advice.CAPACITY,
                self._numbers[held],
                None,
                max(self.day(at), self.found.today),
                self.day(at + int(self.plan.late[demand])),
                taken.quantity,
                label=taken.label,
                centre=centre.centre.name,
            )

    def _beyond(self) -> Iterator[Told]:
        """Work that runs longer than the hours of its centre are known: nobody knows what fits there."""
        for n, rows in enumerate(self._together):
            one = self._orders[rows[0]]
            if one.unknown is not None:
                quantity = sum((amount_of(self._orders[row].quantity) for row in rows), ZERO)
                yield Told(
                    self.laid.rows[one.item],
                    Advice.BEYOND,
                    n,
                    None,
                    self.day(one.unknown.end - 1),
                    self.day(one.end),
                    quantity,
                    centre=one.unknown.centre.name,
                )

    def required(self, item: int) -> Buckets:
        return self._required.get(item, {})

    def planned_of(self, item: int) -> Buckets:
        return self._brought.get(item, {})

    @cached_property
    def _recipes(self) -> Recipes:
        return recipes_of(self.plant)

    @cached_property
    def _orders(self) -> dict[int, Order]:
        """The new orders by their row among the supplies."""
        supplies, wishes, loads = self.pegging.supplies, self._wishes, self._loads
        found = {}
        for row in (supplies.kind == Supply.ORDER).nonzero()[0].tolist():
            item, start, end = int(supplies.item[row]), int(supplies.start[row]), int(supplies.at[row])
            safety = self._recipes.safety[item]
            wish = self._recipes.days[item].before_one(wishes.get(row, end), safety)
            started = float(supplies.quantity[row]) / self._recipes.yields[item]
            steps = self._natural(item, started, wish)
            lead = self._recipes.lead[item] + ceil(self._recipes.lead_per_unit[item] * started)
            begin = steps[0][1] if steps else self._recipes.days[item].before_one(wish, lead)
            # Without steps nothing holds an order up but its material and its lead time.
            ends = steps[-1][2] + self._recipes.steps[item][-1][0].wait if steps else end
            work = tuple(
                (hours.centre.pk, day, minutes)
                for resource, first, last in loads.get(row, ())
                if (hours := self.resources[resource]) is not None
                for day, minutes in hours.minutes(first, last, self.found.today)
            )
            centre = self._full(steps, loads.get(row, [])) if steps else None
            if centre is None and end > wish:
                centre = self._longest(loads.get(row, []))
            amount = float(supplies.quantity[row])
            unknown = self._unknown(loads.get(row, []))
            found[row] = Order(item, amount, started, start, end, wish, begin, ends, centre, work, unknown)
        return found

    @cached_property
    def _together(self) -> list[list[int]]:
        """Orders that are bought or moved on the same days are one."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for row, one in self._orders.items():
            most = self.laid.rows[one.item].maximum
            alone = row if one.loads or most is not None else -1
            groups.setdefault((one.item, self._day(one.start), self._day(one.end), alone), []).append(row)
        return list(groups.values())

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {row: n for n, rows in enumerate(self._together) for row in rows}

    @cached_property
    def _wishes(self) -> dict[int, int]:
        """When the first of those that an order is for wants it."""
        found: dict[int, int] = {}
        at = self.pegging.requirements.at
        for supply, need in zip(self.pegging.supply.tolist(), self.pegging.need.tolist(), strict=True):
            found[supply] = min(found.get(supply, int(at[need])), int(at[need]))
        return {row: max(wish, 0) for row, wish in found.items()}

    @cached_property
    def _loads(self) -> dict[int, list[tuple[int, int, int]]]:
        """The steps of each order in their order: resource, start and end."""
        loads, found = self.plan.loads, defaultdict(list)
        for n in range(len(loads.supply)):
            row = int(loads.resource[n]), int(loads.start[n]), int(loads.end[n])
            found[int(loads.supply[n])].append(row)
        return {order: sorted(rows, key=lambda row: row[1:]) for order, rows in found.items()}

    @cached_property
    def _booked(self) -> dict[int, tuple[list[int], list[int]]]:
        """When each full centre works, in its own working seconds."""
        found: dict[int, tuple[list[int], list[int]]] = {}
        spans = sorted(span for spans in self._loads.values() for span in spans)
        for resource, start, end in spans:
            if self.resources[resource] is not None:
                hours = self._clock(resource)
                starts, ends = found.setdefault(resource, ([], []))
                starts.append(hours.worked_one(start))
                ends.append(hours.worked_one(end))
        return found

    @cached_property
    def _held(self) -> dict[int, list[int]]:
        """The orders of each demand that came later than they would."""
        found: dict[int, list[int]] = defaultdict(list)
        needs = self.pegging.requirements
        for row, one in self._orders.items():
            if one.moved > 0 and one.centre is not None:
                for need in self.pegging.demands_of(row):
                    if needs.kind[need] == Need.DEMAND:
                        found[int(needs.ref[need])].append(row)
        return found

    @cached_property
    def _required(self) -> dict[int, Buckets]:
        needs, supplies = self.pegging.requirements, self.pegging.supplies
        found: dict[int, Buckets] = defaultdict(dict)
        for n in (needs.kind != Need.SAFETY).nonzero()[0].tolist():
            self._add(found[int(needs.item[n])], int(needs.at[n]), amount_of(needs.quantity[n]))
        for n in (supplies.kind == Supply.SUBSTITUTE).nonzero()[0].tolist():
            self._add(found[int(supplies.item[n])], int(supplies.at[n]), -amount_of(supplies.quantity[n]))
        return found

    @cached_property
    def _brought(self) -> dict[int, Buckets]:
        supplies = self.pegging.supplies
        found: dict[int, Buckets] = defaultdict(dict)
        made = (supplies.kind == Supply.ORDER) | (supplies.kind == Supply.OUTPUT)
        for n in made.nonzero()[0].tolist():
            self._add(found[int(supplies.item[n])], int(supplies.at[n]), amount_of(supplies.quantity[n]))
        return found

    def _add(self, days: Buckets, at: int, amount: Decimal) -> None:
        bucket = min(int(self.grid.bucket(at)), self.grid.count - 1)
        days[bucket] = days.get(bucket, ZERO) + amount

    def _natural(self, item: int, started: float, end: int) -> list[tuple[int, int, int]]:
        """The steps of an order that is done at a time when nothing is full: resource, start and end."""
        found = []
        for ways in reversed(self._recipes.steps[item]):
            way = ways[0]
            hours, done = self._clock(way.resource), end - way.wait
            length = ceil(way.setup + way.run * started - 1e-6)
            worked = hours.worked_one(done)
            end = hours.begin_one(worked - length) if length > 0 else done
            found.append((way.resource, end, hours.finish_one(worked) if length > 0 else done))
        found.reverse()
        return found

    def _full(self, natural: list[tuple[int, int, int]], made: list[tuple[int, int, int]]) -> Hours | None:
        """The centre that was busiest between when a step would run and when it does."""
        best, busiest = None, BUSY
        for (resource, start, end), (other, begun, done) in zip(natural, made, strict=False):
            if other != resource or self.resources[resource] is None or begun == start:
                continue
            window = (done, end) if begun < start else (max(start, 0), begun)
            share = self._busy(resource, *window)
            if share > busiest:
                best, busiest = self.resources[resource], share
        return best

    def _longest(self, made: list[tuple[int, int, int]]) -> Hours | None:
        """The centre that the order itself takes longest."""
        best, most = None, 0
        for resource, start, end in made:
            if self.resources[resource] is not None and end - start > most:
                best, most = self.resources[resource], end - start
        return best

    def _unknown(self, made: list[tuple[int, int, int]]) -> Hours | None:
        """The first centre at which an order runs beyond the hours that are known."""
        at = ((self.resources[resource], end) for resource, _start, end in made)
        return next((hours for hours, end in at if hours is not None and end > hours.end), None)

    def _busy(self, resource: int, start: int, end: int) -> float:
        """The share of the working time between two moments in which a centre works."""
        hours = self._clock(resource)
        first, last = hours.worked_one(start), hours.worked_one(end)
        if last <= first:
            return 0.0
        starts, ends = self._booked.get(resource, ([], []))
        n, taken = max(bisect_right(starts, first) - 1, 0), 0
        while n < len(starts) and starts[n] < last:
            taken += max(min(ends[n], last) - max(starts[n], first), 0)
            n += 1
        return taken / (last - first)

    def _clock(self, resource: int) -> WorkingTime:
        return self.plant.calendars[int(self.plant.resources.calendar[resource])].hours

    def _day(self, seconds: int) -> int:
        return seconds // DAY
