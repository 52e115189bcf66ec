"""The tables of the pipeline, by noun."""

from loomline.domains.pipeline.models.forecast import ForecastAdjustment, Quota
from loomline.domains.pipeline.models.lead import Lead, LeadState
from loomline.domains.pipeline.models.opportunity import (
    Opportunity,
    OpportunityLine,
    OpportunityState,
    StageChange,
)
from loomline.domains.pipeline.models.stage import Category, Pipeline, Stage

__all__ = [
    "Category",
    "ForecastAdjustment",
    "Lead",
    "LeadState",
    "Opportunity",
    "OpportunityLine",
    "OpportunityState",
    "Pipeline",
    "Quota",
    "Stage",
    "StageChange",
]
