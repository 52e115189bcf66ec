"""The grid of periods that a series lives on: hours, days, weeks, months, quarters or years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Frequency:
    """The distance of two periods, in seconds or in months, and the seasons people live by, in periods."""

    name: str
    seconds: int
    months: int
    seasons: tuple[int, ...]
    remedy: str

    def positions(
        self, dates: NDArray[np.datetime64], first: NDArray[np.datetime64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Periods from `first` to `dates` (both datetime64[s]), and which dates fit the grid."""
        if self.seconds:
            apart = (dates - first).astype(np.int64)
            return apart // self.seconds, apart % self.seconds == 0
        month, start = _months(dates), _months(first)
        inside = dates - dates.astype("datetime64[M]")
        apart = month - start
        same = inside == first - first.astype("datetime64[M]")
        return apart // self.months, (apart % self.months == 0) & same & (inside < np.timedelta64(28, "D"))

    def date(self, first: NDArray[np.datetime64], position: NDArray[np.int64]) -> NDArray[np.datetime64]:
        """The dates that lie `position` periods after `first` (datetime64[s])."""
        if self.seconds:
            return first + (position * self.seconds).astype("timedelta64[s]")
        month = first.astype("datetime64[M]")
        inside = first - month
        moved = month + (position * self.months).astype("timedelta64[M]")
        return moved.astype("datetime64[s]") + inside


def _months(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return dates.astype("datetime64[M]").astype(np.int64)


FREQUENCIES = {
    made.name: made
    for made in (
        Frequency("H", 3600, 0, (24, 168), "Hours of a series must be whole hours apart."),
        Frequency("D", 86400, 0, (7, 364), "Days of a series must be whole days apart."),
        Frequency("W", 604800, 0, (52,), "Weeks of a series must be a multiple of seven days apart."),
        Frequency("MS", 0, 1, (12,), "Write a month as its first day, 2026-11-01."),
        Frequency("QS", 0, 3, (4,), "Write a quarter as its first day, 2026-10-01, three months apart."),
        Frequency("YS", 0, 12, (), "Write a year as its first day, 2026-01-01, twelve months apart."),
    )
}
