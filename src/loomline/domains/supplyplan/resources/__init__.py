"""How the plan is listed, explained, firmed and exported, by noun."""

from loomline.domains.supplyplan.resources.deployment import Shipment
from loomline.domains.supplyplan.resources.items import ItemPolicy, PlanItem
from loomline.domains.supplyplan.resources.messages import ActionMessage
from loomline.domains.supplyplan.resources.planned import PlannedOrder
from loomline.domains.supplyplan.resources.runs import PlanRun

__all__ = ["ActionMessage", "ItemPolicy", "PlanItem", "PlanRun", "PlannedOrder", "Shipment"]
