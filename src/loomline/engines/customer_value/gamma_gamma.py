"""What a customer spends per purchase: the gamma-gamma model (Fader, Hardie and Lee 2005).

Purchases of a customer scatter around a mean of their own as gamma(p, nu); nu differs between customers as
gamma(q, v). The fewer purchases are known, the more the estimate leans to the mean of all. The model takes
for granted that what a customer spends has nothing to do with how often he buys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value.fitting import FEWEST, SAMPLE, Gradient, maximise
from loomline.engines.customer_value.summary import Summary
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import special
else:
    np = heavy("numpy")
    special = heavy("scipy.special")

STARTS = ((6.0, 4.0, 2.0), (1.0, 2.0, 1.0), (50.0, 10.0, 0.2))
CORRELATED = 0.3
QUIET = Watch()


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model. `customers` came back and spent; `correlation` is that of frequency and mean purchase.

    A correlation beyond 0.3 either way breaks what the model takes for granted; `at_edge` says that a
    parameter is out of all proportion, so that customers hardly differ, or the data are too few.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int
    correlation: float
    at_edge: bool

    @property
    def mean_of_all(self) -> float:
        """The expected purchase of a customer of whom nothing is known; infinite when q is 1 or less."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")

    def expected(self, x: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
        """The expected value of a purchase of each customer, shape (n,), from x purchases of this mean."""
        weight = self.p * x + self.q - 1
        known = self.p * (self.v + x * mean) / np.where(weight > 0, weight, np.inf)
        return np.where(x > 0, known, self.mean_of_all)


def fit(summary: Summary, *, watch: Watch = QUIET) -> GammaGamma:
    """The maximum-likelihood model of the customers who came back and spent something.

    Raises BadInput when there are fewer than ten of them.
    """
    has = (summary.frequency > 0) & (summary.monetary > 0)
    x, mean = summary.frequency[has], summary.monetary[has]
    if len(x) < FEWEST:
        raise BadInput(
            f"Fewer than {FEWEST} customers came back and spent something.",
            remedy="The value of a purchase needs more of them: take a longer time or more customers.",
        )
    scale = float(mean.mean())
    z = mean / scale
    order = np.lexsort((z, x))
    step = max(1, len(x) // SAMPLE)
    rough = maximise(_likelihood(x[order][::step], z[order][::step]), STARTS, watch)
    found = maximise(_likelihood(x, z), [rough.parameters.tolist()], watch)
    p, q, v = map(float, found.parameters)
    correlation = float(np.corrcoef(x, mean)[0, 1]) if x.std() > 0 and mean.std() > 0 else 0.0
    likelihood_of_all = found.log_likelihood - len(x) * float(np.log(scale))
    return GammaGamma(p, q, v * scale, likelihood_of_all, len(x), correlation, found.at_edge)


def _likelihood(x: NDArray[np.float64], z: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], Gradient]:
    """The likelihood of p, q and v for x purchases of mean z each; gamma functions take few values of x."""
    kinds, kind, counts = np.unique(x, return_inverse=True, return_counts=True)
    logs = np.log(x) + np.log(z)

    def likelihood(parameters: NDArray[np.float64]) -> Gradient:
        p, q, v = parameters
        spent = np.log(v + x * z)
        each = (special.gammaln(p * kinds + q) - special.gammaln(p * kinds))[kind] - special.gammaln(q)
        each = each + q * np.log(v) + p * x * logs - np.log(z) - (p * x + q) * spent
        whole = special.digamma(p * kinds + q)
        by_p = (counts * kinds * (whole - special.digamma(p * kinds))).sum() + (x * (logs - spent)).sum()
        by_q = (counts * whole).sum() + len(x) * (np.log(v) - special.digamma(q)) - spent.sum()
        by_v = (q / v - (p * x + q) / (v + x * z)).sum()
        return each, np.array([float(by_p), float(by_q), float(by_v)])

    return likelihood
