"""What planning answers."""

from loomline.domains.planning.queries.claims import Claim, claimed, claims, claims_before
from loomline.domains.planning.queries.coming import Coming, material_days, unclaimed
from loomline.domains.planning.queries.coverage import lacking, lacking_materials
from loomline.domains.planning.queries.holds import Held, held_for, holds_over
from loomline.domains.planning.queries.outside import order_of_stage
from loomline.domains.planning.queries.pegs import LineDate, line_dates, orders_on, pegs_for, pegs_on
from loomline.domains.planning.queries.promise import OUTBOUND_DAYS, earliest, promises

__all__ = [
    "OUTBOUND_DAYS",
    "Claim",
    "Coming",
    "Held",
    "LineDate",
    "claimed",
    "claims",
    "claims_before",
    "earliest",
    "held_for",
    "holds_over",
    "lacking",
    "lacking_materials",
    "line_dates",
    "material_days",
    "order_of_stage",
    "orders_on",
    "pegs_for",
    "pegs_on",
    "promises",
    "unclaimed",
]
