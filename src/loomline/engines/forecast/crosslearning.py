"""One model for all series of a panel: gradient-boosted trees on windows of the past (cross-learning).

What a series is too short to teach, its neighbours teach. Source: the winners of M5 (Makridakis, Spiliotis
and Assimakopoulos 2022); Montero-Manso and Hyndman 2021 on global models; LightGBM by Ke and others 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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
# Windows are made for this many rows at a time, about 5 MB.
PART = 25_000


@dataclass(frozen=True)
class Learning:
    """How hard a global model is trained: rows it sees, trees, models that are averaged, and its seed."""

    rows: int = 100_000
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

    def forecast(self, values: Sequence[Floats], tell: Callable[[], None] = lambda: None) -> Floats:
        """Forecasts [series, horizon] of series [periods] of any length of one or more."""
        made = np.empty((len(values), self.shape.horizon))
        part = max(1, PART // self.shape.horizon)
        for start in range(0, len(values), part):
            tell()
            seen = np.stack([_tail(one, self.shape.width) for one in values[start : start + part]])
            found = windows(seen, self.shape)
            told = np.mean([trees.predict(found.features, num_threads=1) for trees in self.trees], axis=0)
            made[start : start + part] = found.base + found.scale * told.reshape(found.base.shape)
        return made


def _tail(values: Floats, width: int) -> Floats:
    missing = width - len(values)
    return np.r_[np.full(missing, values[0]), values] if missing > 0 else values[-width:]


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
    features, targets = _rows(values, shape, learning.rows, random, partial(tell, 0.0))
    if len(targets) < LEAST_ROWS:
        return None
    data = lightgbm.Dataset(features, targets, params={"max_bin": 127, "verbose": -1}, free_raw_data=False)
    trees = tuple(_boost(data, turn, learning, tell) for turn in range(learning.models))
    return GlobalModel(shape, trees)


def _rows(
    values: Sequence[Floats],
    shape: Shape,
    most: int,
    random: np.random.Generator,
    tell: Callable[[], None],
) -> tuple[NDArray[np.float32], Floats]:
    """Features [rows, features] and targets [rows] of a random choice of origins and steps."""
    count = max(1, round(3 * most / (len(values) * shape.horizon)))
    chosen = np.sort(random.permutation(len(values))[: max(1, 3 * most // shape.horizon)])
    whole = shape.width + shape.horizon
    found = []
    for at in chosen:
        origins = origins_of(len(values[at]), shape, count, random)
        if len(origins):
            views = np.lib.stride_tricks.sliding_window_view(values[at], whole)
            found.append(views[origins - shape.width + 1])
    if not found:
        return np.zeros((0, 1), dtype=np.float32), np.zeros(0)
    table = np.concatenate(found)
    share = min(1.0, most / (len(table) * shape.horizon))
    features, targets = [], []
    part = max(1, PART // shape.horizon)
    for start in range(0, len(table), part):
        tell()
        rows = table[start : start + part]
        seen = windows(rows[:, : shape.width], shape)
        kept = random.random(len(rows) * shape.horizon) < share
        features.append(seen.features[kept])
        targets.append(((rows[:, shape.width :] - seen.base) / seen.scale).ravel()[kept])
    return np.concatenate(features), np.concatenate(targets)


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
