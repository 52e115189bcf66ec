"""Which model predicts unseen cases best: ridge, boosted trees or their blend, compared on folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from loomline.engines.heavy import heavy
from loomline.engines.prediction import boosting, features, linear
from loomline.engines.prediction.boosting import Boosting, Shape
from loomline.engines.prediction.features import Features, Pair
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.linear import Linear
from loomline.engines.prediction.measures import log_loss
from loomline.engines.prediction.splits import Fold
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

Objective = Literal["binary", "regression"]

RIDGES = (0.3, 2.0, 12.0, 60.0)
TREES = {
    "small trees": Shape(leaves=6),
    "large trees": Shape(leaves=24, least=15, columns=0.7),
}
# What products and differences tell apart are small, sharp regions: few cases a leaf, most columns at hand.
SHARP = Shape(leaves=6, least=5, columns=0.9, ridge=1.0)
PAIRED = "sharp trees, pairs"
FEW_FOR_LARGE = 300
WEIGHTS = tuple(at / 10 for at in range(11))
WORTH = 0.999
# Reasons that name a pair are hard to read: pairs must bring more.
PAIRS_WORTH = 0.99
PAIR_ROUNDS = 100
BAGS = 3
MANY_ROWS = 50_000


@dataclass(frozen=True)
class Recipe:
    """What was chosen: the ridge, the trees with their rounds, whether pairs of numbers are features.

    `share` is the weight of the linear model in the raw score, 0 to 1; the trees have the rest.
    """

    share: float
    ridge: float
    shape: Shape
    pairs: bool
    rounds: int

    @property
    def says(self) -> str:
        """The model in words."""
        trees = f"{self.rounds} boosted trees of {self.shape.leaves} leaves"
        trees += ", with pairs of numbers" if self.pairs else ""
        ridge = f"ridge {self.ridge:g}"
        if self.share == 1:
            return f"linear model, {ridge}"
        return trees if self.share == 0 else f"{self.share:.0%} linear model ({ridge}) and {trees}"


@dataclass(frozen=True)
class Comparison:
    """The recipe, the loss of every candidate, and the raw scores out of fold (NaN where no fold checked)."""

    recipe: Recipe
    losses: dict[str, float]
    raw: NDArray[np.float64]


@dataclass(frozen=True)
class Learner:
    """A fitted model: features, a linear model or trees or both, whose raw scores are blended."""

    features: Features
    share: float
    linear: Linear | None
    trees: Boosting | None
    pairs: tuple[Pair, ...]

    def raw(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw scores of values of shape (rows, traits)."""
        matrix = self.features.matrix(values)
        found = np.zeros(len(values))
        if self.linear:
            found += self.share * self.linear.raw(matrix)
        if self.trees:
            found += (1 - self.share) * self.trees.raw(features.with_pairs(matrix, self.pairs))
        return found

    def contributions(self, values: NDArray[np.float64]) -> tuple[list[str], NDArray[np.float64], float]:
        """Sources, what each adds to the raw score (rows, sources), and the raw score of the mean case.

        The contributions of a row and the mean case add up to the raw score of the row.
        """
        matrix = self.features.matrix(values)
        owner = [*self.features.sources, *(features.pair_source(self.features, pair) for pair in self.pairs)]
        total = np.zeros((len(values), len(owner) + 1))
        plain = len(self.features.each)
        if self.linear:
            part = self.share * self.linear.contributions(matrix)
            total[:, :plain] += part[:, :-1]
            total[:, -1] += part[:, -1]
        if self.trees:
            total += (1 - self.share) * self.trees.contributions(features.with_pairs(matrix, self.pairs))
        sources = list(dict.fromkeys(owner))
        place = {source: at for at, source in enumerate(sources)}
        summed = np.zeros((len(sources), len(values)))
        np.add.at(summed, [place[one] for one in owner], total[:, :-1].T)
        return sources, summed.T, float(total[:, -1].mean()) if len(values) else 0.0

    def stored(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "features": self.features.stored(),
            "share": self.share,
            "linear": self.linear.stored() if self.linear else None,
            "trees": list(self.trees.texts) if self.trees else None,
            "pairs": [vars(pair) for pair in self.pairs],
        }

    @staticmethod
    def restored(stored: dict[str, Any]) -> Learner:
        """From plain values."""
        return Learner(
            features=Features.restored(stored["features"]),
            share=float(stored["share"]),
            linear=Linear.restored(stored["linear"]) if stored["linear"] else None,
            trees=Boosting(tuple(stored["trees"])) if stored["trees"] else None,
            pairs=tuple(Pair(**pair) for pair in stored["pairs"]),
        )


