"""How quotes and orders are shown, by noun."""

from loomline.domains.sales.resources.orders import Order, OrderLine, OrderRevision
from loomline.domains.sales.resources.quotes import Quote, QuoteLine

__all__ = ["Order", "OrderLine", "OrderRevision", "Quote", "QuoteLine"]
