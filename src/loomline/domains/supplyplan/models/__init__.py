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
from loomline.domains.supplyplan.models.shipment import Shipment

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
    "Shipment",
]
