"""Items sorted by what they are worth (ABC), how steadily they sell (XYZ) and how often (FSN)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


def abc(values: ArrayLike, *, ends: Sequence[float] = (0.8, 0.95)) -> list[str]:
    """A, B, C by each item's value per time (Dickie, 1951), shape (n,).

    Sorted by value, an item belongs to the first class whose end the items *before* it have not reached, so
    that the item that crosses an end still belongs to the better class. Items worth nothing are in the last.
    """
    made = _numbers("value", values)
    _check_ends(ends)
    total = float(made.sum())
    order = np.argsort(-made, kind="stable")
    before = np.concatenate(([0.0], np.cumsum(made[order])[:-1])) / (total or 1.0)
    classes = np.searchsorted(np.asarray(ends) - 1e-12, before, side="right")
    classes[made[order] == 0] = len(ends)
    letters = [""] * len(made)
    for at, kind in zip(order, classes, strict=True):
        letters[at] = chr(ord("A") + int(kind))
    return letters


def xyz(means: ArrayLike, sds: ArrayLike, *, ends: Sequence[float] = (0.5, 1.0)) -> list[str]:
    """X, Y, Z by the coefficient of variation of demand per period; Z where there is no demand."""
    mean, sd = _numbers("mean", means), _numbers("sd", sds)
    _check_ends(ends)
    varies = np.where(mean > 0, sd / np.where(mean > 0, mean, 1.0), math.inf)
    return [chr(ord("X") + int(np.searchsorted(ends, v))) for v in varies]


def fsn(active: ArrayLike, idle: ArrayLike, *, fast: float = 0.5, dead_after: float = 12.0) -> list[str]:
    """F, S, N: fast, slow and non-moving.

    `active` is the share of periods with demand, `idle` the periods since the last one. N where idle for
    `dead_after` periods or more, F where at least a share of `fast` has demand.
    """
    share, since = _numbers("active", active), _numbers("idle", idle)
    return [
        "N" if waited >= dead_after else "F" if often >= fast else "S"
        for often, waited in zip(share, since, strict=True)
    ]


def excess(on_hand: ArrayLike, demand: ArrayLike, *, cover: float) -> NDArray[np.float64]:
    """Units beyond what `cover` periods of demand will use, shape (n,); all of it where nothing sells."""
    held, rate = _numbers("on_hand", on_hand), _numbers("demand", demand)
    return np.maximum(held - rate * cover, 0.0)


def _numbers(name: str, given: ArrayLike) -> NDArray[np.float64]:
    made = np.asarray(given, dtype=float)
    wrong = ~np.isfinite(made) | (made < 0)
    if made.ndim != 1 or wrong.any():
        raise BadInput(
            "There is a number missing or below 0.",
            remedy="Correct it.",
            column=name,
            position=int(np.argmax(wrong)) if made.ndim == 1 else None,
        )
    return made


def _check_ends(ends: Sequence[float]) -> None:
    if not ends or any(after <= before for before, after in itertools.pairwise(ends)) or ends[0] <= 0:
        raise BadInput(f"The ends {[*ends]} do not rise.", remedy="Write 0.8, 0.95.", column="ends")
