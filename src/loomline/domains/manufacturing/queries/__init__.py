"""What manufacturing answers, by noun."""

from loomline.domains.manufacturing.queries.genealogy import (
    Kin,
    MaterialBalance,
    genealogy_back,
    genealogy_forward,
    mass_balance,
)
from loomline.domains.manufacturing.queries.scheduled import as_scheduled
from loomline.domains.manufacturing.queries.work import (
    Making,
    StageLoad,
    Supplied,
    chain,
    held_stages,
    late_stages,
    making,
    needs_of,
    needs_of_all,
    needs_of_output,
    open_work,
    stages_by_work,
    supplied_to,
    work_for,
)

__all__ = [
    "Kin",
    "Making",
    "MaterialBalance",
    "StageLoad",
    "Supplied",
    "as_scheduled",
    "chain",
    "genealogy_back",
    "genealogy_forward",
    "held_stages",
    "late_stages",
    "making",
    "mass_balance",
    "needs_of",
    "needs_of_all",
    "needs_of_output",
    "open_work",
    "stages_by_work",
    "supplied_to",
    "work_for",
]
