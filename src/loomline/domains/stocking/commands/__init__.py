"""The verbs of stocking, by noun."""

from loomline.domains.stocking.commands.deciding import (
    NothingOpen,
    PointMissing,
    WhyMissing,
    accept_recommendations,
    choose_targets,
    dismiss_recommendations,
)
from loomline.domains.stocking.commands.keeping import NothingToRecommend, keep_round
from loomline.domains.stocking.commands.placing import (
    NotLaidOut,
    NotPlaced,
    keep_placing,
    lay_out_chain,
    take_over_placing,
)

__all__ = [
    "NotLaidOut",
    "NotPlaced",
    "NothingOpen",
    "NothingToRecommend",
    "PointMissing",
    "WhyMissing",
    "accept_recommendations",
    "choose_targets",
    "dismiss_recommendations",
    "keep_placing",
    "keep_round",
    "lay_out_chain",
    "take_over_placing",
]
