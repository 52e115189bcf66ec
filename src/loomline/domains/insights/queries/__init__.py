"""What insights answers."""

from loomline.domains.insights.queries.chain import Station, chain
from loomline.domains.insights.queries.day import COUNTED, Day, Waiting, day_of, is_late
from loomline.domains.insights.queries.decisions import Decision, decisions
from loomline.domains.insights.queries.figures import Figure, figures
from loomline.domains.insights.queries.flow import Week, weeks
from loomline.domains.insights.queries.risks import AtRisk, OrderAtRisk, Underway, at_risk, underway
from loomline.domains.insights.queries.signals import signals

__all__ = [
    "COUNTED",
    "AtRisk",
    "Day",
    "Decision",
    "Figure",
    "OrderAtRisk",
    "Station",
    "Underway",
    "Waiting",
    "Week",
    "at_risk",
    "chain",
    "day_of",
    "decisions",
    "figures",
    "is_late",
    "signals",
    "underway",
    "weeks",
]