@dataclass(frozen=True)
class Problem:
    """What is learned: traits, their values (rows, traits), the target (rows,), log-odds or plain numbers."""

    traits: tuple[Trait, ...]
    values: NDArray[np.float64]
    y: NDArray[np.float64]
    objective: Objective
    seed: int

    def take(self, rows: NDArray[np.int64]) -> Problem:
        """The problem of some of the rows."""
        return Problem(self.traits, self.values[rows], self.y[rows], self.objective, self.seed)

    def loss(self, raw: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        """What the comparison makes small: log-loss of log-odds, mean squared error of numbers."""
        return (
            log_loss(y, linear.sigmoid(raw)) if self.objective == "binary" else float(np.mean((raw - y) ** 2))
        )


def compare(problem: Problem, folds: Sequence[Fold], watch: Watch) -> Comparison:
    """Fit every candidate on every fold and keep the recipe with the least loss out of fold.

    Pairs of numbers are tried with sharp trees only.
    """
    held = np.concatenate([fold.check for fold in folds])
    y = problem.y[held]
    made = [_prepared(problem, fold) for fold in folds]
    plan = _Plan(problem, made, watch)
    lines = {ridge: plan.lines(ridge) for ridge in RIDGES}
    shapes = {name: shape for name, shape in TREES.items() if name in _shapes(problem)}
    trees = {name: plan.trees(name, shape, with_pairs=False) for name, shape in shapes.items()}
    name = min(trees, key=lambda one: problem.loss(trees[one][0], y))
    shape, pairs = shapes[name], False
    losses = {f"ridge {ridge:g}": problem.loss(raw, y) for ridge, raw in lines.items()}
    losses |= {one: problem.loss(raw, y) for one, (raw, _) in trees.items()}
    if _may_pair(problem):
        trees[PAIRED] = plan.trees(PAIRED, SHARP, with_pairs=True)
        losses[PAIRED] = problem.loss(trees[PAIRED][0], y)
        if losses[PAIRED] < PAIRS_WORTH * losses[name]:
            name, shape, pairs = PAIRED, SHARP, True
    ridge = min(RIDGES, key=lambda one: losses[f"ridge {one:g}"])
    share, raw = _blend(problem, lines[ridge], trees[name][0], y)
    losses["blend"] = problem.loss(raw, y)
    everywhere = np.full(len(problem.y), np.nan)
    everywhere[held] = raw
    return Comparison(Recipe(share, ridge, shape, pairs, trees[name][1]), losses, everywhere)


def train(problem: Problem, recipe: Recipe, watch: Watch) -> Learner:
    """Fit the recipe on all rows of the problem."""
    made, matrix = features.fit(problem.traits, problem.values, problem.y, seed=problem.seed)
    line: Linear | None = None
    trees: Boosting | None = None
    pairs: tuple[Pair, ...] = ()
    if recipe.share > 0:
        line = _line(problem, made, matrix, recipe.ridge, watch)
    if recipe.share < 1:
        pairs = tuple(_pairs(problem, made, matrix)) if recipe.pairs else ()
        bags = BAGS if len(problem.y) < MANY_ROWS else 1
        trees = boosting.fit(
            features.with_pairs(matrix, pairs),
            problem.y,
            shape=recipe.shape,
            objective=problem.objective,
            rounds=recipe.rounds,
            categorical=made.categorical,
            seeds=[problem.seed + at for at in range(bags)],
            tick=lambda done: watch.at(done, "fitting"),
        )
    watch.at(1.0, "fitted")
    return Learner(made, recipe.share, line, trees, pairs)


@dataclass(frozen=True)
class _Prepared:
    """One fold: the problem of its learning rows, their matrix, matrix and target of its check rows."""

    inside: Problem
    features: Features
    matrix: NDArray[np.float64]
    check: NDArray[np.float64]
    y: NDArray[np.float64]


def _prepared(problem: Problem, fold: Fold) -> _Prepared:
    inside = problem.take(fold.fit)
    made, matrix = features.fit(problem.traits, inside.values, inside.y, seed=problem.seed)
    return _Prepared(inside, made, matrix, made.matrix(problem.values[fold.check]), problem.y[fold.check])


class _Plan:
    """The fits of a comparison, one after the other, with how far they are."""

    def __init__(self, problem: Problem, folds: Sequence[_Prepared], watch: Watch) -> None:
        self.problem, self.folds, self.watch = problem, folds, watch
        self.done, self.steps = 0, len(folds) * (len(RIDGES) + len(TREES) + _may_pair(problem))

    def lines(self, ridge: float) -> NDArray[np.float64]:
        """The raw scores of a linear model on the check rows of all folds."""
        said = []
        for fold in self.folds:
            self._next().at(0.0, f"comparing: ridge {ridge:g}")
            line = _line(fold.inside, fold.features, fold.matrix, ridge, self.watch)
            said.append(line.raw(fold.check))
        return np.concatenate(said)

    def trees(self, name: str, shape: Shape, *, with_pairs: bool) -> tuple[NDArray[np.float64], int]:
        """The raw scores of trees on the check rows of all folds, and their best number of rounds."""
        curves = []
        for fold in self.folds:
            part = self._next()
            pairs = _pairs(fold.inside, fold.features, fold.matrix) if with_pairs else []
            curves.append(
                boosting.curve(
                    features.with_pairs(fold.matrix, pairs),
                    fold.inside.y,
                    (features.with_pairs(fold.check, pairs), fold.y),
                    shape=shape,
                    objective=self.problem.objective,
                    categorical=fold.features.categorical,
                    seed=self.problem.seed,
                    tick=_ticker(part, name),
                )
            )
        rounds = boosting.best_rounds(curves)
        return np.concatenate([one.at(min(rounds, len(one.loss))) for one in curves]), rounds

    def _next(self) -> Watch:
        self.done += 1
        return self.watch.part(min((self.done - 1) / self.steps, 1.0), min(self.done / self.steps, 1.0))


def _shapes(problem: Problem) -> list[str]:
    """Large trees need enough cases of both outcomes."""
    if problem.objective == "binary" and min(problem.y.sum(), (1 - problem.y).sum()) < FEW_FOR_LARGE:
        return ["small trees"]
    return list(TREES)


def _may_pair(problem: Problem) -> bool:
    numbers = sum(trait.kind == "number" for trait in problem.traits)
    return numbers >= 2 and len(problem.y) <= MANY_ROWS


def _ticker(watch: Watch, name: str) -> Callable[[float], None]:
    return lambda done: watch.at(done, f"comparing: {name}")


def _line(
    problem: Problem, made: Features, matrix: NDArray[np.float64], ridge: float, watch: Watch
) -> Linear:
    design = linear.design(made, matrix)
    if problem.objective == "binary":
        return linear.logistic(design, matrix, problem.y, ridge=ridge, watch=watch)
    return linear.least_squares(design, matrix, problem.y, ridge=ridge)


def _pairs(problem: Problem, made: Features, matrix: NDArray[np.float64]) -> list[Pair]:
    quick = boosting.fit(
        matrix,
        problem.y,
        shape=TREES["small trees"],
        objective=problem.objective,
        rounds=PAIR_ROUNDS,
        categorical=made.categorical,
        seeds=[problem.seed],
        tick=lambda done: None,
    )
    return features.pairs_of(made, quick.gain())


def _blend(
    problem: Problem, line: NDArray[np.float64], trees: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """The weight of the linear model; a blend must be worth it against the better of the two alone."""
    losses = {share: problem.loss(share * line + (1 - share) * trees, y) for share in WEIGHTS}
    single = min((0.0, 1.0), key=lambda share: losses[share])
    best = min(WEIGHTS, key=lambda share: losses[share])
    share = best if losses[best] < WORTH * losses[single] else single
    return share, share * line + (1 - share) * trees
