"""What tracing answers."""

from loomline.domains.tracing.queries.lines import Standing, Tick, standing_of
from loomline.domains.tracing.queries.lots import Reached, Source, reached_by, sources_of
from loomline.domains.tracing.queries.reasons import Reason
from loomline.domains.tracing.queries.stages import (
    Stages,
    Wanted,
    calendar_of,
    holders_of,
    narrowed_by,
    stages,
)
from loomline.domains.tracing.queries.standing import Footing, delayed_by, footing_of, orders_standing_on
from loomline.domains.tracing.queries.thread import (
    TIGHT,
    LotMark,
    Stretch,
    Thread,
    thread_of,
    thread_with_ways,
)
from loomline.domains.tracing.queries.ways import WayOut

__all__ = [
    "TIGHT",
    "Footing",
    "LotMark",
    "Reached",
    "Reason",
    "Source",
    "Stages",
    "Standing",
    "Stretch",
    "Thread",
    "Tick",
    "Wanted",
    "WayOut",
    "calendar_of",
    "delayed_by",
    "footing_of",
    "holders_of",
    "narrowed_by",
    "orders_standing_on",
    "reached_by",
    "sources_of",
    "stages",
    "standing_of",
    "thread_of",
    "thread_with_ways",
]
