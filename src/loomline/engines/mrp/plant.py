"""What there is to plan: items, bills, stock, receipts, demands, routings, machines, calendars, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY, FAR, Calendar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


class LotRule(IntEnum):
    """How net requirements become orders."""

    LOT_FOR_LOT = 0
    FIXED = 1
    PERIOD = 2
    ECONOMIC = 3
    SILVER_MEAL = 4
    WAGNER_WHITIN = 5


class Kind(IntEnum):
    """Where an item comes from."""

    BUY = 0
    MAKE = 1
    MOVE = 2
    NONE = 3


def _of(kind: str, default: float | None = None) -> dict[str, Any]:
    """What a column holds, and its value where none is given (none: it must be)."""
    return {"kind": kind, "default": default}


@dataclass(frozen=True)
class _Table:
    """Columns of one length; `of` fills what is not given and widens single numbers."""

    @classmethod
    def of(cls, **given: ArrayLike) -> Self:
        """From keyword arrays, all of one length or single numbers."""
        columns = {column.name: column for column in fields(cls)}
        if unknown := given.keys() - columns.keys():
            raise BadInput(f"There is no column {', '.join(sorted(unknown))}.", remedy="Correct the name.")
        length = max((np.size(value) for value in given.values() if np.ndim(value)), default=0)
        made: dict[str, Any] = {}
        for name, column in columns.items():
            default = column.metadata["default"]
            if name not in given and default is None and length:
                raise BadInput(f"The column {name} is missing.", remedy="Give it.", column=name)
            value = given.get(name, 0 if default is None else default)
            made[name] = _widened(value, length, column.metadata["kind"], name)
        return cls(**made)

    def __len__(self) -> int:
        first: NDArray[np.float64] = getattr(self, fields(self)[0].name)
        return len(first)

    def but(self, **changed: ArrayLike) -> Self:
        """The same table with some columns replaced."""
        return replace(
            self,
            **{
                column.name: _widened(changed[column.name], len(self), column.metadata["kind"], column.name)
                for column in fields(self)
                if column.name in changed
            },
        )

    def take(self, rows: ArrayLike) -> Self:
        """These rows only."""
        return type(self)(**{c.name: getattr(self, c.name)[rows] for c in fields(self)})

    def joined(self, other: Self) -> Self:
        """The rows of both."""
        return type(self)(
            **{c.name: np.concatenate([getattr(self, c.name), getattr(other, c.name)]) for c in fields(self)}
        )


@dataclass(frozen=True)
class Items(_Table):
    """What is planned, one row per item at a place; times in working days of the item's calendar.

    `yield_share` is good output over started quantity, `rule` a LotRule, `kind` a Kind, `holding_cost` per
    unit and year, `setup_cost` per order. `maximum` splits an order. The fences count days from the start of
    the plan: no forecast counts within `demand_fence`, no planned order is due within `planning_fence`, none
    may start within `release_fence` (constrained plans), orders that start within `open_days` are released.
    """

    names: NDArray[np.str_] = field(metadata=_of("text"))
    on_hand: NDArray[np.float64] = field(metadata=_of("number", 0))
    safety_stock: NDArray[np.float64] = field(metadata=_of("number", 0))
    safety_days: NDArray[np.float64] = field(metadata=_of("number", 0))
    lead_days: NDArray[np.float64] = field(metadata=_of("number", 0))
    lead_days_per_unit: NDArray[np.float64] = field(metadata=_of("number", 0))
    calendar: NDArray[np.int64] = field(metadata=_of("whole", 0))
    kind: NDArray[np.int64] = field(metadata=_of("whole", Kind.BUY))
    yield_share: NDArray[np.float64] = field(metadata=_of("number", 1))
    is_phantom: NDArray[np.bool_] = field(metadata=_of("flag", 0))
    rule: NDArray[np.int64] = field(metadata=_of("whole", LotRule.LOT_FOR_LOT))
    fixed_quantity: NDArray[np.float64] = field(metadata=_of("number", 0))
    minimum: NDArray[np.float64] = field(metadata=_of("number", 0))
    multiple: NDArray[np.float64] = field(metadata=_of("number", 0))
    maximum: NDArray[np.float64] = field(metadata=_of("number", float("inf")))
    period_days: NDArray[np.float64] = field(metadata=_of("number", 7))
    setup_cost: NDArray[np.float64] = field(metadata=_of("number", 0))
    holding_cost: NDArray[np.float64] = field(metadata=_of("number", 0))
    demand_fence: NDArray[np.float64] = field(metadata=_of("number", 0))
    planning_fence: NDArray[np.float64] = field(metadata=_of("number", 0))
    release_fence: NDArray[np.float64] = field(metadata=_of("number", 0))
    open_days: NDArray[np.float64] = field(metadata=_of("number", 7))


@dataclass(frozen=True)
class Bills(_Table):
    """One row per component (or co-product) of an item; `scrap_share` is lost on top of the quantity.

    `is_fixed`: the quantity is per order, not per unit. `is_output`: the order yields the item besides.
    `offset_days` after the start of the order it is needed; `valid_from` and `valid_to` are seconds at which
    the order starts; `step` is the operation that takes it (0: the first). `group` names the use of the
    component, where some substitutes are only for that.
    """

    parent: NDArray[np.int64] = field(metadata=_of("whole"))
    component: NDArray[np.int64] = field(metadata=_of("whole"))
    quantity: NDArray[np.float64] = field(metadata=_of("number", 1))
    scrap_share: NDArray[np.float64] = field(metadata=_of("number", 0))
    is_fixed: NDArray[np.bool_] = field(metadata=_of("flag", 0))
    is_output: NDArray[np.bool_] = field(metadata=_of("flag", 0))
    offset_days: NDArray[np.float64] = field(metadata=_of("number", 0))
    valid_from: NDArray[np.int64] = field(metadata=_of("whole", -FAR))
    valid_to: NDArray[np.int64] = field(metadata=_of("whole", FAR))
    step: NDArray[np.int64] = field(metadata=_of("whole", 0))
    group: NDArray[np.int64] = field(metadata=_of("whole", -1))


@dataclass(frozen=True)
class Substitutes(_Table):
    """`by` may stand in for `item`, `ratio` units of it for one; the lowest `rank` is used first.

    With a `group` it stands in only for what bills or demands of that group take; -1 is for everything.
    """

    item: NDArray[np.int64] = field(metadata=_of("whole"))
    by: NDArray[np.int64] = field(metadata=_of("whole"))
    ratio: NDArray[np.float64] = field(metadata=_of("number", 1))
    rank: NDArray[np.int64] = field(metadata=_of("whole", 1))
    group: NDArray[np.int64] = field(metadata=_of("whole", -1))


@dataclass(frozen=True)
class Receipts(_Table):
    """Orders that exist: `quantity` good units of `item` arrive `at`; a frozen one is never moved."""

    names: NDArray[np.str_] = field(metadata=_of("text"))
    item: NDArray[np.int64] = field(metadata=_of("whole"))
    quantity: NDArray[np.float64] = field(metadata=_of("number"))
    at: NDArray[np.int64] = field(metadata=_of("whole"))
    is_frozen: NDArray[np.bool_] = field(metadata=_of("flag", 0))


@dataclass(frozen=True)
class Demands(_Table):
    """Who wants what and when; the lowest `priority` is served first.

    `least` is the smallest partial delivery (0: all at once), `late_days` the longest tolerated lateness.
    """

    names: NDArray[np.str_] = field(metadata=_of("text"))
    item: NDArray[np.int64] = field(metadata=_of("whole"))
    quantity: NDArray[np.float64] = field(metadata=_of("number"))
    at: NDArray[np.int64] = field(metadata=_of("whole"))
    priority: NDArray[np.int64] = field(metadata=_of("whole", 10))
    is_forecast: NDArray[np.bool_] = field(metadata=_of("flag", 0))
    least: NDArray[np.float64] = field(metadata=_of("number", 0))
    late_days: NDArray[np.float64] = field(metadata=_of("number", float("inf")))
    group: NDArray[np.int64] = field(metadata=_of("whole", -1))


@dataclass(frozen=True)
class Operations(_Table):
    """How an item is made: steps in order, each on `units` of a resource; hours on the resource's calendar.

    Rows with the same item and step are alternatives, tried by `rank`. `wait_hours` pass after the step.
    """

    item: NDArray[np.int64] = field(metadata=_of("whole"))
    step: NDArray[np.int64] = field(metadata=_of("whole", 1))
    resource: NDArray[np.int64] = field(metadata=_of("whole"))
    setup_hours: NDArray[np.float64] = field(metadata=_of("number", 0))
    run_hours: NDArray[np.float64] = field(metadata=_of("number", 0))
    wait_hours: NDArray[np.float64] = field(metadata=_of("number", 0))
    units: NDArray[np.int64] = field(metadata=_of("whole", 1))
    rank: NDArray[np.int64] = field(metadata=_of("whole", 1))


@dataclass(frozen=True)
class Resources(_Table):
    """Machines and people: `capacity` of them side by side; 0 is never full."""

    names: NDArray[np.str_] = field(metadata=_of("text"))
    capacity: NDArray[np.int64] = field(metadata=_of("whole", 1))
    calendar: NDArray[np.int64] = field(metadata=_of("whole", 0))


@dataclass(frozen=True)
class Blocks(_Table):
    """Times at which one unit of a resource is taken already: maintenance, or orders that run."""

    resource: NDArray[np.int64] = field(metadata=_of("whole"))
    start: NDArray[np.int64] = field(metadata=_of("whole"))
    end: NDArray[np.int64] = field(metadata=_of("whole"))


@dataclass(frozen=True)
class Plant:
    """Everything that a plan starts from; all times are seconds from `origin`, the start of the plan."""

    items: Items
    bills: Bills = field(default_factory=Bills.of)
    demands: Demands = field(default_factory=Demands.of)
    receipts: Receipts = field(default_factory=Receipts.of)
    substitutes: Substitutes = field(default_factory=Substitutes.of)
    operations: Operations = field(default_factory=Operations.of)
    resources: Resources = field(default_factory=Resources.of)
    blocks: Blocks = field(default_factory=Blocks.of)
    calendars: tuple[Calendar, ...] = field(default_factory=lambda: (Calendar.always(),))
    origin: str = "2026-01-05"

    def __post_init__(self) -> None:
        _within(self.bills, "parent", len(self.items))
        _within(self.bills, "component", len(self.items))
        for table in (self.demands, self.receipts, self.operations, self.substitutes):
            _within(table, "item", len(self.items))
        _within(self.operations, "resource", len(self.resources))
        _within(self.blocks, "resource", len(self.resources))
        _within(self.resources, "calendar", len(self.calendars))
        _within(self.items, "calendar", len(self.calendars))
        for table, column in ((self.demands, "quantity"), (self.receipts, "quantity")):
            _at_least(table, column, 0)
        for column in ("lead_days", "safety_stock", "safety_days", "minimum", "multiple", "fixed_quantity"):
            _at_least(self.items, column, 0)
        _above(self.items, "yield_share")
        _above(self.items, "maximum")

    def with_(self, **changed: Any) -> Plant:
        """The same plant with some tables replaced."""
        return replace(self, **changed)

    def moment(self, seconds: float) -> str:
        """A time as text: a date, with hours and minutes where it is not midnight."""
        at = np.datetime64(self.origin, "s") + np.timedelta64(round(seconds), "s")
        text = str(at)
        return text[:10] if text.endswith("T00:00:00") else text[:16]


def moments(plant: Plant, seconds: NDArray[np.int64]) -> NDArray[np.str_]:
    """Many times as text, in days where all of them are whole days."""
    at = np.datetime64(plant.origin, "s") + seconds.astype("timedelta64[s]")
    whole = at.astype("datetime64[D]") == at
    return np.datetime_as_string(at, unit="D" if whole.all() else "m")


def seconds_of(days: ArrayLike) -> NDArray[np.int64]:
    """Days as whole seconds."""
    return np.rint(np.asarray(days, dtype=float) * DAY).astype(np.int64)


def _widened(value: ArrayLike, length: int, kind: str, name: str) -> Any:
    types = {"text": np.str_, "number": np.float64, "whole": np.int64, "flag": np.bool_}
    made = np.asarray(value, dtype=None if kind == "text" else types[kind])
    if kind == "text":
        made = made.astype(np.str_)
    if made.ndim == 0:
        made = np.full(length, made)
    if made.shape != (length,):
        raise BadInput(f"{name} has shape {made.shape}, not ({length},).", remedy="Give one value a row.")
    if kind == "number" and np.isnan(made).any():
        at = int(np.argmax(np.isnan(made)))
        raise BadInput("The number is missing.", remedy="Fill it in.", column=name, position=at)
    return made


def _within(table: _Table, column: str, length: int) -> None:
    values = getattr(table, column)
    wrong = (values < 0) | (values >= length)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BadInput(
            f"{values[at]} names none of the {length} there are.",
            remedy="Correct the number.",
            column=column,
            position=at,
        )


def _at_least(table: _Table, column: str, least: float) -> None:
    wrong = ~(getattr(table, column) >= least)
    _refuse(wrong, table, column, f"is below {least:g}")


def _above(table: _Table, column: str) -> None:
    _refuse(~(getattr(table, column) > 0), table, column, "is not above 0")


def _refuse(wrong: NDArray[np.bool_], table: _Table, column: str, says: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BadInput(
            f"{getattr(table, column)[at]:g} {says}.",
            remedy="Correct the number.",
            column=column,
            position=at,
        )
