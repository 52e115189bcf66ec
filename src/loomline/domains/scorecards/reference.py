"""The scoring rules that a new company starts with."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.scorecards.models import Measure, Rule
from loomline.kernel.context import Ctx

# Measure, weight, no points at, all points at.
RULES = (
    (Measure.OTIF, "30", "0.7", "1"),
    (Measure.PPM, "25", "50000", "0"),
    (Measure.OTIF_REQUESTED, "10", "0.5", "1"),
    (Measure.ACCEPTED, "10", "0.8", "1"),
    (Measure.PRICE, "10", "0.1", "0"),
    (Measure.RESPONSE, "5", "96", "8"),
    (Measure.LEAD_DEVIATION, "5", "10", "0"),
    (Measure.CLAIMS, "5", "5", "0"),
)


def load(ctx: Ctx) -> None:
    """Add the rules while there are none; safe to call at every start."""
    if Rule.objects.exists():
        return
    Rule.objects.bulk_create(
        Rule(measure=measure.value, weight=Decimal(weight), worst=Decimal(worst), best=Decimal(best))
        for measure, weight, worst, best in RULES
    )
