"""Items, networks, rows of stages and buffers from table files, refused with row and column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns, read
from loomline.engines.heavy import heavy
from loomline.engines.stocking.buffers import Buffer, Recommendation, buffer, recommend
from loomline.engines.stocking.demand import Normal
from loomline.engines.stocking.item_policy import KINDS, SHAPES, Item, Kind, Shape
from loomline.engines.stocking.network import Link, Network, Stage
from loomline.engines.stocking.serial import Row

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Items:
    """The items of a file and the value of a unit of each (NaN where it is not said)."""

    file: str
    items: Sequence[Item]
    unit_costs: Sequence[float]


def read_items(
    path: Path, history: Mapping[str, tuple[float, ...]], *, holding_rate: float, seed: int
) -> Items:
    """One item a row; mean and sd come from the history where the file has none."""
    table = read(path, "item", "lead_time")
    table.unique("item")
    numbers = _Numbers(table)
    kinds, shapes = (
        table.among("policy", KINDS, default="sQ"),
        table.among("distribution", SHAPES, default="normal"),
    )
    services = table.among("service", ("cycle", "fill"), default="cycle")
    discounts = table.among("discount", ("all-units", "incremental"), default="all-units")
    ladders = table.texts("breaks", may_be_empty=True) if "breaks" in table.cells else [""] * table.rows
    costs = table.numbers("unit_cost", least=0, default=math.nan)
    made = []
    for at, name in enumerate(table.texts("item")):
        past = history.get(name, ())
        mean, sd = _moments(table, at, numbers, past, is_known=shapes[at] == "poisson" or kinds[at] == "Q")
        breaks, prices = _ladder(table, at, ladders[at])
        holding = numbers.at("holding", at)
        if holding is None and holding_rate and not math.isnan(costs[at]) and not breaks:
            holding = float(costs[at]) * holding_rate
        made.append(
            Item(
                name,
                mean,
                sd,
                numbers.at("lead_time", at) or 0.0,
                numbers.at("lead_time_sd", at) or 0.0,
                numbers.at("interval", at) or 0.0,
                numbers.at("setup", at),
                holding,
                holding_rate if breaks else 0.0,
                numbers.at("shortage", at),
                numbers.at("target", at),
                cast(Literal["cycle", "fill"], services[at]),
                cast(Kind, kinds[at]),
                cast(Shape, shapes[at]),
                numbers.at("quantity", at),
                numbers.at("least", at) or 0.0,
                numbers.at("multiple", at) or 0.0,
                breaks,
                prices,
                cast(Literal["all-units", "incremental"], discounts[at]),
                past,
                seed,
            )
        )
    return Items(table.file, made, costs.tolist())


def read_history(path: Path) -> dict[str, tuple[float, ...]]:
    """unique_id, ds, y: demand per period in the order of the days; an empty y is a gap and left out."""
    table = read(path, "unique_id", "ds", "y")
    table.unique("unique_id", "ds")
    names, days = table.texts("unique_id"), table.days("ds")
    demand = table.numbers("y", may_be_empty=True, least=0)
    rows: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        rows.setdefault(name, []).append(at)
    made = {}
    for name, own in rows.items():
        if (np.diff(days[own].astype(np.int64)) < 0).any():
            late = own[1 + int(np.argmax(np.diff(days[own].astype(np.int64)) < 0))]
            table.refuse("ds", late, f"The day of {name} comes before the row above.", "Sort the file.")
        made[name] = tuple(float(demand[at]) for at in own if not math.isnan(demand[at]))
    return made


def read_network(folder: Path) -> Network:
    """stages.csv and links.csv of a folder."""
    for name in ("stages.csv", "links.csv"):
        if not (folder / name).is_file():
            raise BadInput(f"There is no {name} in {folder.name}.", remedy="Write the two files.", file=name)
    table = read(folder / "stages.csv", "stage", "time", "holding")
    numbers = _Numbers(table)
    stages = [
        Stage(
            name,
            numbers.needed("time", at),
            numbers.needed("holding", at),
            numbers.at("inbound", at) or 0.0,
            numbers.at("promise", at),
            numbers.at("mean", at) or 0.0,
            numbers.at("sd", at) or 0.0,
            _factor(table, at, numbers),
        )
        for at, name in enumerate(table.texts("stage"))
    ]
    table.unique("stage")
    ways = read(folder / "links.csv", "supplier", "customer")
    units = ways.numbers("units", least=0, default=1.0)
    links = [
        Link(supplier, customer, float(number))
        for supplier, customer, number in zip(
            ways.texts("supplier"), ways.texts("customer"), units, strict=True
        )
    ]
    try:
        network = Network.of(stages, links)
    except BadInput as fault:
        row = None if fault.position is None else fault.position + 2
        raise BadInput(
            fault.says, remedy=fault.remedy, file=ways.file, row=row, column=fault.column
        ) from fault
    _check_ends(table, network)
    return network


def read_row(path: Path) -> tuple[list[str], Row]:
    """Stages in a row, the one that serves customers first; its row has mean, sd and shortage."""
    table = read(path, "stage", "echelon_holding", "lead_time", "mean", "sd", "shortage")
    numbers = _Numbers(table)
    holding = [numbers.needed("echelon_holding", at) for at in range(table.rows)]
    leads = [numbers.needed("lead_time", at) for at in range(table.rows)]
    demand = Normal(numbers.needed("mean", 0), numbers.needed("sd", 0))
    try:
        return table.texts("stage"), Row(holding, leads, numbers.needed("shortage", 0), demand)
    except BadInput as fault:
        raise BadInput(fault.says, remedy=fault.remedy, file=table.file, column=fault.column) from fault


@dataclass(frozen=True)
class Joint:
    """Items that may share an order."""

    names: Sequence[str]
    own: Sequence[float]
    holding: Sequence[float]
    demand: Sequence[float]


def read_joint(path: Path) -> Joint:
    """item, own (cost of its line), holding, demand."""
    table = read(path, "item", "own", "holding", "demand")
    table.unique("item")
    own, holding, demand = (table.numbers(name, least=0) for name in ("own", "holding", "demand"))
    for name, given in (("holding", holding), ("demand", demand)):
        if (given <= 0).any():
            table.refuse(name, int(np.argmax(given <= 0)), "It is 0.", "Give a number above 0.")
    return Joint(table.texts("item"), own.tolist(), holding.tolist(), demand.tolist())


def read_buffers(path: Path) -> list[tuple[str, Buffer, Recommendation]]:
    """item, daily_usage, lead_time and both factors; stock, orders and demand for the recommendation."""
    table = read(path, "item", "daily_usage", "lead_time", "lead_time_factor", "variability_factor")
    table.unique("item")
    numbers = _Numbers(table)
    made = []
    for at, name in enumerate(table.texts("item")):
        try:
            zones = buffer(
                daily_usage=numbers.needed("daily_usage", at),
                lead_time=numbers.needed("lead_time", at),
                lead_time_factor=numbers.needed("lead_time_factor", at),
                variability_factor=numbers.needed("variability_factor", at),
                least_order=numbers.at("least_order", at) or 0.0,
                order_cycle=numbers.at("order_cycle", at) or 0.0,
                adjustment=1.0 if (factor := numbers.at("adjustment", at)) is None else factor,
            )
            due = recommend(
                zones,
                on_hand=numbers.at("on_hand", at) or 0.0,
                on_order=numbers.at("on_order", at) or 0.0,
                demand=numbers.at("demand", at) or 0.0,
                least=numbers.at("least_order", at) or 0.0,
                multiple=numbers.at("multiple", at) or 0.0,
            )
        except BadInput as fault:
            table.refuse(fault.column, at, fault.says, fault.remedy)
        made.append((name, zones, due))
    return made


class _Numbers:
    """Optional number columns of a table, read once."""

    def __init__(self, table: Columns) -> None:
        self.table = table
        self.read: dict[str, list[float]] = {}

    def at(self, name: str, at: int) -> float | None:
        if name not in self.read:
            least = -math.inf if name == "on_hand" else 0
            self.read[name] = self.table.numbers(name, least=least, default=math.nan).tolist()
        number = self.read[name][at]
        return None if math.isnan(number) else number

    def needed(self, name: str, at: int) -> float:
        number = self.at(name, at)
        if number is None:
            self.table.refuse(name, at, "The cell is empty.", "Fill it in.")
        return cast(float, number)


def _moments(
    table: Columns, at: int, numbers: _Numbers, past: tuple[float, ...], *, is_known: bool
) -> tuple[float, float]:
    mean, sd = numbers.at("mean", at), numbers.at("sd", at)
    if mean is None:
        if not past:
            table.refuse("mean", at, "There is neither a mean nor a history.", "Give one of them.")
        mean = float(np.mean(past))
        if sd is None:
            sd = float(np.std(past, ddof=1)) if len(past) > 1 else 0.0
    if sd is None:
        if not is_known:
            table.refuse("sd", at, "The deviation of demand is missing.", "Fill it in, or give a history.")
        sd = math.sqrt(mean)
    if mean <= 0:
        table.refuse("mean", at, "There is no demand.", "Leave the item out.")
    return mean, sd


def _ladder(table: Columns, at: int, cell: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Breaks and prices out of "0:0.75 400:0.72"."""
    pairs = [part.split(":") for part in cell.split()]
    try:
        found = [(float(start), float(price)) for start, price in pairs]
    except ValueError:
        table.refuse("breaks", at, f'"{cell}" is no ladder of prices.', "Write 0:0.75 400:0.72.")
    return tuple(start for start, _ in found), tuple(price for _, price in found)


def _factor(table: Columns, at: int, numbers: _Numbers) -> float:
    """The z of the demand bound: as given, or of the service level."""
    factor, service = numbers.at("factor", at), numbers.at("service_level", at)
    if factor is not None:
        return factor
    if service is None:
        return 1.645
    if not 0.5 <= service < 1:
        table.refuse("service_level", at, f"{service:g} is no level.", "Write a share such as 0.95.")
    return Normal(0, 1).quantile(service)


def _check_ends(table: Columns, network: Network) -> None:
    for at, name in enumerate(table.texts("stage")):
        stage = network.stages[name]
        if not network.customers[name] and stage.promise is None:
            table.refuse("promise", at, f"{name} serves customers and promises nothing.", "Write 0 or more.")
