"""The verbs of approvals, by noun."""

from loomline.domains.approvals.commands.deciding import (
    NotYourTurn,
    OwnDocument,
    ReasonMissing,
    approve_documents,
    ask_approval,
    refuse_approval,
    withdraw_approval,
)
from loomline.domains.approvals.commands.standing_in import (
    DaysWrong,
    NotForOthers,
    OwnDeputy,
    appoint_deputy,
)

__all__ = [
    "DaysWrong",
    "NotForOthers",
    "NotYourTurn",
    "OwnDeputy",
    "OwnDocument",
    "ReasonMissing",
    "appoint_deputy",
    "approve_documents",
    "ask_approval",
    "refuse_approval",
    "withdraw_approval",
]
