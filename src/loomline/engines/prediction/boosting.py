"""Gradient boosted trees by LightGBM (Ke et al. 2017), stored as its text, with TreeSHAP contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import lightgbm
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    lightgbm = heavy("lightgbm")

ROUNDS = 600
PATIENCE = 40
BUSY = 400_000


@dataclass(frozen=True)
class Shape:
    """The settings of the trees: `leaves` a tree, at least `least` cases a leaf, learning rate `pace`."""

    leaves: int = 8
    least: int = 20
    pace: float = 0.05
    columns: float = 0.6
    rows: float = 0.8
    ridge: float = 5.0


@dataclass(frozen=True)
class Boosting:
    """Fitted trees, several sets of them whose raw scores are averaged."""

    texts: tuple[str, ...]

    @cached_property
    def _sets(self) -> list[Any]:
        return [lightgbm.Booster(model_str=text) for text in self.texts]

    def raw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds or numbers, shape (rows,)."""
        each = [trees.predict(matrix, raw_score=True, num_threads=threads(matrix)) for trees in self._sets]
        return np.mean(each, axis=0)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """TreeSHAP (Lundberg et al. 2020), shape (rows, features + 1); the last is the mean raw score."""
        each = [
            np.asarray(trees.predict(matrix, pred_contrib=True, num_threads=threads(matrix)))
            for trees in self._sets
        ]
        return np.mean(each, axis=0)

    def gain(self) -> NDArray[np.float64]:
        """What each feature brought, shape (features,)."""
        return np.mean([trees.feature_importance("gain") for trees in self._sets], axis=0)


def threads(matrix: NDArray[np.float64]) -> int:
    """One thread for small work: several would wait for each other longer than they work."""
    return 2 if matrix.size > BUSY else 1


def settings(shape: Shape, objective: str, seed: int, matrix: NDArray[np.float64]) -> dict[str, Any]:
    """LightGBM's parameters; the same seed gives the same trees on any number of cores."""
    return {
        "objective": objective,
        "metric": "binary_logloss" if objective == "binary" else "l2",
        "num_leaves": shape.leaves,
        "min_data_in_leaf": max(2, min(shape.least, len(matrix) // 20)),
        "learning_rate": shape.pace,
        "feature_fraction": shape.columns,
        "bagging_fraction": shape.rows,
        "bagging_freq": 1 if shape.rows < 1 else 0,
        "lambda_l2": shape.ridge,
        "cat_smooth": 20,
        "max_cat_to_onehot": 8,
        "min_sum_hessian_in_leaf": 1e-3,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads(matrix),
        "verbosity": -1,
    }


@dataclass(frozen=True)
class Curve:
    """What one fold showed: the loss on the check rows after each round, and the raw scores after any."""

    loss: NDArray[np.float64]
    at: Callable[[int], NDArray[np.float64]]


def fit(
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    shape: Shape,
    objective: str,
    rounds: int,
    categorical: Sequence[int],
    seeds: Sequence[int],
    tick: Callable[[float], None],
) -> Boosting:
    """Trees of a fixed number of rounds, one set per seed; `tick` is called each round and may raise."""
    texts = []
    for place, seed in enumerate(seeds):
        given = lightgbm.Dataset(matrix, y, categorical_feature=list(categorical), free_raw_data=True)

        def told(env: Any, place: int = place) -> None:
            tick((place + (env.iteration + 1) / rounds) / len(seeds))

        made = lightgbm.train(
            settings(shape, objective, seed, matrix), given, num_boost_round=rounds, callbacks=[told]
        )
        texts.append(made.model_to_string())
    return Boosting(tuple(texts))


def curve(
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    check: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    shape: Shape,
    objective: str,
    categorical: Sequence[int],
    seed: int,
    tick: Callable[[float], None],
) -> Curve:
    """Fit with a watch on the check rows (matrix and target), until PATIENCE rounds brought nothing."""
    given = lightgbm.Dataset(matrix, y, categorical_feature=list(categorical))
    seen = given.create_valid(check[0], check[1])
    record: dict[str, Any] = {}

    def told(env: Any) -> None:
        tick((env.iteration + 1) / ROUNDS)

    trees = lightgbm.train(
        settings(shape, objective, seed, matrix),
        given,
        num_boost_round=ROUNDS,
        valid_sets=[seen],
        valid_names=["check"],
        callbacks=[
            told,
            lightgbm.record_evaluation(record),
            lightgbm.early_stopping(PATIENCE, verbose=False),
        ],
    )
    loss = np.array(next(iter(record["check"].values())))

    def at(count: int) -> NDArray[np.float64]:
        return np.asarray(
            trees.predict(check[0], raw_score=True, num_iteration=count, num_threads=threads(check[0]))
        )

    return Curve(loss, at)


def best_rounds(curves: Sequence[Curve]) -> int:
    """The number of rounds with the least loss over all folds; a fold that stopped keeps its best loss.

    A fold may have seen fewer rounds than another: it is then continued with its last loss.
    """
    longest = max(len(one.loss) for one in curves)
    total = np.sum(
        [np.concatenate([one.loss, np.full(longest - len(one.loss), one.loss[-1])]) for one in curves], axis=0
    )
    return int(np.argmin(total)) + 1
