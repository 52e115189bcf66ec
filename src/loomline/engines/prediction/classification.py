"""How likely a case ends one way: learn from decided cases, measure on held-out ones, score open ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import calibration, guard, kinds, measures, preparing, selection, splits
from loomline.engines.prediction.calibration import Calibration
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.measures import Quality
from loomline.engines.prediction.preparing import Known, Prepared, Question, Window
from loomline.engines.prediction.selection import Comparison, Learner, Problem
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

LEAST_OF_EACH = 50
YES = ("yes", "true", "1", "y", "t", "won", "churned", "converted", "late", "failed", "positive")
DECIDED_LEVELS = 2


@dataclass(frozen=True)
class Classifier:
    """A trained model with all it states about itself; it is plain data.

    `other` is the other value of the target. `quality` is that of the hold-out, `chosen` the model in words,
    `losses` the log-loss of every candidate out of fold, `split` how the hold-out was made.
    """

    target: str
    positive: str
    other: str
    traits: tuple[Trait, ...]
    learner: Learner
    calibration: Calibration
    threshold: float
    window: Window
    quality: Quality
    chosen: str
    losses: dict[str, float]
    split: str
    left_out: tuple[LeftOut, ...]
    suspects: tuple[Suspect, ...]
    seed: int

    def values(self, table: Columns) -> NDArray[np.float64]:
        """The traits of a table, shape (rows, traits); missing columns are refused."""
        return kinds.values_of(self.traits, table)

    def probability(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities of the positive outcome, shape (rows,)."""
        return self.calibration.probability(self.learner.raw(values))

    @property
    def is_better_than_chance(self) -> bool:
        """Whether the hold-out leaves no doubt (95 %) that the model tells the outcomes apart."""
        return self.quality.auc_low > 0.5


@dataclass(frozen=True)
class Learned:
    """A classifier and what it says about every row of its own table.

    `probability` has shape (rows,). `part` says how: "open" by the final model, "hold-out" and "out of fold"
    by models that had not seen the row, "seen" by one that had. `actual` is the target as it stands.
    """

    model: Classifier
    probability: NDArray[np.float64]
    part: tuple[str, ...]
    actual: tuple[str, ...]
    values: NDArray[np.float64]


def learn(table: Columns, question: Question, watch: Watch, *, new: Columns | None = None) -> Learned:
    """Learn an outcome.

    Raises BadInput when columns are missing, the target has no two outcomes, or there are fewer than
    LEAST_OF_EACH cases of either.
    """
    question.need(table)
    question, other = _outcomes(table, question)
    cells = np.array(table.cells[question.target])
    is_positive = cells == question.positive
    decided = is_positive | (cells == other if question.negative else np.array(_is_filled(cells)))
    y = is_positive.astype(float)
    refuse_few(table, question, int(y.sum()), int(decided.sum() - y.sum()))
    known = Known({question.target}, None if new is None else set(new.cells))
    prepared = _guarded(
        preparing.prepare(table, question, known, decided, watch.part(0.0, 0.05)), y, decided, question
    )
    rows = np.flatnonzero(decided)
    basis = splits.Basis(
        y[rows].astype(np.int64),
        None if prepared.time is None else prepared.time[rows],
        None if prepared.group is None else prepared.group[rows],
    )
    split = splits.hold_out(basis, seed=question.seed)
    everything = Problem(prepared.traits, prepared.values[rows], y[rows], "binary", question.seed)
    inside = everything.take(split.learn)
    folds = splits.folds(basis.take(split.learn), seed=question.seed)
    comparison = selection.compare(inside, folds, watch.part(0.05, 0.7))
    before = selection.train(inside, comparison.recipe, watch.part(0.7, 0.8))
    raw = before.raw(everything.values)
    honest = _honest(raw, comparison, split)
    judged = _judged(comparison, inside.y, raw[split.held], everything.y[split.held], question)
    final = selection.train(everything, comparison.recipe, watch.part(0.8, 0.95))
    unseen = honest == honest
    mapped = calibration.choose(honest[unseen], everything.y[unseen], seed=question.seed)
    sure = mapped.probability(honest[unseen])
    model = Classifier(
        target=question.target,
        positive=question.positive,
        other=other,
        traits=prepared.traits,
        learner=final,
        calibration=mapped,
        threshold=_threshold(everything.y[unseen], sure, question),
        window=preparing.window(prepared, rows, int(y.sum())),
        quality=judged,
        chosen=comparison.recipe.says,
        losses=comparison.losses,
        split=split.says,
        left_out=prepared.left_out,
        suspects=prepared.suspects,
        seed=question.seed,
    )
    return _told(model, prepared, rows, np.where(unseen, honest, raw), split, unseen, cells)


