"""The value of all customers of a set of transactions, from the purchases to the segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import holdout, lifetime_value, transactions
from loomline.engines.customer_value.fitting import FEWEST
from loomline.engines.customer_value.lifetime_value import Fit, LifetimeValue, SameForAll, Spending, Terms
from loomline.engines.customer_value.rfm import Rfm, rfm
from loomline.engines.customer_value.summary import WEEK, Summary, summarise
from loomline.engines.customer_value.transactions import Purchases, Transactions
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

QUIET = Watch()


@dataclass(frozen=True)
class Valuation:
    """All that is known of the customers at the end of the calibration, or of the observation."""

    seen: Transactions
    bought: Purchases
    end: np.datetime64
    terms: Terms
    fit: Fit
    spending: Spending
    warnings: tuple[str, ...]
    value: LifetimeValue
    scores: Rfm
    held_out: holdout.HoldOut | None


def valued(
    known: Transactions,
    *,
    end: np.datetime64,
    terms: Terms,
    calibration: np.datetime64 | None = None,
    model: str = "bg-nbd",
    watch: Watch = QUIET,
) -> Valuation:
    """Value the customers as they were known at the end of the calibration, or at the end."""
    if not len(known.day):
        raise BadInput(f"Nothing was bought until {end}.", remedy="Choose a later end.")
    until = end if calibration is None else calibration
    seen = known.until(until)
    if not len(seen.day):
        raise BadInput(f"Nothing was bought until {until}.", remedy="Choose a later end of the calibration.")
    bought = transactions.purchases(seen)
    watch.at(0.1, "fitting")
    held_out = None
    if calibration is not None:
        held_out = holdout.hold_out(known, calibration, end, model=model, watch=watch.part(0.1, 0.6))
        summary, fit = held_out.summary, held_out.fit
    else:
        summary = summarise(bought, until, unit=WEEK)
        fit = lifetime_value.fit(summary, model=model, watch=watch.part(0.1, 0.6))
    spending, doubts = _spending(summary, watch.part(0.6, 0.7))
    value = lifetime_value.value_of(summary, fit.model, spending, terms, watch=watch.part(0.7, 1.0))
    warnings = (*fit.warnings, *doubts, *_refund_doubts(bought))
    return Valuation(seen, bought, until, terms, fit, spending, warnings, value, rfm(bought, until), held_out)


def _spending(summary: Summary, watch: Watch) -> tuple[Spending, tuple[str, ...]]:
    """The gamma-gamma model, or the mean purchase when too few came back and spent something."""
    has = (summary.frequency > 0) & (summary.monetary > 0)
    if int(has.sum()) >= FEWEST:
        return lifetime_value.spending_of(summary, watch=watch)
    mean = float(summary.monetary[summary.frequency > 0].mean())
    return SameForAll(mean), ("Too few repeat purchases have a value: the mean stands for every customer.",)


def _refund_doubts(bought: Purchases) -> list[str]:
    if not bought.unmatched:
        return []
    return [f"Refunds of {bought.unmatched:,.2f} exceed the purchases before them and were left out."]
