"""Demand over a lead time, drawn from history: for items that sell now and then, where no formula fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking.counts import Empirical
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

Way = Literal["independent", "blocks", "markov"]
SLICE = 2000


def simulated_demand(
    history: ArrayLike,
    lead_times: ArrayLike,
    *,
    draws: int = 10_000,
    seed: int,
    way: Way = "markov",
    block: int = 3,
    watch: Watch | None = None,
) -> Empirical:
    """The distribution of lead-time demand by resampling; its quantiles are reorder points.

    `history` is demand per period, shape (T,), none below 0; `lead_times` observed lead times in whole
    periods, drawn with equal chance (one number for a fixed one; add the review interval to it). `way`:
    "independent" draws single periods, "blocks" draws runs of `block` periods so that neighbours stay
    together, "markov" draws whether there is demand from what follows what in the history, and sizes with
    jitter, so that sizes never seen may come (Willemain, Smart and Schwarz, 2004).
    """
    past, leads = _history(history), _lead_times(lead_times)
    if draws < 1:
        raise BadInput(f"{draws} draws.", remedy="Draw at least one, better 10,000.", column="draws")
    chance, watch = np.random.default_rng(seed), watch or Watch()
    made = np.empty(draws)
    for start in range(0, draws, SLICE):
        watch.at(start / draws, f"{start:,} of {draws:,} lead times")
        end = min(start + SLICE, draws)
        length = chance.choice(leads, size=end - start)
        paths = _paths(past, end - start, int(leads.max()), way, block, chance)
        made[start:end] = np.where(np.arange(paths.shape[1]) < length[:, None], paths, 0.0).sum(axis=1)
    return Empirical.of(made)


def _paths(
    past: NDArray[np.float64], count: int, length: int, way: Way, block: int, chance: np.random.Generator
) -> NDArray[np.float64]:
    if length == 0:
        return np.zeros((count, 1))
    if way == "independent":
        return chance.choice(past, size=(count, length))
    if way == "blocks":
        if not 1 <= block <= len(past):
            raise BadInput(f"A block of {block} periods.", remedy=f"Take 1 to {len(past)}.", column="block")
        runs = -(-length // block)
        starts = chance.integers(0, len(past) - block + 1, size=(count, runs))
        return past[(starts[:, :, None] + np.arange(block)).reshape(count, -1)][:, :length]
    if way != "markov":
        raise BadInput(f"{way} is no way.", remedy="Say independent, blocks or markov.", column="way")
    return _markov(past, count, length, chance)


def _markov(
    past: NDArray[np.float64], count: int, length: int, chance: np.random.Generator
) -> NDArray[np.float64]:
    sells = past > 0
    if not sells.any():
        return np.zeros((count, length))
    # One imagined step of each kind: a change never seen in a short history can still come.
    after = np.array([_follows(sells, False), _follows(sells, True)])
    now = np.full(count, bool(sells[-1]))
    states = np.empty((count, length), dtype=bool)
    for period in range(length):
        now = chance.random(count) < after[now.astype(int)]
        states[:, period] = now
    sizes = chance.choice(past[sells], size=(count, length))
    jittered = np.round(sizes + chance.standard_normal((count, length)) * np.sqrt(sizes))
    whole = bool((past == np.floor(past)).all())
    sizes = np.where(jittered > 0, jittered, sizes) if whole else sizes
    return np.where(states, sizes, 0.0)


def _follows(sells: NDArray[np.bool_], state: bool) -> float:
    """The chance of demand after a period with or without, between the seen one and the share of all."""
    next_ones = sells[1:][sells[:-1] == state]
    return float((next_ones.sum() + sells.mean()) / (len(next_ones) + 1))


def _history(given: ArrayLike) -> NDArray[np.float64]:
    past = np.asarray(given, dtype=float)
    wrong = ~np.isfinite(past) | (past < 0)
    if past.ndim != 1 or past.size == 0 or wrong.any():
        raise BadInput(
            "The history needs numbers of 0 or more, one per period.",
            remedy="Fill gaps, or leave their periods out.",
            column="history",
            position=int(np.argmax(wrong)) if wrong.any() and past.ndim == 1 else None,
        )
    return past


def _lead_times(given: ArrayLike) -> NDArray[np.int64]:
    leads = np.atleast_1d(np.asarray(given, dtype=float))
    wrong = ~np.isfinite(leads) | (leads < 0) | (leads != np.floor(leads))
    if leads.ndim != 1 or leads.size == 0 or wrong.any():
        raise BadInput(
            "Lead times are whole periods of 0 or more.",
            remedy="Round them up.",
            column="lead_times",
            position=int(np.argmax(wrong)) if wrong.any() else None,
        )
    return leads.astype(np.int64)
