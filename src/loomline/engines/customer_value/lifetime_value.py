"""The lifetime value of each customer: expected purchases times their expected value, discounted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import gamma_gamma
from loomline.engines.customer_value.clock import ParetoNbd
from loomline.engines.customer_value.coin import BgNbd, MbgNbd
from loomline.engines.customer_value.fitting import Histories
from loomline.engines.customer_value.gamma_gamma import CORRELATED, GammaGamma
from loomline.engines.customer_value.summary import Summary
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

MODELS: dict[str, type[BgNbd] | type[ParetoNbd]] = {
    "bg-nbd": BgNbd, "mbg-nbd": MbgNbd, "pareto-nbd": ParetoNbd,
}  # fmt: skip
AUTO = "auto"
MONTH = 365.25 / 12
SMALL = 100
QUIET = Watch()


class BuyingModel(Protocol):
    """What every model of buying answers; time is in the unit of the summary it was fitted on."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, float]: ...
    def alive(
        self, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]: ...
    def purchases(
        self, time: float, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]: ...
    def purchases_of_new(self, time: float) -> float: ...


class Spending(Protocol):
    """What a model of spending answers."""

    @property
    def mean_of_all(self) -> float: ...
    def expected(self, x: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]: ...


@dataclass(frozen=True)
class SameForAll:
    """Every purchase is expected to have the mean value: for data too few to tell customers apart."""

    mean_of_all: float

    def expected(self, x: NDArray[np.float64], _mean: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean, once a customer."""
        return np.full(len(x), self.mean_of_all)


@dataclass(frozen=True)
class Fit:
    """A model of buying with its log-likelihood, what it was fitted on, and what to beware of."""

    model: BuyingModel
    log_likelihood: float
    customers: int
    repeaters: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """How far to look and at what price: `horizon` periods of `period` days, discounted by `discount` each.

    `margin` is the part of a purchase that is earned (1 when values are margins already).
    """

    horizon: int = 12
    period: float = MONTH
    discount: float = 0.0
    margin: float = 1.0

    def __post_init__(self) -> None:
        if self.horizon < 1 or not self.period > 0 or not self.discount > -1 or not np.isfinite(self.margin):
            raise BadInput(
                "The terms of the value cannot be.",
                remedy="Take 1 period or more, of more than 0 days, and a discount above -100 %.",
            )

    @classmethod
    def of_year(cls, horizon: int = 12, yearly: float = 0.1, margin: float = 1.0) -> Terms:
        """Months, with a discount by the year."""
        return cls(horizon, MONTH, (1 + yearly) ** (1 / 12) - 1, margin)


@dataclass(frozen=True)
class LifetimeValue:
    """One entry a customer, arrays of shape (n,), in the order of the summary.

    `alive` is a probability, `purchases` those expected within the horizon, `value` that of one of them,
    `clv` the discounted margin of all. `is_prior` marks customers without a repeat purchase, whose value
    is that of the average customer because nothing else is known.
    """

    summary: Summary
    alive: NDArray[np.float64]
    purchases: NDArray[np.float64]
    value: NDArray[np.float64]
    clv: NDArray[np.float64]
    is_prior: NDArray[np.bool_]


def fit(summary: Summary, *, model: str = "bg-nbd", watch: Watch = QUIET) -> Fit:
    """Fit one model by maximum likelihood, or with `auto` the one of all that is most likely.

    All have four parameters, so that their likelihoods compare as they are. Raises BadInput when fewer
    than ten customers came back, and for a model that there is not.
    """
    if model != AUTO and model not in MODELS:
        raise BadInput(f"There is no model {model}.", remedy=f"Take one of {', '.join((*MODELS, AUTO))}.")
    histories = Histories.of(summary)
    repeaters = int((summary.frequency > 0).sum())
    names = list(MODELS) if model == AUTO else [model]
    fits = []
    for at, name in enumerate(names):
        part = watch.part(at / len(names), (at + 1) / len(names))
        found, likelihood, at_edge = MODELS[name].fit(histories, part)
        warnings = tuple(_doubts(summary, repeaters, at_edge=at_edge))
        fits.append(Fit(found, likelihood, len(summary), repeaters, warnings))
    return max(fits, key=lambda each: each.log_likelihood)


def value_of(
    summary: Summary, buying: BuyingModel, spending: Spending, terms: Terms, *, watch: Watch = QUIET
) -> LifetimeValue:
    """CLV = margin x sum over periods k of (E[Y(k)] - E[Y(k-1)]) x E[value] / (1 + discount)^k.

    Fader, Hardie and Lee 2005 (Journal of Marketing Research 42:4), with a finite horizon.
    """
    histories, place = _different(summary)
    before, discounted = np.zeros(len(histories[0])), np.zeros(len(histories[0]))
    for k in range(1, terms.horizon + 1):
        watch.at((k - 1) / terms.horizon, "valuing customers")
        now = buying.purchases(k * terms.period / summary.unit, *histories)
        discounted += (now - before) / (1 + terms.discount) ** k
        before = now
    value = spending.expected(summary.frequency, summary.monetary)
    if not np.isfinite(spending.mean_of_all):
        # Without a finite mean of all there is the mean of those who came back.
        has = summary.frequency > 0
        value = np.where(has & np.isfinite(value), value, float(summary.monetary[has].mean()))
    clv = terms.margin * discounted[place] * value
    is_prior = summary.frequency == 0
    alive = buying.alive(*histories)[place]
    return LifetimeValue(summary, alive, before[place], value, clv, is_prior)


def expected_purchases(buying: BuyingModel, summary: Summary, days: float) -> NDArray[np.float64]:
    """The expected purchases of each customer in the days to come, shape (n,)."""
    histories, place = _different(summary)
    return buying.purchases(days / summary.unit, *histories)[place]


def spending_of(summary: Summary, *, watch: Watch = QUIET) -> tuple[GammaGamma, tuple[str, ...]]:
    """The gamma-gamma model of a summary, and what to beware of."""
    found = gamma_gamma.fit(summary, watch=watch)
    says: list[tuple[Callable[[], bool], str]] = [
        (
            lambda: abs(found.correlation) > CORRELATED,
            f"Frequency and mean purchase are correlated ({found.correlation:.2f}): the value of frequent"
            " customers is doubtful.",
        ),
        (lambda: found.q <= 1, "The mean purchase of all has no finite value (q is 1 or less)."),
        (
            lambda: found.at_edge,
            "The value of purchases hardly differs by customer, or the data are too few.",
        ),
    ]
    return found, tuple(text for holds, text in says if holds())


def _doubts(summary: Summary, repeaters: int, *, at_edge: bool) -> list[str]:
    doubts = []
    if repeaters < SMALL:
        doubts.append(f"Only {repeaters} customers came back: the estimates are rough.")
    if at_edge:
        doubts.append(
            "A parameter is out of all proportion: customers hardly differ in it, or hardly anybody leaves."
        )
    if float(summary.age.max()) <= 0:
        doubts.append("Everybody bought on the last day.")
    return doubts


def _different(summary: Summary) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """The different histories of a summary, and for each customer the position of his."""
    rows = np.column_stack((summary.frequency, summary.recency, summary.age))
    order = np.lexsort(rows.T)
    is_new = np.r_[True, (np.diff(rows[order], axis=0) != 0).any(axis=1)]
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.cumsum(is_new) - 1
    return list(rows[order][is_new].T), place
