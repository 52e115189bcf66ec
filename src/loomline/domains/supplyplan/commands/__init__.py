"""The verbs of the supply plan, by noun."""

from loomline.domains.supplyplan.commands.deploying import NothingToSend, firm_shipments
from loomline.domains.supplyplan.commands.firming import NoSource, ProposalDraft, firm_orders, firm_proposals
from loomline.domains.supplyplan.commands.keeping import PlanMovedOn, hear_events, keep_plan, refresh_plan
from loomline.domains.supplyplan.commands.policies import PolicyDraft, agree_policies

__all__ = [
    "NoSource",
    "NothingToSend",
    "PlanMovedOn",
    "PolicyDraft",
    "ProposalDraft",
    "agree_policies",
    "firm_orders",
    "firm_proposals",
    "firm_shipments",
    "hear_events",
    "keep_plan",
    "refresh_plan",
]
