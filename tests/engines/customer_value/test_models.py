"""Models of buying and spending: K7 of the specification, published estimates, integrals by force."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import clock, coin, gamma_gamma, lifetime_value
from loomline.engines.customer_value.clock import ParetoNbd
from loomline.engines.customer_value.coin import BgNbd, MbgNbd
from loomline.engines.customer_value.fitting import Histories
from loomline.engines.customer_value.lifetime_value import Fit, Terms
from loomline.engines.customer_value.summary import Summary, of_arrays
from loomline.engines.watch import Stopped, Watch

Array = NDArray[np.float64]
HISTORIES = [(0, 0.0, 30.0), (1, 2.0, 38.0), (2, 30.43, 38.86), (7, 25.0, 26.0), (12, 5.0, 40.0)]
CURVED = {
    "BG/NBD": BgNbd(1.6, 5.5, 1.4, 2.6),
    "MBG/NBD": MbgNbd(1.6, 5.5, 1.4, 2.6),
    "Pareto/NBD": ParetoNbd(1.6, 5.5, 1.3, 11.0),
}


@cache
def _cdnow(file: Path) -> Summary:
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    x, t_x, age, money = (np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar"))
    return of_arrays(x, t_x, age, money, ids=[row["ID"] for row in rows])


@pytest.fixture
def cdnow(public_data: Path) -> Summary:
    """The 2,357 customers of CDNOW, 39 weeks."""
    return _cdnow(public_data / "customers" / "clv" / "cdnow_customers_summary_with_transactions.csv")


@pytest.fixture(scope="module")
def fits(public_data: Path) -> dict[str, Fit]:
    """Every model on the customers of CDNOW."""
    summary = _cdnow(public_data / "customers" / "clv" / "cdnow_customers_summary_with_transactions.csv")
    return {name: lifetime_value.fit(summary, model=name) for name in lifetime_value.MODELS}


@pytest.fixture
def published(public_data: Path) -> dict[str, dict[str, Any]]:
    """The estimates printed in the papers."""
    file = public_data / "customers" / "clv" / "published-parameters.json"
    found: dict[str, dict[str, Any]] = json.loads(file.read_text())
    return found


def arrays(*history: float) -> tuple[Array, Array, Array]:
    x, t_x, age = (np.array([float(part)]) for part in history)
    return x, t_x, age


def test_bg_nbd_on_cdnow_is_the_published_estimate(fits: dict[str, Fit], published: dict[str, Any]) -> None:
    found = fits["bg-nbd"]
    expected = published["cdnow_bgnbd"]
    assert {name: round(value, 3) for name, value in found.model.parameters.items()} == {
        name: expected[name] for name in ("r", "alpha", "a", "b")
    }
    assert round(found.log_likelihood, 1) == expected["log_likelihood"]
    assert {name: round(value, 4) for name, value in found.model.parameters.items()} == {
        "r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258,
    }  # fmt: skip
    assert (found.customers, found.repeaters, found.warnings) == (2357, 946, ())


def test_a_customer_of_cdnow_is_foretold_as_published(fits: dict[str, Fit]) -> None:
    model = fits["bg-nbd"].model
    assert round(float(model.purchases(39, *arrays(2, 30.43, 38.86))[0]), 4) == 1.2259
    assert round(float(model.alive(*arrays(2, 30.43, 38.86))[0]), 4) == 0.7266


def test_pareto_nbd_on_cdnow_is_the_published_estimate(
    fits: dict[str, Fit], published: dict[str, Any]
) -> None:
    found = fits["pareto-nbd"]
    expected = published["cdnow_pareto_nbd"]
    assert {name: round(value, 3) for name, value in found.model.parameters.items()} == {
        "r": 0.553, "alpha": 10.578, "s": 0.606, "beta": pytest.approx(expected["beta"], abs=0.0015),
    }  # fmt: skip
    assert round(found.log_likelihood, 1) == expected["log_likelihood"]


def test_gamma_gamma_on_cdnow_is_the_published_estimate(cdnow: Summary) -> None:
    found, warnings = lifetime_value.spending_of(cdnow)
    assert (round(found.p, 3), round(found.q, 3), round(found.v, 3)) == (6.249, 3.745, 15.448)
    assert (found.customers, round(found.correlation, 2), warnings) == (946, 0.11, ())
    expected = found.expected(cdnow.frequency, cdnow.monetary)
    assert [round(float(value), 4) for value in expected[:3]] == [24.6586, 18.9115, 35.1710]


def test_auto_takes_the_most_likely_model(cdnow: Summary, fits: dict[str, Fit]) -> None:
    best = lifetime_value.fit(cdnow, model="auto")
    assert best.log_likelihood == max(fit.log_likelihood for fit in fits.values())
    assert best.model.name == "MBG/NBD"


@pytest.mark.parametrize("name", CURVED)
def test_the_gradient_is_the_slope_of_the_likelihood(name: str) -> None:
    likelihood: Callable[[Histories, Array], tuple[Array, Array]] = {
        "BG/NBD": BgNbd._likelihood,
        "MBG/NBD": MbgNbd._likelihood,
        "Pareto/NBD": clock._likelihood,
    }[name]
    x, t_x, age = np.array(HISTORIES, dtype=float).T
    histories = Histories(x, t_x / 40, age / 40, np.arange(1.0, 6.0), 40.0)
    at = np.array([0.7, 0.3, 0.8, 1.9])
    slopes = likelihood(histories, at)[1]
    for n in range(4):
        step = np.zeros(4)
        step[n] = 1e-6
        rise = likelihood(histories, at + step)[0].sum() - likelihood(histories, at - step)[0].sum()
        assert slopes[n] == pytest.approx(rise / 2e-6, rel=1e-6)


@cache
def customers_of(name: str) -> tuple[Array, Array, Array]:
    """Rates down, ways of leaving across, and the share of each combination: quantiles on a Gauss grid."""
    nodes, weights = np.polynomial.legendre.leggauss(300)
    quantile, share = (nodes + 1) / 2, np.outer(weights, weights) / 4
    model = CURVED[name].parameters
    rate = stats.gamma.ppf(quantile, model["r"], scale=1 / model["alpha"])[:, None]
    if name == "Pareto/NBD":
        return rate, stats.gamma.ppf(quantile, model["s"], scale=1 / model["beta"])[None, :], share
    return rate, stats.beta.ppf(quantile, model["a"], model["b"])[None, :], share


def by_force(name: str, history: tuple[float, float, float], time: float) -> tuple[float, float, float]:
    """Likelihood, chance of being alive and expected purchases, averaged over a grid of customers.

    Nothing of the closed formulas is used.
    """
    x, t_x, age = history
    rate, leaving, share = customers_of(name)
    if name == "Pareto/NBD":
        together = rate + leaving
        lives = rate**x * np.exp(-together * age)
        leaves = rate**x * leaving / together * (np.exp(-together * t_x) - np.exp(-together * age))
        to_come = rate / leaving * -np.expm1(-leaving * time)
    else:
        throws = x + (name == "MBG/NBD")
        lives = (1 - leaving) ** throws * rate**x * np.exp(-rate * age)
        leaves = leaving * (1 - leaving) ** (throws - 1) * rate**x * np.exp(-rate * t_x) * (throws > 0)
        to_come = -np.expm1(-rate * leaving * time) / leaving
    whole = float((share * (lives + leaves)).sum())
    alive = float((share * lives).sum()) / whole
    return float(np.log(whole)), alive, float((share * lives * to_come).sum()) / whole


@pytest.mark.parametrize("name", CURVED)
@pytest.mark.parametrize("history", HISTORIES)
def test_each_answer_is_the_average_over_all_customers(
    name: str, history: tuple[float, float, float]
) -> None:
    model = CURVED[name]
    likelihood, alive, to_come = by_force(name, history, 39.0)
    assert float(model.log_likelihood(*arrays(*history))[0]) == pytest.approx(likelihood, abs=1e-3)
    assert float(model.alive(*arrays(*history))[0]) == pytest.approx(alive, rel=1e-3)
    assert float(model.purchases(39.0, *arrays(*history))[0]) == pytest.approx(to_come, rel=2e-3)


def test_pareto_nbd_agrees_with_its_hypergeometric_form() -> None:
    """Fader and Hardie 2005, the case alpha >= beta, as it is printed."""
    model = ParetoNbd(0.55, 12.0, 0.6, 7.0)
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta

    def term(x: float, at: float) -> float:
        shape = r + s + x
        hyper = special.hyp2f1(shape, s + 1, shape + 1, (alpha - beta) / (alpha + at))
        return float(hyper / (alpha + at) ** shape)

    for x, t_x, age in HISTORIES:
        start = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        lives = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s)
        whole = lives + s / (r + s + x) * (term(x, t_x) - term(x, age))
        found = float(model.log_likelihood(*arrays(x, t_x, age))[0])
        assert found == pytest.approx(start + np.log(whole), abs=1e-9)
        assert float(model.alive(*arrays(x, t_x, age))[0]) == pytest.approx(lives / whole, rel=1e-8)


@pytest.mark.parametrize(
    "model", [BgNbd(0.25, 4.4, 0.8, 2.4), MbgNbd(0.5, 6, 0.9, 1.6), ParetoNbd(0.5, 9, 0.6, 11)]
)
def test_very_busy_customers_are_foretold_without_overflow(model: BgNbd | ParetoNbd) -> None:
    x, t_x, age = np.array([[5000.0, 300.0], [519.9, 100.0], [520.0, 520.0]])
    assert np.isfinite(model.log_likelihood(x, t_x, age)).all()
    foretold, alive = model.purchases(52.0, x, t_x, age), model.alive(x, t_x, age)
    # The first has bought ten times a week to the end, the second has been silent for eight years.
    assert 400 < foretold[0] < 520
    assert alive[0] > 0.9
    assert alive[1] < 1e-6


@pytest.mark.parametrize("make", [lambda a: BgNbd(0.3, 4.0, a, 2.5), lambda a: ParetoNbd(0.3, 4.0, a, 2.5)])
def test_the_formula_has_no_gap_where_it_divides_by_zero(make: Callable[[float], BgNbd | ParetoNbd]) -> None:
    history = arrays(3, 20.0, 30.0)
    below, at, above = (float(make(a).purchases(39.0, *history)[0]) for a in (0.999, 1.0, 1.001))
    assert at == pytest.approx((below + above) / 2, rel=1e-5)


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_customers_who_hardly_differ_and_never_leave_are_foretold_at_their_rate(kind: type[BgNbd]) -> None:
    """Here the hypergeometric function gives no number."""
    model = kind(5e5, 1e6, 1e-4, 9e3)
    x, t_x, age = np.array([[0.0, 20.0], [0.0, 40.0], [5.0, 41.0]])
    assert model.purchases(52.0, x, t_x, age) == pytest.approx([26.0, 26.0], rel=1e-3)


@pytest.mark.parametrize("model", [BgNbd(60.0, 90.0, 2.0, 250.0), MbgNbd(300.0, 450.0, 2.0, 20.0)])
def test_the_sum_and_the_hypergeometric_form_agree(model: BgNbd) -> None:
    """One of the two is beyond the limit of the function, the other is not."""
    x, t_x, age = arrays(7, 9.0, 11.0)
    c = model.a + model.b + x + model.first - 1
    z = 5.0 / (model.alpha + age + 5.0)
    hyper = special.hyp2f1(model.r + x, model.b + x + model.first, c, z)
    left = ((model.alpha + age) / (model.alpha + age + 5.0)) ** (model.r + x) * hyper
    expected = c / (model.a - 1) * (1 - left) * model.alive(x, t_x, age)
    assert model.purchases(5.0, x, t_x, age) == pytest.approx(expected, rel=1e-5)


def simulated(model: BgNbd, customers: int, age: float, seed: int) -> Summary:
    """Customers who live as the model says."""
    chance = np.random.default_rng(seed)
    rate = chance.gamma(model.r, 1 / model.alpha, customers)
    leaving = chance.beta(model.a, model.b, customers)
    x, t_x = np.zeros(customers), np.zeros(customers)
    for n in range(customers):
        at = 0.0
        while (at := at + chance.exponential(1 / max(rate[n], 1e-12))) < age:
            x[n], t_x[n] = x[n] + 1, at
            if chance.random() < leaving[n]:
                break
    return of_arrays(x, t_x, np.full(customers, age))


def test_the_parameters_of_a_simulated_market_are_found_again() -> None:
    truth = BgNbd(0.8, 6.0, 0.7, 2.5)
    market = simulated(truth, 6000, 52.0, seed=11)
    found = lifetime_value.fit(market).model.parameters
    assert found["r"] / found["alpha"] == pytest.approx(truth.r / truth.alpha, rel=0.08)
    assert found["a"] / (found["a"] + found["b"]) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.12)
    assert truth.purchases_of_new(52.0) == pytest.approx(float(market.frequency.mean()), rel=0.04)


def test_the_unit_of_time_does_not_change_what_is_foretold(cdnow: Summary, fits: dict[str, Fit]) -> None:
    days = Summary(
        cdnow.ids, cdnow.customers, cdnow.frequency, cdnow.recency * 7, cdnow.age * 7, cdnow.monetary, 1.0
    )
    weeks = fits["bg-nbd"].model
    found = lifetime_value.fit(days).model
    assert found.parameters["alpha"] == pytest.approx(7 * weeks.parameters["alpha"], rel=1e-4)
    in_weeks = lifetime_value.expected_purchases(weeks, cdnow, 273)
    in_days = lifetime_value.expected_purchases(found, days, 273)
    assert in_days == pytest.approx(in_weeks, rel=1e-4)


def test_the_value_is_the_sum_of_discounted_purchases(cdnow: Summary, fits: dict[str, Fit]) -> None:
    buying, (spending, _warnings) = fits["bg-nbd"].model, lifetime_value.spending_of(cdnow)
    terms = Terms(horizon=3, period=28.0, discount=0.05, margin=0.4)
    found = lifetime_value.value_of(cdnow, buying, spending, terms)
    for n in (0, 1, 2, 100):
        one = cdnow.frequency[n : n + 1], cdnow.recency[n : n + 1], cdnow.age[n : n + 1]
        until = [0.0] + [float(buying.purchases(4.0 * k, *one)[0]) for k in (1, 2, 3)]
        value = float(spending.expected(cdnow.frequency[n : n + 1], cdnow.monetary[n : n + 1])[0])
        clv = sum(0.4 * (until[k] - until[k - 1]) * value / 1.05**k for k in (1, 2, 3))
        assert found.clv[n] == pytest.approx(clv)
        assert found.purchases[n] == pytest.approx(until[3])
    assert found.is_prior.tolist() == (cdnow.frequency == 0).tolist()


def test_what_rests_on_too_little_or_on_a_broken_assumption_says_so() -> None:
    chance = np.random.default_rng(3)
    x = chance.integers(1, 30, 60).astype(float)
    summary = of_arrays(x, np.full(60, 40.0), np.full(60, 45.0), x * 10 + chance.random(60))
    assert any("Only 60 customers came back" in warning for warning in lifetime_value.fit(summary).warnings)
    _model, warnings = lifetime_value.spending_of(summary)
    assert any("correlated (1.00)" in warning for warning in warnings)


def test_a_fit_can_be_stopped(cdnow: Summary) -> None:
    with pytest.raises(Stopped):
        lifetime_value.fit(cdnow, watch=Watch(is_stopped=lambda: True))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: lifetime_value.fit(of_arrays(np.zeros(500), np.zeros(500), np.full(500, 9.0))),
            "Fewer than 10 customers",
        ),
        (lambda: lifetime_value.fit(of_arrays(*arrays(2, 3, 4)), model="poisson"), "no model poisson"),
        (lambda: gamma_gamma.fit(of_arrays(*arrays(2, 3, 4))), "Fewer than 10 customers came back and spent"),
        (lambda: of_arrays(*arrays(2, 5, 4)), "position 0: The recency is negative or beyond the age"),
        (lambda: of_arrays(*arrays(1.5, 1, 4)), "position 0: The frequency is no count"),
        (lambda: of_arrays(*arrays(0, 1, 4)), "recency without a repeat purchase"),
        (lambda: of_arrays(*arrays(1, float("nan"), 4)), "position 0: A value is not finite"),
        (lambda: of_arrays(*np.zeros((3, 0))), "no customers"),
        (lambda: of_arrays(np.zeros(2), np.zeros(1), np.zeros(2)), "differ in length"),
        (lambda: of_arrays(*arrays(1, 1, 4), np.array([-1.0])), "mean purchase is negative"),
        (lambda: Terms(horizon=0), "terms of the value cannot be"),
    ],
)
def test_customers_who_cannot_be_are_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()


def test_histories_that_are_alike_are_counted_together() -> None:
    x, t_x, age = np.array([[1.0] * 12 + [0.0] * 3, [4.0] * 12 + [0.0] * 3, [8.0] * 15])
    found = Histories.of(of_arrays(x, t_x, age))
    assert (found.x.tolist(), found.count.tolist()) == ([0.0, 1.0], [3.0, 12.0])
    assert coin.BgNbd(1, 1, 1, 1).log_likelihood(x, t_x, age).shape == (15,)
