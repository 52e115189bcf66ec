"""What planning answers."""

from loomline.domains.planning.queries.pegs import LineDate, line_dates, orders_on, pegs_for, pegs_on
from loomline.domains.planning.queries.promise import OUTBOUND_DAYS, promises

__all__ = [
    "OUTBOUND_DAYS",
    "LineDate",
    "line_dates",
    "orders_on",
    "pegs_for",
    "pegs_on",
    "promises",
]
