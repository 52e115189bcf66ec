"""How likely a case ends one way, and when.

Learn from decided cases, measure on held-out ones, and score the open or new ones:

  loomline solve predict CUSTOMERS.csv --target Churn --positive Yes --id customerID --out P.csv
  loomline solve predict DEALS.csv --target stage --positive Won --negative Lost --date created --out P.csv
  loomline solve predict SHIPMENTS.csv --target late --date ordered --group client --new OPEN.csv --out P.csv
  loomline solve predict CASES.csv --target Churn --model M.json --out P.csv      learns and stores the model
  loomline solve predict NEW.csv --model M.json --out P.csv                       scores with a stored model

CASES.csv (also .xlsx, .gz; any delimiter) has one case a row. Numbers, dates and words are recognised; a
case whose target is empty (or, with --negative, neither of the two) is open and is predicted.

P.csv has the id (or the row), `probability`, `predicted` and three reasons. Without --new it has every row
of CASES.csv with `actual` and `part`: open; hold-out or out of fold (by a model that had not seen the case);
seen.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.prediction import answers, classification, reasons, report, storing
from loomline.engines.prediction.preparing import Question
from loomline.engines.watch import Watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is asked of which file."""
    parser.add_argument("cases", type=Path, metavar="CASES", help="the table of cases")
    parser.add_argument("--out", type=Path, required=True, metavar="P.csv", help="where the answers go")
    parser.add_argument("--target", default="", metavar="COLUMN", help="what is predicted; learns a model")
    parser.add_argument(
        "--positive", default="", metavar="VALUE", help="the outcome whose probability counts"
    )
    parser.add_argument("--negative", default="", metavar="VALUE", help="its opposite; other values are open")
    parser.add_argument("--id", default="", metavar="COLUMN", dest="identity", help="tells the rows apart")
    parser.add_argument(
        "--date", default="", metavar="COLUMN", help="the day of the case; found out; none: there is none"
    )
    parser.add_argument("--group", default="", metavar="COLUMN", help="rows of one group stay together")
    parser.add_argument("--exclude", default="", metavar="A,B", help="columns that the model must not see")
    parser.add_argument("--new", type=Path, metavar="NEW.csv", help="new cases to be scored")
    parser.add_argument("--model", type=Path, metavar="MODEL.json", help="the model to write, or to score by")
    parser.add_argument("--miss-cost", type=float, metavar="C", help="cost of an overlooked positive case")
    parser.add_argument("--alarm-cost", type=float, default=1.0, metavar="C", help="cost of a false alarm")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="for the split and the trees")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Learn and score, or score by a stored model; returns the report."""
    if not options.target:
        return _score(options, watch)
    table = columns.read(options.cases)
    new = columns.read(options.new) if options.new else None
    return _outcome(table, new, options, watch)


def _outcome(table: Columns, new: Columns | None, options: argparse.Namespace, watch: Watch) -> str:
    question = _question(options)
    learned = classification.learn(table, question, watch.part(0.0, 0.9), new=new)
    model = learned.model
    if options.model:
        storing.write(options.model, "outcome", storing.classifier_stored(model))
    if new is None:
        answers.of_learned(options.out, table, question.identity, learned, watch.part(0.9, 1.0))
    else:
        answers.of_new(options.out, new, question.identity, model, watch.part(0.9, 1.0))
    counts = reasons.importance(model.learner, learned.values)
    return f"{report.of_classifier(model, counts)}\nwritten        {options.out}"


def _score(options: argparse.Namespace, watch: Watch) -> str:
    if not options.model:
        raise BadInput(
            "Neither a target nor a model was given.",
            remedy="Give --target COLUMN to learn, or --model MODEL.json to score by a stored model.",
        )
    kind, stored = storing.read(options.model)
    table = columns.read(options.new or options.cases)
    model = storing.classifier_restored(stored)
    answers.of_new(options.out, table, options.identity, model, watch)
    return f"{table.rows} cases scored by the {kind} model {options.model.name}\nwritten {options.out}"


def _question(options: argparse.Namespace) -> Question:
    for name in ("miss_cost", "alarm_cost"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise BadInput(f"--{name.replace('_', '-')} is {value:g}.", remedy="Give a cost above 0.")
    return Question(
        target=options.target,
        positive=options.positive,
        negative=options.negative,
        identity=options.identity,
        date=options.date,
        group=options.group,
        exclude=tuple(filter(None, (name.strip() for name in options.exclude.split(",")))),
        miss_cost=options.miss_cost,
        alarm_cost=options.alarm_cost,
        seed=options.seed,
    )
