"""How scenarios are shown, by noun."""

from loomline.domains.scenarios.resources.parts import Change, ScenarioOrder
from loomline.domains.scenarios.resources.scenario import Scenario

__all__ = ["Change", "Scenario", "ScenarioOrder"]
