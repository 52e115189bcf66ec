"""The three survival models behind one face: proportional hazards, Weibull times, boosted hazards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.prediction.boosting import Boosting
from loomline.engines.prediction.features import Features
from loomline.engines.prediction.linear import Design, Spread
from loomline.engines.prediction.survival.cox import Cox
from loomline.engines.prediction.survival.hazard import Hazard
from loomline.engines.prediction.survival.weibull import Weibull

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Survivor:
    """A fitted survival model on the values of the traits; exactly one of the three models is there.

    `means` are the means of the design columns over the learning rows.
    """

    features: Features
    design: Design | None
    means: NDArray[np.float64]
    cox: Cox | None = None
    weibull: Weibull | None = None
    hazard: Hazard | None = None

    @property
    def says(self) -> str:
        """The model in words."""
        if self.cox:
            return "Cox proportional hazards"
        if self.weibull:
            return f"Weibull accelerated failure time, shape {1 / self.weibull.scale:.3f}"
        return "discrete-time hazard by boosted trees"

    def risk(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Higher for earlier events, shape (rows,); values have shape (rows, traits)."""
        matrix = self.features.matrix(values)
        if self.hazard:
            return self.hazard.risk(matrix)
        return self._line().risk(self._columns(matrix))

    def survival(self, values: NDArray[np.float64], when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows, times)."""
        matrix = self.features.matrix(values)
        if self.hazard:
            return self.hazard.survival(matrix, when)
        return self._line().survival(self._columns(matrix), when)

    def contributions(
        self, values: NDArray[np.float64], ages: NDArray[np.float64]
    ) -> tuple[list[str], NDArray[np.float64]]:
        """Sources, and what each adds to the log of the hazard at the row's age, shape (rows, sources)."""
        matrix = self.features.matrix(values)
        if self.hazard:
            parts = self.hazard.contributions(matrix, ages)[:, :-1]
        else:
            assert self.design is not None
            line = self._line()
            weights = line.weights if isinstance(line, Cox) else -line.weights / line.scale
            each = (self._columns(matrix) - self.means) * weights
            parts = np.zeros((matrix.shape[1], len(matrix)))
            np.add.at(parts, self.design.features(), each.T)
            parts = parts.T
        owner = self.features.sources
        sources = list(dict.fromkeys(owner))
        summed = np.zeros((len(sources), len(values)))
        np.add.at(summed, [sources.index(one) for one in owner], parts.T)
        return sources, summed.T

    def _columns(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self.design is not None
        return self.design.columns(matrix)

    def _line(self) -> Cox | Weibull:
        line = self.cox or self.weibull
        assert line is not None
        return line

    def stored(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "features": self.features.stored(),
            "design": None
            if self.design is None
            else {
                "spreads": [vars(one) for one in self.design.spreads],
                "levels": [list(pair) for pair in self.design.levels],
            },
            "means": self.means.tolist(),
            "cox": _plain(self.cox),
            "weibull": _plain(self.weibull),
            "hazard": None
            if self.hazard is None
            else {"edges": self.hazard.edges.tolist(), "trees": list(self.hazard.trees.texts)},
        }

    @staticmethod
    def restored(stored: dict[str, Any]) -> Survivor:
        """From plain values."""
        made = stored["design"]
        spreads = () if made is None else tuple(_spread(one) for one in made["spreads"])
        levels = () if made is None else tuple((int(at), int(count)) for at, count in made["levels"])
        hazard = stored["hazard"]
        return Survivor(
            features=Features.restored(stored["features"]),
            design=None if made is None else Design(spreads, levels),
            means=np.array(stored["means"], dtype=float),
            cox=Cox(**_arrays(stored["cox"])) if stored["cox"] else None,
            weibull=Weibull(**_arrays(stored["weibull"])) if stored["weibull"] else None,
            hazard=Hazard(np.array(hazard["edges"]), Boosting(tuple(hazard["trees"]))) if hazard else None,
        )


def _plain(model: Cox | Weibull | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {key: value if isinstance(value, float) else value.tolist() for key, value in vars(model).items()}


def _arrays(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        key: np.array(value, dtype=float) if isinstance(value, list) else value
        for key, value in stored.items()
    }


def _spread(stored: dict[str, Any]) -> Spread:
    return Spread(**{**stored, "knots": tuple(stored["knots"])})
