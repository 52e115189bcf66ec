"""The tables of the demand plan, by noun."""

from loomline.domains.demand.models.figures import Forecast, Run
from loomline.domains.demand.models.plan import DemandItem, DemandKind, Override, Series
from loomline.domains.demand.models.promotion import Promotion, PromotionState, UpliftKind

__all__ = [
    "DemandItem",
    "DemandKind",
    "Forecast",
    "Override",
    "Promotion",
    "PromotionState",
    "Run",
    "Series",
    "UpliftKind",
]
