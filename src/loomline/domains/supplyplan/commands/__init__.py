"""The verbs of the supply plan, by noun."""

from loomline.domains.supplyplan.commands.deploying import NothingToSend, firm_shipments
from loomline.domains.supplyplan.commands.firming import NoSource, firm_orders
from loomline.domains.supplyplan.commands.keeping import PlanMovedOn, hear_events, keep_plan, refresh_plan
from loomline.domains.supplyplan.commands.policies import PolicyDraft, agree_policies

__all__ = [
    "NoSource",
    "NothingToSend",
    "PlanMovedOn",
    "PolicyDraft",
    "agree_policies",
    "firm_orders",
    "firm_shipments",
    "hear_events",
    "keep_plan",
    "refresh_plan",
]
