"""A trained model as plain JSON (LightGBM's own text inside): no pickle, so that reading one runs no code."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loomline.engines.bad_input import BadInput
from loomline.engines.prediction.calibration import Calibration
from loomline.engines.prediction.classification import Classifier
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.measures import Bin, Quality
from loomline.engines.prediction.preparing import Window
from loomline.engines.prediction.selection import Learner

FORMAT = "loomline prediction 1"
REMEDY = "Name a file that --model has written, or give --target to learn a new model."


def classifier_stored(model: Classifier) -> dict[str, Any]:
    """A classifier as plain values for JSON."""
    return {
        "target": model.target,
        "positive": model.positive,
        "other": model.other,
        "traits": [asdict(trait) for trait in model.traits],
        "learner": model.learner.stored(),
        "calibration": asdict(model.calibration),
        "threshold": model.threshold,
        "window": asdict(model.window),
        "quality": asdict(model.quality),
        "chosen": model.chosen,
        "losses": model.losses,
        "split": model.split,
        "left_out": [asdict(one) for one in model.left_out],
        "suspects": [asdict(one) for one in model.suspects],
        "seed": model.seed,
    }


def classifier_restored(stored: dict[str, Any]) -> Classifier:
    """A classifier from plain values."""
    figures = dict(stored["quality"])
    figures["confusion"] = tuple(figures["confusion"])
    figures["reliability"] = tuple(Bin(**one) for one in figures["reliability"])
    mapped = dict(stored["calibration"])
    mapped |= {"scores": tuple(mapped["scores"]), "shares": tuple(mapped["shares"])}
    return Classifier(
        target=stored["target"],
        positive=stored["positive"],
        other=stored["other"],
        traits=traits_restored(stored["traits"]),
        learner=Learner.restored(stored["learner"]),
        calibration=Calibration(**mapped),
        threshold=float(stored["threshold"]),
        window=Window(**stored["window"]),
        quality=Quality(**figures),
        chosen=stored["chosen"],
        losses=stored["losses"],
        split=stored["split"],
        left_out=tuple(LeftOut(**one) for one in stored["left_out"]),
        suspects=tuple(Suspect(**one) for one in stored["suspects"]),
        seed=int(stored["seed"]),
    )


def traits_restored(stored: list[dict[str, Any]]) -> tuple[Trait, ...]:
    """Traits from plain values."""
    return tuple(Trait(**{**one, "levels": tuple(one["levels"])}) for one in stored)


def write(path: Path, kind: str, stored: dict[str, Any]) -> None:
    """Write a model of this kind (outcome, number, survival, life)."""
    text = json.dumps({"format": FORMAT, "kind": kind, "model": stored}, ensure_ascii=False, allow_nan=True)
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """The kind and the plain values of a stored model; another file is refused."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BadInput(
            f"The model cannot be read: {fault.strerror}.", remedy=REMEDY, file=path.name
        ) from fault
    except ValueError as fault:
        raise BadInput("The file is no stored model.", remedy=REMEDY, file=path.name) from fault
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadInput("The file is no model of this version.", remedy=REMEDY, file=path.name)
    return str(found["kind"]), found["model"]
