"""Who stays: retention rates, cohorts by first purchase, and customers who are late."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value.transactions import Purchases
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

PERIODS = {"week": "W", "month": "M", "quarter": "M", "year": "Y"}
GAPS = 3


def customer_retention(*, start: int, end: int, new: int) -> Decimal:
    """CRR = (customers at the end - new ones) / customers at the start."""
    if start <= 0 or not 0 <= new <= end:
        raise BadInput("The counts of customers cannot be.", remedy="Start above 0, new between 0 and end.")
    return Decimal(end - new) / Decimal(start)


def gross_retention(*, start: Decimal, contraction: Decimal, churn: Decimal) -> Decimal:
    """GRR = (start - contraction - churn) / start, of recurring revenue."""
    _check_revenue(start, contraction, churn)
    return (start - contraction - churn) / start


def net_retention(*, start: Decimal, expansion: Decimal, contraction: Decimal, churn: Decimal) -> Decimal:
    """NRR = (start + expansion - contraction - churn) / start, of recurring revenue."""
    _check_revenue(start, contraction, churn, expansion)
    return (start + expansion - contraction - churn) / start


@dataclass(frozen=True)
class Cohorts:
    """Customers by the period of their first purchase.

    `starts` are the first days of the periods of the cohorts, shape (c,), and `sizes` their customers. In
    the arrays of shape (c, k), column j is the j-th period after that of the first purchase: `active`
    counts the customers who bought in it, `last` those whose last purchase lies in it (each row adds up to
    the size of the cohort), `value` is what was bought. Periods that have not begun are -1, -1 and NaN.
    """

    starts: NDArray[np.datetime64]
    sizes: NDArray[np.int64]
    active: NDArray[np.int64]
    last: NDArray[np.int64]
    value: NDArray[np.float64]

    @property
    def retention(self) -> NDArray[np.float64]:
        """The part of each cohort that bought in each period, NaN where it has not begun."""
        return np.where(self.active >= 0, self.active / self.sizes[:, None], np.nan)


def cohorts(bought: Purchases, end: np.datetime64, *, period: str = "month") -> Cohorts:
    """The cohort table until the end day; periods are weeks from Monday, months, quarters or years.

    Raises BadInput for another period and when nobody bought.
    """
    if period not in PERIODS:
        raise BadInput(f"There is no period {period}.", remedy=f"Take one of {', '.join(PERIODS)}.")
    known = bought.day <= end
    if not known.any():
        raise BadInput(f"Nobody bought until {end}.", remedy="Choose a later end.")
    customer, value = bought.customer[known], bought.value[known]
    when = _numbered(bought.day[known], period)
    now = int(_numbered(np.array([end], dtype="datetime64[D]"), period)[0])
    starts = np.flatnonzero(np.r_[True, np.diff(customer) != 0])
    ends = np.r_[starts[1:], len(customer)]
    first = np.repeat(when[starts], ends - starts)
    begin = int(when.min())
    shape = (now - begin + 1, now - begin + 1)
    is_new = np.r_[True, (np.diff(customer) != 0) | (np.diff(when) != 0)]
    active, last = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    money = np.zeros(shape)
    np.add.at(active, (first[is_new] - begin, (when - first)[is_new]), 1)
    np.add.at(last, (when[starts] - begin, when[ends - 1] - when[starts]), 1)
    np.add.at(money, (first - begin, when - first), value)
    future = np.add.outer(np.arange(shape[0]), np.arange(shape[1])) > now - begin
    active[future], last[future], money[future] = -1, -1, np.nan
    has = active[:, 0] > 0
    days = _first_days(np.arange(begin, now + 1)[has], period)
    return Cohorts(days, active[has, 0], active[has], last[has], money[has])


@dataclass(frozen=True)
class Lateness:
    """One entry a customer with enough gaps, arrays of shape (n,); days.

    `gap` since the last purchase, `mean` and `deviation` of the own gaps before, and whether the gap is
    longer than mean + 2 deviations.
    """

    customers: NDArray[np.int64]
    gap: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    is_late: NDArray[np.bool_]


def lateness(
    bought: Purchases, end: np.datetime64, *, fewest: int = GAPS, deviations: float = 2.0
) -> Lateness:
    """Customers who have stayed away longer than their own rhythm explains.

    Only customers with at least `fewest` gaps between purchases are judged; the deviation is that of a
    sample (n - 1).
    """
    if fewest < 2:
        raise BadInput("A rhythm needs two gaps or more.", remedy="Ask for at least 2.")
    known = bought.day <= end
    customer, day = bought.customer[known], bought.day[known].astype(np.int64)
    same = np.diff(customer) == 0
    owner, gaps = customer[1:][same], np.diff(day)[same].astype(np.float64)
    size = len(bought.ids)
    count = np.bincount(owner, minlength=size)
    enough = np.flatnonzero(count >= fewest)
    sums = np.bincount(owner, weights=gaps, minlength=size)
    mean = np.divide(sums, count, out=np.zeros(size), where=count > 0)
    squares = np.bincount(owner, weights=(gaps - mean[owner]) ** 2, minlength=size)
    deviation = np.sqrt(squares[enough] / (count[enough] - 1))
    last = np.zeros(size, dtype=np.int64)
    np.maximum.at(last, customer, day)
    gap = (end.astype("datetime64[D]").astype(np.int64) - last[enough]).astype(np.float64)
    is_late = gap > mean[enough] + deviations * deviation
    return Lateness(enough.astype(np.int64), gap, mean[enough], deviation, is_late)


def _check_revenue(start: Decimal, *parts: Decimal) -> None:
    if start <= 0 or any(part < 0 for part in parts):
        raise BadInput("The revenue cannot be.", remedy="Give a start above 0 and changes of 0 or more.")


def _numbered(days: NDArray[np.datetime64], period: str) -> NDArray[np.int64]:
    """The number of the period of each day."""
    if period == "week":
        # 1970-01-01 was a Thursday; weeks begin on Monday.
        return (days.astype(np.int64) + 3) // 7
    number = days.astype(f"datetime64[{PERIODS[period]}]").astype(np.int64)
    return number // 3 if period == "quarter" else number


def _first_days(numbers: NDArray[np.int64], period: str) -> NDArray[np.datetime64]:
    if period == "week":
        return (numbers * 7 - 3).astype("datetime64[D]")
    if period == "quarter":
        numbers = numbers * 3
    return numbers.astype(f"datetime64[{PERIODS[period]}]").astype("datetime64[D]")
