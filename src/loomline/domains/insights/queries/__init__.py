"""What insights answers."""

from loomline.domains.insights.queries.chain import Station, chain
from loomline.domains.insights.queries.day import Day, day_of
from loomline.domains.insights.queries.decisions import Decision, decisions
from loomline.domains.insights.queries.figures import Figure, figures
from loomline.domains.insights.queries.flow import Week, weeks
from loomline.domains.insights.queries.risks import AtRisk, OrderAtRisk, Underway, at_risk, underway
from loomline.domains.insights.queries.signals import signals

__all__ = [
    "AtRisk",
    "Day",
    "Decision",
    "Figure",
    "OrderAtRisk",
    "Station",
    "Underway",
    "Week",
    "at_risk",
    "chain",
    "day_of",
    "decisions",
    "figures",
    "signals",
    "underway",
    "weeks",
]
