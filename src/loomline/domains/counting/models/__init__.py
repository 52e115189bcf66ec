"""The tables of counting, by noun."""

from loomline.domains.counting.models.rule import CountRequest, CountRule
from loomline.domains.counting.models.sheet import CountLine, CountSheet, SheetState

__all__ = ["CountLine", "CountRequest", "CountRule", "CountSheet", "SheetState"]
