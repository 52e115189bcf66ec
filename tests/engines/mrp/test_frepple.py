"""The published planning cases of frePPLe: what agrees exactly, and what has no meaning here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.finite import FinitePlanner
from loomline.engines.mrp.finite_backward import Limits
from loomline.engines.mrp.frepple_model import seconds
from loomline.engines.mrp.frepple_xml import Imported, plant_from_frepple
from loomline.engines.mrp.pegging import Supply

Plan = tuple[dict[tuple[str, str, str], float], dict[tuple[str, str], float]]
"""Quantities by operation, start and end; and by demand and delivery."""

FREE = Limits(lead_times=False, capacity=False)
IN_THE_PAST = Limits(lead_times=False)
ALL = Limits()

EXACT = [
    ("constraints_leadtime_2", 2, IN_THE_PAST),
    ("constraints_leadtime_2", 3, FREE),
    ("constraints_leadtime_4", 1, ALL),
    ("constraints_leadtime_4", 2, ALL),
    ("constraints_material_4", 3, FREE),
    ("constraints_resource_2", 1, ALL),
    ("constraints_resource_2", 2, IN_THE_PAST),
    ("constraints_resource_2", 3, FREE),
    ("constraints_resource_5", 2, IN_THE_PAST),
    ("constraints_resource_5", 3, FREE),
]
"""Every operation and every delivery is the same."""

DELIVERIES = [
    ("constraints_material_4", 1, ALL),
    ("constraints_material_4", 2, IN_THE_PAST),
    ("flow_effective", 2, IN_THE_PAST),
    ("flow_fixed", 2, IN_THE_PAST),
    ("flow_offset", 2, IN_THE_PAST),
    ("load_effective", 2, IN_THE_PAST),
    ("flow_alternate_1", 2, IN_THE_PAST),
    ("constraints_resource_9", 1, ALL),
]
"""Every demand is delivered on the same day in the same quantity; operations differ for the reasons below.

constraints_material_4: of two lots of raw material that are excess after the demand, frePPLe drops one.
flow_effective: a bill that changes its output per order is read as one output per unit.
flow_fixed: an order that always gives three is one lot of its minimum there; here a co-product.
flow_offset: offsets before the start or after the end of an order are not known here.
load_effective: a resource that is used between two dates only is used always here.
flow_alternate_1: alternate flows are substitutes here, which the reader does not make of them.
constraints_resource_9: of several resources for one step, here the first is planned.
"""

NO_MEANING = {
    "constraints_resource_7": "resources in buckets",
    "constraints_resource_9": "skills",
    "constraints_combined_2": "several resources for one step",
    "flow_alternate_1": "alternate flows",
    "flow_alternate_3": "alternate flows",
    "flow_offset": "offsets of flows",
    "load_effective": "loads with dates",
    "constraints_resource_5": "capacity that changes over time",
    "xml": "capacity that changes over time",
}
"""What the reader says it has left out of a case."""


def published(path: Path) -> Plan:
    """Operations and deliveries of an expected plan; routings stand there beside their steps."""
    operations: Counter[tuple[str, str, str]] = Counter()
    demands: Counter[tuple[str, str]] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[0] == "OPERATION":
            operations[cells[1], cells[2], cells[3]] += float(cells[4])
        if cells[0] == "DEMAND" and len(cells) > 3:
            demands[cells[1], cells[2]] += float(cells[3])
    return dict(operations), dict(demands)


def ours(imported: Imported, limits: Limits) -> Plan:
    """The same of our plan."""
    plant = imported.plant
    plan = FinitePlanner(plant, limits).run()
    supplies = plan.pegging.supplies
    operations: Counter[tuple[str, str, str]] = Counter()
    for row in np.flatnonzero(supplies.kind == Supply.ORDER).tolist():
        name = imported.operations[int(supplies.item[row])]
        times = (at(plant.origin, int(supplies.start[row])), at(plant.origin, int(supplies.at[row])))
        operations[name, *times] += float(supplies.quantity[row])
    demands: Counter[tuple[str, str]] = Counter()
    got = plan.deliveries
    for demand, quantity, time in zip(
        got.demand.tolist(), got.quantity.tolist(), got.at.tolist(), strict=True
    ):
        demands[str(plant.demands.names[demand]), at(plant.origin, time)] += quantity
    return dict(operations), dict(demands)


def at(origin: str, time: int) -> str:
    """A time as frePPLe writes it."""
    return str(np.datetime64(origin, "s") + np.timedelta64(time, "s"))


def both(data: Path, case: str, expected: int, limits: Limits) -> tuple[Plan, Plan]:
    """The published plan and ours."""
    folder = data / "planning" / "mrp-cases" / case
    imported = plant_from_frepple((folder / "model.xml").read_bytes())
    return published(folder / f"expected.{expected}.txt"), ours(imported, limits)


@pytest.mark.parametrize(("case", "expected", "limits"), EXACT)
def test_a_published_plan_is_met_exactly(public_data: Path, case: str, expected: int, limits: Limits) -> None:
    wanted, made = both(public_data, case, expected, limits)
    assert made[0] == pytest.approx(wanted[0], abs=1e-4)
    assert made[1] == pytest.approx(wanted[1], abs=1e-4)


@pytest.mark.parametrize(("case", "expected", "limits"), DELIVERIES)
def test_published_deliveries_are_met(public_data: Path, case: str, expected: int, limits: Limits) -> None:
    wanted, made = both(public_data, case, expected, limits)
    assert made[1] == pytest.approx(wanted[1], abs=1e-4)


def test_an_order_for_parts_is_late_by_one_whole_order_here(public_data: Path) -> None:
    # frePPLe delivers three single pieces side by side, each as quick as one; here three are one order.
    wanted, made = both(public_data, "constraints_leadtime_2", 1, ALL)
    assert sum(made[1].values()) == sum(wanted[1].values()) == 3


@pytest.mark.parametrize(("case", "reason"), sorted(NO_MEANING.items()))
def test_what_is_left_out_is_said(public_data: Path, case: str, reason: str) -> None:
    model = public_data / "planning" / "mrp-cases" / case / "model.xml"
    assert reason in plant_from_frepple(model.read_bytes()).left_out


def test_a_model_that_only_has_running_orders_is_refused(public_data: Path) -> None:
    model = public_data / "planning" / "mrp-cases" / "wip_2" / "model.xml"
    with pytest.raises(BadInput, match="no demands"):
        plant_from_frepple(model.read_bytes())


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(BadInput, match="no XML"):
        plant_from_frepple(b"item,quantity")


@pytest.mark.parametrize(
    ("text", "value"), [("P1D", 86_400), ("PT12H", 43_200), ("P1DT2H", 93_600), ("60", 60)]
)
def test_durations_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


def test_a_duration_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match='"soon" is no duration'):
        seconds("soon")
