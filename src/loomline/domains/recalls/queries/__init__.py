"""What recalls answer."""

from loomline.domains.recalls.queries.balance import LotBalance, mass_balance
from loomline.domains.recalls.queries.deliveries import (
    Contact,
    Delivered,
    Effectiveness,
    contacts_of,
    deliveries_of,
    effectiveness,
    stock_left,
)
from loomline.domains.recalls.queries.genealogy import came_from, reach

__all__ = [
    "Contact",
    "Delivered",
    "Effectiveness",
    "LotBalance",
    "came_from",
    "contacts_of",
    "deliveries_of",
    "effectiveness",
    "mass_balance",
    "reach",
    "stock_left",
]
