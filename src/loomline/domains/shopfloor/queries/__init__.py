"""What the shop floor answers, by noun."""

from loomline.domains.shopfloor.queries.as_built import AsBuilt, BuiltMaterial, BuiltStage, as_built
from loomline.domains.shopfloor.queries.effectiveness import (
    Day,
    Together,
    effectiveness,
    stops_by_reason,
    together,
)
from loomline.domains.shopfloor.queries.jobs import Booked, Job, board, booked, jobs_at, scanned, worked
from loomline.domains.shopfloor.queries.load import (
    Bucket,
    Change,
    Loaded,
    Waiting,
    bottlenecks,
    load,
    minutes_left,
)

__all__ = [
    "AsBuilt",
    "Booked",
    "Bucket",
    "BuiltMaterial",
    "BuiltStage",
    "Change",
    "Day",
    "Job",
    "Loaded",
    "Together",
    "Waiting",
    "as_built",
    "board",
    "booked",
    "bottlenecks",
    "effectiveness",
    "jobs_at",
    "load",
    "minutes_left",
    "scanned",
    "stops_by_reason",
    "together",
    "worked",
]
