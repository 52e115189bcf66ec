"""What stocking answers, by noun."""

from loomline.domains.stocking.queries.advising import Advised, advise
from loomline.domains.stocking.queries.curve import Curve, CurvePoint, curve
from loomline.domains.stocking.queries.facts import Facts, History, Lead, read_facts
from loomline.domains.stocking.queries.placing import Laid, Placed, lay_out, network_of, place
from loomline.domains.stocking.queries.policy import Advice
from loomline.domains.stocking.queries.standing import (
    ByClass,
    by_class,
    house_rule,
    largest,
    last_round,
    rules_by_site,
    too_much,
)

__all__ = [
    "Advice",
    "Advised",
    "ByClass",
    "Curve",
    "CurvePoint",
    "Facts",
    "History",
    "Laid",
    "Lead",
    "Placed",
    "advise",
    "by_class",
    "curve",
    "house_rule",
    "largest",
    "last_round",
    "lay_out",
    "network_of",
    "place",
    "read_facts",
    "rules_by_site",
    "too_much",
]
