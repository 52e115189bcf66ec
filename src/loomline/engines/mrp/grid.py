"""The buckets of a plan: days or weeks from the start of the plan to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")

MOST_CELLS = 60_000_000


@dataclass(frozen=True)
class Grid:
    """`count` buckets of `length` seconds from second 0; what is earlier belongs to the first."""

    length: int
    count: int

    def __post_init__(self) -> None:
        if self.length <= 0 or self.count <= 0:
            raise BadInput("The grid has no buckets.", remedy="Plan for at least one day.")

    def bucket(self, at: ArrayLike) -> NDArray[np.int64]:
        """The bucket of each time; may lie beyond the last one, never before the first."""
        return np.maximum(np.asarray(at, dtype=np.int64) // self.length, 0)

    def start(self, bucket: ArrayLike) -> NDArray[np.int64]:
        """The first second of each bucket."""
        return np.asarray(bucket, dtype=np.int64) * self.length

    @property
    def days(self) -> float:
        """The length of a bucket in days."""
        return self.length / DAY


def grid_for(plant: Plant, *, bucket_days: int | None = None, horizon_days: int | None = None) -> Grid:
    """Daily buckets that reach to the last demand and receipt; weekly where daily ones would be too many."""
    last = max((int(table.at.max()) for table in (plant.demands, plant.receipts) if len(table)), default=0)
    days = horizon_days if horizon_days is not None else max(last, 0) // DAY + 1
    if bucket_days is None:
        bucket_days = 1 if days * len(plant.items) <= MOST_CELLS else 7
    grid = Grid(bucket_days * DAY, -(-days // bucket_days))
    if grid.count * len(plant.items) > 10 * MOST_CELLS:
        raise BadInput(
            f"{len(plant.items)} items and {grid.count} buckets are too many for one plan.",
            remedy="Choose a shorter horizon or longer buckets.",
        )
    return grid
