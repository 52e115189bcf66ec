"""Outcomes: the hold-out, calibration, reasons, refusals, stored models, the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from loomline.app.cli import main
from loomline.engines.bad_input import BadInput
from loomline.engines.prediction import classification, splits, storing
from loomline.engines.prediction.classification import Learned
from loomline.engines.prediction.preparing import Question
from loomline.engines.prediction.reasons import reasons
from loomline.engines.watch import Stopped, Watch
from tests.engines.prediction import tables

QUESTION = Question("churn", identity="customer", exclude=("true",))


@pytest.fixture(scope="module")
def cells() -> tables.Cells:
    return tables.churn(900)


@pytest.fixture(scope="module")
def learned(cells: tables.Cells) -> Learned:
    return classification.learn(tables.a_table(cells), QUESTION, Watch())


def test_probabilities_come_close_to_the_true_ones(learned: Learned, cells: tables.Cells) -> None:
    fresh = tables.churn(3000, seed=99)
    said = learned.model.probability(learned.model.values(tables.a_table(fresh)))
    true = np.array(fresh["true"], dtype=float)
    assert np.sqrt(np.mean((said - true) ** 2)) < 0.07
    assert abs(said.mean() - true.mean()) < 0.03


def test_the_hold_out_was_not_learned_from(learned: Learned) -> None:
    held = [at for at, part in enumerate(learned.part) if part == "hold-out"]
    assert len(held) == learned.model.quality.cases
    assert set(learned.part) == {"hold-out", "out of fold"}


def test_the_positive_outcome_is_found(learned: Learned) -> None:
    assert (learned.model.positive, learned.model.other) == ("Yes", "No")


def test_the_contributions_add_up_to_the_score(learned: Learned) -> None:
    model = learned.model
    _, adds, mean = model.learner.contributions(learned.values)
    assert adds.sum(axis=1) + mean == pytest.approx(model.learner.raw(learned.values), abs=1e-6)


def test_a_reason_names_the_column_its_value_and_the_direction(learned: Learned) -> None:
    table = tables.a_table({"contract": ["month"], "late deliveries": ["9"], "spend": ["10"]})
    first = reasons(learned.model.learner, learned.model.traits, learned.model.values(table))[0]
    assert first[0].says().startswith("late deliveries is 9 (raises it, +")
    assert {one.column for one in first} == {"late deliveries", "contract", "spend"}


def test_the_same_seed_gives_the_same_probabilities(learned: Learned, cells: tables.Cells) -> None:
    again = classification.learn(tables.a_table(cells), QUESTION, Watch())
    assert again.probability.tolist() == learned.probability.tolist()


def test_a_stored_model_says_the_same_and_states_what_it_is(learned: Learned, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    storing.write(path, "outcome", storing.classifier_stored(learned.model))
    kind, stored = storing.read(path)
    again = storing.classifier_restored(stored)
    assert kind == "outcome"
    assert again.probability(learned.values).tolist() == learned.model.probability(learned.values).tolist()
    assert (again.quality, again.window, again.seed) == (learned.model.quality, learned.model.window, 1)
    assert [one.name for one in again.traits] == ["contract", "late deliveries", "spend"]


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"format": "something else"}))
    with pytest.raises(BadInput, match="no model of this version"):
        storing.read(path)


def test_open_cases_are_predicted(cells: tables.Cells) -> None:
    some = {name: list(column) for name, column in cells.items()}
    some["churn"] = [one if at % 9 else "" for at, one in enumerate(some["churn"])]
    found = classification.learn(tables.a_table(some), QUESTION, Watch())
    still_open = [at for at, part in enumerate(found.part) if part == "open"]
    assert still_open == list(range(0, 900, 9))
    assert np.isfinite(found.probability[still_open]).all()


def test_with_a_date_the_latest_cases_are_held_out(cells: tables.Cells) -> None:
    some = {**cells, "signed": [str(np.datetime64("2025-01-01") + at // 3) for at in range(900)]}
    found = classification.learn(tables.a_table(some), QUESTION, Watch())
    held = [at for at, part in enumerate(found.part) if part == "hold-out"]
    assert min(held) > max(at for at, part in enumerate(found.part) if part != "hold-out")
    assert found.model.split == "the latest cases by date"
    assert (found.model.window.first, found.model.window.last) == ("2025-01-01", "2025-10-27")


def test_no_group_is_on_both_sides() -> None:
    draw = np.random.default_rng(1)
    basis = splits.Basis(draw.integers(0, 2, 300), None, draw.integers(0, 25, 300))
    split = splits.hold_out(basis, seed=2)
    assert not set(basis.group[split.learn].tolist()) & set(basis.group[split.held].tolist())
    for fold in splits.folds(basis, seed=2):
        assert not set(basis.group[fold.fit].tolist()) & set(basis.group[fold.check].tolist())


def test_folds_by_time_only_learn_from_the_past() -> None:
    draw = np.random.default_rng(1)
    time = draw.uniform(0, 100, 500)
    made = splits.folds(splits.Basis(draw.integers(0, 2, 500), time), seed=2)
    assert len(made) >= 2
    assert all(time[fold.fit].max() < time[fold.check].min() for fold in made)


def test_an_outcome_that_hangs_on_a_product_is_learned_from_pairs_of_numbers() -> None:
    draw = np.random.default_rng(21)
    torque, speed, noise = draw.uniform(1, 10, 900), draw.uniform(1, 10, 900), draw.normal(size=900)
    failed = (np.abs(torque * speed - 25) < 6).astype(int)
    cells = {"torque": torque, "speed": speed, "noise": noise, "failed": failed}
    found = classification.learn(tables.a_table(cells), Question("failed", positive="1"), Watch()).model
    assert "with pairs of numbers" in found.chosen
    assert found.quality.auc > 0.95
    sources, _, _ = found.learner.contributions(found.values(tables.a_table(cells)))
    assert "torque × speed" in sources


def test_pure_noise_is_called_no_better_than_chance() -> None:
    draw = np.random.default_rng(12)
    table = tables.a_table(
        {"x": draw.normal(size=400), "z": draw.normal(size=400), "y": draw.integers(0, 2, 400)}
    )
    assert not classification.learn(table, Question("y"), Watch()).model.is_better_than_chance


@pytest.mark.parametrize(
    ("change", "question", "says"),
    [
        (lambda c: c, Question("gone"), "There is no column gone"),
        (lambda c: c, Question("churn", positive="Maybe"), "No case has churn = Maybe; there is No, Yes"),
        (lambda c: {**c, "churn": ["Yes"] * 900}, Question("churn"), "only one value"),
        (lambda c: {**c, "churn": list("abc") * 300}, Question("churn"), "--positive"),
        (lambda c: {k: v[:90] for k, v in c.items()}, Question("churn"), "needs at least 50 of each"),
        (lambda c: c, Question("churn", date="contract"), "contract holds neither dates"),
        (lambda c: {k: c[k] for k in ("customer", "churn")}, Question("churn"), "No column says anything"),
        (lambda c: {"churn": c["churn"]}, Question("churn"), "no column left to predict from"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    cells: tables.Cells, change: object, question: Question, says: str
) -> None:
    assert callable(change)
    with pytest.raises(BadInput, match=says):
        classification.learn(tables.a_table(change(cells)), question, Watch())


def test_a_run_stops_when_told_to(cells: tables.Cells) -> None:
    asked: list[int] = []

    def is_stopped() -> bool:
        asked.append(1)
        return len(asked) > 60

    with pytest.raises(Stopped):
        classification.learn(tables.a_table(cells), QUESTION, Watch(is_stopped=is_stopped))
    assert len(asked) == 61


def test_the_command_line_learns_scores_and_explains(
    cells: tables.Cells, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tables.write(tmp_path / "c.csv", cells, without=["true"])
    new = tables.write(tmp_path / "n.csv", {k: v[:7] for k, v in cells.items()}, without=["true", "churn"])
    out, model = tmp_path / "p.csv", tmp_path / "m.json"
    asked = ["solve", "predict", str(path), "--target", "churn", "--id", "customer", "--out", str(out)]
    assert main([*asked, "--new", str(new), "--model", str(model), "--miss-cost", "4"]) == 0
    said = capsys.readouterr().out
    assert "AUC" in said
    assert "at 0.200" in said
    rows = tables.read(out)
    assert [row["customer"] for row in rows] == cells["customer"][:7]
    assert list(rows[0]) == ["customer", "probability", "predicted", "reason_1", "reason_2", "reason_3"]
    assert all((float(row["probability"]) >= 0.2) == (row["predicted"] == "Yes") for row in rows)
    again = tmp_path / "q.csv"
    assert (
        main(["solve", "predict", str(new), "--model", str(model), "--id", "customer", "--out", str(again)])
        == 0
    )
    assert again.read_text() == out.read_text()


def test_the_command_line_refuses_with_row_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tables.write(tmp_path / "c.csv", tables.churn(80))
    assert main(["solve", "predict", str(path), "--target", "churn", "--out", str(tmp_path / "p.csv")]) == 1
    said = capsys.readouterr().err
    assert "c.csv, column churn" in said
    assert "Collect more decided cases first." in said
