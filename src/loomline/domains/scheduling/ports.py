"""What the schedule asks of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loomline.domains.manufacturing.models import WorkOrder, WorkState
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, slots=True)
class Material:
    """A day before which a work order lacks something; without a position its first stage waits for it."""

    work_id: int
    day: date
    item: str = ""
    position: int | None = None


@port
def materials(ctx: Ctx, *, works: Sequence[WorkOrder]) -> Iterable[Material]:
    """What work orders still wait for: all of it until the day on the order, while it is not released."""
    return [
        Material(work.pk, work.starts_on)
        for work in works
        if work.starts_on is not None and work.state == WorkState.PLANNED
    ]


@port
def dues(ctx: Ctx, *, works: Sequence[WorkOrder]) -> Mapping[int, date]:
    """The last day on which each work order may end, by its key: the day it is due."""
    return {work.pk: work.due_on for work in works if work.due_on is not None}
