"""One model for all series of a panel: gradient-boosted trees on windows of the past (cross-learning).

What a series is too short to teach, its neighbours teach. Source: the winners of M5 (Makridakis, Spiliotis
and Assimakopoulos 2022); Montero-Manso and Hyndman 2021 on global models; LightGBM by Ke and others 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.forecast.windows import Base, Shape, origins_of, shape_for, windows
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import lightgbm
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    lightgbm = heavy("lightgbm")
    np = heavy("numpy")

LEAST_ROWS = 2000


@dataclass(frozen=True)
class Learning:
    """How hard a global model is trained: rows it sees, trees, models that are averaged, and its seed."""

    rows: int = 120_000
    trees: int = 200
    models: int = 1
    seed: int = 1
    threads: int = 1
    objective: str = "l1"


@dataclass(frozen=True)
class GlobalModel:
    """Trained trees and the windows that they want to see."""

    shape: Shape
    trees: tuple[Any, ...]

    def forecast(self, values: Sequence[Floats]) -> Floats:
        """Forecasts [series, horizon] of series [periods] of any length of one or more."""
        made = np.empty((len(values), self.shape.horizon))
        part = max(1, 400_000 // self.shape.horizon)
        for start in range(0, len(values), part):
            found = [self._window(one) for one in values[start : start + part]]
            features = np.concatenate([one.features for one in found])
            told = np.mean([trees.predict(features, num_threads=1) for trees in self.trees], axis=0)
            base = np.concatenate([one.base for one in found])
            scale = np.concatenate([one.scale for one in found])
            made[start : start + part] = base + scale * told.reshape(base.shape)
        return made

    def _window(self, values: Floats) -> Any:
        missing = self.shape.width - len(values)
        full = np.r_[np.full(missing, values[0]), values] if missing > 0 else values
        return windows(full, np.array([len(full) - 1]), self.shape)


def train(
    values: Sequence[Floats],
    seasons: tuple[int, ...],
    horizon: int,
    base: Base,
    learning: Learning,
    tell: Callable[[float], None] = lambda _done: None,
) -> GlobalModel | None:
    """Train on all windows of the series [periods]; None when they are too few or too short.

    The loss is the absolute error (or the objective of `learning`) on the scale of each window.
    """
    shape = shape_for([len(one) for one in values], horizon, seasons, base)
    if shape is None:
        return None
    random = np.random.default_rng(learning.seed)
    features, targets = _rows(values, shape, learning.rows, random)
    if len(targets) < LEAST_ROWS:
        return None
    data = lightgbm.Dataset(features, targets, params={"max_bin": 127, "verbose": -1}, free_raw_data=False)
    trees = tuple(_boost(data, turn, learning, tell) for turn in range(learning.models))
    return GlobalModel(shape, trees)


def _rows(
    values: Sequence[Floats], shape: Shape, most: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Features [rows, features] and targets [rows] of a random choice of origins and steps."""
    count = max(1, round(3 * most / (len(values) * shape.horizon)))
    chosen = random.permutation(len(values))[: max(1, 3 * most // shape.horizon)]
    features, targets = [], []
    share = min(1.0, most / _there(values, chosen, shape, count))
    for at in np.sort(chosen):
        origins = origins_of(len(values[at]), shape, count, random)
        if not len(origins):
            continue
        seen = windows(values[at], origins, shape)
        truth = values[at][origins[:, None] + np.arange(1, shape.horizon + 1)[None]]
        kept = random.random(truth.size) < share
        features.append(seen.features[kept])
        targets.append(((truth - seen.base) / seen.scale).ravel()[kept])
    if not features:
        return np.zeros((0, 1)), np.zeros(0)
    return np.concatenate(features), np.concatenate(targets)


def _there(values: Sequence[Floats], chosen: NDArray[np.int64], shape: Shape, count: int) -> int:
    room = np.array([len(values[at]) - shape.width - shape.horizon + 1 for at in chosen])
    return max(1, int(np.clip(room, 0, count).sum()) * shape.horizon)


def _boost(data: Any, turn: int, learning: Learning, tell: Callable[[float], None]) -> Any:
    params = {
        "objective": learning.objective,
        "learning_rate": 0.08,
        "num_leaves": 31,
        "min_data_in_leaf": 50,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "max_bin": 127,
        "seed": learning.seed + turn,
        "num_threads": learning.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    whole = learning.trees * learning.models

    def told(env: Any) -> None:
        tell((turn * learning.trees + env.iteration) / whole)

    return lightgbm.train(params, data, learning.trees, callbacks=[told])
