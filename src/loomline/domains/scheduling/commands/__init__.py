"""The verbs of the schedule."""

from loomline.domains.scheduling.commands.moving import (
    MachineClosed,
    MachineTaken,
    MaterialNotThere,
    NoRoom,
    NotThatMachine,
    OperationRuns,
    PredecessorEnds,
    StartPassed,
    StartSettled,
    move_operation,
    pin_operations,
    unpin_operations,
)
from loomline.domains.scheduling.commands.placing import (
    NoSchedule,
    NotBetter,
    Proposed,
    ScheduleMovedOn,
    keep_improved,
    schedule_now,
)

__all__ = [
    "MachineClosed",
    "MachineTaken",
    "MaterialNotThere",
    "NoRoom",
    "NoSchedule",
    "NotBetter",
    "NotThatMachine",
    "OperationRuns",
    "PredecessorEnds",
    "Proposed",
    "ScheduleMovedOn",
    "StartPassed",
    "StartSettled",
    "keep_improved",
    "move_operation",
    "pin_operations",
    "schedule_now",
    "unpin_operations",
]
