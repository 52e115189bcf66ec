"""A trained model as plain JSON (LightGBM's own text inside): no pickle, so that reading one runs no code."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.prediction.boosting import Boosting
from loomline.engines.prediction.calibration import Calibration
from loomline.engines.prediction.classification import Classifier
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.intervals import Interval
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.measures import Bin, Quality
from loomline.engines.prediction.network import Network
from loomline.engines.prediction.preparing import Window
from loomline.engines.prediction.regression import Accuracy, Regressor
from loomline.engines.prediction.remaining_life import LifeModel
from loomline.engines.prediction.selection import Learner
from loomline.engines.prediction.survival import measures as survival_measures
from loomline.engines.prediction.survival.kaplan_meier import Curve
from loomline.engines.prediction.survival.learning import SurvivalModel
from loomline.engines.prediction.survival.models import Survivor
from loomline.engines.prediction.windows import Scaling

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

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


def regressor_stored(model: Regressor) -> dict[str, Any]:
    """A regressor as plain values for JSON."""
    return {**asdict(_without(model, "learner")), "learner": model.learner.stored()}


def regressor_restored(stored: dict[str, Any]) -> Regressor:
    """A regressor from plain values."""
    made = {
        "traits": traits_restored(stored["traits"]),
        "learner": Learner.restored(stored["learner"]),
        "interval": _interval(stored["interval"]),
        "window": Window(**stored["window"]),
        "accuracy": Accuracy(**stored["accuracy"]),
        "left_out": tuple(LeftOut(**one) for one in stored["left_out"]),
    }
    return Regressor(**{**stored, **made})


def survival_stored(model: SurvivalModel) -> dict[str, Any]:
    """A survival model as plain values for JSON."""
    curve = {name: value.tolist() for name, value in vars(model.everybody).items()}
    rest = asdict(_without(model, "survivor", "everybody"))
    return {**rest, "survivor": model.survivor.stored(), "everybody": curve}


def survival_restored(stored: dict[str, Any]) -> SurvivalModel:
    """A survival model from plain values."""
    figures: dict[str, Any] = {k: _tupled(v) for k, v in stored["quality"].items()}
    made = {
        "traits": traits_restored(stored["traits"]),
        "survivor": Survivor.restored(stored["survivor"]),
        "grid": tuple(stored["grid"]),
        "window": Window(**stored["window"]),
        "quality": survival_measures.Quality(**figures),
        "everybody": Curve(**{name: np.array(value) for name, value in stored["everybody"].items()}),
        "left_out": tuple(LeftOut(**one) for one in stored["left_out"]),
        "suspects": tuple(Suspect(**one) for one in stored["suspects"]),
    }
    return SurvivalModel(**{**stored, **made})


def life_stored(model: LifeModel) -> dict[str, Any]:
    """A model of remaining life as plain values for JSON."""
    return {
        **asdict(_without(model, "scaling", "trees", "networks")),
        "scaling": model.scaling.stored(),
        "trees": list(model.trees.texts),
        "networks": [one.stored() for one in model.networks],
    }


def life_restored(stored: dict[str, Any]) -> LifeModel:
    """A model of remaining life from plain values."""
    mapped: dict[str, Any] = {k: _tupled(v) for k, v in stored["alarm"].items()}
    made = {
        "sensors": tuple(stored["sensors"]),
        "settings": tuple(stored["settings"]),
        "scaling": Scaling.restored(stored["scaling"]),
        "trees": Boosting(tuple(stored["trees"])),
        "networks": tuple(Network.restored(one) for one in stored["networks"]),
        "interval": _interval(stored["interval"]),
        "alarm": Calibration(**mapped),
        "left_out": tuple(LeftOut(**one) for one in stored["left_out"]),
    }
    return LifeModel(**{**stored, **made})


def _without(model: Any, *names: str) -> Any:
    """The model without the parts that are stored in a way of their own."""
    return replace(model, **dict.fromkeys(names))


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _interval(stored: dict[str, Any]) -> Interval:
    return Interval(
        float(stored["level"]), tuple(stored["edges"]), tuple(stored["low"]), tuple(stored["high"])
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
