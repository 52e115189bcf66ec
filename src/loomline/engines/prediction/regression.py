"""How large a number will be (days late, remaining life, value): the same steps as for outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import guard, intervals, kinds, measures, preparing, selection, splits
from loomline.engines.prediction.guard import LeftOut
from loomline.engines.prediction.intervals import Interval
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.preparing import Known, Prepared, Question, Window
from loomline.engines.prediction.selection import Learner, Problem
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

LEAST_CASES = 100
SAME = 0.995


@dataclass(frozen=True)
class Accuracy:
    """The errors on the hold-out; `base_rmse` is of always saying the mean, `covered` the share in bounds."""

    cases: int
    rmse: float
    mae: float
    r_squared: float
    base_rmse: float
    covered: float


@dataclass(frozen=True)
class Regressor:
    """A trained model for a number with all it states about itself; plain data."""

    target: str
    traits: tuple[Trait, ...]
    learner: Learner
    interval: Interval
    low: float
    high: float
    window: Window
    accuracy: Accuracy
    chosen: str
    losses: dict[str, float]
    split: str
    left_out: tuple[LeftOut, ...]
    seed: int

    def values(self, table: Columns) -> NDArray[np.float64]:
        """The traits of a table, shape (rows, traits)."""
        return kinds.values_of(self.traits, table)

    def number(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The expected number, within the range that was learned from, shape (rows,)."""
        return np.clip(self.learner.raw(values), self.low, self.high)


@dataclass(frozen=True)
class LearnedNumber:
    """A regressor and what it says about every row of its own table; as `classification.Learned`."""

    model: Regressor
    said: NDArray[np.float64]
    part: tuple[str, ...]
    actual: tuple[str, ...]
    values: NDArray[np.float64]


def learn(table: Columns, question: Question, watch: Watch, *, new: Columns | None = None) -> LearnedNumber:
    """Learn a number; rows with an empty target are open. Raises BadInput below LEAST_CASES cases."""
    question.need(table)
    y, decided = _target(table, question)
    known = Known({question.target}, None if new is None else set(new.cells))
    prepared = _guarded(
        preparing.prepare(table, question, known, decided, watch.part(0.0, 0.05)), y, decided, question
    )
    rows = np.flatnonzero(decided)
    basis = splits.Basis(
        np.zeros(len(rows), dtype=np.int64),
        None if prepared.time is None else prepared.time[rows],
        None if prepared.group is None else prepared.group[rows],
    )
    split = splits.hold_out(basis, seed=question.seed)
    everything = Problem(prepared.traits, prepared.values[rows], y[rows], "regression", question.seed)
    inside = everything.take(split.learn)
    comparison = selection.compare(
        inside, splits.folds(basis.take(split.learn), seed=question.seed), watch.part(0.05, 0.7)
    )
    before = selection.train(inside, comparison.recipe, watch.part(0.7, 0.8))
    raw = before.raw(everything.values)
    honest = np.full(len(rows), np.nan)
    honest[split.learn], honest[split.held] = comparison.raw, raw[split.held]
    seen = ~np.isnan(comparison.raw)
    accuracy = _accuracy(
        everything.y[split.held],
        raw[split.held],
        float(inside.y.mean()),
        intervals.fit(inside.y[seen], comparison.raw[seen]),
    )
    unseen = ~np.isnan(honest)
    model = Regressor(
        target=question.target,
        traits=prepared.traits,
        learner=selection.train(everything, comparison.recipe, watch.part(0.8, 0.95)),
        interval=intervals.fit(everything.y[unseen], honest[unseen]),
        low=float(everything.y.min()),
        high=float(everything.y.max()),
        window=preparing.window(prepared, rows, 0),
        accuracy=accuracy,
        chosen=comparison.recipe.says,
        losses=comparison.losses,
        split=split.says,
        left_out=prepared.left_out,
        seed=question.seed,
    )
    part = np.full(table.rows, "open", dtype=object)
    part[rows] = np.where(unseen, "out of fold", "seen")
    part[rows[split.held]] = "hold-out"
    said = np.empty(table.rows)
    said[rows] = np.where(unseen, honest, raw)
    if not decided.all():
        said[~decided] = model.number(prepared.values[~decided])
    actual = tuple(table.cells[question.target])
    return LearnedNumber(model, np.clip(said, model.low, model.high), tuple(part), actual, prepared.values)


def _target(table: Columns, question: Question) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    cells = table.cells[question.target]
    trait = Trait(question.target, "number")
    for at, cell in enumerate(cells):
        if cell.lower() not in kinds.NO_NUMBER and kinds.number(cell) is None:
            table.refuse(
                question.target, at, f'"{cell}" is not a number.', "Correct it, or use --kind outcome."
            )
    y = trait.values(cells, file=table.file)
    decided = y == y
    if decided.sum() < LEAST_CASES or np.ptp(y[decided]) == 0:
        raise BadInput(
            f"{int(decided.sum())} cases have a number in {question.target}; at least {LEAST_CASES} that "
            "are not all the same are needed.",
            remedy="Collect more cases first.",
            file=table.file,
            column=question.target,
        )
    return y, decided


def _guarded(
    prepared: Prepared, y: NDArray[np.float64], decided: NDArray[np.bool_], question: Question
) -> Prepared:
    found = {}
    for at, trait in enumerate(prepared.traits):
        share = guard.alone_number(trait, prepared.values[decided, at], y[decided])
        if share >= SAME:
            found[at] = f"alone says {question.target} almost perfectly (R² {share:.4f})"
    return prepared.without(found)


def _accuracy(y: NDArray[np.float64], said: NDArray[np.float64], mean: float, interval: Interval) -> Accuracy:
    low, high = interval.around(said)
    return Accuracy(
        cases=len(y),
        rmse=measures.rmse(y, said),
        mae=measures.mae(y, said),
        r_squared=measures.r_squared(y, said),
        base_rmse=measures.rmse(y, np.full(len(y), mean)),
        covered=float(np.mean((y >= low) & (y <= high))),
    )
