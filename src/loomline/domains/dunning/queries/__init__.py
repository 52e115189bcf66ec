"""How old what is owed is, what is due for a letter, and what rests."""

from loomline.domains.dunning.queries.ageing import Ageing, ageing
from loomline.domains.dunning.queries.proposing import (
    Candidate,
    Rules,
    candidates,
    dispute_of,
    interest,
    letter_sent,
    letters_about,
    open_hold,
    promised,
    rules_for,
    sent_since,
    why_resting,
)

__all__ = [
    "Ageing",
    "Candidate",
    "Rules",
    "ageing",
    "candidates",
    "dispute_of",
    "interest",
    "letter_sent",
    "letters_about",
    "open_hold",
    "promised",
    "rules_for",
    "sent_since",
    "why_resting",
]
