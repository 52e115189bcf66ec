"""When an event comes: choose the survival model on folds, measure it on a hold-out, score the living."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import features, guard, kinds, linear, preparing, splits
from loomline.engines.prediction.features import Features
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.measures import mean_ranks
from loomline.engines.prediction.preparing import Known, Prepared, Question, Window
from loomline.engines.prediction.splits import Fold
from loomline.engines.prediction.survival import cox, hazard, kaplan_meier, measures, weibull
from loomline.engines.prediction.survival.kaplan_meier import Curve
from loomline.engines.prediction.survival.measures import Quality
from loomline.engines.prediction.survival.models import Survivor
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

LEAST_EVENTS = 50
GROWS = 0.8
GRID = 20
RIDGES = (1.0, 30.0)
FOLDS = 3
WORTH = 0.99


@dataclass(frozen=True)
class SurvivalModel:
    """A trained survival model with all it states about itself; plain data."""

    target: str
    positive: str
    duration: str
    traits: tuple[Trait, ...]
    survivor: Survivor
    grid: tuple[float, ...]
    window: Window
    quality: Quality
    everybody: Curve
    losses: dict[str, float]
    split: str
    left_out: tuple[LeftOut, ...]
    suspects: tuple[Suspect, ...]
    seed: int

    def values(self, table: Columns) -> NDArray[np.float64]:
        """The traits of a table, shape (rows, traits)."""
        return kinds.values_of(self.traits, table)

    def ages(self, table: Columns) -> NDArray[np.float64]:
        """How long each row has gone without the event, shape (rows,); 0 when the table does not say."""
        return table.numbers(self.duration, least=0.0, default=0.0)

    def chance(
        self, values: NDArray[np.float64], ages: NDArray[np.float64], horizon: float
    ) -> NDArray[np.float64]:
        """The chance of the event within `horizon` from now, given none until the age, shape (rows,)."""
        grid = np.unique(np.concatenate([ages, ages + horizon]))
        now, then = np.searchsorted(grid, ages), np.searchsorted(grid, ages + horizon)
        made = np.empty(len(values))
        for rows in _blocks(len(values), len(grid)):
            curve = self.survivor.survival(values[rows], grid)
            row = np.arange(len(curve))
            had = np.maximum(curve[row, now[rows]], 1e-12)
            made[rows] = 1 - curve[row, then[rows]] / had
        return np.clip(made, 0.0, 1.0)

    def median_left(self, values: NDArray[np.float64], ages: NDArray[np.float64]) -> NDArray[np.float64]:
        """The time from now until the chance of no event is one half; infinite beyond what was seen."""
        steps = np.linspace(0, self.grid[-1], 10 * GRID + 1)
        made = np.full(len(values), np.inf)
        for rows in _blocks(len(values), len(steps)):
            curve = self.survivor.survival(values[rows], steps)
            for at, row in enumerate(range(rows.start, min(rows.stop, len(values)))):
                now = float(np.interp(ages[row], steps, curve[at]))
                below = np.flatnonzero((steps > ages[row]) & (curve[at] <= now / 2))
                if len(below):
                    made[row] = steps[below[0]] - ages[row]
        return made


def learn(
    table: Columns, question: Question, duration: str, watch: Watch, *, new: Columns | None = None
) -> tuple[SurvivalModel, NDArray[np.float64]]:
    """Learn when an event comes; returns the model and the traits' values of all rows.

    Raises BadInput when durations are missing or negative or there are fewer than LEAST_EVENTS events.
    """
    question.need(table)
    lived = np.maximum(table.numbers(duration, least=0.0), 1e-9)
    question, event = _events(table, question)
    # The duration itself is known of new cases too, as their age; it is no trait.
    known = Known({question.target, duration}, None if new is None else set(new.cells))
    everyone = np.ones(table.rows, dtype=bool)
    prepared = _guarded(
        preparing.prepare(table, question, known, everyone, watch.part(0.0, 0.02)), event, lived, question
    )
    by_time = prepared.time if question.date and question.date != preparing.NO_DATE else None
    basis = splits.Basis(event.astype(np.int64), by_time, prepared.group)
    split = splits.hold_out(basis, seed=question.seed)
    data = _Data(prepared.traits, prepared.values, lived, event, question.seed)
    inside = data.take(split.learn)
    folds = splits.folds(basis.take(split.learn), seed=question.seed, count=FOLDS)
    grid = _grid(inside.lived, inside.event)
    rounds, losses = _compare(inside, folds, grid, watch.part(0.02, 0.7))
    best = min(losses, key=lambda name: losses[name])
    before = _fit(inside, best, rounds, watch.part(0.7, 0.8))
    held = data.take(split.held)
    judged = measures.quality(
        held.lived,
        held.event,
        before.risk(held.values),
        grid,
        before.survival(held.values, grid),
        (inside.lived, inside.event),
    )
    model = SurvivalModel(
        target=question.target,
        positive=question.positive,
        duration=duration,
        traits=prepared.traits,
        survivor=_fit(data, best, rounds, watch.part(0.8, 1.0)),
        grid=tuple(np.linspace(0, float(lived.max()), GRID + 1).tolist()),
        window=preparing.window(prepared, np.arange(table.rows), int(event.sum())),
        quality=judged,
        everybody=kaplan_meier.curve(lived, event),
        losses=losses,
        split=split.says,
        left_out=prepared.left_out,
        suspects=prepared.suspects,
        seed=question.seed,
    )
    return model, prepared.values


@dataclass(frozen=True)
class _Data:
    traits: tuple[Trait, ...]
    values: NDArray[np.float64]
    lived: NDArray[np.float64]
    event: NDArray[np.float64]
    seed: int

    def take(self, rows: NDArray[np.int64]) -> _Data:
        return _Data(self.traits, self.values[rows], self.lived[rows], self.event[rows], self.seed)


def _events(table: Columns, question: Question) -> tuple[Question, NDArray[np.float64]]:
    cells = table.texts(question.target)
    known = sorted(set(cells))
    positive = question.positive
    if not positive:
        said = [cell for cell in known if cell.lower() in {"1", "yes", "true", "y"}]
        positive = said[0] if len(said) == 1 else ""
    if positive not in known:
        raise BadInput(
            f"The target has the values {', '.join(known[:8])}; which one is the event is not clear.",
            remedy="Say it with --positive.",
            file=table.file,
            column=question.target,
        )
    event = np.array([cell == positive for cell in cells], dtype=float)
    if event.sum() < LEAST_EVENTS:
        raise BadInput(
            f"{int(event.sum())} cases had the event {question.target} = {positive}; "
            f"at least {LEAST_EVENTS} are needed.",
            remedy="Collect more cases first.",
            file=table.file,
            column=question.target,
        )
    return replace(question, positive=positive), event


def _guarded(
    prepared: Prepared, event: NDArray[np.float64], lived: NDArray[np.float64], question: Question
) -> Prepared:
    out, look = guard.outcome_faults(
        prepared.traits, prepared.values, event, question.target, seed=question.seed
    )
    ranks = mean_ranks(lived)
    for at, trait in enumerate(prepared.traits):
        column = prepared.values[:, at]
        filled = column == column
        if at in out or trait.kind == "category" or column[filled].std() == 0 or filled.sum() < LEAST_EVENTS:
            continue
        rank = float(np.corrcoef(mean_ranks(column[filled]), ranks[filled])[0, 1])
        if abs(rank) >= GROWS:
            out[at] = f"goes with the duration (rank correlation {rank:.2f}), so it is not known at the start"
    suspects = tuple(Suspect(prepared.traits[at].name, says) for at, says in look.items() if at not in out)
    return replace(prepared.without(out), suspects=suspects)


def _grid(lived: NDArray[np.float64], event: NDArray[np.float64]) -> NDArray[np.float64]:
    """The times at which curves are judged: from the 5 % to the 90 % point of the events."""
    low, high = np.quantile(lived[event == 1], (0.05, 0.9))
    return np.unique(np.linspace(low, high, GRID))


def _compare(
    data: _Data, folds: Sequence[Fold], grid: NDArray[np.float64], watch: Watch
) -> tuple[int, dict[str, float]]:
    """The best number of boosting rounds, and the integrated Brier score of each candidate over the folds."""
    made = [features.fit(data.traits, data.values[f.fit], data.event[f.fit], seed=data.seed) for f in folds]
    edges = hazard.edges_of(data.lived, data.event)
    spans = []
    for fold, (found, matrix) in zip(folds, made, strict=True):
        fit, check = data.take(fold.fit), data.take(fold.check)
        spans.append(
            (
                hazard.periods(matrix, fit.lived, fit.event, edges),
                hazard.periods(found.matrix(check.values), check.lived, check.event, edges),
            )
        )
    part = watch.part(0.0, 0.5)
    rounds = hazard.rounds_of(
        spans,
        made[0][0].categorical,
        seed=data.seed,
        tick=lambda done: part.at(done, "comparing: boosted hazards"),
    )
    names = [f"{kind} ridge {ridge:g}" for kind in ("cox", "weibull") for ridge in RIDGES] + ["hazard"]
    losses = dict.fromkeys(names, 0.0)
    for place, (name, fold) in enumerate((name, fold) for name in names for fold in folds):
        watch.at(0.5 + place / (2 * len(names) * len(folds)), f"comparing: {name}")
        fit, check = data.take(fold.fit), data.take(fold.check)
        one = _fit(fit, name, rounds, Watch(is_stopped=watch.is_stopped))
        judged = measures.quality(
            check.lived,
            check.event,
            np.zeros(len(check.lived)),
            grid,
            one.survival(check.values, grid),
            (fit.lived, fit.event),
        )
        losses[name] += judged.integrated / len(folds)
    return rounds, losses


def _fit(data: _Data, name: str, rounds: int, watch: Watch) -> Survivor:
    made, matrix = features.fit(data.traits, data.values, data.event, seed=data.seed)
    if name == "hazard":
        edges = hazard.edges_of(data.lived, data.event)
        trees = hazard.fit(
            matrix,
            data.lived,
            data.event,
            edges=edges,
            rounds=rounds,
            categorical=made.categorical,
            seed=data.seed,
            tick=lambda done: watch.at(done, "fitting"),
        )
        return Survivor(made, None, np.zeros(0), hazard=trees)
    watch.at(0.5, "fitting")
    return _line(made, matrix, data, name, watch)


def _line(made: Features, matrix: NDArray[np.float64], data: _Data, name: str, watch: Watch) -> Survivor:
    kind, _, ridge = name.partition(" ridge ")
    design = linear.design(made, matrix)
    columns = design.columns(matrix)
    means = columns.mean(axis=0)
    if kind == "cox":
        return Survivor(
            made, design, means, cox=cox.fit(columns, data.lived, data.event, ridge=float(ridge), watch=watch)
        )
    found = weibull.fit(columns, data.lived, data.event, ridge=float(ridge))
    return Survivor(made, design, means, weibull=found)


def _blocks(rows: int, width: int) -> list[slice]:
    size = max(1, 4_000_000 // max(width, 1))
    return [slice(start, start + size) for start in range(0, rows, size)]
