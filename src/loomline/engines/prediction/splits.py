"""Which cases are learned from and which are kept back: by time, by group, or in equal shares of outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

HELD_SHARE = 0.2
FOLDS = 5
LEAST_HELD = 10
MANY_CASES, FEW_FOLDS = 50_000, 3


@dataclass(frozen=True)
class Basis:
    """What the split goes by, each of shape (n,): strata (outcome classes), time in days, group."""

    strata: NDArray[np.int64]
    time: NDArray[np.float64] | None = None
    group: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[np.int64]) -> Basis:
        """The basis of some of the rows."""
        return Basis(
            self.strata[rows],
            None if self.time is None else self.time[rows],
            None if self.group is None else self.group[rows],
        )


@dataclass(frozen=True)
class Split:
    """Positions that are learned from and held out, and in words how they were told apart."""

    learn: NDArray[np.int64]
    held: NDArray[np.int64]
    says: str


@dataclass(frozen=True)
class Fold:
    """Positions to fit on and to check on; no position is in both."""

    fit: NDArray[np.int64]
    check: NDArray[np.int64]


def hold_out(basis: Basis, *, seed: int, share: float = HELD_SHARE) -> Split:
    """Keep back the latest cases (or groups) when there is a time, else a random share of groups or cases.

    A hold-out by time that lacks one of the outcomes, or leaves the learning without it, is given up for a
    random one, and `says` tells so.
    """
    if basis.time is not None:
        key = basis.time if basis.group is None else _latest(basis.time, basis.group)
        held = key > np.quantile(key, 1 - share)
        if held.mean() < share / 4:
            held = key >= np.quantile(key, 1 - share)
        if _is_sound(basis.strata, held):
            return Split(np.flatnonzero(~held), np.flatnonzero(held), "the latest cases by date")
    held = np.zeros(len(basis.strata), dtype=bool)
    held[_folds(basis, seed=seed, count=round(1 / share))[0]] = True
    says = "random groups" if basis.group is not None else "a random share of each outcome"
    if basis.time is not None:
        says += " (the latest cases by date have too few of an outcome)"
    return Split(np.flatnonzero(~held), np.flatnonzero(held), says)


def folds(basis: Basis, *, seed: int, count: int = FOLDS) -> list[Fold]:
    """Folds for comparing models: by time each fits on what came before, else every case is checked once.

    Very many cases get along with fewer folds.
    """
    count = min(count, FEW_FOLDS) if len(basis.strata) > MANY_CASES else count
    everything = np.arange(len(basis.strata))
    if basis.time is not None:
        forward = _forward(basis, count)
        if len(forward) >= 2:
            return forward
    return [
        Fold(np.setdiff1d(everything, check, assume_unique=True), check)
        for check in _folds(basis, seed=seed, count=count)
        if len(check)
    ]


def _forward(basis: Basis, count: int) -> list[Fold]:
    assert basis.time is not None
    key = basis.time if basis.group is None else _latest(basis.time, basis.group)
    cuts = np.quantile(key, np.linspace(0, 1, count + 2)[1:-1])
    block = np.searchsorted(cuts, key, side="left")
    found = []
    for at in range(1, count + 1):
        before, now = block < at, block == at
        # A small first block says little: the comparison starts when a third has passed.
        if before.mean() >= 0.3 and _is_sound(basis.strata, now, least=3, rest=before):
            found.append(Fold(np.flatnonzero(before), np.flatnonzero(now)))
    return found


def _latest(time: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    last = np.full(int(group.max()) + 1, -np.inf)
    np.maximum.at(last, group, time)
    return last[group]


def _is_sound(
    strata: NDArray[np.int64],
    held: NDArray[np.bool_],
    *,
    least: int = LEAST_HELD,
    rest: NDArray[np.bool_] | None = None,
) -> bool:
    learn = ~held if rest is None else rest
    known = np.unique(strata)
    return all(
        min(int(((strata == s) & held).sum()), int(((strata == s) & learn).sum())) >= least for s in known
    )


def _folds(basis: Basis, *, seed: int, count: int) -> list[NDArray[np.int64]]:
    draw = np.random.default_rng(seed)
    number = np.zeros(len(basis.strata), dtype=int)
    if basis.group is None:
        for stratum in np.unique(basis.strata):
            rows = draw.permutation(np.flatnonzero(basis.strata == stratum))
            number[rows] = np.arange(len(rows)) % count
        return [np.flatnonzero(number == at) for at in range(count)]
    names, inverse = np.unique(basis.group, return_inverse=True)
    size = np.bincount(inverse)
    mix = np.bincount(inverse, weights=basis.strata.astype(float)) / size
    # Groups are dealt out by size, shuffled among equals, the fold with the fewest cases next.
    order = np.lexsort((draw.random(len(names)), np.round(mix, 1), -size))
    load, fold = np.zeros(count), np.zeros(len(names), dtype=int)
    for group in order:
        fold[group] = int(np.argmin(load))
        load[fold[group]] += size[group]
    return [np.flatnonzero(fold[inverse] == at) for at in range(count)]
