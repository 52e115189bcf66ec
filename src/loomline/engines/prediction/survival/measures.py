"""How good survival curves are: Harrell's C and the Brier score over time, corrected for censoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.prediction.survival import kaplan_meier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

AT_ONCE = 512
LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class Quality:
    """The figures of survival curves against what happened.

    `brier` are the scores at `times`, `base_brier` those of one Kaplan-Meier curve for everybody,
    `integrated` and `base_integrated` their means over the span of times.
    """

    cases: int
    events: int
    concordance: float
    times: tuple[float, ...]
    brier: tuple[float, ...]
    base_brier: tuple[float, ...]
    integrated: float
    base_integrated: float


def concordance(
    duration: NDArray[np.float64], event: NDArray[np.float64], risk: NDArray[np.float64]
) -> float:
    """Harrell's C (1982): the share of comparable pairs in which the higher risk has its event first.

    A pair is comparable when the earlier one had the event (or, at the same time, only one had); ties of
    risk count half. NaN when no pair is comparable.
    """
    agree = total = 0.0
    with_event = np.flatnonzero(event == 1)
    for start in range(0, len(with_event), AT_ONCE):
        some = with_event[start : start + AT_ONCE]
        later = duration[None, :] > duration[some, None]
        later |= (duration[None, :] == duration[some, None]) & (event[None, :] == 0)
        gap = risk[some, None] - risk[None, :]
        agree += float(((gap > 0) & later).sum()) + 0.5 * float(((gap == 0) & later).sum())
        total += float(later.sum())
    return agree / total if total else float("nan")


def brier_at(
    when: float,
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    survival: NDArray[np.float64],
    censoring: kaplan_meier.Curve,
) -> float:
    """The Brier score at one time (Graf et al. 1999), weighted by the inverse of being uncensored.

    `survival` (n,) is what was said for the time; `censoring` is the curve of the censoring times.
    """
    had = (duration <= when) & (event == 1)
    beyond = duration > when
    weight_had = np.maximum(censoring.before(duration), LEAST_WEIGHT)
    weight_now = max(float(censoring.at(np.array([when]))[0]), LEAST_WEIGHT)
    return float(np.mean(had * survival**2 / weight_had + beyond * (1 - survival) ** 2 / weight_now))


def quality(
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    risk: NDArray[np.float64],
    times: NDArray[np.float64],
    survival: NDArray[np.float64],
    learned: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Quality:
    """All figures; `survival` is (n, times), `learned` are durations and events of the learning rows."""
    censoring = kaplan_meier.curve(duration, 1 - event)
    everybody = kaplan_meier.curve(*learned).at(times)
    scores, base = [], []
    for at, when in enumerate(times.tolist()):
        scores.append(brier_at(when, duration, event, survival[:, at], censoring))
        base.append(brier_at(when, duration, event, np.full(len(event), everybody[at]), censoring))
    return Quality(
        cases=len(event),
        events=int(event.sum()),
        concordance=concordance(duration, event, risk),
        times=tuple(times.tolist()),
        brier=tuple(scores),
        base_brier=tuple(base),
        integrated=_mean_over(times, np.array(scores)),
        base_integrated=_mean_over(times, np.array(base)),
    )


def _mean_over(times: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    if len(times) < 2:
        return float(scores.mean())
    return float(np.trapezoid(scores, times) / (times[-1] - times[0]))
