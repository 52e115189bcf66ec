"""Forecasts of public series: competitions beside their published methods, rare demand beside SBA and TSB."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
# What takes less than these seconds is never cut down.
QUICK = 2.0
RATES = "statsforecast, the better of CrostonSBA and TSB"


@dataclass(frozen=True)
class Published:
    """A published figure, where it stands, and what we want to reach, if it is an aim."""

    value: float | None
    source: str
    aim: float | None


@dataclass(frozen=True)
class Case:
    """Series with what came after them; `season` scales MASE.

    `naive` are the forecasts of Naive2 where the measure is the OWA. `peer` is the model of statsforecast,
    None for the two that know rare demand. `rivals` are published forecasts of the same series, by method.
    `cost` and `peer_cost` are the seconds that a series takes.
    """

    name: str
    freq: str
    season: int
    past: tuple[Floats, ...]
    actual: Floats
    cost: float
    peer_cost: float
    peer: Callable[..., Any] | None
    published: dict[str, Published]
    naive: Floats | None = None
    rivals: dict[str, Floats] = field(default_factory=dict)
    note: str = ""

    def sample(self, count: int) -> Case:
        """A seeded choice of the series; errors that are published of all of them say nothing of a few."""
        if count >= len(self.past):
            return self
        rows = np.sort(np.random.default_rng(SEED).permutation(len(self.past))[:count])
        told = {name: Published(None, "", None) for name in self.published if self.naive is None}
        return replace(
            self,
            name=f"{self.name}, {count} of {len(self.past)}",
            published={**self.published, **told},
            rivals={name: made[rows] for name, made in self.rivals.items()},
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
    """Ours on all series if the time allows, else on a sample; a peer only where time is left for it."""
    begin, said, pace = time.monotonic(), 0.0, 1.0
    demand = data / "demand"
    cases = [*_intermittent(data), *_m4(demand), *_m3(demand), *_tourism(demand)]
    rows: list[Row] = []
    while cases:
        left = (budget - (time.monotonic() - begin)) / pace
        total = sum(case.cost * len(case.past) for case in cases)
        case = cases.pop(0)
        count = max(LEAST, round(left / total * len(case.past)), round(QUICK / case.cost))
        part = case.sample(min(count, len(case.past)))
        seconds, peer_seconds = (cost * len(part.past) for cost in (case.cost, case.peer_cost))
        if seconds > 1.5 * left:
            continue
        tell(part.name)
        with_peer = left - total > peer_seconds or not case.peer
        rows += _rows(part, with_peer=with_peer)
        # A busy machine takes longer than the costs say.
        said += seconds + with_peer * peer_seconds
        pace = max(0.5, (time.monotonic() - begin) / said)
    return rows


def _rows(case: Case, *, with_peer: bool) -> list[Row]:
    ours = _ours(case)
    name, theirs = _peers(case) if with_peer else ("", [])
    beside = [_errors(case, one) for one in theirs]
    published = {**case.published, **_best_rivals(case)}
    rows = []
    for turn, (error, value) in enumerate(_errors(case, ours).items()):
        told = published.get(error)
        peer = min((one[error] for one in beside), default=None)
        rows.append(
            Row(
                engine=ENGINE,
                case=case.name,
                measure=error,
                ours=value,
                peer=peer,
                peer_name=name,
                published=told.value if told else None,
                source=told.source if told else "",
                aim=told.aim if told else peer if case.peer is None else None,
                seconds=None if turn else ours.seconds,
                note="" if turn else case.note,
            )
        )
    return [*rows, *_covered(case, ours, theirs, name)]


def _peers(case: Case) -> tuple[str, list[Said]]:
    if case.peer:
        return f"statsforecast {case.peer.__name__}", [_theirs(case, case.peer(season_length=case.season))]
    windows = ConformalIntervals(n_windows=2, h=case.actual.shape[1])
    models = (CrostonSBA(prediction_intervals=windows), TSB(0.1, 0.1, prediction_intervals=windows))
    return RATES, [_theirs(case, model) for model in models]


def _best_rivals(case: Case) -> dict[str, Published]:
    """The best of the methods whose forecasts of the same series are published."""
    best: dict[str, Published] = {}
    for method, made in case.rivals.items():
        for name, value in _errors(case, Said(made, {}, 0.0)).items():
            if name not in best or value < (best[name].value or 0.0):
                says = f"{method}, best of {len(case.rivals)} methods on the same series"
                best[name] = Published(value, says, value)
    return best


def _covered(case: Case, ours: Said, theirs: Sequence[Said], name: str) -> Iterator[Row]:
    """What share of the outcomes the intervals held, and how many series a second."""
    for level, (low, high) in ours.bounds.items():
        found = [accuracy.coverage(case.actual, *one.bounds[level]) for one in theirs]
        peer = min(found, key=lambda one: abs(one - level / 100), default=None)
        yield Row(ENGINE, case.name, f"coverage of the {level} % interval",
                  accuracy.coverage(case.actual, low, high), peer=peer, peer_name=name,
                  published=level / 100, source="what it promises", more_is_better=True)  # fmt: skip
    count = len(case.past)
    yield Row(ENGINE, case.name, "series a second", count / ours.seconds, more_is_better=True,
              peer=max((count / one.seconds for one in theirs), default=None), peer_name=name)  # fmt: skip


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
    for name, freq, season, column, aim, cost, peer_cost in (
        ("hourly", "H", 24, 20, 0.50, 0.22, 0.07),
        ("weekly", "W", 1, 18, 0.80, 0.19, 0.11),
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
            peer_cost,
            Theta,
            {"OWA": Published(least, "best of the 61 entries and benchmarks, all series of M4", aim)},
            np.array([naive[one] for one in past]),
            note="Theta, the benchmark of M4, had 0.971 weekly and 1.006 hourly",
        )


def _m3(demand: Path) -> Iterator[Case]:
    folder = demand / "m3"
    with gzip.open(folder / "m3.jsonl.gz", "rt", encoding="utf-8") as file:
        series = [json.loads(line) for line in file]
    said: dict[str, dict[str, list[str]]] = {}
    with gzip.open(folder / "m3-point-forecasts.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            said.setdefault(row[0], {})[row[1]] = row[2:]
    for period, freq, season, cost, peer_cost in (
        ("YEARLY", "YS", 1, 0.002, 0.005),
        ("QUARTERLY", "QS", 4, 0.025, 0.06),
        ("OTHER", "YS", 1, 0.05, 0.015),
        ("MONTHLY", "MS", 12, 0.027, 0.23),
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
            peer_cost,
            AutoETS,
            {},
            rivals=_same(said, [one["id"] for one in mine], actual.shape[1]),
            note=_m3_other(demand, period),
        )


def _same(said: dict[str, dict[str, list[str]]], ids: list[str], horizon: int) -> dict[str, Floats]:
    """The forecasts [series, horizon] of each method that forecast all of these series."""
    return {
        method: np.array([[float(cell) for cell in rows[one][:horizon]] for one in ids])
        for method, rows in said.items()
        if all(one in rows for one in ids)
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
    for period, freq, season, span, cost, peer_cost in (
        ("yearly", "YS", 1, "1-4", 0.002, 0.005),
        ("quarterly", "QS", 4, "1-8", 0.065, 0.095),
        ("monthly", "MS", 12, "1-24", 0.1, 0.32),
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
            peer_cost,
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
    yield _rare("Online Retail, weekly units of an item", "W", items.to_numpy(dtype=float), 8, 0.007)
    rows = pd.read_csv(data / "demand" / "m5" / "sales_train_validation-subset.csv.gz")
    days = rows[[name for name in rows if name.startswith("d_")]].to_numpy(dtype=float)
    yield _rare("M5, daily units of an item in a shop", "D", days, 28, 1.4)


def _rare(name: str, freq: str, table: Floats, horizon: int, cost: float) -> Case:
    """Those with demand in less than three periods of four (ADI above 1.32), long enough for the peers."""
    begun = [one[int(np.argmax(one > 0)) :] for one in table[:, :-horizon]]
    least = 2 * horizon + 1
    rows = [at for at, one in enumerate(begun) if one.any() and (one > 0).mean() < 0.75 and len(one) >= least]
    return Case(
        name,
        freq,
        1,
        tuple(begun[at] for at in rows),
        table[rows, -horizon:],
        cost,
        0.001,
        None,
        {},
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
