"""The lot-sizing workbooks of the data: their products one by one, and their structures as networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from loomline.engines.stocking import lot_sizing
from loomline.engines.stocking.guaranteed_service import place_safety_stock, placement
from loomline.engines.stocking.network import Link, Network, Stage
from tests.engines.stocking.least_cost import least_cost_by_programme


@dataclass(frozen=True)
class Workbook:
    """Products with lead time, holding and setup cost, demand by period, and what needs what."""

    names: list[str]
    lead_times: list[float]
    holding: list[float]
    setups: list[float]
    demand: np.ndarray
    needs: list[tuple[str, str, float]]

    def network(self) -> Network:
        """Stages that promise nothing to others; end products serve from stock."""
        spread, mean = self.demand.std(axis=0), self.demand.mean(axis=0)
        ends = set(self.names) - {component for component, _, _ in self.needs}
        stages = [
            Stage(
                name,
                self.lead_times[at],
                self.holding[at],
                promise=0 if name in ends else None,
                mean=float(mean[at]),
                sd=float(spread[at]),
            )
            for at, name in enumerate(self.names)
        ]
        return Network.of(stages, [Link(*need) for need in self.needs])


def read(path: Path) -> Workbook:
    book = CalamineWorkbook.from_path(path)
    products = book.get_sheet_by_name("Productdata").to_python()
    heads = {str(cell): at for at, cell in enumerate(products[0])}
    names = [str(row[0]) for row in products[1:]]
    rows = book.get_sheet_by_name("Requirement").to_python()
    needs = [
        (str(rows[0][at]), str(row[0]), float(row[at]))
        for row in rows[1:]
        for at in range(1, len(row))
        if row[at]
    ]
    forecast = book.get_sheet_by_name("ForecastedAverageDemand").to_python()[1:]

    def column(head: str) -> list[float]:
        return [float(row[heads[head]]) for row in products[1:]]

    demand = np.array([[float(cell or 0) for cell in row[1 : len(names) + 1]] for row in forecast])
    return Workbook(names, column("Leadtimes"), column("InventoryCosts"), column("SetupCosts"), demand, needs)


def workbooks(public_data: Path) -> list[Path]:
    files = sorted((public_data / "planning/lot-sizing").glob("*.xlsx"))
    assert len(files) == 41
    return files


def test_the_exact_lots_of_every_product_cost_what_a_shortest_path_costs(public_data: Path) -> None:
    for path in workbooks(public_data)[::4]:
        book = read(path)
        for at in np.flatnonzero(book.demand.sum(axis=0)):
            demand, setup, holding = book.demand[:, at], book.setups[at], book.holding[at]
            best = np.full(len(demand) + 1, np.inf)
            best[0] = 0.0
            for start in range(len(demand)):
                for end in range(start + 1, len(demand) + 1):
                    held = holding * float(np.arange(end - start) @ demand[start:end])
                    cost = setup + held if demand[start:end].any() else 0.0
                    best[end] = min(best[end], best[start] + cost)
            made = lot_sizing.wagner_whitin(demand, setup=setup, holding=holding)
            cost = lot_sizing.lot_cost(demand, made, setup=setup, holding=holding)
            assert cost == pytest.approx(best[-1]), path.name
            quick = lot_sizing.silver_meal(demand, setup=setup, holding=holding)
            assert lot_sizing.lot_cost(demand, quick, setup=setup, holding=holding) >= cost - 1e-9


def test_every_structure_of_the_data_is_placed_to_optimality(public_data: Path) -> None:
    rings = 0
    for path in workbooks(public_data)[::4]:
        network = read(path).network()
        made = place_safety_stock(network, seconds=10)
        assert made.is_proven
        assert made.cost == pytest.approx(least_cost_by_programme(network), rel=1e-6), path.name
        assert made.cost <= placement(network, dict.fromkeys(network.stages, 0.0)).cost + 1e-9
        rings += not network.is_forest()
    assert rings >= 3
