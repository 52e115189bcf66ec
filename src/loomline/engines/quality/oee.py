"""Overall equipment effectiveness and the six big losses.

S. Nakajima, Introduction to TPM, 1988; ISO 22400-2. Availability x performance x quality is the share of the
planned time that made good items at the ideal speed, so the losses in time add up to the rest of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loomline.engines.bad_input import BadInput


class Loss(StrEnum):
    """The six big losses: two each of availability, performance and quality."""

    BREAKDOWN = "breakdown"
    SETUP = "set-up and adjustment"
    MINOR_STOP = "minor stop"
    SPEED = "reduced speed"
    REJECT = "process defect"
    STARTUP = "start-up reject"


STOPPING = (Loss.BREAKDOWN, Loss.SETUP)


@dataclass(frozen=True)
class Run:
    """What a machine did in a planned time; times in seconds, `ideal_cycle` in seconds an item.

    `stops` are the times of breakdowns, set-ups and (when they are recorded) minor stops. `made` counts all
    items, `rejects` those that were not good at the first go, of which `startup_rejects` while it started.
    """

    planned: float
    ideal_cycle: float
    made: int
    rejects: int = 0
    startup_rejects: int = 0
    stops: Mapping[Loss, float] | None = None


@dataclass(frozen=True)
class Effectiveness:
    """Shares of 0 to 1 and the losses in seconds of planned time; the largest loss comes first.

    `performance` above 1 means that the machine is faster than the ideal cycle says: the loss of speed is
    then negative, and `remark` tells it.
    """

    availability: float
    performance: float
    quality: float
    losses: dict[Loss, float]
    remark: str = ""

    @property
    def oee(self) -> float:
        """Availability x performance x quality."""
        return self.availability * self.performance * self.quality


def effectiveness(run: Run) -> Effectiveness:
    """The effectiveness of one run; add runs up with `together` before, do not average the shares."""
    stops = dict(run.stops or {})
    _check(run, stops)
    stopped = sum(stops.get(loss, 0.0) for loss in STOPPING)
    running = run.planned - stopped
    net = run.made * run.ideal_cycle
    losses = {
        Loss.BREAKDOWN: stops.get(Loss.BREAKDOWN, 0.0),
        Loss.SETUP: stops.get(Loss.SETUP, 0.0),
        Loss.MINOR_STOP: stops.get(Loss.MINOR_STOP, 0.0),
        Loss.SPEED: running - net - stops.get(Loss.MINOR_STOP, 0.0),
        Loss.REJECT: (run.rejects - run.startup_rejects) * run.ideal_cycle,
        Loss.STARTUP: run.startup_rejects * run.ideal_cycle,
    }
    performance = net / running if running else 0.0
    remark = ""
    if losses[Loss.SPEED] < -1e-9 * run.planned:
        remark = "More was made than the ideal cycle allows: correct the ideal cycle or the counter."
    return Effectiveness(
        availability=running / run.planned,
        performance=performance,
        quality=(run.made - run.rejects) / run.made if run.made else 0.0,
        losses=dict(sorted(losses.items(), key=lambda pair: -pair[1])),
        remark=remark,
    )


def together(runs: list[Run]) -> Effectiveness:
    """The effectiveness of several runs: times and items are added, so long runs weigh more."""
    if not runs:
        raise BadInput("There is no run.", remedy="Give one or more.")
    parts = [effectiveness(run) for run in runs]
    planned = math.fsum(run.planned for run in runs)
    losses = {loss: math.fsum(part.losses[loss] for part in parts) for loss in Loss}
    stopped = sum(losses[loss] for loss in STOPPING)
    net = math.fsum(run.made * run.ideal_cycle for run in runs)
    good = math.fsum((run.made - run.rejects) * run.ideal_cycle for run in runs)
    return Effectiveness(
        availability=(planned - stopped) / planned,
        performance=net / (planned - stopped) if planned > stopped else 0.0,
        quality=good / net if net else 0.0,
        losses=dict(sorted(losses.items(), key=lambda pair: -pair[1])),
        remark=next((part.remark for part in parts if part.remark), ""),
    )


def _check(run: Run, stops: dict[Loss, float]) -> None:
    for name, value in (("planned time", run.planned), ("ideal cycle", run.ideal_cycle)):
        if not (value > 0 and math.isfinite(value)):
            raise BadInput(f"The {name} is {value:g} s.", remedy="Give a positive time.")
    for loss, value in stops.items():
        if loss not in (*STOPPING, Loss.MINOR_STOP):
            raise BadInput(f'"{loss}" is not measured as a stop.', remedy="It follows from the items made.")
        if not (value >= 0 and math.isfinite(value)):
            raise BadInput(f"The stop {loss} is {value:g} s.", remedy="Give 0 or more.")
    if math.fsum(stops.values()) > run.planned * (1 + 1e-12):
        raise BadInput("The stops are longer than the planned time.", remedy="Correct one of the two.")
    if not 0 <= run.startup_rejects <= run.rejects <= run.made:
        raise BadInput(
            f"{run.startup_rejects} start-up rejects, {run.rejects} rejects and {run.made} made do not fit.",
            remedy="Start-up rejects are among the rejects, rejects among the items made.",
        )
