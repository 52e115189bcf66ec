"""The verbs of the supply plan, by noun."""

from loomline.domains.supplyplan.commands.firming import NoSource, firm_orders
from loomline.domains.supplyplan.commands.keeping import PlanMovedOn, hear_events, keep_plan, refresh_plan

__all__ = ["NoSource", "PlanMovedOn", "firm_orders", "hear_events", "keep_plan", "refresh_plan"]
