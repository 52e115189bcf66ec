"""What approvals answer, by noun."""

from loomline.domains.approvals.queries.desk import Seats, on_the_desk_of, open_turns, seats, waiting_for
from loomline.domains.approvals.queries.needs import Need, Subject, latest_of, needs, release

__all__ = [
    "Need",
    "Seats",
    "Subject",
    "latest_of",
    "needs",
    "on_the_desk_of",
    "open_turns",
    "release",
    "seats",
    "waiting_for",
]
