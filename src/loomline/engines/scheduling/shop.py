"""A job shop or flexible job shop as flat arrays, and its schedules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Shop:
    """Jobs that are chains of operations; each operation is done in one of its ways.

    Operations are numbered through all jobs, job by job. `jobs[j]` is the range of the operations of job j.
    `ways[i]` are the (machine, duration) pairs of operation i, machines from 0. `labels[m]` is what the
    source calls machine m. Times are whole numbers of any unit, zero durations included.
    """

    name: str
    jobs: tuple[range, ...]
    ways: tuple[tuple[tuple[int, int], ...], ...]
    labels: tuple[int, ...]

    @cached_property
    def operations(self) -> int:
        """How many operations there are."""
        return len(self.ways)

    @cached_property
    def machines(self) -> int:
        """How many machines are used."""
        return len(self.labels)

    @cached_property
    def is_flexible(self) -> bool:
        """Whether any operation has a choice."""
        return any(len(ways) > 1 for ways in self.ways)

    @cached_property
    def job_of(self) -> tuple[int, ...]:
        """The job of each operation."""
        return tuple(j for j, span in enumerate(self.jobs) for _ in span)


@dataclass(frozen=True)
class ShopSchedule:
    """The way (index into `ways`) and start of every operation."""

    way: tuple[int, ...]
    start: tuple[int, ...]
    makespan: int


def from_routes(
    name: str, routes: list[list[list[tuple[int, int]]]], labels: tuple[int, ...] | None = None
) -> Shop:
    """A shop from nested lists: job, operation, (machine, duration) ways; machines as the source has them."""
    found = labels or tuple(sorted({machine for job in routes for ways in job for machine, _ in ways}))
    index = {label: m for m, label in enumerate(found)}
    jobs: list[range] = []
    ways: list[tuple[tuple[int, int], ...]] = []
    for job in routes:
        jobs.append(range(len(ways), len(ways) + len(job)))
        ways += [tuple((index[machine], duration) for machine, duration in options) for options in job]
    return Shop(name, tuple(jobs), tuple(ways), found)
