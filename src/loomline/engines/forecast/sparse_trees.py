"""Quantiles of sparse series by trees that learn from all series of a panel at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.forecast.crosslearning import LEAST_ROWS, Learning
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import lightgbm
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    lightgbm = heavy("lightgbm")
    np = heavy("numpy")

SPANS = (1, 2, 3, 6, 12, 24)
TREES = 100
STEPS = 4


@dataclass(frozen=True)
class SparseTrees:
    """One model for the mean, one for each quantile, and the largest value of the panel relative to size."""

    horizon: int
    mean: Any
    bands: tuple[Any, ...]
    most: float


def train_trees(
    values: Sequence[Floats], horizon: int, shares: tuple[float, ...], learning: Learning, watch: Watch
) -> SparseTrees | None:
    """Train on the windows of all series [periods]; None when they are too few.

    Quantile regression trees, as the uncertainty part of M5 was won by (Makridakis and others 2022).
    """
    random = np.random.default_rng(learning.seed)
    features, targets = _rows(values, horizon, learning.rows // 2, random)
    if len(targets) < LEAST_ROWS:
        return None
    data = lightgbm.Dataset(features, targets, params={"max_bin": 127, "verbose": -1}, free_raw_data=False)
    goals: list[dict[str, Any]] = [
        {"objective": "l2"},
        *({"objective": "quantile", "alpha": share} for share in shares),
    ]
    made = []
    for turn, goal in enumerate(goals):
        part = watch.part(turn / len(goals), (turn + 1) / len(goals))
        made.append(_boost(data, goal, learning, part))
    return SparseTrees(horizon, made[0], tuple(made[1:]), float(targets.max()))


def forecast_trees(trees: SparseTrees, values: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Mean [series, horizon] and quantiles [share, series, horizon]."""
    horizon = trees.horizon
    seen = [_features(one, np.array([len(one) - 1])) for one in values]
    features = np.concatenate([one for one, _ in seen])
    steps = np.tile(np.arange(1, horizon + 1), len(values))[:, None]
    table = np.concatenate([np.repeat(features, horizon, axis=0), steps], axis=1)
    size = np.repeat(np.concatenate([one for _, one in seen]), horizon)
    told = [
        (np.clip(model.predict(table, num_threads=1), 0, trees.most) * size).reshape(-1, horizon)
        for model in (trees.mean, *trees.bands)
    ]
    return told[0], np.array(told[1:])


def _rows(
    values: Sequence[Floats], horizon: int, most: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Features [rows, features] and targets [rows] of origins of the later part, some steps of each."""
    chosen = np.sort(random.permutation(len(values))[:most])
    count = max(1, most // (STEPS * len(chosen)))
    features, targets = [], []
    for at in chosen:
        one = values[at]
        hits = np.nonzero(one > 0)[0]
        first, last = max(2, len(one) // 3, hits[0] if len(hits) else len(one)), len(one) - 2
        if last < first:
            continue
        origins = first + np.sort(random.permutation(last - first + 1)[:count])
        seen, size = _features(one, origins)
        for _ in range(STEPS):
            steps = random.integers(1, horizon + 1, len(origins))
            inside = origins + steps < len(one)
            features.append(np.concatenate([seen, steps[:, None]], axis=1)[inside])
            targets.append((one[np.minimum(origins + steps, len(one) - 1)] / size)[inside])
    if not features:
        return np.zeros((0, 1)), np.zeros(0)
    return np.concatenate(features), np.concatenate(targets)


def _features(values: Floats, origins: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """What is known at each origin [origins, features], relative to the mean size until then [origins]."""
    sums, hits, squares = (
        np.r_[0.0, np.cumsum(one)] for one in (values, (values > 0).astype(float), values**2)
    )
    known = origins + 1
    hit = np.maximum(hits[known], 1)
    size = np.where(hits[known] > 0, sums[known] / hit, 1.0)
    made = []
    for span in SPANS:
        start = np.maximum(known - span, 0)
        made.append((sums[known] - sums[start]) / (known - start) / size)
        if span > 2:
            made.append((hits[known] - hits[start]) / (known - start))
    made += [sums[known] / known / size, hits[known] / known]
    made.append(np.sqrt(np.maximum(squares[known] / hit - size**2, 0)) / size)
    made.append(np.maximum.accumulate(values)[origins] / size)
    last = np.maximum.accumulate(np.where(values > 0, np.arange(len(values)), -1))[origins]
    made += [(origins - last).astype(float), np.log(size), known.astype(float)]
    table: Floats = np.stack(made, axis=1)
    return table, size


def _boost(data: Any, goal: dict[str, Any], learning: Learning, watch: Watch) -> Any:
    params = {
        **goal,
        "learning_rate": 0.08,
        "num_leaves": 15,
        "min_data_in_leaf": 100,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "max_bin": 127,
        "seed": learning.seed,
        "num_threads": learning.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }

    def told(env: Any) -> None:
        watch.at(env.iteration / TREES, "learning across series")

    return lightgbm.train(params, data, TREES, callbacks=[told])
