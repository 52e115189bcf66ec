"""What scenarios answer, by noun."""

from loomline.domains.scenarios.queries.carrying import KIND, chosen, moved_since, subject_of
from loomline.domains.scenarios.queries.comparing import (
    Moved,
    centres_of,
    moved_lines,
    newest_live,
    outcomes_of,
)
from loomline.domains.scenarios.queries.figures import Prices, Reading, Served
from loomline.domains.scenarios.queries.laying import lay_over
from loomline.domains.scenarios.queries.planning import Planned, changes_of, plan_scenario
from loomline.domains.scenarios.queries.reading import bases_of_changes, bases_of_places, prices_of
from loomline.domains.scenarios.queries.trying import tried_figures

__all__ = [
    "KIND",
    "Moved",
    "Planned",
    "Prices",
    "Reading",
    "Served",
    "bases_of_changes",
    "bases_of_places",
    "centres_of",
    "changes_of",
    "chosen",
    "lay_over",
    "moved_lines",
    "moved_since",
    "newest_live",
    "outcomes_of",
    "plan_scenario",
    "prices_of",
    "subject_of",
    "tried_figures",
]
