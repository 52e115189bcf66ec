from __future__ import annotations

import itertools

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.counts import Poisson
from loomline.engines.stocking.demand import Normal
from loomline.engines.stocking.serial import Row, best_echelon_levels, echelon_cost, newsvendor_levels

TEXTBOOK = Row([3, 2, 2], [1, 1, 2], 37.12, Normal(5, 1))
# Published with demand cut into 100 points: its cost lies a little above the exact one.
README = Row([1, 3, 4], [2, 1, 1], 40, Normal(10, 2))


def test_the_published_row_has_its_levels_and_cost_to_the_width_of_their_grid() -> None:
    made = best_echelon_levels(README)
    assert made.cost == pytest.approx(227.1532852565, rel=2e-4)
    assert made.levels == pytest.approx((25.6960, 34.9325, 44.1689), rel=3e-3)
    assert made.cost <= echelon_cost(README, (25.6960, 34.9325, 44.1689)) <= made.cost * 1.0001


def test_the_textbook_row_has_its_published_levels_and_cost() -> None:
    made = best_echelon_levels(TEXTBOOK)
    assert [round(level, 2) for level in made.local_levels] == [6.49, 5.53, 10.69]
    assert round(made.cost, 2) == 47.66
    assert made.cost == pytest.approx(47.668653127136345, rel=3e-4)
    published = (6.5144388073261155, 12.012332294949644, 22.700237234889784)
    assert echelon_cost(TEXTBOOK, published) == pytest.approx(47.641099926743415, rel=6e-4)
    heuristic = (6.490880975286938, 12.027434723327854, 22.634032391786285)
    assert newsvendor_levels(TEXTBOOK) == pytest.approx(heuristic)
    assert made.cost < echelon_cost(TEXTBOOK, heuristic) == pytest.approx(47.65465421619295, rel=4e-4)


def cost_by_recursion(row: Row, levels: tuple[int, ...]) -> float:
    """Echelon costs for Poisson demand by summing over what each stage's demand may be."""

    def masses(mean: float) -> list[float]:
        made = [np.exp(-mean)]
        while len(made) < mean + 12 * np.sqrt(mean) + 10:
            made.append(made[-1] * mean / len(made))
        return made

    whole = row.shortage + sum(row.echelon_holding)

    def cost(stage: int, position: int) -> float:
        total = 0.0
        for demand, chance in enumerate(masses(row.demand.mean * row.lead_times[stage])):
            left = position - demand
            below = whole * max(-left, 0) if stage == 0 else cost(stage - 1, min(levels[stage - 1], left))
            total += chance * (row.echelon_holding[stage] * left + below)
        return total

    return cost(len(levels) - 1, levels[-1])


def test_no_whole_levels_are_cheaper_for_poisson_demand_by_enumeration() -> None:
    row = Row([2, 1], [1, 2], 15, Poisson(1.5))
    made = best_echelon_levels(row)
    costs = {pair: cost_by_recursion(row, pair) for pair in itertools.product(range(2, 7), range(4, 12))}
    best = min(costs, key=lambda pair: costs[pair])
    assert made.levels == best
    assert made.cost == pytest.approx(costs[best], rel=1e-8)
    assert echelon_cost(row, (4, 8)) == pytest.approx(costs[4, 8], rel=1e-8)


def test_the_published_rows_of_shang_and_song_are_solved_and_their_heuristic_is_close(
    instances: dict,
) -> None:
    for name in ("shang_song_1", "shang_song_17"):
        nodes = sorted(instances[name]["_nodes"], key=lambda node: node["_index"])
        row = Row(
            [node["echelon_holding_cost"] for node in nodes],
            [node["shipment_lead_time"] for node in nodes],
            nodes[0]["stockout_cost"],
            Poisson(nodes[0]["demand_source"]["mean"]),
        )
        best = best_echelon_levels(row)
        assert best.cost <= echelon_cost(row, newsvendor_levels(row)) <= best.cost * 1.02


def test_a_row_without_a_lead_time_for_each_stage_is_refused() -> None:
    with pytest.raises(BadInput, match="2 holding costs and 1 lead times"):
        Row([1, 2], [1], 5, Normal(5, 1))
