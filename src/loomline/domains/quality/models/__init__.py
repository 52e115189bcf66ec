"""What is checked, and what was found."""

from loomline.domains.quality.models.check import (
    Check,
    CheckedSerial,
    CheckState,
    Decision,
    PartDecision,
    Reading,
    Severity,
    Standing,
)
from loomline.domains.quality.models.plan import (
    CheckPlan,
    Level,
    MeasureField,
    Sampling,
    limits_text,
    within,
)

__all__ = [
    "Check",
    "CheckPlan",
    "CheckState",
    "CheckedSerial",
    "Decision",
    "Level",
    "MeasureField",
    "PartDecision",
    "Reading",
    "Sampling",
    "Severity",
    "Standing",
    "limits_text",
    "within",
]
