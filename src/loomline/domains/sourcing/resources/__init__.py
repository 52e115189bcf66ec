"""How requests, bids and awards are shown, entered, found and exported, by noun."""

from loomline.domains.sourcing.resources.awards import Award, Criterion, Decision
from loomline.domains.sourcing.resources.bids import Bid, BidPrice, Invitation, Landing
from loomline.domains.sourcing.resources.requests import Rfq, RfqLine

__all__ = [
    "Award",
    "Bid",
    "BidPrice",
    "Criterion",
    "Decision",
    "Invitation",
    "Landing",
    "Rfq",
    "RfqLine",
]
