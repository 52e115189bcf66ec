"""What the supply plan answers, by noun."""

from loomline.domains.supplyplan.queries.documents import Documents, NoSite, foreseen, read_documents
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
from loomline.domains.supplyplan.queries.policies import SAID, policy_with
from loomline.domains.supplyplan.queries.reckoning import Reckoned, horizon, plan_of, reckon

__all__ = [
    "SAID",
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
    "foreseen",
    "heard_by_now",
    "horizon",
    "last_run",
    "lay_out",
    "net",
    "news",
    "plan_of",
    "policy_with",
    "read_documents",
    "reckon",
    "short_items",
    "to_make",
    "weeks",
]
