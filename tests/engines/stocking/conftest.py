from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loomline.engines.stocking.network import Link, Network, Stage

Instances = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def instances(public_data: Path) -> Instances:
    """The published inventory problems by name."""
    with gzip.open(public_data / "planning/inventory/stockpyl-instances.json.gz") as file:
        return {one["name"]: one["data"] for one in json.load(file)["instances"]}


@pytest.fixture(scope="session")
def chain(instances: Instances) -> Callable[[str], Network]:
    """A published guaranteed-service chain."""

    def read(name: str) -> Network:
        nodes = instances[name]["_nodes"]
        stages = [
            Stage(
                str(node["_index"]),
                time=node["processing_time"] or 0,
                holding=node["local_holding_cost"],
                inbound=node["external_inbound_cst"] or 0,
                promise=None if node["_successor_indices"] else node["external_outbound_cst"] or 0,
                mean=node["demand_source"]["mean"] or 0,
                sd=node["demand_source"]["standard_deviation"] or 0,
                factor=node["demand_bound_constant"],
            )
            for node in nodes
        ]
        links = [
            Link(str(node["_index"]), str(customer))
            for node in nodes
            for customer in node["_successor_indices"]
        ]
        return Network.of(stages, links)

    return read
