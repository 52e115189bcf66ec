"""What the schedule answers, by noun."""

from loomline.domains.scheduling.queries.chart import Band, Bar, Chart, Row, chart
from loomline.domains.scheduling.queries.facts import Facts, Step, read_facts
from loomline.domains.scheduling.queries.figures import (
    Figures,
    Place,
    figures,
    in_words,
    lane_name,
    local,
    moment,
    places,
)
from loomline.domains.scheduling.queries.hours import Hours, Lane
from loomline.domains.scheduling.queries.listing import (
    days_of_stages,
    last_run,
    late_operations,
    operations_of,
)
from loomline.domains.scheduling.queries.shop import Plan, Spot, before, overlaps, settle, spot_of
from loomline.domains.scheduling.queries.solving import (
    Placed,
    improve,
    is_sound,
    kept_spots,
    make_room,
    place_at_once,
    problem_kept,
)

__all__ = [
    "Band",
    "Bar",
    "Chart",
    "Facts",
    "Figures",
    "Hours",
    "Lane",
    "Place",
    "Placed",
    "Plan",
    "Row",
    "Spot",
    "Step",
    "before",
    "chart",
    "days_of_stages",
    "figures",
    "improve",
    "in_words",
    "is_sound",
    "kept_spots",
    "lane_name",
    "last_run",
    "late_operations",
    "local",
    "make_room",
    "moment",
    "operations_of",
    "overlaps",
    "place_at_once",
    "places",
    "problem_kept",
    "read_facts",
    "settle",
    "spot_of",
]
