"""Columns as features: levels, target means of long categories, parts of dates, pairs of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from loomline.engines.heavy import heavy
from loomline.engines.prediction.kinds import Trait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

MANY_LEVELS = 16
RARE = 8
PRIOR_CASES = 20.0
INNER_FOLDS = 5
MOST_DATES = 4
MOST_PAIRED = 6
OPERATIONS = ("product", "difference", "ratio")

Make = Literal["number", "levels", "mean", "count", "day", "month", "weekday", "between"]


@dataclass(frozen=True)
class Feature:
    """One column of the feature matrix.

    `source` is the column (or the pair of columns in words) that a reason names. A feature of levels holds
    positions 0 to `levels` - 1 (NaN: a rare or new level), every other holds a number.
    """

    source: str
    make: Make
    at: int
    other: int = -1
    levels: int = 0
    table: tuple[float, ...] = ()
    prior: float = 0.0

    def fill(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The feature of every row of the traits' values."""
        column = values[:, self.at]
        if self.make == "levels":
            return np.where(column < self.levels, column, np.nan)
        if self.make in {"mean", "count"}:
            return _looked_up(column, np.array(self.table), self.prior)
        if self.make == "between":
            return values[:, self.other] - column
        return _of_date(column, self.make) if self.make in {"month", "weekday"} else column


@dataclass(frozen=True)
class Features:
    """How the values of the traits become the feature matrix."""

    each: tuple[Feature, ...]

    def matrix(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows, features), from values of shape (rows, traits)."""
        return np.column_stack([feature.fill(values) for feature in self.each])

    @property
    def sources(self) -> list[str]:
        """Per feature, what a reason calls it."""
        return [feature.source for feature in self.each]

    @property
    def categorical(self) -> list[int]:
        """Positions of the features that hold levels."""
        return [at for at, feature in enumerate(self.each) if feature.make == "levels"]

    def stored(self) -> list[dict[str, Any]]:
        """As plain values for JSON."""
        return [asdict(feature) for feature in self.each]

    @staticmethod
    def restored(stored: Sequence[dict[str, Any]]) -> Features:
        """From plain values."""
        return Features(tuple(Feature(**{**one, "table": tuple(one["table"])}) for one in stored))


def fit(
    traits: Sequence[Trait], values: NDArray[np.float64], y: NDArray[np.float64], *, seed: int
) -> tuple[Features, NDArray[np.float64]]:
    """The features and the matrix to learn from.

    A category with more than MANY_LEVELS levels becomes its smoothed target mean and its count. In the
    returned matrix each row's mean comes from the other rows (inner folds), so that no row sees its target.
    """
    made: list[Feature] = []
    for at, trait in enumerate(traits):
        if trait.kind == "number":
            made.append(Feature(trait.name, "number", at))
        elif trait.kind == "date":
            made += [Feature(trait.name, make, at) for make in ("day", "month", "weekday")]
        else:
            made += _of_category(trait.name, at, values[:, at], y)
    made += _between_dates(traits)
    features = Features(tuple(made))
    matrix = features.matrix(values)
    inner = np.random.default_rng(seed).permutation(len(y)) % INNER_FOLDS
    for at, feature in enumerate(made):
        if feature.make == "mean":
            column = values[:, feature.at]
            for fold in range(INNER_FOLDS):
                rest, rows = inner != fold, inner == fold
                table, prior = _means(column[rest], y[rest], len(feature.table))
                matrix[rows, at] = _looked_up(column[rows], np.array(table), prior)
    return features, matrix


@dataclass(frozen=True)
class Pair:
    """A feature made of two features that hold numbers."""

    first: int
    second: int
    operation: str

    def fill(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The pair's value of every row."""
        a, b = matrix[:, self.first], matrix[:, self.second]
        if self.operation == "product":
            return a * b
        if self.operation == "difference":
            return a - b
        return np.divide(a, b, out=np.full(len(a), np.nan), where=np.abs(b) > 1e-12)


def pairs_of(features: Features, gain: NDArray[np.float64]) -> list[Pair]:
    """Products, differences and ratios of the number features with the most gain, shape (features,)."""
    numbers = [
        at for at, one in enumerate(features.each) if one.make in {"number", "between"} and gain[at] > 0
    ]
    best = sorted(sorted(numbers, key=lambda at: (-gain[at], at))[:MOST_PAIRED])
    return [
        Pair(first, second, operation)
        for place, first in enumerate(best)
        for second in best[place + 1 :]
        for operation in OPERATIONS
    ]


def with_pairs(matrix: NDArray[np.float64], pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """The matrix with the pairs as further columns."""
    return np.column_stack([matrix, *(pair.fill(matrix) for pair in pairs)]) if pairs else matrix


def pair_source(features: Features, pair: Pair) -> str:
    """A pair in words."""
    sign = {"product": "×", "difference": "−", "ratio": "÷"}[pair.operation]
    return f"{features.each[pair.first].source} {sign} {features.each[pair.second].source}"


def _of_category(name: str, at: int, column: NDArray[np.float64], y: NDArray[np.float64]) -> list[Feature]:
    counts = np.bincount(column[column == column].astype(int))
    # Levels stand in the order of their frequency in the whole file: the kept ones lead.
    kept = 0
    while kept < len(counts) and counts[kept] >= RARE:
        kept += 1
    found = []
    if 0 < kept <= MANY_LEVELS:
        found.append(Feature(name, "levels", at, levels=kept))
    if kept > MANY_LEVELS or len(counts) > MANY_LEVELS:
        table, prior = _means(column, y, len(counts))
        found.append(Feature(name, "mean", at, table=table, prior=prior))
        found.append(Feature(name, "count", at, table=tuple(np.log1p(counts).tolist()), prior=0.0))
    return found


def _means(column: NDArray[np.float64], y: NDArray[np.float64], size: int) -> tuple[tuple[float, ...], float]:
    known = column == column
    codes = column[known].astype(int)
    count = np.bincount(codes, minlength=size)[:size]
    total = np.bincount(codes, weights=y[known], minlength=size)[:size]
    prior = float(y.mean())
    return tuple(((total + PRIOR_CASES * prior) / (count + PRIOR_CASES)).tolist()), prior


def _looked_up(column: NDArray[np.float64], table: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    found = np.full(len(column), prior)
    known = (column == column) & (column < len(table))
    found[known] = table[column[known].astype(int)]
    return found


def _of_date(column: NDArray[np.float64], part: str) -> NDArray[np.float64]:
    filled = column == column
    days = np.floor(np.where(filled, column, 0.0)).astype("datetime64[D]")
    if part == "weekday":
        made = (days.astype(np.int64) + 3) % 7
    else:
        made = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.where(filled, made, np.nan)


def _between_dates(traits: Sequence[Trait]) -> list[Feature]:
    dates = [at for at, trait in enumerate(traits) if trait.kind == "date"][:MOST_DATES]
    return [
        Feature(f"days from {traits[first].name} to {traits[second].name}", "between", first, second)
        for place, first in enumerate(dates)
        for second in dates[place + 1 :]
    ]
