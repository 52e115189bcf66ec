"""The tables of sales, by noun."""

from loomline.domains.sales.models.line import PROMISED, PromiseMethod
from loomline.domains.sales.models.order import Delivery, Order, OrderLine, OrderRevision, OrderState
from loomline.domains.sales.models.promised import PromisedDay
from loomline.domains.sales.models.quote import Quote, QuoteLine, QuoteState
from loomline.domains.sales.models.totals import Totals, line_amount

__all__ = [
    "PROMISED",
    "Delivery",
    "Order",
    "OrderLine",
    "OrderRevision",
    "OrderState",
    "PromiseMethod",
    "PromisedDay",
    "Quote",
    "QuoteLine",
    "QuoteState",
    "Totals",
    "line_amount",
]
