"""How good probabilities and numbers are: AUC, Brier score, calibration error, F1, RMSE, PHM score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

BINS = 10
TINY = 1e-15


@dataclass(frozen=True)
class Bin:
    """One row of the reliability table: `cases` with a mean probability `said` of which a share `came`."""

    cases: int
    said: float
    came: float


@dataclass(frozen=True)
class Quality:
    """The figures of a set of probabilities against what happened.

    `auc_low` and `auc_high` bound the AUC with 95 % (Hanley & McNeil 1982); `base_brier` is the score of
    always saying the share `rate`; `precision`, `recall`, `f1` and `confusion` (true positive, false
    positive, false negative, true negative) are those at `threshold`.
    """

    cases: int
    positives: int
    auc: float
    auc_low: float
    auc_high: float
    average_precision: float
    brier: float
    base_brier: float
    log_loss: float
    ece: float
    threshold: float
    precision: float
    recall: float
    f1: float
    confusion: tuple[int, int, int, int]
    reliability: tuple[Bin, ...]


def quality(y: NDArray[np.float64], p: NDArray[np.float64], threshold: float) -> Quality:
    """All figures of probabilities `p` (shape (n,)) against outcomes `y` (0 or 1, shape (n,))."""
    auc = roc_auc(y, p)
    low, high = auc_interval(auc, int(y.sum()), int((1 - y).sum()))
    said = p >= threshold
    tp, fp = int((said & (y == 1)).sum()), int((said & (y == 0)).sum())
    fn, tn = int((~said & (y == 1)).sum()), int((~said & (y == 0)).sum())
    rate = float(y.mean())
    return Quality(
        cases=len(y),
        positives=int(y.sum()),
        auc=auc,
        auc_low=low,
        auc_high=high,
        average_precision=average_precision(y, p),
        brier=brier(y, p),
        base_brier=rate * (1 - rate),
        log_loss=log_loss(y, p),
        ece=calibration_error(y, p),
        threshold=threshold,
        precision=tp / (tp + fp) if tp + fp else 0.0,
        recall=tp / (tp + fn) if tp + fn else 0.0,
        f1=f1(y, said.astype(float)),
        confusion=(tp, fp, fn, tn),
        reliability=tuple(reliability(y, p)),
    )


def roc_auc(y: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """The share of pairs (positive, negative) that the score puts in order, ties half; NaN without both."""
    positives, negatives = float(y.sum()), float((1 - y).sum())
    if not positives or not negatives:
        return math.nan
    ranks = mean_ranks(score)
    return float((ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def mean_ranks(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; equal scores share their mean rank."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def auc_interval(auc: float, positives: int, negatives: int) -> tuple[float, float]:
    """95 % bounds of an AUC (Hanley & McNeil 1982)."""
    if not positives or not negatives:
        return (math.nan, math.nan)
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    half = 1.96 * math.sqrt(max(spread, 0.0) / (positives * negatives))
    return (max(0.0, auc - half), min(1.0, auc + half))


def average_precision(y: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """The area under precision over recall as a sum of steps; ties count as one step."""
    if not y.sum():
        return math.nan
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(y[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(y) - 1)
    precision = hits[ends] / (ends + 1)
    recall = hits[ends] / hits[-1]
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * precision))


def brier(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    """The mean squared difference of probability and outcome (Brier 1950)."""
    return float(np.mean((p - y) ** 2))


def log_loss(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    """The mean negative log-likelihood."""
    kept = np.clip(p, TINY, 1 - TINY)
    return float(-np.mean(y * np.log(kept) + (1 - y) * np.log(1 - kept)))


def reliability(y: NDArray[np.float64], p: NDArray[np.float64], bins: int = BINS) -> list[Bin]:
    """What was said against what came, in bins of equal numbers of cases; equal ones stay together."""
    order = np.argsort(p, kind="stable")
    found, start = [], 0
    for part in range(1, bins + 1):
        end = round(len(p) * part / bins)
        while start < end < len(p) and p[order[end]] == p[order[end - 1]]:
            end += 1
        if end > start:
            rows = order[start:end]
            found.append(Bin(len(rows), float(p[rows].mean()), float(y[rows].mean())))
            start = end
    return found


def calibration_error(y: NDArray[np.float64], p: NDArray[np.float64], bins: int = BINS) -> float:
    """The mean distance of said and came over the reliability table, weighted by cases (ECE)."""
    return sum(one.cases * abs(one.said - one.came) for one in reliability(y, p, bins)) / len(y)


def f1(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """2 TP / (2 TP + FP + FN) of yes-no answers; 0 when nothing was found."""
    hits = float((said * y).sum())
    total = float(said.sum() + y.sum())
    return 2 * hits / total if total else 0.0


def rmse(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((said - y) ** 2)))


def mae(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """The mean absolute error."""
    return float(np.mean(np.abs(said - y)))


def r_squared(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """1 minus the share of the variance that is left."""
    spread = float(np.sum((y - y.mean()) ** 2))
    return 1 - float(np.sum((y - said) ** 2)) / spread if spread else 0.0


def phm_score(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """The score of the PHM08 challenge (Saxena et al. 2008), summed; too late weighs more than too early.

    For d = said - true: exp(-d / 13) - 1 below zero, exp(d / 10) - 1 otherwise.
    """
    late = np.minimum(said - y, 500.0)
    return float(np.sum(np.where(late < 0, np.exp(-late / 13), np.exp(late / 10)) - 1))
