"""What the supply plan answers, by noun."""

from loomline.domains.supplyplan.queries.documents import Documents, NoSite, read_documents
from loomline.domains.supplyplan.queries.explaining import (
    Counts,
    Net,
    Step,
    Week,
    chain,
    counts,
    days,
    net,
    short_items,
    to_make,
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
from loomline.domains.supplyplan.queries.reckoning import Reckoned, reckon

__all__ = [
    "Cone",
    "Counts",
    "Documents",
    "Heard",
    "Net",
    "News",
    "NoSite",
    "Reckoned",
    "Step",
    "Week",
    "chain",
    "cone_of",
    "counts",
    "days",
    "heard_by_now",
    "last_run",
    "lay_out",
    "net",
    "news",
    "read_documents",
    "reckon",
    "short_items",
    "to_make",
    "weeks",
]
