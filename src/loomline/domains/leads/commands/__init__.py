"""The verbs of lead capture, assignment, scoring and prediction, by noun."""

from loomline.domains.leads.commands.assignment import NobodyFits, NoRules, assign_by_rules
from loomline.domains.leads.commands.chance import ChanceDraft, LearnedDraft, keep_chances
from loomline.domains.leads.commands.forms import (
    AnswersIncomplete,
    FormClosed,
    TooManySubmissions,
    Touch,
    refuse_submission,
    submit_form,
)
from loomline.domains.leads.commands.letters import NobodyWrote, take_lead
from loomline.domains.leads.commands.scoring import (
    RuleChange,
    RuleOfOther,
    change_score_rules,
    rescore,
    score_now,
)

__all__ = [
    "AnswersIncomplete",
    "ChanceDraft",
    "FormClosed",
    "LearnedDraft",
    "NoRules",
    "NobodyFits",
    "NobodyWrote",
    "RuleChange",
    "RuleOfOther",
    "TooManySubmissions",
    "Touch",
    "assign_by_rules",
    "change_score_rules",
    "keep_chances",
    "refuse_submission",
    "rescore",
    "score_now",
    "submit_form",
    "take_lead",
]
