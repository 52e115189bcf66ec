"""What the models of buying look at: frequency, recency and age of each customer, and the mean purchase."""

from __future__ import annotations

from collections.abc import Sequence
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

WEEK = 7.0


@dataclass(frozen=True)
class Summary:
    """One entry a customer, all arrays of shape (n,); times in units of `unit` days.

    `frequency` (x) are purchases after the first, `recency` (t_x) the time from first to last, `age` (T)
    the time from the first to the end, `monetary` the mean value of the purchases after the first (0 when
    there is none). `customers` are positions in `ids`.
    """

    ids: Sequence[str]
    customers: NDArray[np.int64]
    frequency: NDArray[np.float64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    monetary: NDArray[np.float64]
    unit: float = WEEK

    @property
    def names(self) -> list[str]:
        """The identifier of each customer, in the order of the arrays."""
        return [self.ids[at] for at in self.customers]

    def __len__(self) -> int:
        return len(self.frequency)


def of_arrays(
    frequency: NDArray[np.float64],
    recency: NDArray[np.float64],
    age: NDArray[np.float64],
    monetary: NDArray[np.float64] | None = None,
    *,
    ids: Sequence[str] | None = None,
) -> Summary:
    """A summary that was made elsewhere; raises BadInput with the position of a customer who cannot be."""
    x, t_x, ages = (np.asarray(array, dtype=np.float64) for array in (frequency, recency, age))
    money = np.zeros(len(x)) if monetary is None else np.asarray(monetary, dtype=np.float64)
    if not len(x) == len(t_x) == len(ages) == len(money):
        raise BadInput("The arrays differ in length.", remedy="Give one entry per customer in each.")
    if not len(x):
        raise BadInput("There are no customers.", remedy="Give some.")
    faults = {
        "A value is not finite.": ~np.isfinite(x + t_x + ages + money),
        "The frequency is no count.": (x < 0) | (x != np.floor(x)),
        "The recency is negative or beyond the age.": (t_x < 0) | (t_x > ages * (1 + 1e-12)),
        "There is a recency without a repeat purchase.": (x == 0) & (t_x > 0),
        "The mean purchase is negative.": money < 0,
    }
    for says, wrong in faults.items():
        if wrong.any():
            raise BadInput(says, remedy="Correct the customer.", position=int(np.argmax(wrong)))
    names = [str(n) for n in range(len(x))] if ids is None else ids
    return Summary(names, np.arange(len(x)), x, t_x, ages, money)


def summarise(bought: Purchases, end: np.datetime64, *, unit: float = WEEK) -> Summary:
    """The customers who bought on or before the end day, seen from its end; `unit` is in days.

    The day of the end counts whole: who bought first on that day has age 0.
    """
    known = bought.day <= end
    customer, value = bought.customer[known], bought.value[known]
    day = bought.day[known].astype(np.int64)
    if not len(customer):
        raise BadInput(f"Nobody bought until {end}.", remedy="Choose a later end, or check the dates.")
    starts = np.flatnonzero(np.r_[True, np.diff(customer) != 0])
    ends = np.r_[starts[1:], len(customer)]
    x = ends - starts - 1
    repeated = np.add.reduceat(value, starts) - value[starts]
    return Summary(
        bought.ids,
        customer[starts],
        x.astype(np.float64),
        (day[ends - 1] - day[starts]) / unit,
        (end.astype("datetime64[D]").astype(np.int64) - day[starts]) / unit,
        np.maximum(np.divide(repeated, x, out=np.zeros(len(x)), where=x > 0), 0.0),
        unit,
    )
