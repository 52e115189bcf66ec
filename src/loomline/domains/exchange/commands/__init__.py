"""The verbs of exchange."""

from loomline.domains.exchange.commands.files import collect, recipe_named, recipe_names
from loomline.domains.exchange.commands.run import Outcome, StepCount, run_recipe
from loomline.domains.exchange.commands.takeover import (
    begin_takeover,
    finish_takeover,
    take_batch,
    undo_takeover,
)

__all__ = [
    "Outcome",
    "StepCount",
    "begin_takeover",
    "collect",
    "finish_takeover",
    "recipe_named",
    "recipe_names",
    "run_recipe",
    "take_batch",
    "undo_takeover",
]
