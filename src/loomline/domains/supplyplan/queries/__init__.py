"""What the supply plan answers, by noun."""

from loomline.domains.supplyplan.queries.documents import Documents, NoSite, foreseen, read_documents
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
from loomline.domains.supplyplan.queries.policies import SAID, policy_with
from loomline.domains.supplyplan.queries.proposals import Reckoned
from loomline.domains.supplyplan.queries.reckoning import horizon, plan_of, reckon

__all__ = [
    "SAID",
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
    "foreseen",
    "fullness",
    "heard_by_now",
    "horizon",
    "last_run",
    "lay_out",
    "loads",
    "net",
    "news",
    "plan_of",
    "policy_with",
    "read_documents",
    "reckon",
    "short_items",
    "swaps",
    "to_make",
    "weeks",
]
