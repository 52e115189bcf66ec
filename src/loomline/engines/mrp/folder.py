"""A plant from a folder of CSV files; what does not fit is refused with file, row and column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY, FAR
from loomline.engines.mrp.folder_calendars import calendars_of
from loomline.engines.mrp.levels import low_level_codes
from loomline.engines.mrp.plant import (
    Bills,
    Blocks,
    Demands,
    Items,
    Kind,
    LotRule,
    Operations,
    Plant,
    Receipts,
    Resources,
    Substitutes,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

ENDINGS = (".csv", ".csv.gz", ".xlsx", ".ods")
TABLES = (
    "items",
    "demands",
    "bills",
    "lanes",
    "stock",
    "receipts",
    "substitutes",
    "resources",
    "routings",
    "blocks",
    "calendars",
)
RULES = {
    "": LotRule.LOT_FOR_LOT,
    "lot for lot": LotRule.LOT_FOR_LOT,
    "fixed": LotRule.FIXED,
    "period": LotRule.PERIOD,
    "economic": LotRule.ECONOMIC,
    "silver-meal": LotRule.SILVER_MEAL,
    "wagner-whitin": LotRule.WAGNER_WHITIN,
}
SHORT = {
    "l4l": "lot for lot",
    "lfl": "lot for lot",
    "foq": "fixed",
    "poq": "period",
    "eoq": "economic",
    "sm": "silver-meal",
    "ww": "wagner-whitin",
}
KINDS = {"buy": Kind.BUY, "make": Kind.MAKE, "move": Kind.MOVE, "none": Kind.NONE}
TRUE, FALSE = ("yes", "true", "1", "y", "x"), ("no", "false", "0", "n", "")
SPAN_DAYS = 3 * 366
"""So long do calendars reach before the start and after the last date."""


def read_plant(folder: Path, *, start: str = "") -> Plant:
    """Read a plant; the plan starts at `start`, or else at the first date of demands and receipts.

    Raises BadInput for a missing file or column, an unknown name, a number or date that is none.
    """
    if not folder.is_dir():
        raise BadInput(
            f"There is no folder {folder}.", remedy="Name a folder with items.csv and demands.csv."
        )
    return _Reader(folder, {name: _table(folder, name) for name in TABLES}).plant(start)


def _table(folder: Path, name: str) -> Columns | None:
    found = next((path for end in ENDINGS if (path := folder / f"{name}{end}").is_file()), None)
    return None if found is None else columns.read(found)


@dataclass
class _Reader:
    folder: Path
    tables: dict[str, Columns | None]

    def plant(self, start: str) -> Plant:
        """All tables, each checked against the items."""
        items = self._must("items")
        demands = self._must("demands")
        self.numbers = self._names(items)
        self.origin = self._start(start)
        self.calendars, self.calendar_numbers = calendars_of(
            self.tables["calendars"], self.origin, -SPAN_DAYS, self._last_day() + SPAN_DAYS
        )
        bills = self._bills()
        made, resources = self._items(items, bills), self._resources()
        return Plant(
            made,
            bills,
            self._demands(demands),
            self._receipts(),
            self._substitutes(),
            self._operations(),
            resources,
            self._blocks(),
            self.calendars,
            str(self.origin),
        )

    def _must(self, name: str) -> Columns:
        table = self.tables[name]
        if table is None:
            raise BadInput(
                f"There is no {name}.csv in {self.folder}.",
                remedy="Add it (a header may be followed by any number of rows).",
                file=f"{name}.csv",
            )
        return table

    def _names(self, items: Columns) -> dict[str, int]:
        items.unique(*(("item", "site") if "site" in items.cells else ("item",)))
        return {name: number for number, name in enumerate(self._keys(items, "item", "site"))}

    def _keys(self, table: Columns, item: str, site: str) -> list[str]:
        """An item at a site is `item @ site`."""
        names = table.texts(item)
        sites = table.cells.get(site)
        if sites is None:
            return names
        return [f"{name} @ {at}" if at else name for name, at in zip(names, sites, strict=True)]

    def _known(self, table: Columns, item: str = "item", site: str = "site") -> NDArray[np.int64]:
        return _numbers(table, item, self._keys(table, item, site), self.numbers, "items.csv")

    def _start(self, start: str) -> np.datetime64:
        if start:
            try:
                return np.datetime64(start, "s")
            except ValueError:
                raise BadInput(f'"{start}" is not a date.', remedy=columns.DATES, column="--start") from None
        return self._dates("min").astype("datetime64[D]").astype("datetime64[s]")

    def _dates(self, which: str) -> np.datetime64:
        tables = [t for n in ("demands", "receipts") if (t := self.tables[n]) is not None]
        ends = [table.days("due") for table in tables]
        every = np.concatenate(ends)
        return every.min() if which == "min" else every.max()

    def _last_day(self) -> int:
        return max(int((self._dates("max") - self.origin).astype(np.int64)) // DAY, 0)

    def _seconds(self, table: Columns, name: str, empty: int | None = None) -> NDArray[np.int64]:
        """A column of dates as seconds from the start; `empty` where there is none."""
        if empty is not None and name not in table.cells:
            return np.full(table.rows, empty)
        days = table.days(name, may_be_empty=empty is not None)
        missing = np.isnat(days)
        made = (np.where(missing, self.origin, days) - self.origin).astype(np.int64)
        return np.where(missing, empty, made) if empty is not None else made

    def _items(self, table: Columns, bills: Bills) -> Items:
        keys = list(self.numbers)
        kind = np.zeros(len(keys), dtype=np.int64)
        kind[bills.parent[~bills.is_output]] = Kind.MAKE
        kind[self.moved] = Kind.MOVE
        given = [cell.lower() for cell in table.cells.get("kind", [""] * table.rows)]
        for at, word in enumerate(given):
            if word and word not in KINDS:
                table.refuse("kind", at, f'"{word}" is not known.', f"Write one of {', '.join(KINDS)}.")
            kind[at] = KINDS.get(word, Kind(int(kind[at])))
        rule = [SHORT.get(c.lower(), c.lower()) for c in table.cells.get("rule", [""] * table.rows)]
        for at, word in enumerate(rule):
            if word not in RULES:
                table.refuse(
                    "rule", at, f'"{word}" is not known.', f"Write one of {', '.join(filter(None, RULES))}."
                )
        stock = table.numbers("on_hand", least=0, default=0) + self._stock(len(keys))
        least = (
            "safety_stock",
            "safety_days",
            "lead_days",
            "lead_days_per_unit",
            "fixed_quantity",
            "minimum",
            "multiple",
            "setup_cost",
            "holding_cost",
            "demand_fence",
            "planning_fence",
            "release_fence",
        )
        plain = {name: table.numbers(name, least=0, default=0) for name in least}
        self._fixed(table, rule, plain["fixed_quantity"])
        lead = np.where(np.isnan(self.lane_days), plain.pop("lead_days"), self.lane_days)
        return Items.of(
            names=keys,
            on_hand=stock,
            lead_days=lead,
            kind=kind,
            calendar=self._calendar(table),
            rule=[RULES[word] for word in rule],
            is_phantom=_flags(table, "phantom"),
            yield_share=table.numbers("yield", least=1e-9, most=1, default=1),
            maximum=_endless(table.numbers("maximum", least=1e-9, default=FAR)),
            period_days=table.numbers("period_days", least=1, default=7),
            open_days=table.numbers("open_days", least=0, default=7),
            **plain,
        )

    def _fixed(self, table: Columns, rule: list[str], quantity: NDArray[np.float64]) -> None:
        for at, word in enumerate(rule):
            if word == "fixed" and not quantity[at] > 0:
                table.refuse("fixed_quantity", at, "The rule fixed has no quantity.", "Give one above 0.")

    def _stock(self, count: int) -> NDArray[np.float64]:
        table = self.tables["stock"]
        if table is None:
            return np.zeros(count)
        made = np.zeros(count)
        np.add.at(made, self._known(table), table.numbers("quantity", least=0))
        return made

    def _calendar(self, table: Columns) -> NDArray[np.int64]:
        cells = table.cells.get("calendar", [""] * table.rows)
        return _numbers(table, "calendar", cells, self.calendar_numbers, "calendars.csv")

    def _bills(self) -> Bills:
        """Bills and lanes; also notes which items lanes bring, and in what time."""
        self.moved = np.zeros(0, dtype=np.int64)
        self.lane_days = np.full(len(self.numbers), np.nan)
        made = Bills.of()
        if (table := self.tables["bills"]) is not None:
            made = Bills.of(
                parent=self._known(table),
                component=self._known(table, "component", "component_site"),
                quantity=table.numbers("quantity", least=0, default=1),
                scrap_share=table.numbers("scrap", least=0, default=0),
                is_fixed=_flags(table, "fixed"),
                is_output=_flags(table, "output"),
                offset_days=table.numbers("offset_days", least=0, default=0),
                valid_from=self._seconds(table, "from", -FAR),
                valid_to=self._seconds(table, "to", FAR),
                step=table.whole("step", least=0, default=0),
            )
        rows = len(made)
        made = made if (lanes := self.tables["lanes"]) is None else made.joined(self._lanes(lanes))
        try:
            low_level_codes(len(self.numbers), made.parent, made.component, np.array(list(self.numbers)))
        except BadInput as circle:
            at = circle.position or 0
            file, row = ("bills.csv", at) if at < rows else ("lanes.csv", at - rows)
            raise BadInput(
                circle.says, remedy=circle.remedy, file=file, row=row + 2, column="component"
            ) from None
        return made

    def _lanes(self, table: Columns) -> Bills:
        table.need("item", "from", "to")
        table.unique("item", "to")
        source, target = self._known(table, "item", "from"), self._known(table, "item", "to")
        days = table.numbers("lead_days", least=0, may_be_empty=True, default=np.nan)
        self.moved, self.lane_days[target] = target, days
        return Bills.of(parent=target, component=source)

    def _demands(self, table: Columns) -> Demands:
        table.unique("name")
        return Demands.of(
            names=table.texts("name"),
            item=self._known(table),
            quantity=table.numbers("quantity", least=0),
            at=self._seconds(table, "due"),
            priority=table.whole("priority", default=10),
            is_forecast=_flags(table, "forecast"),
            least=table.numbers("least", least=0, default=0),
            late_days=_endless(table.numbers("late_days", least=0, default=FAR)),
        )

    def _receipts(self) -> Receipts:
        if (table := self.tables["receipts"]) is None:
            return Receipts.of()
        table.unique("name")
        return Receipts.of(
            names=table.texts("name"),
            item=self._known(table),
            quantity=table.numbers("quantity", least=0),
            at=self._seconds(table, "due"),
            is_frozen=_flags(table, "frozen"),
        )

    def _substitutes(self) -> Substitutes:
        if (table := self.tables["substitutes"]) is None:
            return Substitutes.of()
        return Substitutes.of(
            item=self._known(table),
            by=self._known(table, "by", "by_site"),
            ratio=table.numbers("ratio", least=1e-9, default=1),
            rank=table.whole("rank", default=1),
        )

    def _resources(self) -> Resources:
        self.resource_numbers: dict[str, int] = {}
        if (table := self.tables["resources"]) is None:
            return Resources.of()
        table.unique("resource")
        names = table.texts("resource")
        self.resource_numbers = {name: number for number, name in enumerate(names)}
        capacity = table.whole("capacity", least=1, default=1)
        return Resources.of(names=names, capacity=capacity, calendar=self._calendar(table))

    def _resource(self, table: Columns) -> NDArray[np.int64]:
        return _numbers(table, "resource", table.texts("resource"), self.resource_numbers, "resources.csv")

    def _operations(self) -> Operations:
        if (table := self.tables["routings"]) is None:
            return Operations.of()
        hours = {
            name: table.numbers(name, least=0, default=0)
            for name in ("setup_hours", "run_hours", "wait_hours")
        }
        return Operations.of(
            item=self._known(table),
            step=table.whole("step", default=1),
            resource=self._resource(table),
            units=table.whole("units", least=1, default=1),
            rank=table.whole("rank", default=1),
            **hours,
        )

    def _blocks(self) -> Blocks:
        if (table := self.tables["blocks"]) is None:
            return Blocks.of()
        return Blocks.of(
            resource=self._resource(table),
            start=self._seconds(table, "start"),
            end=self._seconds(table, "end"),
        )


def _numbers(
    table: Columns, column: str, names: list[str], known: dict[str, int], file: str
) -> NDArray[np.int64]:
    made = [known.get(name, -1) for name in names]
    if -1 in made:
        at = made.index(-1)
        table.refuse(column, at, f'"{names[at]}" is not in {file}.', f"Add it to {file} or correct the name.")
    return np.array(made, dtype=np.int64)


def _flags(table: Columns, name: str) -> list[bool]:
    cells = [cell.lower() for cell in table.cells.get(name, [""] * table.rows)]
    for at, cell in enumerate(cells):
        if cell not in TRUE and cell not in FALSE:
            table.refuse(name, at, f'"{cell}" is neither yes nor no.', "Write yes or no.")
    return [cell in TRUE for cell in cells]


def _endless(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values >= FAR, np.inf, values)
