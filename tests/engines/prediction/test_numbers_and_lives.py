"""Numbers and remaining life: made data with a known truth, C-MAPSS files, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from loomline.app.cli import main
from loomline.engines.bad_input import BadInput
from loomline.engines.prediction import remaining_life, sequences, storing, windows
from loomline.engines.prediction.remaining_life import LifeModel
from loomline.engines.prediction.sequences import Layout
from loomline.engines.watch import Watch
from tests.engines.prediction import tables


def bare(path: Path, rows: object) -> Path:
    """A C-MAPSS text file of these rows."""
    np.savetxt(path, np.asarray(rows), fmt="%.5g")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LifeModel:
    path = bare(tmp_path_factory.mktemp("life") / "train.txt", tables.wear())
    return remaining_life.learn(sequences.read(path, Layout()), Watch(), cap=40)


def test_remaining_life_is_said_with_bounds_for_units_still_running(model: LifeModel, tmp_path: Path) -> None:
    histories, to_go = tables.cut_off(tables.wear(20, seed=8))
    lives = model.lives(sequences.read(bare(tmp_path / "test.txt", histories), Layout()))
    said = np.array([life.remaining for life in lives])
    true = np.minimum(to_go, 40)
    assert np.sqrt(np.mean((said - true) ** 2)) < 0.6 * true.std()
    assert all(life.low <= life.remaining <= life.high for life in lives)
    assert {life.reasons[0].column for life in lives} <= {"sensor 2", "sensor 4", "sensor 7", "age"}


def test_the_chance_to_fail_soon_is_higher_for_less_life(model: LifeModel, tmp_path: Path) -> None:
    histories, _ = tables.cut_off(tables.wear(20, seed=8))
    lives = model.lives(sequences.read(bare(tmp_path / "test.txt", histories), Layout()))
    ranked = sorted(lives, key=lambda life: life.remaining)
    assert [life.fails for life in ranked] == sorted((life.fails for life in ranked), reverse=True)


def test_sensors_that_do_not_move_are_left_out(model: LifeModel) -> None:
    assert [model.sensors[at] for at in model.scaling.kept] == ["sensor 2", "sensor 4", "sensor 7"]
    assert len(model.left_out) == 18


def test_a_stored_model_of_life_says_the_same(model: LifeModel, tmp_path: Path) -> None:
    found = sequences.read(bare(tmp_path / "test.txt", tables.wear(3, seed=9)), Layout())
    again = storing.life_restored(json.loads(json.dumps(storing.life_stored(model))))
    assert again.lives(found) == model.lives(found)


def test_regimes_are_found_where_the_sensors_follow_the_settings(tmp_path: Path) -> None:
    found = sequences.read(bare(tmp_path / "six.txt", tables.wear(20, regimes=6)), Layout())
    scaled = windows.scaling(found)
    assert len(scaled.centres) == 6
    # Within its regime a still sensor does not move, though it jumps by hundreds over all.
    assert [found.sensors[at] for at in scaled.kept] == ["sensor 2", "sensor 4", "sensor 7"]
    one = sequences.read(bare(tmp_path / "one.txt", tables.wear(20)), Layout())
    assert len(windows.scaling(one).centres) == 1


def test_windows_never_look_ahead(tmp_path: Path) -> None:
    histories = tables.wear(20)
    found = sequences.read(bare(tmp_path / "a.txt", histories), Layout())
    scaled = windows.scaling(found)
    whole = windows.features(found, scaled, 30)
    short = sequences.read(bare(tmp_path / "b.txt", histories[:45]), Layout())
    assert windows.features(short, scaled, 30) == pytest.approx(whole[:45], abs=1e-9)


def test_a_table_with_names_is_read_like_the_text_file(tmp_path: Path) -> None:
    rows = tables.wear(20)
    heads = ["pump", "hour", "setting a", "setting b", "setting c", *(f"s{at}" for at in range(21))]
    cells = {name: [f"{one:.5g}" for one in rows[:, at]] for at, name in enumerate(heads)}
    table = sequences.read(tables.write(tmp_path / "t.csv", cells), Layout("pump", "hour"))
    text = sequences.read(bare(tmp_path / "t.txt", rows), Layout())
    assert table.readings.tolist() == text.readings.tolist()
    assert table.setting_names == ("setting a", "setting b", "setting c")
    assert table.units == text.units


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (["1", "2", "2"], r"t.csv, row 4, column hour: Unit A has the cycle 2 twice"),
        (["1", "3", "2"], r"t.csv, row 4, column hour: Unit A goes back in time"),
        (["1", "x", "3"], r"t.csv, row 3, column hour"),
    ],
)
def test_cycles_that_do_not_rise_are_refused(hours: list[str], says: str, tmp_path: Path) -> None:
    cells = {"pump": ["A", "A", "A"], "hour": hours, "heat": ["1", "2", "3"]}
    with pytest.raises(BadInput, match=says):
        sequences.read(tables.write(tmp_path / "t.csv", cells), Layout("pump", "hour"))


def test_a_ragged_text_file_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_text("1 1 0 0 100 5 6\n1 2 0 0 100 5\n")
    with pytest.raises(BadInput, match=r"r.txt, row 2: The line has 6 numbers, the first has 7"):
        sequences.read(path, Layout())


def test_few_units_are_refused(tmp_path: Path) -> None:
    found = sequences.read(bare(tmp_path / "few.txt", tables.wear(5)), Layout())
    with pytest.raises(BadInput, match="at least 20 are needed"):
        remaining_life.learn(found, Watch())


def test_other_sensors_than_learned_are_refused(model: LifeModel, tmp_path: Path) -> None:
    found = sequences.read(bare(tmp_path / "x.txt", tables.wear(2)[:, :20]), Layout())
    with pytest.raises(BadInput, match="Send the same columns as in learning"):
        model.lives(found)


def test_the_command_line_learns_a_number_and_bounds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = np.random.default_rng(3)
    x, kind = draw.uniform(0, 10, 500), draw.choice(["a", "b"], 500)
    y = 3 * x + 5 * (kind == "a") + draw.normal(size=500)
    cells = {"x": [f"{one:.4f}" for one in x], "kind": kind.tolist(), "y": [f"{one:.4f}" for one in y]}
    out, model, again = tmp_path / "p.csv", tmp_path / "m.json", tmp_path / "q.csv"
    asked = ["solve", "predict", str(tables.write(tmp_path / "c.csv", cells)), "--out"]
    assert main([*asked, str(out), "--target", "y", "--kind", "number", "--model", str(model)]) == 0
    assert "RMSE" in capsys.readouterr().out
    rows = tables.read(out)
    off = [float(row["predicted"]) - float(row["actual"]) for row in rows]
    assert np.sqrt(np.mean(np.square(off))) < 1.3
    inside = [float(row["low"]) <= float(row["actual"]) <= float(row["high"]) for row in rows]
    assert 0.76 <= np.mean(inside) <= 0.86
    assert main([*asked, str(again), "--model", str(model)]) == 0
    assert len(tables.read(again)) == 500


def test_a_word_in_a_number_target_is_refused_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = {"x": [str(at) for at in range(200)], "y": [str(at % 7) for at in range(200)]}
    cells["y"][4] = "soon"
    path = tables.write(tmp_path / "c.csv", cells)
    asked = [
        "solve",
        "predict",
        str(path),
        "--target",
        "y",
        "--kind",
        "number",
        "--out",
        str(tmp_path / "p.csv"),
    ]
    assert main(asked) == 1
    assert 'c.csv, row 6, column y: "soon" is not a number.' in capsys.readouterr().err


@pytest.mark.slow
def test_the_engines_of_c_mapss_fd001_are_better_said_than_published(
    public_data: Path, tmp_path: Path
) -> None:
    folder = public_data / "iot" / "cmapss"
    model = remaining_life.learn(sequences.read(folder / "train_FD001.txt.gz", Layout()), Watch())
    test = sequences.read(folder / "test_FD001-half.txt.gz", Layout())
    true = np.minimum(sequences.read_truth(folder / "RUL_FD001-half.csv", test.units), 125)
    said = np.array([life.remaining for life in model.lives(test)])
    # 16.14 is the LSTM of Zheng et al. 2017 on all 100 engines; these are half of them.
    assert np.sqrt(np.mean((said - true) ** 2)) < 14
