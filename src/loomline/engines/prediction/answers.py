"""The file of answers: one row a case with its prediction and the reasons, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction.classification import Classifier, Learned
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.preparing import identities
from loomline.engines.prediction.reasons import AT_ONCE, FEW, Reason, of_contributions, reasons
from loomline.engines.prediction.regression import LearnedNumber, Regressor
from loomline.engines.prediction.remaining_life import Life, LifeModel
from loomline.engines.prediction.selection import Learner
from loomline.engines.prediction.survival.learning import SurvivalModel
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

REASONS = [f"reason_{at + 1}" for at in range(FEW)]


def of_learned(path: Path, table: Columns, identity: str, learned: Learned, watch: Watch) -> None:
    """Every row of the table that was learned from, with its actual outcome and the part it had."""
    model = learned.model
    name, ids = identities(table, identity)
    said = zip(
        ids,
        _outcome(model, learned.probability),
        learned.actual,
        learned.part,
        _why(model.learner, model.traits, learned.values, watch),
        strict=True,
    )
    write(
        path,
        [name, "probability", "predicted", "actual", "part", *REASONS],
        ([one, *outcome, actual, part, *why] for one, outcome, actual, part, why in said),
    )


def of_new(path: Path, table: Columns, identity: str, model: Classifier, watch: Watch) -> None:
    """Every row of a table of new cases."""
    values = model.values(table)
    name, ids = identities(table, identity)
    said = zip(
        ids,
        _outcome(model, model.probability(values)),
        _why(model.learner, model.traits, values, watch),
        strict=True,
    )
    write(
        path,
        [name, "probability", "predicted", *REASONS],
        ([one, *outcome, *why] for one, outcome, why in said),
    )


def of_learned_number(
    path: Path, table: Columns, identity: str, learned: LearnedNumber, watch: Watch
) -> None:
    """Every row of the table that was learned from, with its actual number and the part it had."""
    model = learned.model
    name, ids = identities(table, identity)
    why = _why(model.learner, model.traits, learned.values, watch)
    said = zip(ids, _number(model, learned.said), learned.actual, learned.part, why, strict=True)
    write(
        path,
        [name, "predicted", "low", "high", "actual", "part", *REASONS],
        ([one, *number, actual, part, *lines] for one, number, actual, part, lines in said),
    )


def of_new_number(path: Path, table: Columns, identity: str, model: Regressor, watch: Watch) -> None:
    """Every row of a table of new cases with a number."""
    values = model.values(table)
    name, ids = identities(table, identity)
    why = _why(model.learner, model.traits, values, watch)
    said = zip(ids, _number(model, model.number(values)), why, strict=True)
    write(
        path,
        [name, "predicted", "low", "high", *REASONS],
        ([one, *number, *lines] for one, number, lines in said),
    )


def of_survival(
    path: Path,
    table: Columns,
    identity: str,
    model: SurvivalModel,
    horizons: Sequence[float],
    watch: Watch,
) -> None:
    """Every row: risk, the chance of the event within each horizon from its age on, the median time left."""
    values, ages = model.values(table), model.ages(table)
    name, ids = identities(table, identity)
    watch.at(0.1, "survival curves")
    risk = model.survivor.risk(values)
    chances = [model.chance(values, ages, horizon) for horizon in horizons]
    left = model.median_left(values, ages)
    sources, adds = model.survivor.contributions(values, ages)
    why = [_lines(each) for each in of_contributions(sources, adds, model.traits, values, FEW)]
    rows = (
        [
            ids[at],
            f"{ages[at]:.6g}",
            f"{risk[at]:.6f}",
            *(f"{chance[at]:.6f}" for chance in chances),
            f"{left[at]:.6g}" if np.isfinite(left[at]) else "",
            *why[at],
        ]
        for at in range(len(ids))
    )
    heads = [f"within_{horizon:g}" for horizon in horizons]
    write(path, [name, "age", "risk", *heads, "median_left", *REASONS], rows)


def of_lives(path: Path, lives: Sequence[Life], model: LifeModel) -> None:
    """Every unit with its remaining life."""
    rows = (
        [
            life.unit,
            f"{life.age:.6g}",
            f"{life.remaining:.4f}",
            f"{life.low:.4f}",
            f"{life.high:.4f}",
            f"{life.fails:.6f}",
            *_lines(list(life.reasons)),
        ]
        for life in lives
    )
    write(
        path,
        ["unit", "age", "remaining", "low", "high", f"fails_within_{model.horizon:g}", *REASONS],
        rows,
    )


def write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file with these heads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)


def _outcome(model: Classifier, probability: NDArray[np.float64]) -> list[tuple[str, str]]:
    return [
        (f"{p:.6f}", model.positive if p >= model.threshold else model.other) for p in probability.tolist()
    ]


def _number(model: Regressor, said: NDArray[np.float64]) -> list[tuple[str, str, str]]:
    low, high = model.interval.around(said)
    return [
        (f"{one:.6g}", f"{below:.6g}", f"{above:.6g}")
        for one, below, above in zip(said.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _why(
    learner: Learner, traits: Sequence[Trait], values: NDArray[np.float64], watch: Watch
) -> list[list[str]]:
    lines: list[list[str]] = []
    for start in range(0, len(values), AT_ONCE):
        watch.at(start / len(values), "finding reasons")
        lines += [_lines(each) for each in reasons(learner, traits, values[start : start + AT_ONCE])]
    return lines


def _lines(each: Sequence[Reason]) -> list[str]:
    said = [reason.says() for reason in each]
    return said + [""] * (FEW - len(said))
