"""The file of answers: one row a case with its prediction and the reasons, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction.classification import Classifier, Learned
from loomline.engines.prediction.preparing import identities
from loomline.engines.prediction.reasons import AT_ONCE, FEW, reasons
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
        _why(model, learned.values, watch),
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
    said = zip(ids, _outcome(model, model.probability(values)), _why(model, values, watch), strict=True)
    write(
        path,
        [name, "probability", "predicted", *REASONS],
        ([one, *outcome, *why] for one, outcome, why in said),
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


def _why(model: Classifier, values: NDArray[np.float64], watch: Watch) -> list[list[str]]:
    lines: list[list[str]] = []
    for start in range(0, len(values), AT_ONCE):
        watch.at(start / len(values), "finding reasons")
        for each in reasons(model.learner, model.traits, values[start : start + AT_ONCE]):
            said = [reason.says() for reason in each]
            lines.append(said + [""] * (FEW - len(said)))
    return lines