def refuse_few(table: Columns, question: Question, positives: int, negatives: int) -> None:
    """Refuse a table that has too few cases of either outcome for any statement."""
    if min(positives, negatives) >= LEAST_OF_EACH:
        return
    raise BadInput(
        f"{positives} cases ended with {question.target} = {question.positive} and {negatives} otherwise; "
        f"a prediction needs at least {LEAST_OF_EACH} of each.",
        remedy="Collect more decided cases first.",
        file=table.file,
        column=question.target,
    )


def _told(
    model: Classifier,
    prepared: Prepared,
    rows: NDArray[np.int64],
    raw: NDArray[np.float64],
    split: splits.Split,
    unseen: NDArray[np.bool_],
    cells: NDArray[np.str_],
) -> Learned:
    part = np.full(len(cells), "open", dtype=object)
    part[rows] = np.where(unseen, "out of fold", "seen")
    part[rows[split.held]] = "hold-out"
    probability = np.full(len(cells), np.nan)
    probability[rows] = model.calibration.probability(raw)
    still_open = part == "open"
    if still_open.any():
        probability[still_open] = model.probability(prepared.values[still_open])
    return Learned(model, probability, tuple(part.tolist()), tuple(cells.tolist()), prepared.values)


def _outcomes(table: Columns, question: Question) -> tuple[Question, str]:
    """The question with its positive outcome, and the other outcome's name."""
    counted = Counter(cell for cell in table.cells[question.target] if cell.lower() not in kinds.NO_CATEGORY)
    for wanted in filter(None, (question.positive, question.negative)):
        if wanted not in counted:
            raise BadInput(
                f"No case has {question.target} = {wanted}; there is {_listed(counted)}.",
                remedy="Name a value that stands in the column.",
                file=table.file,
                column=question.target,
            )
    if len(counted) < DECIDED_LEVELS:
        raise BadInput(
            f"The target has only one value ({_listed(counted) or 'none'}).",
            remedy="Send decided cases of both outcomes.",
            file=table.file,
            column=question.target,
        )
    positive = question.positive
    if not positive and len(counted) > DECIDED_LEVELS:
        raise BadInput(
            f"The target has {len(counted)} values: {_listed(counted)}.",
            remedy="Say with --positive which one is to be predicted (and with --negative its opposite), "
            "or use --kind number for a quantity.",
            file=table.file,
            column=question.target,
        )
    if not positive:
        said = [cell for cell in counted if cell.lower() in YES]
        positive = said[0] if len(said) == 1 else min(counted, key=lambda cell: (counted[cell], cell))
    rest = [cell for cell in counted if cell != positive]
    other = question.negative or (rest[0] if len(rest) == 1 else f"not {positive}")
    return replace(question, positive=positive), other


def _listed(counted: Counter[str]) -> str:
    shown = ", ".join(cell for cell, _ in counted.most_common(8))
    return shown + (", …" if len(counted) > 8 else "")


def _is_filled(cells: NDArray[np.str_]) -> list[bool]:
    return [cell.lower() not in kinds.NO_CATEGORY for cell in cells.tolist()]


def _guarded(
    prepared: Prepared, y: NDArray[np.float64], decided: NDArray[np.bool_], question: Question
) -> Prepared:
    out, look = guard.outcome_faults(
        prepared.traits, prepared.values[decided], y[decided], question.target, seed=question.seed
    )
    suspects = tuple(Suspect(prepared.traits[at].name, says) for at, says in look.items())
    made = replace(prepared.without(out), suspects=suspects)
    if not made.traits:
        raise BadInput(
            f"Every column alone predicts {question.target} almost perfectly, so all were left out.",
            remedy="Send a table with columns that are known before the outcome.",
        )
    return made


def _honest(raw: NDArray[np.float64], comparison: Comparison, split: splits.Split) -> NDArray[np.float64]:
    """Raw scores by models that had not seen the row; NaN where there is none."""
    found = np.full(len(raw), np.nan)
    found[split.learn] = comparison.raw
    found[split.held] = raw[split.held]
    return found


def _judged(
    comparison: Comparison,
    y: NDArray[np.float64],
    held_raw: NDArray[np.float64],
    held_y: NDArray[np.float64],
    question: Question,
) -> Quality:
    """The hold-out judged with a calibration and a threshold that did not see it."""
    seen = ~np.isnan(comparison.raw)
    mapped = calibration.choose(comparison.raw[seen], y[seen], seed=question.seed)
    threshold = _threshold(y[seen], mapped.probability(comparison.raw[seen]), question)
    return measures.quality(held_y, mapped.probability(held_raw), threshold)


def _threshold(y: NDArray[np.float64], p: NDArray[np.float64], question: Question) -> float:
    return calibration.best_threshold(y, p, miss=question.miss_cost, alarm=question.alarm_cost)
