"""The verbs of exchange."""

from loomline.domains.exchange.commands.answers import remember_answers
from loomline.domains.exchange.commands.carry_out import bring_in, check_takeover, rehearse, start_takeover
from loomline.domains.exchange.commands.files import collect
from loomline.domains.exchange.commands.left_out import left_out
from loomline.domains.exchange.commands.outcome import Outcome, Progress, StepCount
from loomline.domains.exchange.commands.prepare import (
    add_files,
    discard_takeover,
    keep_own,
    known_recipe_of,
    prepare_takeover,
    receive,
    recipe_of,
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
    "keep_own",
    "kind_of",
    "known_recipe_of",
    "left_out",
    "prepare_takeover",
    "receive",
    "recipe_of",
    "rehearse",
    "remember_answers",
    "run_recipe",
    "start_takeover",
    "take_batch",
    "undo_takeover",
    "upload_takeover",
]
