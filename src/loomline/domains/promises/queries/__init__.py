"""Reading promises."""

from loomline.domains.promises.queries.keeping import Keeping, by_customer, by_family, by_person, keeping
from loomline.domains.promises.queries.ledger import chain, missed, rows_of

__all__ = [
    "Keeping",
    "by_customer",
    "by_family",
    "by_person",
    "chain",
    "keeping",
    "missed",
    "rows_of",
]
