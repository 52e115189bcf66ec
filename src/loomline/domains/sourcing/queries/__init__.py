"""What is asked of sourcing, by noun."""

from loomline.domains.sourcing.queries.offers import Offer, offers
from loomline.domains.sourcing.queries.ranking import Place, Ranked, ranking
from loomline.domains.sourcing.queries.reach import asked_lines, asked_of
from loomline.domains.sourcing.queries.splitting import (
    AwardRules,
    NoSplit,
    Proposal,
    Share,
    key_of,
    propose,
    why,
)

__all__ = [
    "AwardRules",
    "NoSplit",
    "Offer",
    "Place",
    "Proposal",
    "Ranked",
    "Share",
    "asked_lines",
    "asked_of",
    "key_of",
    "offers",
    "propose",
    "ranking",
    "why",
]
