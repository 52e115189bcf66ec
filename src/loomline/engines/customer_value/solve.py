"""What each customer is worth: expected purchases, their value, and the chance that he is still there.

  loomline solve clv TRANSACTIONS.csv
  loomline solve clv TRANSACTIONS.csv --horizon 24 --discount 0.08 --margin 0.35 --out CLV.csv
  loomline solve clv TRANSACTIONS.csv --end 1998-06-30 --calibration-end 1997-09-30 --model auto
  loomline solve clv ORDERS.xlsx --columns customer,ordered_on,amount --cohorts COHORTS.csv

TRANSACTIONS.csv (any delimiter, also .gz or a spreadsheet) has one line per transaction in any order:
  customer_id   who; any text
  date          2026-11-22, 20261122 or with a time behind it; the day counts as it is written
  value         money with a point; a negative value is a refund and is taken from the purchases before it

What a customer buys on one day is one purchase. The model is fitted on all customers by maximum likelihood:
bg-nbd (the default), mbg-nbd, pareto-nbd, or auto for the most likely of the three; the value of a
purchase comes from the gamma-gamma model. With --calibration-end the models see nothing after that day, and
the errors of what they foretell until --end are printed.

CLV.csv has one line per customer: customer_id, frequency, recency, age (weeks), monetary, p_alive, purchases
(expected within the horizon), purchase_value, clv, value_is_prior (yes: bought once, so the value is that of
the average customer), recency_score, frequency_score, monetary_score (quintiles, 5 the best), segment; with
--calibration-end also foretold, actual_purchases and actual_value of the hold-out.
COHORTS.csv has one line per cohort and period: cohort, size, period (from 0), active, retention, value.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import report, retention, transactions
from loomline.engines.customer_value.lifetime_value import AUTO, MODELS, Terms
from loomline.engines.customer_value.transactions import NAMES
from loomline.engines.customer_value.valuation import valued
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

LINES = 20_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file and what to foretell from it."""
    parser.add_argument("transactions", type=Path, metavar="TRANSACTIONS")
    parser.add_argument("--out", type=Path, metavar="CLV.csv", help="write one line per customer")
    parser.add_argument("--cohorts", type=Path, metavar="COHORTS.csv", help="write the retention of cohorts")
    parser.add_argument(
        "--cohort-period", choices=tuple(retention.PERIODS), default="month", help="period of cohorts"
    )
    parser.add_argument("--end", metavar="DATE", help="last day of the observation (default: of the file)")
    parser.add_argument("--calibration-end", metavar="DATE", help="fit until this day, test after it")
    parser.add_argument("--horizon", type=int, default=12, metavar="MONTHS", help="months ahead (12)")
    parser.add_argument("--discount", type=float, default=0.1, metavar="RATE", help="a year, 0.1 is 10 %%")
    parser.add_argument(
        "--margin", type=float, default=1.0, metavar="PART", help="earned part of a value (1)"
    )
    parser.add_argument("--model", choices=(*MODELS, AUTO), default="bg-nbd", help="model of buying")
    parser.add_argument(
        "--columns", default=",".join(NAMES), metavar="C,D,V", help="names of the three columns"
    )


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, fit, value, write; what comes back is a short report."""
    names = _names(options.columns)
    known = transactions.read(options.transactions, names=names, watch=watch.part(0.0, 0.3))
    end = _day("--end", options.end) if options.end else known.day.max()
    found = valued(
        known.until(end),
        end=end,
        calibration=_day("--calibration-end", options.calibration_end) if options.calibration_end else None,
        terms=Terms.of_year(options.horizon, options.discount, options.margin),
        model=options.model,
        watch=watch.part(0.3, 0.8),
    )
    if options.out:
        _write(options.out, report.customer_head(found), report.customers(found), watch.part(0.8, 0.95))
    if options.cohorts:
        table = retention.cohorts(found.bought, found.end, period=options.cohort_period)
        _write(options.cohorts, report.COHORT_HEAD, report.cohorts(table), watch.part(0.95, 1.0))
    return report.text(found)


def _names(text: str) -> tuple[str, str, str]:
    names = [name.strip() for name in text.split(",")]
    if len(names) != 3 or not all(names) or len(set(names)) != 3:
        raise BadInput(
            f'--columns "{text}" does not name three columns.', remedy="Write it as customer_id,date,value."
        )
    return names[0], names[1], names[2]


def _day(option: str, text: str) -> np.datetime64:
    found = transactions.day_of(text)
    if found is None:
        raise BadInput(f'{option} "{text}" is not a date.', remedy="Write it as 2026-11-22.")
    return found


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], watch: Watch) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for number, row in enumerate(rows):
            if number % LINES == 0:
                watch.at(0.5, f"writing {path.name}")
            writer.writerow(row)
