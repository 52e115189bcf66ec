"""A chain as the engine takes it, what a placing gives, and chains laid out from the plan."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.demand import queries as demand
from loomline.domains.sites import queries as sites
from loomline.domains.stocking.models import Chain, ChainLink, ChainStage, StockingRule
from loomline.domains.stocking.queries.facts import WEEK, unit_costs
from loomline.domains.stocking.queries.policy import deviation_of, mean_of
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.queries.documents import Documents, Place
from loomline.domains.supplyplan.queries.plant import Planning
from loomline.engines.stocking.demand import Normal
from loomline.engines.stocking.guaranteed_service import place_safety_stock
from loomline.engines.stocking.network import Link, Network, Stage
from loomline.engines.watch import Watch
from loomline.kernel.context import Ctx

AHEAD = timedelta(weeks=13)
DAYS_OF_YEAR = 365
SECONDS = 60.0
NINE, FOUR, SIX = Decimal("0.000000001"), Decimal("0.0001"), Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PlacedStage:
    """What one stage promises, waits for and holds."""

    stage_id: int
    service_time: Decimal
    inbound_time: Decimal
    net_time: Decimal
    safety_stock: Decimal
    base_stock: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Placed:
    """A placing that nobody has kept yet."""

    stages: list[PlacedStage]
    cost: Decimal
    bound: Decimal


@dataclass(frozen=True, kw_only=True)
class StageDraft:
    """A stage of a chain to be laid out; `key` is known to the links only."""

    key: Place
    name: str
    code: str
    time: Decimal
    holding: Decimal
    promise: Decimal | None
    mean: Decimal
    deviation: Decimal
    factor: Decimal


@dataclass(frozen=True)
class Laid:
    """The network that brings one item, from the plan."""

    stages: list[StageDraft] = field(default_factory=list)
    links: list[tuple[Place, Place, Decimal]] = field(default_factory=list)


def network_of(*, chain: Chain) -> tuple[Network, dict[str, int]]:
    """The engine's network, and the stage behind each name. Two statements."""
    stages = list(ChainStage.objects.filter(chain=chain).order_by("pk"))
    rows = ChainLink.objects.filter(supplier__chain=chain).order_by("pk")
    links = list(rows.values_list("supplier_id", "customer_id", "units"))
    ends = {stage.pk for stage in stages} - {supplier for supplier, _customer, _units in links}
    codes = {stage.pk: stage.code for stage in stages}
    made = Network.of(
        [_stage(stage, is_end=stage.pk in ends) for stage in stages],
        [
            Link(codes[supplier], codes.get(customer, f"#{customer}"), float(units))
            for supplier, customer, units in links
        ],
    )
    return made, {stage.code: stage.pk for stage in stages}


def _stage(row: ChainStage, *, is_end: bool) -> Stage:
    """A stage that serves nobody else serves customers, at once where it promises nothing else."""
    promise = row.promise if row.promise is not None else Decimal(0) if is_end else None
    return Stage(
        row.code,
        time=float(row.time),
        holding=float(row.holding),
        inbound=float(row.inbound),
        promise=None if promise is None else float(promise),
        mean=float(row.mean),
        sd=float(row.deviation),
        factor=float(row.factor),
    )


def place(*, chain: Chain, watch: Watch | None = None, seconds: float = SECONDS) -> Placed:
    """The cheapest service times of a chain, with the stock that each stage needs for them."""
    network, keys = network_of(chain=chain)
    found = place_safety_stock(network, seconds=seconds, watch=watch)
    stages = [
        PlacedStage(
            stage_id=keys[one.name],
            service_time=_rounded(one.service_time, FOUR),
            inbound_time=_rounded(one.inbound_time, FOUR),
            net_time=_rounded(one.net_time, FOUR),
            safety_stock=_rounded(one.safety_stock, SIX),
            base_stock=_rounded(one.base_stock, SIX),
            cost=_rounded(one.cost, NINE),
        )
        for one in found.stages
    ]
    return Placed(stages, _rounded(found.cost, NINE), _rounded(found.bound, NINE))


def lay_out(ctx: Ctx, *, item: Item, rule: StockingRule) -> Laid:
    """An item at all our sites, and all that goes into it, as the plan knows them: times are working days."""
    found = supplyplan.read_documents(ctx, until=ctx.today + AHEAD)
    rows = {row.place: row for row in supplyplan.lay_out(found).rows}
    reached = _reached([place for place in rows if place[0] == item.pk], rows, ctx.today)
    wanted = _wanted(ctx, found, {place[0] for place in reached}, rule)
    many = len({place[1] for place in reached}) > 1
    z = Decimal(repr(Normal(0.0, 1.0).quantile(float(rule.target_a)))).quantize(NINE)
    costs = unit_costs(ctx, found=found, items={pk for pk, _site in reached})
    names = dict(sites.own_sites().values_list("pk", "name"))
    links = [
        (part, place, units)
        for place in reached
        for part, units in _inputs(rows[place], ctx.today)
        if part in rows
    ]
    ends = set(reached) - {supplier for supplier, _customer, _units in links}
    stages = []
    for place in reached:
        mean, deviation = wanted.get(place, (Decimal(0), Decimal(0)))
        name = found.items[place[0]].name
        stages.append(
            StageDraft(
                key=place,
                name=f"{name} · {names[place[1]]}" if many else name,
                code=f"{found.items[place[0]].sku}@{place[1]}",
                time=Decimal(math.ceil(rows[place].lead_days)),
                holding=_rounded(costs.get(place[0], 0.0) * float(rule.holding_rate) / DAYS_OF_YEAR, NINE),
                promise=Decimal(0) if mean or place in ends else None,
                mean=mean,
                deviation=deviation,
                factor=z,
            )
        )
    return Laid(stages, links)


def _inputs(row: Planning, today: date) -> Iterable[tuple[Place, Decimal]]:
    """The places that a place is supplied from, with the units that go into one."""
    item, site = row.place
    if row.from_site_id is not None:
        yield (item, row.from_site_id), Decimal(1)
        return
    for part, units in row.takes(today).items():
        yield (part, site), units.quantize(NINE)


def _reached(start: Sequence[Place], rows: Mapping[Place, Planning], today: date) -> list[Place]:
    waiting, made = list(start), dict.fromkeys(start)
    while waiting:
        for part, _units in _inputs(rows[waiting.pop()], today):
            if part in rows and part not in made:
                made[part] = None
                waiting.append(part)
    return list(made)


def _wanted(
    ctx: Ctx, found: Documents, items: set[int], rule: StockingRule
) -> dict[Place, tuple[Decimal, Decimal]]:
    """What customers took of each place in a day, and by how much days differ."""
    until = demand.week_of(ctx.today)
    since = until - rule.history_weeks * WEEK
    weeks: dict[Place, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in demand.bought(since=since, until=until, items=items):
        at = found.place(row.key[0], row.key[1])
        weeks[at][(row.week - since).days // 7] += float(row.base + row.of_deals)
    made = {}
    for at, known in weeks.items():
        series = [known.get(n, 0.0) for n in range(min(known), rule.history_weeks)]
        made[at] = (
            _rounded(mean_of(series) / 7, NINE),
            _rounded(deviation_of(series) / math.sqrt(7), NINE),
        )
    return made


def _rounded(value: float, step: Decimal) -> Decimal:
    return Decimal(repr(float(value))).quantize(step)
