"""The tables of sourcing, by noun."""

from loomline.domains.sourcing.models.bid import Bid, BidPrice, Incoterm, Invitation, InvitationState, Landing
from loomline.domains.sourcing.models.decision import Award, Criterion, Decision, Measure
from loomline.domains.sourcing.models.request import Rfq, RfqLine, RfqState

__all__ = [
    "Award",
    "Bid",
    "BidPrice",
    "Criterion",
    "Decision",
    "Incoterm",
    "Invitation",
    "InvitationState",
    "Landing",
    "Measure",
    "Rfq",
    "RfqLine",
    "RfqState",
]
