"""Customer value against the published estimates of CDNOW, on what its models have not seen, and its pace."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from benchmarks._table import Row
from loomline.engines.customer_value import baskets, holdout, lifetime_value, solve, summary
from loomline.engines.customer_value.clusters import clusters
from loomline.engines.customer_value.summary import Summary
from loomline.engines.customer_value.transactions import Transactions, day_of, of_arrays, purchases
from loomline.engines.watch import Watch

ENGINE = "customer_value"
MILLION = 1_000_000
PAPER = "Fader, Hardie and Lee 2005"
# Correlation of forecast and actual purchases in weeks 40 to 78, as printed in table 3 of the paper.
CORRELATION = {"bg-nbd": 0.626, "pareto-nbd": 0.630}
PRINTED = {"bg-nbd": "cdnow_bgnbd", "pareto-nbd": "cdnow_pareto_nbd"}


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """Golden values and hold-outs always; the million transactions when there is half a minute for them."""
    begin = time.monotonic()
    folder = data / "customers"
    tell("CDNOW, estimates")
    cdnow = _summary(folder / "clv" / "cdnow_customers_summary_with_transactions.csv")
    printed = json.loads((folder / "clv" / "published-parameters.json").read_text())
    rows = [*_estimates(cdnow, printed), _spending(cdnow, printed)]
    tell("CDNOW, hold-out")
    rows += _cdnow_hold_out(folder)
    tell("Online Retail")
    rows += _retail(folder / "transactions" / "online-retail.csv.gz")
    if budget - (time.monotonic() - begin) > 30:
        tell("a million transactions")
        rows.append(_million())
    return rows


def _summary(file: Path) -> Summary:
    with file.open(newline="") as lines:
        told = list(csv.DictReader(lines))
    x, t_x, age, money = (np.array([float(row[name]) for row in told]) for name in ("x", "t_x", "T", "zbar"))
    return summary.of_arrays(x, t_x, age, money)


def _estimates(cdnow: Summary, printed: dict[str, dict[str, float]]) -> list[Row]:
    rows = []
    for model, key in PRINTED.items():
        begin = time.process_time()
        found = lifetime_value.fit(cdnow, model=model)
        seconds = time.process_time() - begin
        peer = _plain(cdnow) if model == "bg-nbd" else None
        rows.append(
            Row(ENGINE, f"CDNOW, {found.model.name}", "log-likelihood", round(found.log_likelihood, 1),
                peer=peer, peer_name="scipy.optimize.minimize, Nelder-Mead" if peer else "",
                published=printed[key]["log_likelihood"], source=PAPER, aim=printed[key]["log_likelihood"],
                more_is_better=True, seconds=seconds, note="to the digit that is printed"),
        )  # fmt: skip
        off = max(abs(value - printed[key][name]) for name, value in found.model.parameters.items())
        rows.append(
            Row(ENGINE, f"CDNOW, {found.model.name}", "largest difference from the parameters printed", off,
                aim=0.002, note="the paper has three digits"),
        )  # fmt: skip
    return rows


def _plain(cdnow: Summary) -> float:
    """The likelihood as the paper prints it, given to an optimiser as it comes."""
    x, t_x, age = cdnow.frequency, cdnow.recency, cdnow.age

    def minus(p: NDArray[np.float64]) -> float:
        if (p <= 0).any():
            return float("inf")
        r, alpha, a, b = p
        lives = special.betaln(a, b + x) - special.betaln(a, b) - (r + x) * np.log(alpha + age)
        leaves = special.betaln(a + 1, b + np.maximum(x, 1) - 1) - special.betaln(a, b)
        leaves = np.where(x > 0, leaves - (r + x) * np.log(alpha + t_x), -np.inf)
        bought = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        return -float((bought + np.logaddexp(lives, leaves)).sum())

    return round(-float(optimize.minimize(minus, np.ones(4), method="Nelder-Mead").fun), 1)


def _spending(cdnow: Summary, printed: dict[str, dict[str, float]]) -> Row:
    found, _warnings = lifetime_value.spending_of(cdnow)
    told = printed["cdnow_gamma_gamma"]
    off = max(abs(found.p - told["p"]), abs(found.q - told["q"]), abs(found.v - told["gamma"]))
    return Row(ENGINE, "CDNOW, gamma-gamma", "largest difference from the parameters printed", off,
               aim=0.01, note="Fader and Hardie 2013 print two digits")  # fmt: skip


def _cdnow_hold_out(folder: Path) -> list[Row]:
    told = [line.split() for line in (folder / "clv" / "CDNOW_sample.txt").read_text().splitlines()]
    days = np.array([day_of(row[2]) for row in told])
    known = of_arrays([row[1] for row in told], days, np.array([float(row[4]) for row in told]))
    rows = []
    for model in lifetime_value.MODELS:
        held = holdout.hold_out(known, np.datetime64("1997-09-30"), np.datetime64("1998-06-30"), model=model)
        ours, rule = held.forecasts[0], held.forecasts[1]
        case = f"CDNOW, {ours.name}, 39 weeks held out"
        rows += [
            Row(ENGINE, case, "correlation of purchases", ours.correlation, peer=rule.correlation,
                peer_name="each at his rate so far", published=CORRELATION.get(model), source=PAPER,
                more_is_better=True),
            Row(ENGINE, case, "MAE of purchases", ours.mae, peer=rule.mae,
                peer_name="each at his rate so far"),
            Row(ENGINE, case, "error of all purchases, %", 100 * abs(ours.bias), peer=100 * abs(rule.bias),
                peer_name="each at his rate so far"),
        ]  # fmt: skip
    return rows


def _retail(file: Path) -> list[Row]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        told = [row for row in csv.DictReader(lines) if row["CustomerID"]]
    days = np.array([np.datetime64(row["InvoiceDate"][:10]) for row in told])
    values = np.array([float(row["Quantity"]) * float(row["UnitPrice"]) for row in told])
    known = of_arrays([row["CustomerID"] for row in told], days, values)
    held = holdout.hold_out(known, np.datetime64("2011-08-31"), np.datetime64("2011-11-30"), model="auto")
    ours, rule = held.forecasts[0], held.forecasts[1]
    case = f"Online Retail, {ours.name}, three months held out"
    bought = [row for row in told if float(row["Quantity"]) > 0]
    begin = time.process_time()
    pairs = baskets.pairs(
        [row["InvoiceNo"] for row in bought], [row["StockCode"] for row in bought], fewest=20
    )
    return [
        Row(ENGINE, case, "MAE of purchases", ours.mae, peer=rule.mae, peer_name="each at his rate so far"),
        Row(ENGINE, case, "RMSE of purchases", ours.rmse, peer=rule.rmse,
            peer_name="each at his rate so far"),
        Row(ENGINE, case, "correlation of purchases", ours.correlation, peer=rule.correlation,
            peer_name="each at his rate so far", more_is_better=True),
        Row(ENGINE, f"Online Retail, {len(bought):,} lines, {len(pairs):,} rules", "seconds",
            time.process_time() - begin, aim=10.0, note="pairs in 20 baskets or more; processor time"),
        _groups(known),
    ]  # fmt: skip


def _groups(known: Transactions) -> Row:
    bought = purchases(known)
    made = summary.summarise(bought, known.day.max())
    measures = {"silence": made.age - made.recency, "purchases": made.frequency + 1}
    begin = time.process_time()
    found = clusters(measures, ks=range(2, 9), skewed=list(measures), seed=1)
    return Row(ENGINE, f"Online Retail, {len(made):,} customers, k from 2 to 8", "best silhouette",
               max(found.silhouettes.values()), more_is_better=True, seconds=time.process_time() - begin,
               note=f"k = {found.k}")  # fmt: skip


def _million() -> Row:
    """From the file to the file: read, fit, value, score, write."""
    parser = argparse.ArgumentParser()
    solve.arguments(parser)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "T.csv"
        customers = _market(file)
        options = parser.parse_args([str(file), "--out", str(Path(folder) / "CLV.csv")])
        begin, cpu = time.monotonic(), time.process_time()
        solve.run(options, Watch())
        seconds, worked = time.monotonic() - begin, time.process_time() - cpu
    return Row(ENGINE, f"{MILLION:,} transactions of {customers:,} simulated customers", "seconds", worked,
               aim=10.0, seconds=seconds, note="CSV to CSV, processor time")  # fmt: skip


def _market(file: Path) -> int:
    """Customers who live as BG/NBD says, their lines in no order."""
    chance = np.random.default_rng(20261122)
    size = 260_000
    rate, leaving = chance.gamma(0.7, 1 / 5.0, size), chance.beta(0.8, 2.4, size)
    at, alive = chance.integers(0, 365, size) / 7.0, np.arange(size)
    who, when = [alive], [at]
    while len(alive) and sum(map(len, who)) < 2 * MILLION:
        at = at + chance.exponential(1 / np.maximum(rate[alive], 1e-9))
        stays = at < 156
        alive, at = alive[stays], at[stays]
        who, when = [*who, alive], [*when, at]
        stays = chance.random(len(alive)) >= leaving[alive]
        alive, at = alive[stays], at[stays]
    everyone, days = np.concatenate(who), (np.concatenate(when) * 7).astype(int)
    chosen = chance.permutation(len(everyone))[:MILLION]
    if len(chosen) < MILLION:
        raise ValueError("The market is too small.")
    dates = np.datetime_as_string(np.datetime64("2023-01-01") + days[chosen])
    values = chance.gamma(6.0, 5.0, MILLION)
    lines = (f"C{c:07},{d},{v:.2f}\n" for c, d, v in zip(everyone[chosen], dates, values, strict=True))
    with file.open("w") as out:
        out.write("customer_id,date,value\n")
        out.writelines(lines)
    return len(np.unique(everyone[chosen]))
