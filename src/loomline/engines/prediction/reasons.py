"""Why a model says what it says of one case: the columns that moved its score most, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.selection import Learner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

FEW = 3
AT_ONCE = 2000


@dataclass(frozen=True)
class Reason:
    """A column (or pair of columns), its value in words, and what it added to the raw score of the case."""

    column: str
    value: str
    adds: float

    def says(self, *, raises: str = "raises", lowers: str = "lowers") -> str:
        """The reason as a line."""
        what = f"{self.column} is {self.value}" if self.value else self.column
        return f"{what} ({raises if self.adds > 0 else lowers} it, {self.adds:+.2f})"


def reasons(
    learner: Learner, traits: Sequence[Trait], values: NDArray[np.float64], *, count: int = FEW
) -> list[list[Reason]]:
    """Per row of values (rows, traits), the `count` columns with the largest contributions, largest first."""
    found: list[list[Reason]] = []
    for start in range(0, len(values), AT_ONCE):
        rows = values[start : start + AT_ONCE]
        sources, adds, _ = learner.contributions(rows)
        found += of_contributions(sources, adds, traits, rows, count)
    return found


def of_contributions(
    sources: Sequence[str],
    adds: NDArray[np.float64],
    traits: Sequence[Trait],
    values: NDArray[np.float64],
    count: int,
) -> list[list[Reason]]:
    """The largest contributions of each row; `adds` has shape (rows, sources)."""
    place = {trait.name: at for at, trait in enumerate(traits)}
    order = np.argsort(-np.abs(adds), axis=1, kind="stable")[:, :count]
    found: list[list[Reason]] = []
    for row, best in enumerate(order.tolist()):
        each = []
        for source in best:
            name = sources[source]
            at = place.get(name)
            shown = "" if at is None else traits[at].says(float(values[row, at]))
            if adds[row, source]:
                each.append(Reason(name, shown, float(adds[row, source])))
        found.append(each)
    return found


def importance(learner: Learner, values: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Per column the mean absolute contribution over the rows, largest first."""
    sources, adds, _ = learner.contributions(values[:AT_ONCE])
    mean = np.abs(adds).mean(axis=0)
    return sorted(zip(sources, mean.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
