"""A small neural network for one number (two hidden layers, ReLU, Adam: Kingma & Ba 2015), in plain NumPy.

It errs elsewhere than trees do, so that the mean of both is better than either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

HIDDEN = (64, 32)
EPOCHS = 40
BATCH = 128
LEAST_STEPS, MOST_STEPS = 1000, 8000
PACE = 2e-3
DECAY = 1e-3
FIRST, SECOND, SMALL = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Network:
    """Fitted weights and shifts of each layer; inputs are centred by `mean` and divided by `spread`."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    scale: float
    weights: tuple[NDArray[np.float64], ...]
    shifts: tuple[NDArray[np.float64], ...]

    def raw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The number of each row of features, shape (rows,)."""
        return self.scale * _forward(self._inputs(matrix), self.weights, self.shifts)[-1][:, 0]

    def _inputs(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.clip((matrix - self.mean) / self.spread, -8.0, 8.0)

    def stored(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "mean": self.mean.tolist(),
            "spread": self.spread.tolist(),
            "scale": self.scale,
            "weights": [one.tolist() for one in self.weights],
            "shifts": [one.tolist() for one in self.shifts],
        }

    @staticmethod
    def restored(stored: dict[str, Any]) -> Network:
        """From plain values."""
        return Network(
            mean=np.array(stored["mean"], dtype=float),
            spread=np.array(stored["spread"], dtype=float),
            scale=float(stored["scale"]),
            weights=tuple(np.array(one, dtype=float) for one in stored["weights"]),
            shifts=tuple(np.array(one, dtype=float) for one in stored["shifts"]),
        )


def fit(
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    scale: float,
    seed: int,
    tick: Callable[[float], None],
) -> Network:
    """Least squares over about EPOCHS passes in batches; `scale` is the size of y, `tick` may raise."""
    draw = np.random.default_rng(seed)
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    inputs = np.clip((matrix - mean) / spread, -8.0, 8.0)
    target = (y / scale)[:, None]
    sizes = (matrix.shape[1], *HIDDEN, 1)
    params = [draw.normal(0, np.sqrt(2 / a), (a, b)) for a, b in pairwise(sizes)]
    params += [np.zeros(b) for b in sizes[1:]]
    params[-1] += target.mean()
    moments = [(np.zeros_like(one), np.zeros_like(one)) for one in params]
    batches = -(-len(y) // BATCH)
    steps = min(max(EPOCHS * batches, LEAST_STEPS), MOST_STEPS)
    for step in range(steps):
        if step % batches == 0:
            order = draw.permutation(len(y))
        if step % 50 == 0:
            tick(step / steps)
        rows = order[step % batches * BATCH : (step % batches + 1) * BATCH]
        # The pace falls to nothing along a cosine, so that the last passes settle.
        pace = PACE * 0.5 * (1 + np.cos(np.pi * step / steps))
        _update(params, _slopes(params, inputs[rows], target[rows]), moments, float(pace), step + 1)
    half = len(params) // 2
    return Network(mean, spread, scale, tuple(params[:half]), tuple(params[half:]))


def _forward(
    inputs: NDArray[np.float64],
    weights: tuple[NDArray[np.float64], ...] | list[NDArray[np.float64]],
    shifts: tuple[NDArray[np.float64], ...] | list[NDArray[np.float64]],
) -> list[NDArray[np.float64]]:
    """What comes out of each layer, the inputs first."""
    out = [inputs]
    for at, (weight, shift) in enumerate(zip(weights, shifts, strict=True)):
        made = out[-1] @ weight + shift
        out.append(made if at == len(weights) - 1 else np.maximum(made, 0.0))
    return out


def _slopes(
    params: list[NDArray[np.float64]], inputs: NDArray[np.float64], target: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    half = len(params) // 2
    weights, shifts = params[:half], params[half:]
    out = _forward(inputs, weights, shifts)
    error = (out[-1] - target) / len(target)
    found = [np.zeros(0)] * len(params)
    for at in range(half - 1, -1, -1):
        found[at] = out[at].T @ error + DECAY * weights[at]
        found[half + at] = error.sum(axis=0)
        if at:
            error = (error @ weights[at].T) * (out[at] > 0)
    return found


def _update(
    params: list[NDArray[np.float64]],
    slopes: list[NDArray[np.float64]],
    moments: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
    pace: float,
    step: int,
) -> None:
    for param, slope, (first, second) in zip(params, slopes, moments, strict=True):
        first *= FIRST
        first += (1 - FIRST) * slope
        second *= SECOND
        second += (1 - SECOND) * slope**2
        size = np.sqrt(second / (1 - SECOND**step)) + SMALL
        param -= pace * (first / (1 - FIRST**step)) / size
