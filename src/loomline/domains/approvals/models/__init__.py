"""The tables of approvals, by noun."""

from loomline.domains.approvals.models.approval import Approval, ApprovalState, Turn, TurnState
from loomline.domains.approvals.models.rule import ApprovalRule, Deputy, DocumentKind, RuleStep

__all__ = [
    "Approval",
    "ApprovalRule",
    "ApprovalState",
    "Deputy",
    "DocumentKind",
    "RuleStep",
    "Turn",
    "TurnState",
]
