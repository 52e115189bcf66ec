"""Raw scores into probabilities that come true, fitted out of fold only, and the threshold by cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loomline.engines.heavy import heavy
from loomline.engines.prediction.linear import sigmoid
from loomline.engines.prediction.measures import log_loss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

Method = Literal["none", "platt", "isotonic"]
MANY_FOR_STEPS = 1000
PARTS = 10
WORTH = 0.998


@dataclass(frozen=True)
class Calibration:
    """A rising map from raw score to probability.

    Platt: sigmoid(slope · raw + shift). Isotonic: straight lines between the points (`scores`, `shares`).
    """

    method: Method
    slope: float = 1.0
    shift: float = 0.0
    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def probability(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities of raw scores, same shape."""
        if self.method == "isotonic":
            return np.interp(raw, self.scores, self.shares)
        return sigmoid(self.slope * raw + self.shift)


def platt(raw: NDArray[np.float64], y: NDArray[np.float64]) -> Calibration:
    """Platt (1999) with his smoothed targets, by Newton's method."""
    positives, negatives = float(y.sum()), float((1 - y).sum())
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, shift = 1.0, 0.0
    for _ in range(50):
        p = sigmoid(slope * raw + shift)
        pull = np.maximum(p * (1 - p), 1e-9)
        rise = np.array([np.sum((target - p) * raw), np.sum(target - p)])
        cross = float(np.sum(pull * raw))
        curve = np.array([[np.sum(pull * raw**2) + 1e-6, cross], [cross, np.sum(pull) + 1e-6]])
        step = np.linalg.solve(curve, rise)
        slope, shift = slope + float(step[0]), shift + float(step[1])
        if float(np.abs(step).max()) < 1e-9:
            break
    return Calibration("platt", slope, shift) if slope > 0 else Calibration("platt", 1e-6, _shift(y))


def isotonic(raw: NDArray[np.float64], y: NDArray[np.float64]) -> Calibration:
    """Isotonic regression by pooling adjacent violators (Zadrozny & Elkan 2002), joined by straight lines.

    Each block stands at the mean of its scores, so that scores within a block keep their order. The shares
    are drawn by one case towards the middle, so that no probability is exactly 0 or 1.
    """
    scores, inverse, counts = np.unique(raw, return_inverse=True, return_counts=True)
    sums = np.bincount(inverse, weights=y)
    blocks: list[list[float]] = []
    for score, hits, cases in zip(scores.tolist(), sums.tolist(), counts.tolist(), strict=True):
        blocks.append([score * cases, hits, float(cases)])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    rate = float(y.mean())
    shares = [(hits + rate) / (cases + 1) for _, hits, cases in blocks]
    return Calibration(
        "isotonic",
        scores=tuple(total / cases for total, _, cases in blocks),
        shares=tuple(np.maximum.accumulate(shares).tolist()),
    )


def choose(raw: NDArray[np.float64], y: NDArray[np.float64], *, seed: int) -> Calibration:
    """The map with the least log-loss on rows it was not fitted on; none is kept unless one is worth it."""
    part = np.random.default_rng(seed).permutation(len(y)) % PARTS
    losses = {"none": log_loss(y, sigmoid(raw)), "platt": _checked(platt, raw, y, part)}
    if len(y) >= MANY_FOR_STEPS and min(y.sum(), (1 - y).sum()) >= MANY_FOR_STEPS / 10:
        losses["isotonic"] = _checked(isotonic, raw, y, part)
    best = min(losses, key=lambda method: losses[method])
    if losses[best] > WORTH * losses["none"]:
        return Calibration("none")
    return isotonic(raw, y) if best == "isotonic" else platt(raw, y)


def best_threshold(
    y: NDArray[np.float64], p: NDArray[np.float64], *, miss: float | None, alarm: float
) -> float:
    """The probability from which on to act.

    With the cost of a miss and of a false alarm: alarm / (alarm + miss), which is the cheapest for calibrated
    probabilities (Elkan 2001). Without: the one with the best F1 on these rows.
    """
    if miss is not None:
        return alarm / (alarm + miss)
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(y[order])
    said = np.arange(1, len(y) + 1)
    scores = 2 * hits / (said + y.sum())
    is_end = np.append(np.diff(p[order]) != 0, True)
    at = int(np.argmax(np.where(is_end, scores, -1.0)))
    below = p[order[at + 1]] if at + 1 < len(y) else 0.0
    return float((p[order[at]] + below) / 2)


def _checked(
    method: object, raw: NDArray[np.float64], y: NDArray[np.float64], part: NDArray[np.int64]
) -> float:
    assert callable(method)
    said = np.zeros(len(y))
    for fold in range(PARTS):
        rows = part == fold
        if not rows.any() or not 0 < y[~rows].mean() < 1:
            continue
        said[rows] = method(raw[~rows], y[~rows]).probability(raw[rows])
    return log_loss(y, said)


def _shift(y: NDArray[np.float64]) -> float:
    rate = min(max(float(y.mean()), 1e-9), 1 - 1e-9)
    return float(np.log(rate / (1 - rate)))
