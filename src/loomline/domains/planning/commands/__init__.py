"""The verbs of planning."""

from loomline.domains.planning.commands.covering import NothingToPlan, plan_orders, plan_supply
from loomline.domains.planning.commands.following import end_pegs, follow_supply, note_stages
from loomline.domains.planning.commands.keeping import keep_for_demands
from loomline.domains.planning.commands.promising import promise_again

__all__ = [
    "NothingToPlan",
    "end_pegs",
    "follow_supply",
    "keep_for_demands",
    "note_stages",
    "plan_orders",
    "plan_supply",
    "promise_again",
]
