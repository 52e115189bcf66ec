"""The tables of the supply plan, by noun."""

from loomline.domains.supplyplan.models.plan import (
    ActionMessage,
    Advice,
    OrderKind,
    PegKind,
    PlanItem,
    PlanLoad,
    PlannedOrder,
    PlannedState,
    PlanPeg,
    PlanRun,
)
from loomline.domains.supplyplan.models.policy import ItemPolicy, LotRule

__all__ = [
    "ActionMessage",
    "Advice",
    "ItemPolicy",
    "LotRule",
    "OrderKind",
    "PegKind",
    "PlanItem",
    "PlanLoad",
    "PlanPeg",
    "PlanRun",
    "PlannedOrder",
    "PlannedState",
]
