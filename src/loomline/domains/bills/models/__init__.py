"""The tables of bills, by noun."""

from loomline.domains.bills.models.alternate import Alternate, CoProduct, CoProductKind
from loomline.domains.bills.models.bill import Bill, BillLine, RouteStage, StageKind

__all__ = ["Alternate", "Bill", "BillLine", "CoProduct", "CoProductKind", "RouteStage", "StageKind"]
