"""The tables of stocking, by noun."""

from loomline.domains.stocking.models.advice import (
    AdviceState,
    Method,
    Movement,
    Recommendation,
    Round,
    Variation,
    Worth,
)
from loomline.domains.stocking.models.chain import Chain, ChainLink, ChainStage
from loomline.domains.stocking.models.rule import Measure, StockingRule

__all__ = [
    "AdviceState",
    "Chain",
    "ChainLink",
    "ChainStage",
    "Measure",
    "Method",
    "Movement",
    "Recommendation",
    "Round",
    "StockingRule",
    "Variation",
    "Worth",
]
