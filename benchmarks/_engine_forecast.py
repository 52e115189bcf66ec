"""Forecasts of public series: competitions beside their published methods, rare demand beside SBA and TSB."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsforecast import StatsForecast
from statsforecast.models import TSB, AutoETS, CrostonSBA, Theta
from statsforecast.utils import ConformalIntervals

from benchmarks._table import Row
from loomline.engines.forecast import accuracy
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.panel import make_panel

Floats = NDArray[np.float64]

ENGINE = "forecast"
LEVELS = (80, 95)
SEED = 20261121
# Fewer series than this say nothing about a method.
LEAST = 40
RATES = "statsforecast, the better of CrostonSBA and TSB"


@dataclass(frozen=True)
class Published:
    """A published figure, where it stands, and what we want to reach (the figure itself unless said)."""

    value: float
    source: str
    aim: float


@dataclass(frozen=True)
class Case:
    """Series with what came after them; `season` scales MASE, `naive` are forecasts of Naive2 if OWA is asked.

    `peer` is the model of statsforecast, None for the two that know rare demand; `cost` is the seconds that a
    series takes, ours and the peer's together.
    """

    name: str
    freq: str
    season: int
    past: tuple[Floats, ...]
    actual: Floats
    cost: float
    peer: Callable[..., Any] | None
    published: dict[str, Published]
    naive: Floats | None = None
    note: str = ""

    def sample(self, count: int) -> Case:
        """A seeded choice of the series; what is published stays that of all."""
        if count >= len(self.past):
            return self
        rows = np.sort(np.random.default_rng(SEED).permutation(len(self.past))[:count])
        return replace(
            self,
            name=f"{self.name}, {count} of {len(self.past)}",
            past=tuple(self.past[at] for at in rows),
            actual=self.actual[rows],
            naive=None if self.naive is None else self.naive[rows],
        )


@dataclass(frozen=True)
class Said:
    """Forecasts [series, horizon], bounds by level, and the seconds they took."""

    mean: Floats
    bounds: dict[int, tuple[Floats, Floats]]
    seconds: float


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All cases, each on as many series as its share of the time allows."""
    end = time.monotonic() + budget
    demand = data / "demand"
    cases = [*_intermittent(data), *_tourism(demand), *_m3(demand), *_m4(demand)]
    rows: list[Row] = []
    while cases:
        total = sum(case.cost * len(case.past) for case in cases)
        share = min(1.0, (end - time.monotonic()) / total)
        case = cases.pop(0)
        count = min(len(case.past), max(LEAST, round(share * len(case.past))))
        if share * total < 0.5 * count * case.cost:
            continue
        part = case.sample(count)
        tell(part.name)
        rows += _rows(part)
    return rows


def _rows(case: Case) -> list[Row]:
    ours = _ours(case)
    if case.peer:
        names = {"": f"statsforecast {case.peer.__name__}"}
        theirs = [_theirs(case, case.peer(season_length=case.season))]
    else:
        names = {"": RATES}
        windows = ConformalIntervals(n_windows=2, h=case.actual.shape[1])
        models = (CrostonSBA(prediction_intervals=windows), TSB(0.1, 0.1, prediction_intervals=windows))
        theirs = [_theirs(case, model) for model in models]
    made = _errors(case, ours)
    beside = [_errors(case, one) for one in theirs]
    rows = []
    for turn, (name, value) in enumerate(made.items()):
        told = case.published.get(name)
        aim = told.aim if told else None
        peer = min(one[name] for one in beside)
        rows.append(
            Row(ENGINE, case.name, name, value, peer=peer, peer_name=names[""],
                published=told.value if told and told.source else None, source=told.source if told else "",
                aim=peer if aim is not None and np.isnan(aim) else aim,
                seconds=ours.seconds if not turn else None, note=case.note if not turn else ""),
        )  # fmt: skip
    return [*rows, *_covered(case, ours, theirs, names[""])]


def _covered(case: Case, ours: Said, theirs: Sequence[Said], name: str) -> Iterator[Row]:
    """What share of the outcomes the intervals held, and how many series a second."""
    for level, (low, high) in ours.bounds.items():
        found = [accuracy.coverage(case.actual, *one.bounds[level]) for one in theirs]
        peer = min(found, key=lambda one: abs(one - level / 100))
        yield Row(ENGINE, case.name, f"coverage of the {level} % interval",
                  accuracy.coverage(case.actual, low, high), peer=peer, peer_name=name,
                  published=level / 100, source="what the interval promises", more_is_better=True)  # fmt: skip
    count = len(case.past)
    yield Row(ENGINE, case.name, "series a second", count / ours.seconds, more_is_better=True,
              peer=max(count / one.seconds for one in theirs), peer_name=name)  # fmt: skip


