"""What tracing answers."""

from loomline.domains.tracing.queries.lines import Standing, Tick, standing_of
from loomline.domains.tracing.queries.lots import Reached, Source, reached_by, sources_of
from loomline.domains.tracing.queries.standing import Footing, footing_of, orders_standing_on
from loomline.domains.tracing.queries.thread import LotMark, Stretch, Thread, thread_of

__all__ = [
    "Footing",
    "LotMark",
    "Reached",
    "Source",
    "Standing",
    "Stretch",
    "Thread",
    "Tick",
    "footing_of",
    "orders_standing_on",
    "reached_by",
    "sources_of",
    "standing_of",
    "thread_of",
]
