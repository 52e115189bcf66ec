"""How far off a predicted number may be: bounds from errors out of fold (split conformal, Vovk et al. 2005).

The errors are taken apart by the size of the prediction, because large predictions are often less certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

LEVEL = 0.8
BINS = 5
LEAST_IN_BIN = 50


@dataclass(frozen=True)
class Interval:
    """Bounds around a prediction: per bin of predictions (upper `edges`) what is added at either end.

    A share `level` of true values is expected between them.
    """

    level: float
    edges: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def around(self, said: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The low and high bounds of predictions (n,)."""
        place = np.searchsorted(self.edges, said, side="right")
        return said + np.array(self.low)[place], said + np.array(self.high)[place]


def fit(y: NDArray[np.float64], said: NDArray[np.float64], *, level: float = LEVEL) -> Interval:
    """Bounds from true values and predictions that had not seen them, each of shape (n,)."""
    bins = max(1, min(BINS, len(y) // LEAST_IN_BIN))
    edges = np.unique(np.quantile(said, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, said, side="right")
    tail = (1 - level) / 2
    low, high = [], []
    for at in range(len(edges) + 1):
        errors = np.sort((y - said)[place == at])
        if not len(errors):
            errors = np.sort(y - said)
        # One more than the share of errors, as there is one more value to come.
        rank = (len(errors) + 1) * tail
        low.append(float(errors[max(int(np.floor(rank)) - 1, 0)]))
        high.append(float(errors[min(int(np.ceil(len(errors) + 1 - rank)) - 1, len(errors) - 1)]))
    return Interval(level, tuple(edges.tolist()), tuple(low), tuple(high))
