"""The verbs of exchange."""

from loomline.domains.exchange.commands.answers import remember_answers
from loomline.domains.exchange.commands.carry_out import bring_in, check_takeover, rehearse, start_takeover
from loomline.domains.exchange.commands.files import collect, recipe_named, recipe_names, system_of
from loomline.domains.exchange.commands.left_out import left_out
from loomline.domains.exchange.commands.outcome import Outcome, Progress, StepCount
from loomline.domains.exchange.commands.prepare import (
    add_files,
    discard_takeover,
    prepare_takeover,
    receive,
    upload_takeover,
)
from loomline.domains.exchange.commands.run import run_recipe
from loomline.domains.exchange.commands.takeover import (
    begin_takeover,
    finish_takeover,
    take_batch,
    undo_takeover,
)
from loomline.domains.exchange.commands.targets import kind_of

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
    "kind_of",
    "left_out",
    "prepare_takeover",
    "receive",
    "recipe_named",
    "recipe_names",
    "rehearse",
    "remember_answers",
    "run_recipe",
    "start_takeover",
    "system_of",
    "take_batch",
    "undo_takeover",
    "upload_takeover",
]
