"""Reading forecasts."""

from loomline.domains.forecasting.queries.bridge import ORDER, Bridge, Deal, Step, bridge
from loomline.domains.forecasting.queries.figures import COMPANY, Row, Scope, Seen, board, of_scope
from loomline.domains.forecasting.queries.history import (
    Precision,
    Series,
    Slipper,
    accuracy,
    series,
    slippers,
)
from loomline.domains.forecasting.queries.periods import Period, period_named, this_quarter
from loomline.domains.forecasting.queries.snapshots import (
    Standing,
    between,
    closed_since,
    last_snapshot,
    open_deals,
    snapshots,
    standing_deals,
)

__all__ = [
    "COMPANY",
    "ORDER",
    "Bridge",
    "Deal",
    "Period",
    "Precision",
    "Row",
    "Scope",
    "Seen",
    "Series",
    "Slipper",
    "Standing",
    "Step",
    "accuracy",
    "between",
    "board",
    "bridge",
    "closed_since",
    "last_snapshot",
    "of_scope",
    "open_deals",
    "period_named",
    "series",
    "slippers",
    "snapshots",
    "standing_deals",
    "this_quarter",
]
