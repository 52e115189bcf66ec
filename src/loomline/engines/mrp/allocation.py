"""Fair shares of what is scarce, exact to the unit."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


class FairShare(StrEnum):
    """How a shortage is shared: in proportion to needs, to equal days of cover, or by priority."""

    PROPORTION = "proportion"
    COVER = "cover"
    PRIORITY = "priority"


def fair_share(
    available: float,
    need: ArrayLike,
    *,
    rule: FairShare = FairShare.PROPORTION,
    stock: ArrayLike = 0.0,
    rate: ArrayLike = 1.0,
    priority: ArrayLike = 0,
    multiple: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Share what is available among k needs, shape (k,): nobody gets more than needed, nothing is left over.

    PROPORTION gives everybody the same share of the need. COVER raises the lowest `(stock + share) / rate`
    first, until all cover the same time (Brown, 1977). Lower `priority` numbers are served in full before
    higher ones, within one number by the rule (with PRIORITY: in proportion). With `multiple` > 0 shares are
    whole multiples; the largest remainders are rounded up while there is enough. Raises BadInput for numbers
    below 0.
    """
    needs = _checked("need", need)
    widened = (
        np.broadcast_to(_checked(n, v), needs.shape)
        for n, v in (("stock", stock), ("rate", rate), ("multiple", multiple))
    )
    held, pace, step = widened
    tiers = np.broadcast_to(np.asarray(priority), needs.shape)
    left, share = float(_checked("available", available)), np.zeros_like(needs)
    for tier in np.unique(tiers):
        rows = np.flatnonzero(tiers == tier)
        if needs[rows].sum() <= left:
            share[rows] = needs[rows]
        elif rule == FairShare.COVER:
            share[rows] = _to_equal_cover(left, needs[rows], held[rows], pace[rows])
        else:
            share[rows] = needs[rows] * (left / needs[rows].sum())
        left -= share[rows].sum()
        if left <= 0:
            break
    return _in_multiples(share, needs, step, available)


def _to_equal_cover(
    available: float, need: NDArray[np.float64], stock: NDArray[np.float64], rate: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Raise the lowest cover first; a share is a straight line in the level between two kinks."""
    pace = np.maximum(rate, 1e-12)
    low, high = stock / pace, (stock + need) / pace
    kinks = np.unique(np.concatenate([low, high]))
    used = np.array([np.clip(kink * pace - stock, 0, need).sum() for kink in kinks])
    at = int(np.searchsorted(used, available))
    if at == 0:
        return np.clip(kinks[0] * pace - stock, 0, need)
    span = used[at] - used[at - 1]
    level = kinks[at - 1] + (kinks[at] - kinks[at - 1]) * (available - used[at - 1]) / span
    return np.clip(level * pace - stock, 0, need)


def _in_multiples(
    share: NDArray[np.float64], need: NDArray[np.float64], multiple: NDArray[np.float64], available: float
) -> NDArray[np.float64]:
    """Round down to multiples, then give what is left to the largest remainders."""
    if not (multiple > 0).any():
        return share
    step = np.where(multiple > 0, multiple, 1.0)
    made = np.where(multiple > 0, np.floor(share / step + 1e-9) * step, share)
    left = available - made.sum()
    rest = np.where(multiple > 0, (share - made) / step, 0.0)
    for row in np.lexsort((np.arange(len(rest)), -rest)).tolist():
        if rest[row] > 1e-9 and step[row] <= left + 1e-9 and made[row] < need[row]:
            made[row] += step[row]
            left -= step[row]
    return made


def _checked(name: str, given: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(given, dtype=float)
    if not (values >= 0).all():
        raise BadInput("A number is below 0 or missing.", remedy="Correct it.", column=name)
    return values
