"""What a frePPLe XML file says, as plain records; elements may be nested in any order there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

from loomline.engines.bad_input import BadInput

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
DURATION = re.compile(r"(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
NOT_READ = {
    "skill": "skills",
    "setupmatrix": "set-up matrices",
    "available": "working hours",
    "maximum_calendar": "capacity that changes over time",
    "offset": "offsets of flows",
    "transferbatch": "transfer batches",
    "efficiency": "efficiency of resources",
    "minimum_calendar": "stock targets that change over time",
    "members": "pools of resources",
    "owner": "pools of resources",
    "loadplans": "running orders on named resources",
}
UNLIKE = {"operation_alternate": "alternate operations", "operation_split": "split operations"}
Context = dict[str, str]


@dataclass
class Flow:
    """What an operation takes (less than 0) or gives of a buffer, per unit and per order."""

    buffer: str
    quantity: float
    fixed: float
    is_end: bool
    since: str
    until: str


@dataclass
class Operation:
    """One operation; `steps` names those of a routing in order."""

    name: str
    kind: str = "operation_fixed_time"
    duration: float = 0.0
    per_unit: float = 0.0
    minimum: float = 1.0
    multiple: float = 0.0
    maximum: float = float("inf")
    makes: str = ""
    location: str = ""
    fence: float = 0.0
    flows: list[Flow] = field(default_factory=list)
    loads: list[tuple[str, float]] = field(default_factory=list)
    steps: list[tuple[float, str]] = field(default_factory=list)


@dataclass
class Buffer:
    """Stock of an item somewhere, and the operations that fill it."""

    name: str
    on_hand: float = 0.0
    minimum: float = 0.0
    makers: list[str] = field(default_factory=list)


@dataclass
class Model:
    """All records of a file; `left_out` says what was met and is not read."""

    current: str = ""
    operations: dict[str, Operation] = field(default_factory=dict)
    buffers: dict[str, Buffer] = field(default_factory=dict)
    resources: dict[str, float] = field(default_factory=dict)
    demands: dict[str, dict[str, str]] = field(default_factory=dict)
    orders: list[dict[str, str]] = field(default_factory=list)
    bought: list[dict[str, str]] = field(default_factory=list)
    moved: list[dict[str, str]] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


def seconds(text: str) -> float:
    """An ISO 8601 duration (P1DT2H) or a number of seconds."""
    if not text:
        return 0.0
    found = DURATION.fullmatch(text.strip())
    if found is None:
        try:
            return float(text)
        except ValueError:
            raise BadInput(
                f'"{text}" is no duration.', remedy="Write it as P1DT2H or in seconds.", column="duration"
            ) from None
    sign, *parts = found.groups()
    total = sum(float(p or 0) * unit for p, unit in zip(parts, (604_800, 86_400, 3600, 60, 1), strict=True))
    return -total if sign else total


def read_model(data: bytes) -> Model:
    """Read the XML; raises BadInput where it is none."""
    try:
        root = ET.fromstring(data)
    except ET.ParseError as fault:
        raise BadInput(
            f"The file is no XML: {fault}.", remedy="Send a plan that frePPLe can read."
        ) from fault
    model = Model(current=_said(root, "current"))
    _Reader(model).walk(root, {})
    return model


def _said(element: ET.Element, name: str) -> str:
    """A field, which may be an attribute or a child."""
    if name in element.attrib:
        return element.attrib[name]
    child = element.find(name)
    return (child.text or "").strip() if child is not None else ""


def _named(element: ET.Element, tag: str) -> str:
    """The name of a child element."""
    child = element.find(tag)
    return _said(child, "name") if child is not None else ""


def _number(element: ET.Element, name: str, default: float) -> float:
    text = _said(element, name)
    try:
        return float(text) if text else default
    except ValueError:
        raise BadInput(f'"{text}" is no number.', remedy="Correct it.", column=name) from None


class _Reader:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.readers = {
            "operation": self._operation,
            "producing": self._operation,
            "buffer": self._buffer,
            "flow": self._flow,
            "load": self._load,
            "resource": self._resource,
            "demand": self._demand,
            "operationplan": self._order,
            "itemsupplier": self._supplier,
            "itemdistribution": self._distribution,
        }

    def walk(self, element: ET.Element, context: Context) -> None:
        """Read an element and what is in it; `context` has the names of what it stands in."""
        tag = element.tag
        if tag in NOT_READ:
            self.model.left_out.add(NOT_READ[tag])
        if tag in self.readers:
            self.readers[tag](element, context)
        name = _said(element, "name")
        if tag in ("operation", "producing", "buffer", "resource", "demand", "item", "location", "supplier"):
            context = {**context, "operation" if tag == "producing" else tag: name}
        if tag == "suboperation":
            context = {**context, "routing": context.get("operation", ""), "turn": _said(element, "priority")}
        for child in element:
            self.walk(child, context)

    def _operation(self, element: ET.Element, context: Context) -> None:
        name = _said(element, "name")
        made = self.model.operations.setdefault(name, Operation(name))
        made.kind = element.get(TYPE, made.kind)
        if made.kind in UNLIKE:
            self.model.left_out.add(UNLIKE[made.kind])
        made.duration = seconds(_said(element, "duration")) or made.duration
        made.per_unit = seconds(_said(element, "duration_per")) or made.per_unit
        made.fence = seconds(_said(element, "fence")) or made.fence
        made.minimum = _number(element, "size_minimum", made.minimum)
        made.multiple = _number(element, "size_multiple", made.multiple)
        made.maximum = _number(element, "size_maximum", made.maximum)
        made.location = _named(element, "location") or made.location
        item = _named(element, "item")
        if item:
            made.makes = f"{item} @ {made.location}"
        if element.tag == "producing" and "buffer" in context:
            made.makes = context["buffer"]
        routing = context.get("routing")
        if routing and element.tag == "operation" and routing != name:
            steps = self.model.operations[routing].steps
            steps.append((float(context.get("turn") or len(steps)), name))

    def _buffer(self, element: ET.Element, context: Context) -> None:
        name = _said(element, "name")
        if not name:
            name = f"{_named(element, 'item')} @ {_named(element, 'location')}"
        made = self.model.buffers.setdefault(name, Buffer(name))
        made.on_hand = _number(element, "onhand", made.on_hand)
        made.minimum = _number(element, "minimum", made.minimum)

    def _flow(self, element: ET.Element, context: Context) -> None:
        operation = _named(element, "operation") or context.get("operation", "")
        made = self.model.operations.setdefault(operation, Operation(operation))
        item = _named(element, "item")
        buffer = _named(element, "buffer") or (
            f"{item} @ {made.location}" if item else context.get("buffer", "")
        )
        if _said(element, "alternate") or element.find("search") is not None or _said(element, "name"):
            self.model.left_out.add("alternate flows")
        self.model.buffers.setdefault(buffer, Buffer(buffer))
        made.flows.append(
            Flow(
                buffer,
                _number(element, "quantity", 0.0),
                _number(element, "quantity_fixed", 0.0),
                element.get(TYPE, "flow_start") == "flow_end",
                _said(element, "effective_start"),
                _said(element, "effective_end"),
            )
        )

    def _load(self, element: ET.Element, context: Context) -> None:
        operation = _named(element, "operation") or context.get("operation", "")
        resource = _named(element, "resource") or context.get("resource", "")
        if _said(element, "effective_start") or _said(element, "effective_end"):
            self.model.left_out.add("loads with dates")
        made = self.model.operations.setdefault(operation, Operation(operation))
        made.loads.append((resource, _number(element, "quantity", 1.0)))

    def _resource(self, element: ET.Element, context: Context) -> None:
        name = _said(element, "name")
        if element.get(TYPE, "resource_default") not in ("resource_default", "resource_infinite"):
            self.model.left_out.add("resources in buckets")
        before = self.model.resources.get(name, 1.0)
        self.model.resources[name] = _number(element, "maximum", before)

    def _demand(self, element: ET.Element, context: Context) -> None:
        made = self.model.demands.setdefault(_said(element, "name"), {})
        fields = ("quantity", "due", "priority", "minshipment", "maxlateness", "status")
        made.update({key: text for key in fields if (text := _said(element, key))})
        made.update(
            {key: text for key in ("operation", "item", "location") if (text := _named(element, key))}
        )

    def _order(self, element: ET.Element, context: Context) -> None:
        fields = ("reference", "id", "start", "end", "quantity", "status", "ordertype")
        made = {key: _said(element, key) for key in fields}
        made.update({key: _named(element, key) for key in ("operation", "item", "location")})
        self.model.orders.append(made)

    def _supplier(self, element: ET.Element, context: Context) -> None:
        made = {key: _said(element, key) for key in ("leadtime", "size_minimum", "size_multiple", "priority")}
        made["item"] = _named(element, "item") or context.get("item", "")
        made["location"] = _named(element, "location") or context.get("location", "")
        self.model.bought.append(made)

    def _distribution(self, element: ET.Element, context: Context) -> None:
        made = {key: _said(element, key) for key in ("leadtime", "size_minimum", "size_multiple")}
        made["item"] = _named(element, "item") or context.get("item", "")
        made.update({key: _named(element, key) for key in ("origin", "destination")})
        self.model.moved.append(made)


def routing_steps(model: Model, operation: Operation) -> Iterator[Operation]:
    """The steps of a routing in order; the operation itself where it is none."""
    if not operation.steps:
        yield operation
    for _, name in sorted(operation.steps, key=lambda step: step[0]):
        yield model.operations[name]
