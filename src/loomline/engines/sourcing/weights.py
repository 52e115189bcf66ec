"""Weights of criteria from pairwise judgements, and how consistent the judgements are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

# Mean consistency index of random matrices of order 1, 2, ... (Saaty, 1980).
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.54, 1.56, 1.57, 1.59)
ACCEPTED = 0.10
SCALE = 9.0


@dataclass(frozen=True)
class Weights:
    """Weights that add up to 1, shape (n,), with the principal eigenvalue and the consistency of the matrix.

    `most_inconsistent` is the pair (row, column) whose judgement fits the weights least, and `fitting` what
    would fit; both None for a consistent matrix.
    """

    values: NDArray[np.float64]
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    most_inconsistent: tuple[int, int] | None = None
    fitting: float | None = None

    @property
    def is_consistent(self) -> bool:
        """True up to a consistency ratio of 0.10."""
        return self.consistency_ratio <= ACCEPTED


def weights_of(judgements: ArrayLike) -> Weights:
    """The principal right eigenvector of a judgement matrix (Saaty, 1980).

    `judgements[i, j]` says how many times as important i is as j, shape (n, n), n <= 15, reciprocal, with 1
    on the diagonal and numbers from 1/9 to 9. Raises BadInput with row and column otherwise.
    """
    matrix = np.asarray(judgements, dtype=float)
    _check(matrix)
    size = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    at = int(np.argmax(values.real))
    weights = np.abs(vectors[:, at].real)
    weights /= weights.sum()
    largest = float(values[at].real)
    index = max((largest - size) / (size - 1), 0.0) if size > 1 else 0.0
    random = RANDOM_INDEX[size - 1]
    ratio = index / random if random else 0.0
    if ratio < 1e-9:
        return Weights(weights, largest, index, ratio)
    strain = np.triu(np.abs(np.log(matrix * weights[None, :] / weights[:, None])), 1)
    row, column = (int(n) for n in np.unravel_index(int(strain.argmax()), strain.shape))
    return Weights(weights, largest, index, ratio, (row, column), float(weights[row] / weights[column]))


def judgement_matrix(
    names: Sequence[str], judgements: Sequence[tuple[str, str, float]]
) -> NDArray[np.float64]:
    """The matrix of single judgements (one, other, times as important).

    Several judgements of a pair, by several people, are averaged geometrically (Aczél and Saaty, 1983).
    Raises BadInput for an unknown name, a pair with itself, or a pair nobody has judged.
    """
    place = {name: at for at, name in enumerate(names)}
    logs: Mapping[tuple[int, int], list[float]] = {
        (a, b): [] for a in range(len(names)) for b in range(a + 1, len(names))
    }
    for at, (one, other, times) in enumerate(judgements):
        row, column = _pair(place, one, other, at)
        if not (math.isfinite(times) and 1 / SCALE - 1e-9 <= times <= SCALE + 1e-9):
            raise BadInput(
                f"{one} against {other} is {times:g}.",
                remedy="Judge from 1/9 to 9.",
                column="judgement",
                position=at,
            )
        logs[min(row, column), max(row, column)].append(math.log(times if row < column else 1 / times))
    matrix = np.ones((len(names), len(names)))
    for (row, column), said in logs.items():
        if not said:
            raise BadInput(
                f"Nobody has judged {names[row]} against {names[column]}.", remedy="Add the judgement."
            )
        matrix[row, column] = math.exp(math.fsum(said) / len(said))
        matrix[column, row] = 1 / matrix[row, column]
    return matrix


def _pair(place: Mapping[str, int], one: str, other: str, at: int) -> tuple[int, int]:
    for name in (one, other):
        if name not in place:
            raise BadInput(
                f"{name} is no criterion here.",
                remedy=f"Write one of {', '.join(place)}.",
                column="criterion",
                position=at,
            )
    if one == other:
        raise BadInput(
            f"{one} is judged against itself.", remedy="Remove it.", column="criterion", position=at
        )
    return place[one], place[other]


def _check(matrix: NDArray[np.float64]) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise BadInput(
            f"The judgements have shape {matrix.shape}.", remedy="Give a row and a column per criterion."
        )
    if len(matrix) > len(RANDOM_INDEX):
        raise BadInput(
            f"There are {len(matrix)} criteria side by side.",
            remedy=f"Group them so that at most {len(RANDOM_INDEX)} are compared at a time.",
        )
    in_scale = np.isfinite(matrix) & (matrix >= 1 / SCALE - 1e-9) & (matrix <= SCALE + 1e-9)
    wrong = ~in_scale | ~np.isclose(
        np.where(in_scale, matrix, 1) * np.where(in_scale, matrix, 1).T, 1, rtol=1e-3
    )
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise BadInput(
            f"{matrix[row, column]:g} against {matrix[column, row]:g} is no pair of judgements.",
            remedy="Give numbers from 1/9 to 9, each the reciprocal of its mirror image.",
            position=int(row),
            column=str(column),
        )


def tree_weights(
    parents: Mapping[str, str], judgements: Sequence[tuple[str, str, float]]
) -> tuple[dict[str, float], dict[str, Weights]]:
    """Weights of the lowest criteria of a hierarchy, which add up to 1, and those of each group.

    `parents[name]` is the criterion above ("" for the top). Criteria are judged against their siblings; an
    only child takes all of its parent's weight. Raises BadInput for an unknown parent or a circle.
    """
    groups: dict[str, list[str]] = {}
    for name, parent in parents.items():
        if parent and parent not in parents:
            raise BadInput(f"{parent} is no criterion.", remedy="Add it.", column="parent")
        groups.setdefault(parent, []).append(name)
    strangers = [pair for pair in judgements if parents.get(pair[0], "") != parents.get(pair[1], "")]
    if strangers:
        one, other, _ = strangers[0]
        raise BadInput(
            f"{one} and {other} do not belong together.",
            remedy="Judge criteria of the same parent.",
            position=judgements.index(strangers[0]),
            column="criterion",
        )
    made = {
        parent: weights_of(judgement_matrix(names, [pair for pair in judgements if pair[0] in names]))
        for parent, names in groups.items()
    }
    weights, ready = {"": 1.0}, [""]
    while ready:
        parent = ready.pop()
        for name, weight in (
            zip(groups.get(parent, []), made[parent].values, strict=True) if parent in made else ()
        ):
            weights[name] = weights[parent] * float(weight)
            ready.append(name)
    if len(weights) <= len(parents):
        raise BadInput("Criteria stand above each other in a circle.", remedy="Correct it.", column="parent")
    return {name: weights[name] for name in parents if name not in groups}, made
