"""How well purchases are foretold: a model fitted on the past, against what customers did after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import lifetime_value
from loomline.engines.customer_value.fitting import FEWEST
from loomline.engines.customer_value.lifetime_value import Fit
from loomline.engines.customer_value.summary import WEEK, Summary, summarise
from loomline.engines.customer_value.transactions import Transactions, purchases
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

QUIET = Watch()
MOST_FREQUENT = 7


@dataclass(frozen=True)
class Forecast:
    """The errors of one forecast over all customers.

    `bias` is (foretold - actual) / actual of the sum; `mae` and `rmse` are per customer; `correlation` is
    Pearson's; `by_frequency` the mean foretold purchases of customers with 0, 1, ... 7 or more repeats.
    """

    name: str
    bias: float
    mae: float
    rmse: float
    correlation: float
    by_frequency: tuple[float, ...]


@dataclass(frozen=True)
class HoldOut:
    """What customers known at the calibration did until the end, and what was foretold.

    `purchases` and `spent` are what they did and `foretold` the purchases that the model expected, shape (n,)
    in the order of `summary`; `forecasts` begin with
    the model and go on with the simple rules. `spending` is the error of the money: bias, MAE, RMSE.
    """

    summary: Summary
    fit: Fit
    days: int
    purchases: NDArray[np.float64]
    spent: NDArray[np.float64]
    foretold: NDArray[np.float64]
    forecasts: tuple[Forecast, ...]
    actual_by_frequency: tuple[float, ...]
    spending: Forecast | None


def hold_out(
    transactions: Transactions,
    calibration: np.datetime64,
    end: np.datetime64,
    *,
    model: str = "bg-nbd",
    unit: float = WEEK,
    watch: Watch = QUIET,
) -> HoldOut:
    """Fit on what was known at the end of the calibration day, and foretell until the end day.

    Beside the model stand two rules without one: each customer goes on at the rate so far (x / T), and each
    does as the average customer did. Raises BadInput when the calibration does not end before the end.
    """
    days = int((end - calibration).astype("timedelta64[D]").astype(np.int64))
    if days < 1:
        raise BadInput(
            f"The calibration ends on {calibration}, not before {end}.", remedy="Choose an earlier day."
        )
    summary = summarise(purchases(transactions.until(calibration)), calibration, unit=unit)
    fitted = lifetime_value.fit(summary, model=model, watch=watch)
    did, spent = _did(transactions, summary, calibration, end)
    time = days / unit
    foretold = lifetime_value.expected_purchases(fitted.model, summary, days)
    rate = np.divide(summary.frequency, summary.age, out=np.zeros(len(summary)), where=summary.age > 0)
    average = np.full(len(summary), float(summary.frequency.sum() / summary.age.sum()) * time)
    groups = np.minimum(summary.frequency, MOST_FREQUENT).astype(np.int64)
    named = {fitted.model.name: foretold, "own rate so far": rate * time, "rate of all": average}
    forecasts = tuple(_errors(name, each, did, groups) for name, each in named.items())
    return HoldOut(
        summary, fitted, days, did, spent, foretold, forecasts, _means(did, groups),
        _spending(summary, foretold, spent, groups),
    )  # fmt: skip


def _did(
    transactions: Transactions, summary: Summary, calibration: np.datetime64, end: np.datetime64
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Purchases and money of the customers of the summary after the calibration and until the end."""
    bought = purchases(transactions.until(end))
    later = bought.day > calibration
    count = np.bincount(bought.customer[later], minlength=len(bought.ids)).astype(np.float64)
    money: NDArray[np.float64] = np.bincount(
        bought.customer[later], weights=bought.value[later], minlength=len(bought.ids)
    ).astype(np.float64)
    return count[summary.customers], money[summary.customers]


def _spending(
    summary: Summary, foretold: NDArray[np.float64], spent: NDArray[np.float64], groups: NDArray[np.int64]
) -> Forecast | None:
    if int(((summary.frequency > 0) & (summary.monetary > 0)).sum()) < FEWEST:
        return None
    spending, _warnings = lifetime_value.spending_of(summary)
    value = spending.expected(summary.frequency, summary.monetary)
    return _errors("gamma-gamma", foretold * value, spent, groups) if np.isfinite(value).all() else None


def _errors(
    name: str, foretold: NDArray[np.float64], actual: NDArray[np.float64], groups: NDArray[np.int64]
) -> Forecast:
    off = foretold - actual
    total = float(actual.sum())
    varies = foretold.std() > 0 and actual.std() > 0
    return Forecast(
        name,
        float(off.sum()) / total if total else float("nan"),
        float(np.abs(off).mean()),
        float(np.sqrt((off**2).mean())),
        float(np.corrcoef(foretold, actual)[0, 1]) if varies else float("nan"),
        _means(foretold, groups),
    )


def _means(values: NDArray[np.float64], groups: NDArray[np.int64]) -> tuple[float, ...]:
    means: Sequence[float] = [
        float(values[groups == group].mean()) if (groups == group).any() else float("nan")
        for group in range(MOST_FREQUENT + 1)
    ]
    return tuple(means)