def _ours(case: Case) -> Said:
    panel = make_panel(case.past, freq=case.freq)
    begin = time.monotonic()
    made = forecast(panel, Settings(case.actual.shape[1], levels=LEVELS))
    seconds = time.monotonic() - begin
    return Said(made.mean, {level: made.interval(level) for level in LEVELS}, seconds)


def _theirs(case: Case, model: Any) -> Said:
    lengths = [len(one) for one in case.past]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(lengths)), lengths),
            "ds": np.concatenate([np.arange(n) for n in lengths]),
            "y": np.concatenate(case.past),
        }
    )
    horizon, name = case.actual.shape[1], model.alias
    begin = time.monotonic()
    made = StatsForecast([model], freq=1, n_jobs=1).forecast(df=frame, h=horizon, level=list(LEVELS))
    seconds = time.monotonic() - begin

    def table(column: str) -> Floats:
        return made[column].to_numpy(dtype=float).reshape(len(lengths), horizon)

    bounds = {level: (table(f"{name}-lo-{level}"), table(f"{name}-hi-{level}")) for level in LEVELS}
    return Said(table(name), bounds, seconds)


def _errors(case: Case, said: Said) -> dict[str, float]:
    """The measures that the literature of the case uses."""
    actual = case.actual
    if case.peer is None:
        return {"mean pinball loss": _pinball(actual, said), "RMSSE": _mean(accuracy.rmsse(
            actual, said.mean, case.past))}  # fmt: skip
    scaled = _mean(accuracy.mase(actual, said.mean, case.past, case.season))
    symmetric = _mean(accuracy.smape(actual, said.mean))
    if case.naive is not None:
        naive = _mean(accuracy.mase(actual, case.naive, case.past, case.season))
        owa = accuracy.owa(symmetric, scaled, _mean(accuracy.smape(actual, case.naive)), naive)
        return {"OWA": owa, "sMAPE": symmetric, "MASE": scaled}
    if "MAPE" in case.published:
        return {"MAPE": _mean(accuracy.mape(actual, said.mean)), "MASE": scaled, "sMAPE": symmetric}
    return {"sMAPE": symmetric, "MASE": scaled}


def _pinball(actual: Floats, said: Said) -> float:
    """The mean over the bounds of both levels; nobody asks for less than nothing."""
    losses = []
    for level, (low, high) in said.bounds.items():
        for share, bound in ((0.5 - level / 200, low), (0.5 + level / 200, high)):
            losses.append(_mean(accuracy.pinball(actual, np.maximum(bound, 0), share)))
    return float(np.mean(losses))


def _mean(values: Floats) -> float:
    return float(np.nanmean(values))


def _m4(demand: Path) -> Iterator[Case]:
    """Half of the weekly and hourly series, which is all there is here."""
    best = demand / "reference-results" / "m4-point-forecasts-by-frequency.csv"
    with best.open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.reader(file) if len(row) > 20][2:]
    for name, freq, season, column, aim, cost in (
        ("hourly", "H", 24, 20, 0.50, 0.5),
        ("weekly", "W", 1, 18, 0.80, 0.4),
    ):
        past, test, naive = (
            _series(demand / "m4" / file)
            for file in (f"{name}-train.csv.gz", f"{name}-test.csv.gz", f"forecast-Naive2-{name}.csv.gz")
        )
        least = min(float(row[column]) for row in told if _is_number(row[column]))
        yield Case(
            f"M4 {name}",
            freq,
            season,
            tuple(past.values()),
            np.array([test[one] for one in past]),
            cost,
            Theta,
            {"OWA": Published(least, "best of the 61 entries and benchmarks, all series of M4", aim)},
            np.array([naive[one] for one in past]),
            "Theta, the benchmark of M4, had 0.971 weekly and 1.006 hourly",
        )


