"""`loomline solve clv`: what it prints and writes, hold-out errors, and how it refuses."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from loomline.app.cli import main
from loomline.engines.customer_value import holdout
from loomline.engines.customer_value.lifetime_value import Terms
from loomline.engines.customer_value.transactions import of_arrays
from loomline.engines.customer_value.valuation import valued
from loomline.engines.watch import Stopped, Watch


@pytest.fixture(scope="module")
def cdnow(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The transactions of CDNOW as the command line wants them."""
    rows = (public_data / "customers" / "clv" / "CDNOW_sample.txt").read_text().split("\n")
    cells = [row.split() for row in rows if row]
    file = tmp_path_factory.mktemp("cdnow") / "T.csv"
    lines = [f"{who},{day},{value}" for _master, who, day, _cds, value in cells]
    file.write_text("\n".join(["customer_id,date,value", *lines]) + "\n")
    return file


def told(words: list[object], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["solve", "clv", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_cdnow_is_solved_from_its_transactions(
    cdnow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, cohorts = tmp_path / "CLV.csv", tmp_path / "COHORTS.csv"
    words = [cdnow, "--calibration-end", "1997-09-30", "--out", out, "--cohorts", cohorts]
    code, said, _err = told(words, capsys)
    assert code == 0
    assert "2,357 customers bought 4,814 times from 1997-01-01 to 1997-09-30; 946 came back." in said
    assert "BG/NBD: r 0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9582.4" in said
    assert "Hold-out of 273 days: 1,882 purchases" in said
    rows = rows_of(out)
    assert len(rows) == 2357
    first = rows[0]
    assert (first["customer_id"], first["frequency"], first["recency"]) == ("0001", "2", "30.4286")
    # The summary file has T in hundredths of weeks, from which these differ a little.
    assert float(first["foretold"]) == pytest.approx(1.2259, abs=2e-4)
    assert float(first["p_alive"]) == pytest.approx(0.7266, abs=1e-4)
    assert (first["actual_purchases"], first["actual_value"], first["value_is_prior"]) == ("1", "26.48", "no")
    assert sum(int(row["actual_purchases"]) for row in rows) == 1882
    sizes = {row["cohort"]: int(row["size"]) for row in rows_of(cohorts)}
    firsts: dict[str, str] = {}
    for line in cdnow.read_text().splitlines()[1:]:
        who, day, _value = line.split(",")
        firsts[who] = min(day[:6], firsts.get(who, "999999"))
    assert sizes == {f"{month[:4]}-{month[4:]}-01": n for month, n in Counter(firsts.values()).items()}


def test_the_value_is_the_margin_of_the_purchases(
    cdnow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "CLV.csv"
    told([cdnow, "--discount", 0, "--margin", 0.5, "--horizon", 6, "--out", out], capsys)
    for row in rows_of(out)[:50]:
        worth = 0.5 * float(row["purchases"]) * float(row["purchase_value"])
        assert float(row["clv"]) == pytest.approx(worth, abs=1e-3)


def test_two_runs_write_the_same_file(
    cdnow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, mixed = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "M.csv"
    told([cdnow, "--out", first], capsys)
    head, *lines = cdnow.read_text().splitlines()
    mixed.write_text("\n".join([head, *reversed(lines)]))
    told([mixed, "--out", second], capsys)
    assert first.read_bytes() == second.read_bytes()


def test_the_hold_out_errors_of_cdnow_are_those_of_the_paper(cdnow: Path) -> None:
    """Correlation of forecast and actual purchases of customers: Fader, Hardie and Lee 2005."""
    rows = [line.split(",") for line in cdnow.read_text().splitlines()[1:]]
    days = np.array([f"{row[1][:4]}-{row[1][4:6]}-{row[1][6:]}" for row in rows], dtype="datetime64[D]")
    known = of_arrays([row[0] for row in rows], days, np.array([float(row[2]) for row in rows]))
    ends = np.datetime64("1997-09-30"), np.datetime64("1998-06-30")
    found = holdout.hold_out(known, *ends)
    assert round(found.forecasts[0].correlation, 3) == 0.626
    errors = {each.name: each.mae for each in found.forecasts}
    assert errors["BG/NBD"] == min(errors.values())
    assert found.actual_by_frequency[0] == pytest.approx(0.2367, abs=1e-4)
    foretold = float(found.foretold.sum())
    assert found.forecasts[0].bias == pytest.approx(foretold / found.purchases.sum() - 1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--end", "yesterday"], '--end "yesterday" is not a date.'),
        (["--end", "1990-01-01"], "Nothing was bought until 1990-01-01."),
        (["--calibration-end", "1998-06-30"], "The calibration ends on 1998-06-30, not before 1998-06-30."),
        (["--calibration-end", "1997-01-01"], "Fewer than 10 customers came back."),
        (["--columns", "a,b"], '--columns "a,b" does not name three columns.'),
        (["--columns", "who,date,value"], "There is no column who; the file has customer_id, date, value."),
        (["--horizon", "0"], "The terms of the value cannot be."),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(
    cdnow: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = told([cdnow, *words], capsys)
    assert (code, out) == (1, "")
    assert says in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = told([tmp_path / "no.csv"], capsys)
    assert code == 1
    assert "no.csv: No such file or directory." in err


def test_customers_who_all_spend_the_same_are_valued_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = np.random.default_rng(4)
    file = tmp_path / "T.csv"
    for value in ("10", "0"):
        lines = [
            f"C{n},{np.datetime64('2026-01-01') + int(day)},{value}"
            for n in range(300)
            for day in chance.integers(0, 200, int(chance.geometric(0.5)))
        ]
        file.write_text("\n".join(["customer_id,date,value", *lines]))
        code, out, _err = told([file], capsys)
        assert code == 0
        assert "Beware: " in out
        assert "nan" not in out


def test_a_run_tells_how_far_it_is_and_stops_when_told() -> None:
    chance = np.random.default_rng(2)
    ids = [f"C{n}" for n in chance.integers(0, 200, 900)]
    days = np.datetime64("2026-01-01") + chance.integers(0, 200, 900)
    known = of_arrays(ids, days, chance.gamma(3.0, 5.0, 900))
    seen: list[float] = []
    terms = Terms.of_year(6)
    end = np.datetime64("2026-08-01")
    valued(known, end=end, terms=terms, watch=Watch(tell=lambda done, _says: seen.append(done)))
    assert len(seen) > 20
    assert 0 <= min(seen) < max(seen) <= 1
    for after in (1, 10, len(seen) - 2):
        count = iter(range(10_000))
        with pytest.raises(Stopped):
            valued(
                known, end=end, terms=terms,
                watch=Watch(is_stopped=lambda count=count, after=after: next(count) >= after),
            )  # fmt: skip


def test_importing_the_engine_loads_no_heavy_library() -> None:
    code = (
        "import sys, loomline.engines.customer_value.solve, loomline.engines.attribution.paths;"
        "import loomline.engines.customer_value.baskets, loomline.engines.customer_value.clusters;"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
