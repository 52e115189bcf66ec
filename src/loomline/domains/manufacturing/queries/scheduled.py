"""The days that a schedule by the minute gave to stages, for the arithmetic of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loomline.domains.bills.queries import Step, usable_on
from loomline.domains.manufacturing.models import WorkStage


def as_scheduled(steps: Sequence[Step], stages: Sequence[WorkStage]) -> list[Step]:
    """The steps with the days that a schedule by the minute gave their stages.

    There one stage may begin on the day on which the one before it ends.
    """
    found: list[Step] = []
    for n, (step, stage) in enumerate(zip(steps, stages, strict=True)):
        if stage.scheduled_days is not None:
            step = replace(step, days=stage.scheduled_days)
            ended, begins = stages[n - 1].planned_end if n else None, stage.planned_start
            if ended is not None and begins is not None and begins < usable_on(found[-1], ended):
                step = replace(step, gap=(begins - ended).days)
        found.append(step)
    return found
