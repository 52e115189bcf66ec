"""Recency, frequency and money in quintiles, and the named segment of each of the 125 cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value.transactions import Purchases
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

SCORES = 5
# Rows: recency 1 to 5 (5 bought last); columns: the mean of frequency and money, rounded up, 1 to 5.
SEGMENTS = (
    ("lost", "lost", "at risk", "cannot lose", "cannot lose"),
    ("hibernating", "hibernating", "at risk", "at risk", "cannot lose"),
    ("about to sleep", "about to sleep", "need attention", "loyal", "loyal"),
    ("promising", "promising", "potential loyal", "loyal", "loyal"),
    ("new", "potential loyal", "potential loyal", "champions", "champions"),
)


@dataclass(frozen=True)
class Rfm:
    """One entry a customer, arrays of shape (n,); `customers` are positions in `ids`.

    `days` since the last purchase, `orders` and `money` within the window, and the scores 1 to 5 of each,
    5 the best.
    """

    customers: NDArray[np.int64]
    days: NDArray[np.int64]
    orders: NDArray[np.int64]
    money: NDArray[np.float64]
    recency: NDArray[np.int64]
    frequency: NDArray[np.int64]
    monetary: NDArray[np.int64]

    @property
    def segments(self) -> list[str]:
        """The name of the segment of each customer."""
        row = (self.recency - 1) * SCORES + (self.frequency + self.monetary + 1) // 2 - 1
        names = [name for names in SEGMENTS for name in names]
        return [names[cell] for cell in row.tolist()]


def segment(recency: int, frequency: int, monetary: int) -> str:
    """The one named segment of a cell of three scores from 1 to 5."""
    if not all(1 <= score <= SCORES for score in (recency, frequency, monetary)):
        raise BadInput(
            f"There is no cell {recency}, {frequency}, {monetary}.", remedy="Scores are whole, from 1 to 5."
        )
    return SEGMENTS[recency - 1][(frequency + monetary + 1) // 2 - 1]


def rfm(bought: Purchases, end: np.datetime64, *, window: int | None = None, ties: str = "apart") -> Rfm:
    """Scores of all who bought within the window of so many days that ends with the end day.

    Quintiles are by rank: as many customers in each as can be. Customers who are equal in a measure are
    taken in the order of their identifiers (`ties="apart"`, the default), so that quintiles stay even, or
    all get the score of the best of them (`ties="together"`). Give margins as the value of purchases, and
    `monetary` is margin. Raises BadInput when nobody bought within the window.
    """
    if ties not in ("apart", "together"):
        raise BadInput(f"Ties cannot be {ties}.", remedy="Take apart or together.")
    last = end.astype("datetime64[D]").astype(np.int64)
    day = bought.day.astype(np.int64)
    known = (day <= last) & (day > last - window if window is not None else True)
    if not known.any():
        raise BadInput(f"Nobody bought until {end} within the window.", remedy="Take a longer window.")
    customer, day, value = bought.customer[known], day[known], bought.value[known]
    starts = np.flatnonzero(np.r_[True, np.diff(customer) != 0])
    ends = np.r_[starts[1:], len(customer)]
    days = last - day[ends - 1]
    orders = ends - starts
    money = np.add.reduceat(value, starts)
    return Rfm(
        customer[starts], days, orders, money,
        _quintiles(-days, ties), _quintiles(orders, ties), _quintiles(money, ties),
    )  # fmt: skip


def cells(found: Rfm) -> NDArray[np.int64]:
    """How many customers each cell holds, shape (5, 5, 5): recency, frequency, money."""
    counts = np.zeros((SCORES, SCORES, SCORES), dtype=np.int64)
    np.add.at(counts, (found.recency - 1, found.frequency - 1, found.monetary - 1), 1)
    return counts


def migration(before: Rfm, after: Rfm) -> dict[tuple[str, str], int]:
    """How many customers went from segment to segment; "" is that of who is in one of the two only.

    The identifiers of both must be the same (two ends of the same purchases).
    """
    names = [dict(zip(each.customers.tolist(), each.segments, strict=True)) for each in (before, after)]
    counts: dict[tuple[str, str], int] = {}
    for customer in sorted(names[0].keys() | names[1].keys()):
        move = names[0].get(customer, ""), names[1].get(customer, "")
        counts[move] = counts.get(move, 0) + 1
    return dict(sorted(counts.items()))


def _quintiles(measure: NDArray[np.int64] | NDArray[np.float64], ties: str) -> NDArray[np.int64]:
    """Scores 1 to 5 by rank; customers come in the order of their identifiers, and the sort is stable."""
    count = len(measure)
    order = np.argsort(measure, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    if ties == "together":
        _values, same = np.unique(measure, return_inverse=True)
        best = np.zeros(len(_values), dtype=np.int64)
        np.maximum.at(best, same, rank)
        rank = best[same]
    return 1 + rank * SCORES // count
