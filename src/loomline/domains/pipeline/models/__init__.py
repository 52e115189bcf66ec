"""The tables of the pipeline, by noun."""

from loomline.domains.pipeline.models.forecast import ForecastAdjustment, Quota
from loomline.domains.pipeline.models.lead import Lead, LeadState
from loomline.domains.pipeline.models.opportunity import (
    CreditShare,
    Opportunity,
    OpportunityLine,
    OpportunityState,
    StageChange,
)
from loomline.domains.pipeline.models.stage import (
    Category,
    Outcome,
    OutcomeReason,
    Pipeline,
    Stage,
    StageRule,
)

__all__ = [
    "Category",
    "CreditShare",
    "ForecastAdjustment",
    "Lead",
    "LeadState",
    "Opportunity",
    "OpportunityLine",
    "OpportunityState",
    "Outcome",
    "OutcomeReason",
    "Pipeline",
    "Quota",
    "Stage",
    "StageChange",
    "StageRule",
]
