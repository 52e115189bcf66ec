"""How forms, rules, targets, scores and what was learned are set up and shown, by noun."""

from loomline.domains.leads.resources.capture import (
    AssignmentRule,
    LeadForm,
    ResponseTarget,
    Submission,
)
from loomline.domains.leads.resources.scoring import ScoreModel, WinModel

__all__ = ["AssignmentRule", "LeadForm", "ResponseTarget", "ScoreModel", "Submission", "WinModel"]
