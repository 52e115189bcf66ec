"""What is asked of the demand plan."""

from loomline.domains.demand.queries.accuracy import LEVELS, Judged, accuracy
from loomline.domains.demand.queries.grid import GRID_WEEKS, GridPage, GridRow, grid
from loomline.domains.demand.queries.layers import (
    Layers,
    Plan,
    item_figure,
    latest_run,
    own_figures,
    plan,
    plan_of,
)
from loomline.domains.demand.queries.outstanding import Outstanding, outstanding
from loomline.domains.demand.queries.reckoning import (
    WEEKS_AHEAD,
    FigureDraft,
    NoHistory,
    Reckoned,
    reckon,
)
from loomline.domains.demand.queries.streams import (
    WEEK,
    Key,
    bought,
    history_by_item,
    pipeline_lines,
    week_of,
    weeks_from,
)

__all__ = [
    "GRID_WEEKS",
    "LEVELS",
    "WEEK",
    "WEEKS_AHEAD",
    "FigureDraft",
    "GridPage",
    "GridRow",
    "Judged",
    "Key",
    "Layers",
    "NoHistory",
    "Outstanding",
    "Plan",
    "Reckoned",
    "accuracy",
    "bought",
    "grid",
    "history_by_item",
    "item_figure",
    "latest_run",
    "outstanding",
    "own_figures",
    "pipeline_lines",
    "plan",
    "plan_of",
    "reckon",
    "week_of",
    "weeks_from",
]
