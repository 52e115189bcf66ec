"""What requisitions answer, by noun."""

from loomline.domains.requisitions.queries.estimates import estimates
from loomline.domains.requisitions.queries.subjects import (
    ORIGIN,
    PURCHASE,
    REQUISITION,
    RateMissing,
    of_purchase,
    of_requisition,
    orders_of,
    release,
)

__all__ = [
    "ORIGIN",
    "PURCHASE",
    "REQUISITION",
    "RateMissing",
    "estimates",
    "of_purchase",
    "of_requisition",
    "orders_of",
    "release",
]
