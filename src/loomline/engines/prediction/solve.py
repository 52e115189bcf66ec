"""How likely a case ends one way, how large a number will be, when an event comes, how long a machine runs.

Learn from decided cases, measure on held-out ones, and score the open or new ones:

  loomline solve predict CUSTOMERS.csv --target Churn --positive Yes --id customerID --out P.csv
  loomline solve predict DEALS.csv --target stage --positive Won --negative Lost --date created --out P.csv
  loomline solve predict SHIPMENTS.csv --target late --date ordered --group client --new OPEN.csv --out P.csv
  loomline solve predict SHIPMENTS.csv --target days_late --kind number --out P.csv
  loomline solve predict CUSTOMERS.csv --kind survival --target Churn --duration tenure --out P.csv
  loomline solve predict train_FD001.txt --kind life --new test_FD001.txt --truth RUL_FD001.txt --out P.csv
  loomline solve predict PUMPS.csv --kind life --unit pump --cycle hour --new NOW.csv --out P.csv

Store a model and score with it (the kind stands in the model; without --target nothing is learned):

  loomline solve predict CASES.csv --target Churn --model M.json --out P.csv
  loomline solve predict NEW.csv --model M.json --out P.csv

CASES (.csv with any delimiter, .xlsx, .gz) has one case a row. Numbers, dates and words are recognised; a
case whose target is empty (or, with --negative, neither of the two) is open and is predicted. Columns that
know the outcome beforehand, ids and constants are left out, and the report says why.

P.csv by kind; each row ends with reason_1 to reason_3:
  outcome   id (or row), probability, predicted; without --new also actual and part, for every row of CASES:
            open; hold-out and out of fold (said by a model that had not seen the case); seen
  number    id, predicted, low, high (80 % of true values lie between); without --new also actual and part
  survival  id, age, risk, within_H per horizon (chance of the event in the next H), median_left
  life      unit, age, remaining, low, high, fails_within_H; one row a unit, at its last cycle

Life reads NASA's C-MAPSS text files (unit, cycle, 3 settings, sensors; no header) or a table with --unit and
--cycle; every unit of CASES ran to failure, those of --new still run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import (
    answers,
    classification,
    measures,
    reasons,
    regression,
    remaining_life,
    report,
    sequences,
    storing,
)
from loomline.engines.prediction.preparing import Question
from loomline.engines.prediction.remaining_life import LifeModel
from loomline.engines.prediction.sequences import Layout, Sequences
from loomline.engines.prediction.survival import learning
from loomline.engines.prediction.survival.learning import SurvivalModel
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

KINDS = ("outcome", "number", "survival", "life")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is asked of which file."""
    column = "COLUMN"
    parser.add_argument("cases", type=Path, metavar="CASES", help="the table of cases")
    parser.add_argument("--out", required=True, metavar="P.csv", help="where the answers go", type=Path)
    parser.add_argument("--kind", choices=KINDS, default="outcome", help="what is predicted")
    parser.add_argument(
        "--target", help="the column that is predicted; learns a model", default="", metavar=column
    )
    parser.add_argument("--positive", default="", metavar="VALUE", help="the outcome whose chance counts")
    parser.add_argument("--negative", default="", metavar="VALUE", help="its opposite; other values are open")
    parser.add_argument("--id", dest="identity", help="tells the rows apart", default="", metavar=column)
    parser.add_argument(
        "--date",
        help="the day of the case; found out when not given; none: no date",
        default="",
        metavar=column,
    )
    parser.add_argument("--group", help="rows of one group stay together", default="", metavar=column)
    parser.add_argument("--exclude", default="", metavar="A,B", help="columns the model must not see")
    parser.add_argument("--new", metavar="NEW.csv", help="new cases to be scored", type=Path)
    parser.add_argument("--model", metavar="MODEL.json", help="the model to write, or to score by", type=Path)
    parser.add_argument("--miss-cost", type=float, metavar="C", help="cost of an overlooked positive case")
    parser.add_argument("--alarm-cost", type=float, default=1.0, metavar="C", help="cost of a false alarm")
    parser.add_argument(
        "--duration", help="survival: time until the event or until last seen", default="", metavar=column
    )
    parser.add_argument("--horizon", default="", metavar="H,…", help="survival, life: how far ahead")
    parser.add_argument("--unit", help="life: the column of the machine", default="", metavar=column)
    parser.add_argument("--cycle", help="life: the column of its time", default="", metavar=column)
    parser.add_argument("--settings", default="", metavar="A,B", help="life: columns of the operating point")
    parser.add_argument("--cap", type=float, metavar="N", help="life: the most that is said (C-MAPSS: 125)")
    parser.add_argument("--window", type=int, default=30, metavar="N", help="life: cycles looked back")
    parser.add_argument("--truth", metavar="RUL.txt", help="life: true remaining lives of --new", type=Path)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="for the split and the trees")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Learn and score, or score by a stored model; returns the report."""
    _refuse(options)
    if options.kind == "life":
        return _life(options, watch)
    if not options.target:
        return _score(options, watch)
    table = columns.read(options.cases)
    new = columns.read(options.new) if options.new else None
    kinds: dict[str, Callable[[Columns, Columns | None, argparse.Namespace, Watch], str]] = {
        "outcome": _outcome,
        "number": _number,
        "survival": _survival,
    }
    return f"{kinds[options.kind](table, new, options, watch)}\nwritten        {options.out}"


def _outcome(table: Columns, new: Columns | None, options: argparse.Namespace, watch: Watch) -> str:
    learned = classification.learn(table, _question(options), watch.part(0.0, 0.9), new=new)
    model = learned.model
    _keep(options, "outcome", lambda: storing.classifier_stored(model))
    if new is None:
        answers.of_learned(options.out, table, options.identity, learned, watch.part(0.9, 1.0))
    else:
        answers.of_new(options.out, new, options.identity, model, watch.part(0.9, 1.0))
    return report.of_classifier(model, reasons.importance(model.learner, learned.values))


def _number(table: Columns, new: Columns | None, options: argparse.Namespace, watch: Watch) -> str:
    learned = regression.learn(table, _question(options), watch.part(0.0, 0.9), new=new)
    model = learned.model
    _keep(options, "number", lambda: storing.regressor_stored(model))
    if new is None:
        answers.of_learned_number(options.out, table, options.identity, learned, watch.part(0.9, 1.0))
    else:
        answers.of_new_number(options.out, new, options.identity, model, watch.part(0.9, 1.0))
    return report.of_regressor(model, reasons.importance(model.learner, learned.values))


def _survival(table: Columns, new: Columns | None, options: argparse.Namespace, watch: Watch) -> str:
    if not options.duration:
        raise BadInput("The column of the duration was not named.", remedy="Give --duration COLUMN.")
    model, _ = learning.learn(table, _question(options), options.duration, watch.part(0.0, 0.9), new=new)
    _keep(options, "survival", lambda: storing.survival_stored(model))
    scored = table if new is None else new
    answers.of_survival(
        options.out, scored, options.identity, model, _horizons(options, model), watch.part(0.9, 1.0)
    )
    return report.of_survival(model)


def _life(options: argparse.Namespace, watch: Watch) -> str:
    layout = Layout(options.unit, options.cycle, _listed(options.settings), _listed(options.exclude))
    cases = sequences.read(options.cases, layout)
    new = sequences.read(options.new, layout) if options.new else None
    horizons = _numbers(options)
    model = remaining_life.learn(
        cases,
        watch.part(0.0, 0.95),
        cap=options.cap,
        window=options.window,
        horizon=horizons[0] if horizons else None,
        seed=options.seed,
    )
    _keep(options, "life", lambda: storing.life_stored(model))
    lines = [report.of_life(model)]
    if new is not None:
        lines += _said_of_lives(model, new, options)
    return "\n".join(lines)


def _said_of_lives(model: LifeModel, new: Sequences, options: argparse.Namespace) -> list[str]:
    lives = model.lives(new)
    answers.of_lives(options.out, lives, model)
    lines = []
    if options.truth:
        true = sequences.read_truth(options.truth, new.units)
        said = np.array([life.remaining for life in lives])
        capped = np.minimum(true, model.cap)
        lines = [
            f"against {options.truth.name}, {len(true)} units",
            f"  RMSE         {measures.rmse(capped, said):.4f} (true lives capped at {model.cap:g}), "
            f"{measures.rmse(true, said):.4f} (not capped)",
            f"  PHM score    {measures.phm_score(capped, said):.2f} (capped), "
            f"{measures.phm_score(true, said):.2f} (not capped)",
        ]
    return [*lines, f"written        {options.out}"]


def _score(options: argparse.Namespace, watch: Watch) -> str:
    if not options.model:
        raise BadInput(
            "Neither a target nor a model was given.",
            remedy="Give --target COLUMN to learn, or --model MODEL.json to score by a stored model.",
        )
    kind, stored = storing.read(options.model)
    path = options.new or options.cases
    if kind == "life":
        layout = Layout(options.unit, options.cycle, _listed(options.settings), _listed(options.exclude))
        return "\n".join(_said_of_lives(storing.life_restored(stored), sequences.read(path, layout), options))
    table = columns.read(path)
    if kind == "outcome":
        answers.of_new(options.out, table, options.identity, storing.classifier_restored(stored), watch)
    elif kind == "number":
        answers.of_new_number(options.out, table, options.identity, storing.regressor_restored(stored), watch)
    else:
        model = storing.survival_restored(stored)
        answers.of_survival(options.out, table, options.identity, model, _horizons(options, model), watch)
    return f"{table.rows} cases scored by the {kind} model {options.model.name}\nwritten        {options.out}"


def _keep(options: argparse.Namespace, kind: str, stored: Callable[[], dict[str, object]]) -> None:
    if options.model:
        storing.write(options.model, kind, stored())


def _horizons(options: argparse.Namespace, model: SurvivalModel) -> list[float]:
    """As asked, else a tenth and a quarter of the longest duration that was seen."""
    return _numbers(options) or [float(f"{model.grid[-1] * share:.2g}") for share in (0.1, 0.25)]


def _numbers(options: argparse.Namespace) -> list[float]:
    found = []
    for text in _listed(options.horizon):
        try:
            found.append(float(text))
        except ValueError:
            found.append(-1.0)
        if not found[-1] > 0:
            raise BadInput(f'--horizon "{text}" is no number above 0.', remedy="Write it as 30 or 30,90.")
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _refuse(options: argparse.Namespace) -> None:
    for name in ("miss_cost", "alarm_cost", "cap", "window"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise BadInput(f"--{name.replace('_', '-')} is {value:g}.", remedy="Give a number above 0.")


def _question(options: argparse.Namespace) -> Question:
    return Question(
        target=options.target,
        positive=options.positive,
        negative=options.negative,
        identity=options.identity,
        date=options.date,
        group=options.group,
        exclude=_listed(options.exclude),
        miss_cost=options.miss_cost,
        alarm_cost=options.alarm_cost,
        seed=options.seed,
    )
