from __future__ import annotations

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.lead_time_demand import simulated_demand
from loomline.engines.watch import Stopped, Watch

LUMPY = [0, 0, 5, 0, 0, 0, 2, 0, 0, 9, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]


def test_independent_draws_have_the_mean_and_variance_of_a_sum_of_periods() -> None:
    made = simulated_demand(LUMPY, 4, seed=1, way="independent", draws=40_000)
    assert made.mean == pytest.approx(4 * np.mean(LUMPY), rel=0.02)
    assert made.sd == pytest.approx(2 * np.std(LUMPY), rel=0.02)


def test_the_quantile_of_one_period_is_that_of_the_history() -> None:
    made = simulated_demand(LUMPY, 1, seed=1, way="independent", draws=40_000)
    assert [made.quantile(q) for q in (0.5, 0.74, 0.77, 0.96)] == [0, 0, 1, 9]


def test_blocks_keep_neighbours_together() -> None:
    # Demand always comes twice in a row: two periods hold 0, 1 or 2 of it, never one alone inside a block.
    pairs = [0, 0, 7, 7] * 10
    made = simulated_demand(pairs, 2, seed=3, way="blocks", block=2, draws=5000)
    alone = dict(zip(made.values, made.chances, strict=True)).get(7.0, 0.0)
    assert alone == pytest.approx(0.5, abs=0.05)
    assert simulated_demand(pairs, 2, seed=3, way="independent", draws=5000).sd < made.sd + 1


def test_the_markov_way_follows_runs_of_demand_and_may_draw_sizes_never_seen() -> None:
    runs = ([0] * 6 + [4] * 6) * 8
    chained = simulated_demand(runs, 6, seed=5, way="markov", draws=20_000)
    loose = simulated_demand(runs, 6, seed=5, way="independent", draws=20_000)
    assert chained.sd > 1.5 * loose.sd
    assert set(chained.values) - {4.0 * n for n in range(7)}
    assert min(chained.values) == 0


def test_lead_times_that_vary_widen_the_distribution() -> None:
    fixed = simulated_demand(LUMPY, 4, seed=2, draws=20_000)
    varied = simulated_demand(LUMPY, [1, 7], seed=2, draws=20_000)
    assert varied.mean == pytest.approx(fixed.mean, rel=0.08)
    assert varied.quantile(0.95) > fixed.quantile(0.95)


def test_the_same_seed_gives_the_same_distribution() -> None:
    assert simulated_demand(LUMPY, 3, seed=8) == simulated_demand(LUMPY, 3, seed=8)
    assert simulated_demand(LUMPY, 3, seed=8) != simulated_demand(LUMPY, 3, seed=9)


def test_a_history_without_demand_needs_no_stock() -> None:
    assert simulated_demand([0, 0, 0], 5, seed=1).quantile(0.99) == 0


@pytest.mark.parametrize(
    ("history", "leads", "says"),
    [([], 1, "column history"), ([1, -2], 1, "position 1, column history"), ([1], 1.5, "column lead_times")],
)
def test_a_history_or_lead_time_that_is_none_is_refused(
    history: list[float], leads: float, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        simulated_demand(history, leads, seed=1)


def test_told_to_stop_the_simulation_stops() -> None:
    with pytest.raises(Stopped):
        simulated_demand(LUMPY, 3, seed=1, watch=Watch(is_stopped=lambda: True))
