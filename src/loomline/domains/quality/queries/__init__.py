"""What quality answers."""

from loomline.domains.quality.queries.certificate import Result, is_conceded, is_conforming, results_of
from loomline.domains.quality.queries.charts import (
    Capability,
    Control,
    ControlCharts,
    Point,
    capability,
    control_charts,
    nearest,
)
from loomline.domains.quality.queries.checks import (
    awaited,
    checks_for,
    checks_of,
    keep_held,
    narrowest,
    open_checks,
    pass_rate,
    plans_for,
    severities,
    to_decide,
)

__all__ = [
    "Capability",
    "Control",
    "ControlCharts",
    "Point",
    "Result",
    "awaited",
    "capability",
    "checks_for",
    "checks_of",
    "control_charts",
    "is_conceded",
    "is_conforming",
    "keep_held",
    "narrowest",
    "nearest",
    "open_checks",
    "pass_rate",
    "plans_for",
    "results_of",
    "severities",
    "to_decide",
]
