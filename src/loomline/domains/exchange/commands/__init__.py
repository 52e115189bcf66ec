"""The verbs of exchange."""

from loomline.domains.exchange.commands.carry_out import bring_in, check_takeover, rehearse, start_takeover
from loomline.domains.exchange.commands.files import collect, recipe_named, recipe_names
from loomline.domains.exchange.commands.prepare import (
    add_files,
    discard_takeover,
    prepare_takeover,
    questions,
    receive,
    upload_takeover,
)
from loomline.domains.exchange.commands.run import Outcome, Progress, StepCount, run_recipe
from loomline.domains.exchange.commands.takeover import (
    begin_takeover,
    finish_takeover,
    take_batch,
    undo_takeover,
)

__all__ = [
    "Outcome",
    "Progress",
    "StepCount",
    "add_files",
    "begin_takeover",
    "bring_in",
    "check_takeover",
    "collect",
    "discard_takeover",
    "finish_takeover",
    "prepare_takeover",
    "questions",
    "receive",
    "recipe_named",
    "recipe_names",
    "rehearse",
    "run_recipe",
    "start_takeover",
    "take_batch",
    "undo_takeover",
    "upload_takeover",
]
