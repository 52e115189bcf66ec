"""The verbs of the supply plan, by noun."""

from loomline.domains.supplyplan.commands.firming import NoSource, ProposalDraft, firm_orders, firm_proposals
from loomline.domains.supplyplan.commands.keeping import PlanMovedOn, hear_events, keep_plan, refresh_plan
from loomline.domains.supplyplan.commands.policies import PolicyDraft, keep_policies

__all__ = [
    "NoSource",
    "PlanMovedOn",
    "PolicyDraft",
    "ProposalDraft",
    "firm_orders",
    "firm_proposals",
    "hear_events",
    "keep_plan",
    "keep_policies",
    "refresh_plan",
]
