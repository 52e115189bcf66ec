"""The tables of lead capture, assignment, scoring and prediction, by noun."""

from loomline.domains.leads.models.assignment import (
    AssignmentMember,
    AssignmentRule,
    AssignmentTest,
    How,
    LeadFact,
    ResponseTarget,
)
from loomline.domains.leads.models.chance import WinChance, WinModel, WinReason
from loomline.domains.leads.models.form import Answer, FirstTouch, FormField, LeadForm, Submission
from loomline.domains.leads.models.score import (
    RuleKind,
    Score,
    ScoreBand,
    ScoreFact,
    ScoreLine,
    ScoreModel,
    ScoreRule,
    Subject,
)

__all__ = [
    "Answer",
    "AssignmentMember",
    "AssignmentRule",
    "AssignmentTest",
    "FirstTouch",
    "FormField",
    "How",
    "LeadFact",
    "LeadForm",
    "ResponseTarget",
    "RuleKind",
    "Score",
    "ScoreBand",
    "ScoreFact",
    "ScoreLine",
    "ScoreModel",
    "ScoreRule",
    "Subject",
    "Submission",
    "WinChance",
    "WinModel",
    "WinReason",
]
