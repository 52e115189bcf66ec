"""The tables of scenarios, by noun."""

from loomline.domains.scenarios.models.outcome import LineDay, Outcome, ScenarioOrder
from loomline.domains.scenarios.models.scenario import (
    DECISIONS,
    Change,
    ChangeKind,
    Parameter,
    Scenario,
    ScenarioState,
)

__all__ = [
    "DECISIONS",
    "Change",
    "ChangeKind",
    "LineDay",
    "Outcome",
    "Parameter",
    "Scenario",
    "ScenarioOrder",
    "ScenarioState",
]
