"""The tables of quoting, by noun."""

from loomline.domains.quoting.models.approval import (
    Approval,
    ApprovalDecision,
    ApprovalPolicy,
    ApprovalState,
    ApprovalStep,
    DecisionState,
    Measure,
)
from loomline.domains.quoting.models.letterhead import Letterhead, Terms
from loomline.domains.quoting.models.sharing import (
    Answer,
    Dispatch,
    DispatchState,
    Evidence,
    OfferLink,
    Question,
    SentPaper,
)

__all__ = [
    "Answer",
    "Approval",
    "ApprovalDecision",
    "ApprovalPolicy",
    "ApprovalState",
    "ApprovalStep",
    "DecisionState",
    "Dispatch",
    "DispatchState",
    "Evidence",
    "Letterhead",
    "Measure",
    "OfferLink",
    "Question",
    "SentPaper",
    "Terms",
]
