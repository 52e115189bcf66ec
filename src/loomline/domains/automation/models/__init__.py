"""Rules, their versions, and what they have done."""

from loomline.domains.automation.models.rule import (
    Action,
    Definition,
    Rule,
    RuleState,
    RuleVersion,
    Trigger,
)
from loomline.domains.automation.models.run import Cursor, Run, RunState, RunStep, StepState

__all__ = [
    "Action",
    "Cursor",
    "Definition",
    "Rule",
    "RuleState",
    "RuleVersion",
    "Run",
    "RunState",
    "RunStep",
    "StepState",
    "Trigger",
]
