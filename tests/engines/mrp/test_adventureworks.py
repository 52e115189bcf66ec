"""AdventureWorks: a public bill of materials of a bicycle maker, planned and walked by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from loomline.engines.mrp.grid import Grid
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.plan_pegs import peg
from loomline.engines.mrp.plant import Bills, Demands, Items, Plant

DAY = 86_400


def rows(path: Path) -> list[dict[str, str]]:
    """A table."""
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def works(public_data: Path) -> Plant:
    """All products, current bills, stock over all places, safety stock, days to make."""
    folder = public_data / "supply-chain" / "adventureworks"
    products = rows(folder / "Production.Product.csv")
    number = {row["ProductID"]: at for at, row in enumerate(products)}
    current = [
        row
        for row in rows(folder / "Production.BillOfMaterials.csv")
        if row["EndDate"] == "NULL" and row["ProductAssemblyID"] != "NULL"
    ]
    stock: dict[str, float] = defaultdict(float)
    for row in rows(folder / "Production.ProductInventory.csv"):
        stock[row["ProductID"]] += float(row["Quantity"])
    bicycles = [row["ProductID"] for row in products if row["ProductNumber"].startswith("BK-")]
    return Plant(
        Items.of(
            names=[row["Name"] for row in products],
            on_hand=[stock[row["ProductID"]] for row in products],
            safety_stock=[float(row["SafetyStockLevel"]) for row in products],
            lead_days=[float(row["DaysToManufacture"]) for row in products],
        ),
        Bills.of(
            parent=[number[row["ProductAssemblyID"]] for row in current],
            component=[number[row["ComponentID"]] for row in current],
            quantity=[float(row["PerAssemblyQty"]) for row in current],
        ),
        Demands.of(
            names=bicycles,
            item=[number[one] for one in bicycles],
            quantity=[100 + 3 * at for at in range(len(bicycles))],
            at=40 * DAY,
        ),
    )


def test_the_bicycles_have_four_levels_below_them(works: Plant) -> None:
    netting = Netting(works, Grid(DAY, 50))
    assert int(netting.level.max()) == 4


def test_without_stock_every_part_is_wanted_as_often_as_a_walk_down_the_bills_says(works: Plant) -> None:
    bare = works.with_(items=works.items.but(on_hand=0, safety_stock=0))
    netting = Netting(bare, Grid(DAY, 50))
    netting.run()
    wanted: dict[int, float] = defaultdict(float)

    def walk(item: int, quantity: float) -> None:
        wanted[item] += quantity
        for line in np.flatnonzero(works.bills.parent == item).tolist():
            walk(int(works.bills.component[line]), quantity * float(works.bills.quantity[line]))

    for item, quantity in zip(works.demands.item.tolist(), works.demands.quantity.tolist(), strict=True):
        walk(item, quantity)
    made = netting.planned.sum(axis=1)
    assert len(wanted) > 100
    assert {item: made[item] for item in wanted} == pytest.approx(dict(wanted))
    assert made.sum() == pytest.approx(sum(wanted.values()))


def test_with_stock_every_requirement_is_pegged_and_safety_stock_kept(works: Plant) -> None:
    netting = Netting(works, Grid(DAY, 50))
    netting.run()
    pegging, _ = peg(netting)
    assert pegging.shortage().max() == 0
    final = works.items.on_hand + netting.planned.sum(axis=1) - netting.gross.sum(axis=1)
    assert (final >= works.items.safety_stock - 1e-6).all()
