from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.counts import Empirical, Geometric, NegativeBinomial, Poisson, whole_masses
from loomline.engines.stocking.demand import Demand, Gamma, Lognormal, Normal, Uniform

KINDS = {
    "normal": (Normal(50, 8), stats.norm(50, 8)),
    "lognormal": (Lognormal(3, 0.5), stats.lognorm(0.5, 0, np.exp(3))),
    "gamma": (Gamma(2.5, 7), stats.gamma(2.5, scale=7)),
    "uniform": (Uniform(10, 40), stats.uniform(10, 30)),
    "poisson": (Poisson(12.3), stats.poisson(12.3)),
    "negative binomial": (NegativeBinomial(3.7, 0.2), stats.nbinom(3.7, 0.2)),
    "geometric": (Geometric(0.15), stats.geom(0.15)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_moments_quantiles_and_losses_are_those_of_a_large_table_of_chances(kind: str) -> None:
    demand, peer = KINDS[kind]
    assert (demand.mean, demand.sd) == pytest.approx((peer.mean(), peer.std()))
    for share in (0.01, 0.3, 0.5, 0.9, 0.999):
        assert demand.quantile(share) == pytest.approx(peer.ppf(share))
    if demand.is_discrete:
        points, weights = np.arange(2000), peer.pmf(np.arange(2000))
    else:
        edges = peer.ppf(np.linspace(0, 1, 400_001)[1:-1])
        points, weights = edges, np.full(len(edges), 1 / len(edges))
    for level in (demand.mean - demand.sd, demand.mean, demand.mean + 2 * demand.sd):
        level = round(level)
        assert demand.cover(level) == pytest.approx(peer.cdf(level))
        over = np.maximum(points - level, 0)
        assert demand.shortage(level) == pytest.approx(float(over @ weights), rel=2e-3)
        square = over * np.maximum(over - 1, 0) if demand.is_discrete else over**2
        assert demand.second_shortage(level) == pytest.approx(float(square @ weights) / 2, rel=2e-2)


@settings(max_examples=60, deadline=None)
@given(level=st.integers(-5, 120), kind=st.sampled_from(sorted(KINDS)))
def test_what_is_left_less_what_is_short_is_the_level_less_the_mean(level: int, kind: str) -> None:
    demand: Demand = KINDS[kind][0]
    assert demand.surplus(level) - demand.shortage(level) == pytest.approx(level - demand.mean, abs=1e-9)
    assert demand.shortage(level + 1) <= demand.shortage(level) + 1e-12


def test_observed_demand_is_taken_as_it_is_and_summed_exactly_over_periods() -> None:
    seen = Empirical.of([0, 0, 0, 4])
    assert (seen.mean, seen.sd) == pytest.approx((1, np.sqrt(3)))
    two = seen.over(2)
    assert isinstance(two, Empirical)
    assert dict(zip(two.values, two.chances, strict=True)) == pytest.approx({0: 9 / 16, 4: 6 / 16, 8: 1 / 16})
    assert two.quantile(0.9) == 4
    assert two.shortage(4) == pytest.approx(4 / 16)


def test_sums_over_periods_keep_mean_and_variance() -> None:
    for demand, _ in KINDS.values():
        four = demand.over(4)
        assert (four.mean, four.sd) == pytest.approx((4 * demand.mean, 2 * demand.sd))


def test_continuous_demand_is_rounded_to_whole_pieces() -> None:
    masses = whole_masses(Normal(20, 5))
    assert masses.sum() == pytest.approx(1)
    assert masses @ np.arange(len(masses)) == pytest.approx(20, abs=1e-3)
    assert masses[20] == pytest.approx(stats.norm.cdf(0.1) - stats.norm.cdf(-0.1))


def test_too_little_variance_for_a_negative_binomial_is_refused() -> None:
    with pytest.raises(BadInput, match=r"variance 4 is not above the mean 9\. Use poisson or normal"):
        NegativeBinomial.of(9, 2)


def test_a_share_of_one_is_refused() -> None:
    with pytest.raises(BadInput, match="above 0 and below 1"):
        Normal(5, 1).quantile(1)


def test_observations_that_are_no_amounts_are_refused_with_their_position() -> None:
    with pytest.raises(BadInput, match="position 2, column demand"):
        Empirical.of([1, 2, -3])
