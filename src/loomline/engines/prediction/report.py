"""What a training run prints: the model, how good it is, what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.engines.prediction.classification import Classifier
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.measures import Quality
from loomline.engines.prediction.preparing import Window


def of_classifier(model: Classifier, importance: Sequence[tuple[str, float]]) -> str:
    """The report of a classifier."""
    lines = [
        f"How likely {model.target} = {model.positive} is",
        f"learned from   {_window(model.window)}, {model.window.positives} of them {model.positive}",
        f"model          {model.chosen}; calibration: {model.calibration.method}; seed {model.seed}",
        f"hold-out       {model.split}: {model.quality.cases} cases, {model.quality.positives} positive",
        *_figures(model.quality),
        *_reliability(model.quality),
        *_importance(importance),
        *left_out(model.left_out, model.suspects),
    ]
    if not model.is_better_than_chance:
        lines.append(
            "WARNING        on the hold-out the model is no better than chance: "
            "these columns do not tell the outcomes apart. Do not act on it."
        )
    return "\n".join(lines)


def left_out(columns: Sequence[LeftOut], suspects: Sequence[Suspect]) -> list[str]:
    """Lines about columns that were left out or look suspicious."""
    lines = ["left out"] if columns else []
    lines += [f"  {one.column}: {one.reason}" for one in columns]
    lines += ["please check"] if suspects else []
    return [*lines, *(f"  {one.column}: {one.reason} (--exclude)" for one in suspects)]


def _window(window: Window) -> str:
    days = f" from {window.first} to {window.last} ({window.date})" if window.date else ""
    return f"{window.cases} cases{days}"


def _figures(quality: Quality) -> list[str]:
    tp, fp, fn, tn = quality.confusion
    return [
        f"  AUC          {quality.auc:.4f} (95 %: {quality.auc_low:.3f} to {quality.auc_high:.3f})",
        f"  Brier        {quality.brier:.4f} (always saying the share: {quality.base_brier:.4f})",
        f"  log-loss     {quality.log_loss:.4f}",
        f"  ECE          {quality.ece:.4f}",
        f"  avg precision {quality.average_precision:.4f}",
        f"  F1           {quality.f1:.4f} at {quality.threshold:.3f} "
        f"(precision {quality.precision:.3f}, recall {quality.recall:.3f}; TP {tp} FP {fp} FN {fn} TN {tn})",
    ]


def _reliability(quality: Quality) -> list[str]:
    lines = ["  said    came    cases"]
    return lines + [f"  {one.said:.3f}   {one.came:.3f}   {one.cases}" for one in quality.reliability]


def _importance(importance: Sequence[tuple[str, float]]) -> list[str]:
    return ["what counts most (mean effect on the score)"] + [
        f"  {column}: {size:.3f}" for column, size in importance[:8]
    ]
