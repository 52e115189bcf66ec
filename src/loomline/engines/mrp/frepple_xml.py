"""A plant from the XML of frePPLe, for users who move in: operations become items with bills and routings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY, FAR
from loomline.engines.mrp.frepple_model import Flow, Model, Operation, read_model, routing_steps, seconds
from loomline.engines.mrp.plant import (
    Bills,
    Demands,
    Items,
    Kind,
    Operations,
    Plant,
    Receipts,
    Resources,
)

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

HOUR = 3600


@dataclass(frozen=True)
class Imported:
    """The plant, the operation behind each item (empty for what is only stocked), and what was not read."""

    plant: Plant
    operations: tuple[str, ...]
    left_out: tuple[str, ...]


def plant_from_frepple(data: bytes) -> Imported:
    """Read a frePPLe model. Every buffer is an item; an operation that delivers a demand, and each step of a
    routing but the last, is one more. Of several operations that fill a buffer the first is taken.

    Raises BadInput for what is no XML and for a model without demands.
    """
    model = read_model(data)
    if not model.demands:
        raise BadInput("The model has no demands.", remedy="Send one that has something to plan.")
    return _Plant(model).made()


@dataclass
class _Plant:
    model: Model
    names: dict[str, int] = field(default_factory=dict)
    items: list[dict[str, float]] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    bills: list[dict[str, float]] = field(default_factory=list)
    routings: list[dict[str, float]] = field(default_factory=list)

    def made(self) -> Imported:
        for name, buffer in self.model.buffers.items():
            self._item(name, on_hand=buffer.on_hand, safety_stock=buffer.minimum)
        self.resources = list(self.model.resources)
        for operation in list(self.model.operations.values()):
            if main := self._main(operation):
                self._make(operation, main)
        self._bought_and_moved()
        demands = self._demands()
        receipts, taken = self._orders()
        plant = Plant(
            Items.of(names=list(self.names), **_columns(self.items)),
            Bills.of(**_columns(self.bills)) if self.bills else Bills.of(),
            demands.joined(taken),
            receipts,
            operations=Operations.of(**_columns(self.routings)) if self.routings else Operations.of(),
            resources=Resources.of(
                names=self.resources or np.zeros(0, dtype=np.str_),
                capacity=[max(round(self.model.resources[name]), 1) for name in self.resources],
            ),
            origin=self.model.current or "2026-01-01",
        )
        return Imported(plant, tuple(self.behind), tuple(sorted(self.model.left_out)))

    def _item(self, name: str, **columns: float) -> int:
        """The number of an item, which is made where it is new."""
        if name not in self.names:
            self.names[name] = len(self.names)
            self.items.append({"kind": float(Kind.NONE)})
            self.behind.append("")
        self.items[self.names[name]].update(columns)
        return self.names[name]

    def _main(self, operation: Operation) -> str:
        """The buffer that an operation is there to fill: "" for deliveries and steps of routings."""
        if any(operation.name == step for one in self.model.operations.values() for _, step in one.steps):
            return ""
        if operation.makes:
            return operation.makes
        given = [f for step in routing_steps(self.model, operation) for f in step.flows if _size(f) > 0]
        return given[0].buffer if given else ""

    def _make(self, operation: Operation, main: str) -> None:
        item = self._item(main)
        if self.items[item]["kind"] != Kind.NONE:
            self.model.left_out.add("alternate operations")
            return
        self._chain(operation, main, item)

    def _chain(self, operation: Operation, main: str, item: int) -> None:
        """The steps of an operation, each an item that takes one unit of the step before."""
        steps = list(routing_steps(self.model, operation))
        flows = [flow for step in steps for flow in step.flows]
        per_unit = sum(flow.quantity for flow in flows if flow.buffer == main and flow.quantity > 0) or 1.0
        before = -1
        for step in steps:
            at = item if step is steps[-1] else self._item(f"{operation.name}: {step.name}")
            share = per_unit if at == item else 1.0
            self._fill(at, step, share)
            sizes = operation.minimum, operation.multiple, operation.maximum
            self.items[at].update(
                zip(("minimum", "multiple", "maximum"), (s * share for s in sizes), strict=True)
            )
            if before >= 0:
                self._line(at, before, 1.0 / share)
            for flow in step.flows:
                if flow.buffer != main or _size(flow) < 0:
                    self._flow(at, flow, share)
            before = at

    def _fill(self, item: int, step: Operation, share: float) -> None:
        """How an item is made by one step: on its resources, or in its lead time."""
        self.items[item]["kind"] = float(Kind.MAKE)
        self.items[item]["release_fence"] = step.fence / DAY
        self.behind[item] = step.name
        timed = "time_per" in step.kind
        per_unit = step.per_unit / share if timed else 0.0
        if len(step.loads) > 1:
            self.model.left_out.add("several resources for one step")
        for resource, units in step.loads[:1]:
            self.routings.append(
                {
                    "item": item,
                    "resource": self.resources.index(resource),
                    "setup_hours": step.duration / HOUR,
                    "run_hours": per_unit / HOUR,
                    "units": max(round(units), 1),
                }
            )
        self.items[item].update(lead_days=step.duration / DAY, lead_days_per_unit=per_unit / DAY)

    def _flow(self, item: int, flow: Flow, share: float) -> None:
        """A component (quantity below 0) or a co-product, per unit or per order."""
        other, gives = self.names[flow.buffer], _size(flow) > 0
        since, until = self._time(flow.since, -FAR), self._time(flow.until, FAR)
        for quantity, is_fixed in ((abs(flow.quantity) / share, 0.0), (abs(flow.fixed), 1.0)):
            if quantity:
                self._line(
                    item,
                    other,
                    quantity,
                    is_fixed=is_fixed,
                    is_output=gives,
                    valid_from=since,
                    valid_to=until,
                )

    def _line(self, parent: int, component: int, quantity: float, **more: float) -> None:
        plain = {"is_fixed": 0.0, "is_output": 0.0, "valid_from": -FAR, "valid_to": FAR}
        self.bills.append({"parent": parent, "component": component, "quantity": quantity, **plain, **more})

    def _bought_and_moved(self) -> None:
        for row in self.model.bought:
            places = [row["location"]] if row["location"] else self._places(row["item"])
            for place in places:
                self._supplied(f"{row['item']} @ {place}", Kind.BUY, row)
        for row in self.model.moved:
            item = self._supplied(f"{row['item']} @ {row['destination']}", Kind.MOVE, row)
            if item >= 0:
                self._line(item, self._item(f"{row['item']} @ {row['origin']}"), 1.0)

    def _places(self, item: str) -> list[str]:
        return [name.partition(" @ ")[2] for name in self.names if name.startswith(f"{item} @ ")]

    def _supplied(self, name: str, kind: Kind, row: dict[str, str]) -> int:
        item = self._item(name)
        if self.items[item]["kind"] != Kind.NONE:
            self.model.left_out.add("alternate operations")
            return -1
        sizes = {"minimum": float(row["size_minimum"] or 1), "multiple": float(row["size_multiple"] or 0)}
        self.items[item].update(kind=float(kind), lead_days=seconds(row["leadtime"]) / DAY, **sizes)
        words = {Kind.BUY: "Purchase", Kind.MOVE: "Ship"}
        self.behind[item] = f"{words[kind]} {name}"
        return item

    def _demands(self) -> Demands:
        rows = [
            (name, row) for name, row in self.model.demands.items() if row.get("status") not in ("closed",)
        ]
        return Demands.of(
            names=[name for name, _ in rows],
            item=[self._wanted(row) for _, row in rows],
            quantity=[float(row.get("quantity", 0)) for _, row in rows],
            at=[self._time(row.get("due", ""), 0) for _, row in rows],
            priority=[int(row.get("priority", 0)) for _, row in rows],
            late_days=[
                seconds(row["maxlateness"]) / DAY if "maxlateness" in row else np.inf for _, row in rows
            ],
        )

    def _wanted(self, row: dict[str, str]) -> int:
        """The item of a demand: its delivery operation, or the buffer of the item."""
        operation = self.model.operations.get(row.get("operation", ""))
        if operation is None:
            return self._item(f"{row.get('item', '')} @ {row.get('location', '')}")
        name = f"{operation.name}: delivery"
        if name not in self.names:
            self._chain(operation, name, self._item(name))
        return self.names[name]

    def _orders(self) -> tuple[Receipts, Demands]:
        """Confirmed orders: what they bring is a receipt, what they still take a demand before all others."""
        rows = [row for row in self.model.orders if row["status"] in ("confirmed", "approved", "completed")]
        receipts: list[tuple[str, int, float, int]] = []
        for number, row in enumerate(rows):
            if row["operation"] in self.behind:
                item = self.behind.index(row["operation"])
                end = self._time(row["end"] or row["start"], 0)
                name = row["reference"] or row["id"] or str(number)
                receipts.append((name, item, float(row["quantity"] or 0), max(end, 0)))
            else:
                self.model.left_out.add("orders of operations that fill no buffer")
        taken = Demands.of()
        if not receipts:
            return Receipts.of(), taken
        names, items, quantities, times = zip(*receipts, strict=True)
        return Receipts.of(names=names, item=items, quantity=quantities, at=times, is_frozen=True), taken

    def _time(self, text: str, empty: int) -> int:
        if not text:
            return empty
        origin = np.datetime64(self.model.current or "2026-01-01", "s")
        return int((np.datetime64(text, "s") - origin).astype(np.int64))


def _size(flow: Flow) -> float:
    return flow.quantity or flow.fixed


def _columns(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    """Rows as columns; what a row does not say is its default."""
    defaults = {"maximum": float("inf"), "kind": float(Kind.NONE)}
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, defaults.get(name, 0.0)) for row in rows] for name in names}
