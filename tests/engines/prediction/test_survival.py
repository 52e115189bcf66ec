"""Survival models against the textbook: Gehan's (1965) remission times of leukaemia patients."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.duration.hazard_regression import PHReg

from loomline.engines.bad_input import BadInput
from loomline.engines.prediction import storing
from loomline.engines.prediction.preparing import Question
from loomline.engines.prediction.survival import cox, kaplan_meier, learning, weibull
from loomline.engines.prediction.survival.learning import SurvivalModel
from loomline.engines.watch import Watch
from tests.engines.prediction import tables

TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
WEEKS = np.array(TREATED + PLACEBO, dtype=float)
EVENT = np.array(RELAPSED + [1] * 21, dtype=float)
ON_PLACEBO = np.array([0] * 21 + [1] * 21, dtype=float)[:, None]


def test_kaplan_meier_gives_the_published_curve_of_the_treated() -> None:
    found = kaplan_meier.curve(WEEKS[:21], EVENT[:21])
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert np.round(found.survival, 4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.median == 23
    assert (found.low[0], found.high[0]) == (pytest.approx(0.6197, abs=1e-4), pytest.approx(0.9516, abs=1e-4))


def test_cox_with_efrons_ties_gives_the_published_coefficient() -> None:
    found = cox.fit(ON_PLACEBO, WEEKS, EVENT)
    assert found.weights[0] == pytest.approx(1.5721, abs=1e-4)
    assert found.errors[0] == pytest.approx(0.4124, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-85.01, abs=0.01)


def test_weibull_gives_the_published_parameters() -> None:
    found = weibull.fit(ON_PLACEBO, WEEKS, EVENT)
    assert found.constant == pytest.approx(3.516, abs=1e-3)
    assert found.weights[0] == pytest.approx(-1.267, abs=1e-3)
    assert found.scale == pytest.approx(0.732, abs=1e-3)
    assert found.log_likelihood == pytest.approx(-106.58, abs=0.01)


def test_cox_agrees_with_statsmodels_on_several_columns_with_ties() -> None:
    draw = np.random.default_rng(11)
    x = draw.normal(size=(300, 4))
    lived = np.ceil(draw.exponential(np.exp(-x @ np.array([0.5, -0.8, 0.0, 0.2]))) * 10)
    event = (draw.random(300) < 0.7).astype(float)
    other = PHReg(lived, x, status=event, ties="efron").fit()
    found = cox.fit(x, lived, event)
    assert found.weights == pytest.approx(other.params, abs=1e-6)
    assert found.errors == pytest.approx(other.bse, abs=1e-6)


@pytest.fixture(scope="module")
def learned() -> tuple[SurvivalModel, NDArray[np.float64]]:
    cells = tables.survival()
    cells["hours run"] = [f"{24 * float(one):.1f}" for one in cells["days"]]
    return learning.learn(tables.a_table(cells), Question("failed", identity="machine"), "days", Watch())


def test_a_learned_survival_model_finds_the_load_and_beats_one_curve_for_all(
    learned: tuple[SurvivalModel, NDArray[np.float64]],
) -> None:
    model, values = learned
    assert model.quality.concordance > 0.65
    assert model.quality.integrated < model.quality.base_integrated
    order = np.argsort(values[:, [trait.name for trait in model.traits].index("load")])
    chance = model.chance(values, np.zeros(len(values)), 100.0)
    assert chance[order[-50:]].mean() > chance[order[:50]].mean() + 0.2


def test_a_stored_survival_model_says_the_same(learned: tuple[SurvivalModel, NDArray[np.float64]]) -> None:
    model, values = learned
    again = storing.survival_restored(json.loads(json.dumps(storing.survival_stored(model))))
    ages = np.full(len(values), 20.0)
    assert again.chance(values, ages, 50.0).tolist() == model.chance(values, ages, 50.0).tolist()
    assert again.survivor.risk(values).tolist() == model.survivor.risk(values).tolist()


def test_the_chance_grows_with_the_horizon(learned: tuple[SurvivalModel, NDArray[np.float64]]) -> None:
    model, values = learned
    ages = np.full(len(values), 20.0)
    chances = [model.chance(values, ages, horizon) for horizon in (10.0, 50.0, 200.0)]
    assert (chances[0] <= chances[1]).all()
    assert (chances[1] <= chances[2]).all()


def test_a_column_that_grows_with_the_duration_is_left_out(
    learned: tuple[SurvivalModel, NDArray[np.float64]],
) -> None:
    assert any(one.column == "hours run" and "duration" in one.reason for one in learned[0].left_out)


def test_few_events_are_refused() -> None:
    table = tables.a_table(tables.survival(60))
    with pytest.raises(BadInput, match="at least 50 are needed"):
        learning.learn(table, Question("failed"), "days", Watch())


def test_a_negative_duration_is_refused_with_its_row() -> None:
    cells = tables.survival(200)
    cells["days"][6] = "-3"
    with pytest.raises(BadInput, match=r"cases.csv, row 8, column days"):
        learning.learn(tables.a_table(cells), Question("failed"), "days", Watch())