def _m3(demand: Path) -> Iterator[Case]:
    folder = demand / "m3"
    with gzip.open(folder / "m3.jsonl.gz", "rt", encoding="utf-8") as file:
        series = [json.loads(line) for line in file]
    said: dict[str, dict[str, list[str]]] = {}
    with gzip.open(folder / "m3-point-forecasts.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            said.setdefault(row[0], {})[row[1]] = row[2:]
    for period, freq, season, cost in (
        ("YEARLY", "YS", 1, 0.02),
        ("QUARTERLY", "QS", 4, 0.04),
        ("OTHER", "YS", 1, 0.04),
        ("MONTHLY", "MS", 12, 0.1),
    ):
        mine = [one for one in series if one["period"] == period]
        past = tuple(np.array(one["train"], dtype=float) for one in mine)
        actual = np.array([one["test"] for one in mine], dtype=float)
        yield Case(
            f"M3 {period.lower()}",
            freq,
            season,
            past,
            actual,
            cost,
            AutoETS,
            _m3_published(said, [one["id"] for one in mine], past, actual, season),
            note=_m3_other(demand, period),
        )


def _m3_published(
    said: dict[str, dict[str, list[str]]], ids: list[str], past: Sequence[Floats], actual: Floats, season: int
) -> dict[str, Published]:
    """The best of the eleven methods whose forecasts of the same series are published."""
    found: dict[str, list[tuple[float, str]]] = {"sMAPE": [], "MASE": []}
    for method, rows in said.items():
        if not all(one in rows for one in ids):
            continue
        made = np.array([[float(cell) for cell in rows[one][: actual.shape[1]]] for one in ids])
        found["sMAPE"].append((_mean(accuracy.smape(actual, made)), method))
        found["MASE"].append((_mean(accuracy.mase(actual, made, past, season)), method))
    best = {name: min(values) for name, values in found.items()}
    return {
        name: Published(value, f"{method}, best of {len(found[name])} methods on the same series", value)
        for name, (value, method) in best.items()
    }


def _m3_other(demand: Path, period: str) -> str:
    """What the best of all 24 methods had on all series, ours and those that are not here."""
    with (demand / "reference-results" / "m3-accuracy-by-method.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["period"] == period]
    says = []
    for name in ("sMAPE", "MASE"):
        best = min(rows, key=lambda row: float(row[f"mean_{name}"]))
        says.append(f"{name} {float(best[f'mean_{name}']):g} ({best['method']})")
    return f"best of all 24 methods over all {rows[0]['series']} series: {', '.join(says)}"


def _tourism(demand: Path) -> Iterator[Case]:
    with gzip.open(demand / "tourism" / "tourism.jsonl.gz", "rt", encoding="utf-8") as file:
        series = [json.loads(line) for line in file]
    with (demand / "reference-results" / "tourism-accuracy.csv").open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    for period, freq, season, span, cost in (
        ("yearly", "YS", 1, "1-4", 0.02),
        ("quarterly", "QS", 4, "1-8", 0.04),
        ("monthly", "MS", 12, "1-24", 0.25),
    ):
        mine = [one for one in series if one["period"].lower() == period]
        published = {}
        for name in ("MAPE", "MASE"):
            rows = [row for row in told if (row["period"], row["measure"]) == (period, name)]
            best = min(rows, key=lambda row: float(row[span]))
            source = f"{best['method']}, best of {len(rows)}, all series (Athanasopoulos et al. 2011)"
            published[name] = Published(float(best[span]), source, float(best[span]))
        yield Case(
            f"tourism {period}",
            freq,
            season,
            tuple(np.array(one["train"], dtype=float) for one in mine),
            np.array([one["test"] for one in mine], dtype=float),
            cost,
            AutoETS,
            published,
        )


def _intermittent(data: Path) -> Iterator[Case]:
    """Car parts without gaps, and the items of two shops that are not sold every week or month."""
    folder = data / "demand" / "intermittent"
    parts = np.array([row for row in _table(folder / "carparts.csv.gz") if not np.isnan(row).any()])
    yield _rare("car parts, monthly", "MS", parts, 12, 0.01)
    sold = pd.read_csv(data / "customers" / "transactions" / "online-retail.csv.gz")
    sold = sold[sold["Quantity"] > 0]
    week = (pd.to_datetime(sold["InvoiceDate"]) - pd.Timestamp("2010-12-01")).dt.days // 7
    items = sold.assign(week=week).pivot_table("Quantity", "StockCode", "week", "sum", fill_value=0)
    yield _rare("Online Retail, weekly units of an item", "W", items.to_numpy(dtype=float), 8, 0.02)
    rows = pd.read_csv(data / "demand" / "m5" / "sales_train_validation-subset.csv.gz")
    days = rows[[name for name in rows if name.startswith("d_")]].to_numpy(dtype=float)
    yield _rare("M5, daily units of an item in a shop", "D", days, 28, 0.5)


def _rare(name: str, freq: str, table: Floats, horizon: int, cost: float) -> Case:
    """Those with demand in less than three periods of four (ADI above 1.32), long enough for the peers."""
    begun = [one[int(np.argmax(one > 0)) :] for one in table[:, :-horizon]]
    least = 2 * horizon + 1
    rows = [at for at, one in enumerate(begun) if one.any() and (one > 0).mean() < 0.75 and len(one) >= least]
    none = float("nan")
    return Case(
        name,
        freq,
        1,
        tuple(begun[at] for at in rows),
        table[rows, -horizon:],
        cost,
        None,
        {one: Published(none, "", none) for one in ("mean pinball loss", "RMSSE")},
        note="quantiles 0.025, 0.1, 0.9 and 0.975; those of the peers are their conformal intervals, cut at "
        "zero; the aim is to be better than both",
    )


def _table(path: Path) -> list[Floats]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [np.array([float(cell) if cell else np.nan for cell in row[1:]]) for row in rows]


def _series(path: Path) -> dict[str, Floats]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return {row[0]: np.array([float(one) for one in row[1:] if one]) for row in csv.reader(file)}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
