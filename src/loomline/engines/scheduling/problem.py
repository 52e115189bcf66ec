"""What is to be scheduled, on what, and what counts: the input of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loomline.engines.scheduling.calendar import Calendar

Kind = Literal["end-start", "start-start", "end-end", "start-end"]
Measure = Literal["tardiness", "makespan", "late", "setup", "moved", "flow"]
# Each goal is a weighted sum of measures; a later goal only decides among what is equal in the earlier ones.
Goals = tuple[Mapping[Measure, int], ...]
USUAL: Goals = ({"tardiness": 1}, {"makespan": 1})


@dataclass(frozen=True)
class Machine:
    """A machine, or `units` equal ones (None: as many as it takes, such as a subcontractor).

    `setups` is the time between two families of operations, on open time of the machine; pairs that are
    missing cost nothing. `state` is the family it is set up for; `free_from` is when it can begin.
    Set-ups are for single machines.
    """

    name: str
    calendar: Calendar | None = None
    units: int | None = 1
    setups: Mapping[tuple[str, str], int] = field(default_factory=dict)
    state: str = ""
    free_from: int = 0


@dataclass(frozen=True)
class Operator:
    """A person: one operation at a time, and only what the skills allow."""

    name: str
    skills: frozenset[str]
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Tool:
    """Something that is used and given back: fixtures, moulds, places, kilowatts; so many units in all."""

    name: str
    units: int | None = 1
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Mode:
    """One way to do an operation: on a machine (None: on none), so long, with these skills and tools.

    `skills` says how many operators with each skill, `tools` how many units of each tool; all are held
    from start to end, pauses included.
    """

    machine: str | None
    duration: int
    skills: Mapping[str, int] = field(default_factory=dict)
    tools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One step of a job. `ready` is when its material is there; `may_pause` lets it rest over breaks."""

    name: str
    modes: tuple[Mode, ...]
    family: str = ""
    ready: int = 0
    may_pause: bool = False


@dataclass(frozen=True)
class Job:
    """Operations that are wanted by `due` (later costs `weight` a unit of time), never after `deadline`.

    With `in_sequence` each operation follows the one before; otherwise only the links order them.
    """

    name: str
    operations: tuple[Operation, ...]
    release: int = 0
    due: int | None = None
    deadline: int | None = None
    weight: int = 1
    in_sequence: bool = True


@dataclass(frozen=True)
class Link:
    """`after` comes so long after `before`: at least `lag`, at most `most_lag` (elapsed time).

    `kind` says from where to where it is measured: a transfer of part of the lot is "start-start".
    """

    before: str
    after: str
    lag: int = 0
    most_lag: int | None = None
    kind: Kind = "end-start"


@dataclass(frozen=True)
class Placed:
    """An operation in a schedule: where, when, by whom."""

    operation: str
    start: int
    end: int
    machine: str | None = None
    operators: tuple[str, ...] = ()
    tools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LastPlan:
    """What was told to the floor.

    `frozen` operations keep machine, time and named operators, calendars notwithstanding. Another one has
    moved when its machine is another or it starts more than `tolerance` away; at most `most_moved` may.
    """

    placed: tuple[Placed, ...] = ()
    frozen: frozenset[str] = frozenset()
    tolerance: int = 0
    most_moved: int | None = None


@dataclass(frozen=True)
class Problem:
    """Everything the scheduler knows; times are whole units from the start of the plan (0)."""

    jobs: tuple[Job, ...]
    machines: tuple[Machine, ...] = ()
    operators: tuple[Operator, ...] = ()
    tools: tuple[Tool, ...] = ()
    links: tuple[Link, ...] = ()
    last: LastPlan = LastPlan()


@dataclass(frozen=True)
class Schedule:
    """Every operation placed, in the order of the jobs; what each measure comes to.

    `broken` are the promises it does not keep, in words: deadlines, and how much may move.
    """

    placed: tuple[Placed, ...]
    scores: Mapping[Measure, int]
    source: str
    broken: tuple[str, ...] = ()

    def score(self, goals: Goals) -> tuple[int, ...]:
        """First how many promises are broken, then the goals in their order; less is better."""
        reached = (sum(weight * self.scores[m] for m, weight in goal.items()) for goal in goals)
        return len(self.broken), *reached
