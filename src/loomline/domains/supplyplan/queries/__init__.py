"""What the supply plan answers, by noun."""

from loomline.domains.supplyplan.queries.documents import Documents, NoSite, read_documents
from loomline.domains.supplyplan.queries.explaining import (
    Counts,
    Fullness,
    Net,
    Step,
    Swap,
    Week,
    besides,
    chain,
    counts,
    days,
    fullness,
    loads,
    net,
    short_items,
    swaps,
    weeks,
)
from loomline.domains.supplyplan.queries.listening import (
    Cone,
    Heard,
    News,
    cone_of,
    heard_by_now,
    last_run,
    news,
)
from loomline.domains.supplyplan.queries.plant import lay_out
from loomline.domains.supplyplan.queries.proposals import Reckoned
from loomline.domains.supplyplan.queries.reckoning import reckon

__all__ = [
    "Cone",
    "Counts",
    "Documents",
    "Fullness",
    "Heard",
    "Net",
    "News",
    "NoSite",
    "Reckoned",
    "Step",
    "Swap",
    "Week",
    "besides",
    "chain",
    "cone_of",
    "counts",
    "days",
    "fullness",
    "heard_by_now",
    "last_run",
    "lay_out",
    "loads",
    "net",
    "news",
    "read_documents",
    "reckon",
    "short_items",
    "swaps",
    "weeks",
]
