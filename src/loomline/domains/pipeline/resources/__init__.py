"""How leads and opportunities are shown, by noun."""

from loomline.domains.pipeline.resources.leads import Lead
from loomline.domains.pipeline.resources.opportunities import Opportunity, OpportunityLine
from loomline.domains.pipeline.resources.planning import (
    ForecastAdjustment,
    OutcomeReason,
    Pipeline,
    Quota,
    Stage,
)

__all__ = [
    "ForecastAdjustment",
    "Lead",
    "Opportunity",
    "OpportunityLine",
    "OutcomeReason",
    "Pipeline",
    "Quota",
    "Stage",
]
