"""What a training run prints: the model, how good it is, what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.engines.prediction.classification import Classifier
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.measures import Quality
from loomline.engines.prediction.preparing import Window
from loomline.engines.prediction.regression import Regressor
from loomline.engines.prediction.remaining_life import LifeModel
from loomline.engines.prediction.survival.learning import SurvivalModel


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


def of_regressor(model: Regressor, importance: Sequence[tuple[str, float]]) -> str:
    """The report of a model for a number."""
    figures = model.accuracy
    lines = [
        f"How large {model.target} will be",
        f"learned from   {_window(model.window)}",
        f"model          {model.chosen}; seed {model.seed}",
        f"hold-out       {model.split}: {figures.cases} cases",
        f"  RMSE         {figures.rmse:.6g} (always saying the mean: {figures.base_rmse:.6g})",
        f"  MAE          {figures.mae:.6g}",
        f"  R²           {figures.r_squared:.4f}",
        f"  in bounds    {figures.covered:.3f} (aim {model.interval.level:.2f})",
        *_importance(importance),
        *left_out(model.left_out, ()),
    ]
    if figures.rmse >= figures.base_rmse:
        lines.append("WARNING        on the hold-out the model is no better than the mean. Do not act on it.")
    return "\n".join(lines)


def of_survival(model: SurvivalModel) -> str:
    """The report of a survival model."""
    figures = model.quality
    losses = ", ".join(f"{name} {loss:.4f}" for name, loss in model.losses.items())
    lines = [
        f"When {model.target} = {model.positive} comes, in the unit of {model.duration}",
        f"learned from   {_window(model.window)}, {model.window.positives} with the event",
        f"model          {model.survivor.says}; seed {model.seed}",
        f"compared       integrated Brier score out of fold: {losses}",
        f"everybody      median {model.everybody.median:.6g} (Kaplan-Meier)",
        f"hold-out       {model.split}: {figures.cases} cases, {figures.events} events",
        f"  C-index      {figures.concordance:.4f}",
        f"  Brier        {figures.integrated:.4f} over time (Kaplan-Meier: {figures.base_integrated:.4f})",
        "  time    Brier   Kaplan-Meier",
    ]
    each = zip(figures.times, figures.brier, figures.base_brier, strict=True)
    lines += [f"  {when:<7.4g} {ours:.4f}  {base:.4f}" for when, ours, base in list(each)[::4]]
    lines += left_out(model.left_out, model.suspects)
    if figures.integrated >= figures.base_integrated:
        lines.append("WARNING        on the hold-out the model is no better than one curve for all.")
    return "\n".join(lines)


def of_life(model: LifeModel) -> str:
    """The report of a model of remaining life."""
    return "\n".join(
        [
            "How long each unit still runs",
            f"learned from   {model.units} units, {model.cycles} cycles; capped at {model.cap:g} to go",
            f"model          {1 - model.share:.0%} {model.rounds} boosted trees, {model.share:.0%} networks; "
            f"windows of {model.window} cycles; {len(model.scaling.centres)} operating regimes; "
            f"seed {model.seed}",
            "out of fold    every cycle of units that the model had not seen",
            f"  RMSE         {model.rmse:.4f}",
            f"  MAE          {model.mae:.4f}",
            f"  in bounds    {model.covered:.3f} (aim {model.interval.level:.2f})",
            *left_out(model.left_out, ()),
        ]
    )


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
