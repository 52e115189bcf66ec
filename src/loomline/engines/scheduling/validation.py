"""Problems that make no sense are refused before anything is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NoReturn

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.calendar import Calendar
from loomline.engines.scheduling.problem import Machine, Mode, Operation, Operator, Problem, Tool


def validate(problem: Problem) -> None:
    """Raise BadInput, naming the thing, for unknown or doubled names, impossible figures and cycles."""
    operations = [operation for job in problem.jobs for operation in job.operations]
    if not operations:
        _refuse("There is nothing to schedule.", "Give at least one job with an operation.", "jobs")
    resources: list[Machine | Operator | Tool] = [*problem.machines, *problem.operators, *problem.tools]
    _unique("job", (job.name for job in problem.jobs))
    _unique("operation", (operation.name for operation in operations))
    _unique("machine, operator or tool", (resource.name for resource in resources))
    for resource in resources:
        _check_calendar(resource.name, resource.calendar)
    _check_resources(problem)
    _check_jobs(problem)
    known = {machine.name for machine in problem.machines}, {tool.name for tool in problem.tools}
    for operation in operations:
        _check_operation(operation, *known)
    _check_links(problem, {operation.name for operation in operations})
    _check_last(problem, {operation.name: operation for operation in operations})


def _refuse(says: str, remedy: str, column: str) -> NoReturn:
    raise BadInput(says, remedy=remedy, column=column)


def _unique(what: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if not name:
            _refuse(f"A {what} has no name.", "Name everything.", "name")
        if times > 1:
            _refuse(f"{name} is the name of {times} things ({what}).", "Give each its own name.", "name")


def _check_calendar(name: str, calendar: Calendar | None) -> None:
    if calendar is None:
        return
    period = calendar.period
    if period is not None and period < 1:
        _refuse(f"The period of {name}'s calendar is {period}.", "It is 1 or more.", "period")
    for first, last in (*calendar.open, *calendar.closed):
        if first < 0 or first >= last:
            _refuse(
                f"{name} has a span from {first} to {last} in its calendar.",
                "Spans begin at 0 or later and end after they begin.",
                "calendar",
            )
    if period is not None and any(last > period for _, last in calendar.open):
        _refuse(
            f"{name} is open beyond the period of {period} of its calendar.",
            "Cut the span at the end of the period and go on with another one from 0.",
            "calendar",
        )


def _check_resources(problem: Problem) -> None:
    counted: list[Machine | Tool] = [*problem.machines, *problem.tools]
    for resource in counted:
        if resource.units is not None and resource.units < 0:
            _refuse(f"{resource.name} has {resource.units} units.", "Units are 0 or more.", "units")
    for machine in problem.machines:
        if machine.setups and machine.units != 1:
            _refuse(
                f"{machine.name} has set-ups and is not a single machine.",
                "Make each of the equal machines a machine of its own.",
                "setups",
            )
        for (before, after), time in machine.setups.items():
            if time < 0:
                _refuse(
                    f"The set-up of {machine.name} from {before} to {after} takes {time}.",
                    "Times are 0 or more.",
                    "setups",
                )


def _check_jobs(problem: Problem) -> None:
    for job in problem.jobs:
        if job.weight < 0 or job.release < 0:
            _refuse(
                f"Job {job.name} has weight {job.weight} and release {job.release}.",
                "Both are 0 or more.",
                "weight",
            )
        for when, column in ((job.due, "due"), (job.deadline, "deadline")):
            if when is not None and when < 0 and column == "deadline":
                _refuse(
                    f"Job {job.name} has the deadline {when}, before the plan begins.", "Move it.", column
                )


def _check_operation(operation: Operation, machines: set[str], tools: set[str]) -> None:
    if not operation.modes:
        _refuse(f"Operation {operation.name} has no mode.", "Say how it can be done.", "modes")
    if operation.ready < 0:
        _refuse(f"Operation {operation.name} is ready at {operation.ready}.", "Use 0 or later.", "ready")
    for mode in operation.modes:
        if mode.machine is not None and mode.machine not in machines:
            _unknown(operation.name, "machine", mode.machine)
        for tool in mode.tools:
            if tool not in tools:
                _unknown(operation.name, "tool", tool)
        _check_amounts(operation.name, mode)


def _unknown(operation: str, what: str, name: str) -> NoReturn:
    _refuse(
        f"Operation {operation} wants the {what} {name}, which does not exist.",
        f"Name a {what} of the problem, or add this one.",
        what,
    )


def _check_amounts(name: str, mode: Mode) -> None:
    if mode.duration < 0:
        _refuse(f"Operation {name} takes {mode.duration}.", "Durations are 0 or more.", "duration")
    for wanted, count in (*mode.skills.items(), *mode.tools.items()):
        if count < 0:
            _refuse(f"Operation {name} wants {count} of {wanted}.", "Amounts are 0 or more.", "modes")


def _check_links(problem: Problem, known: set[str]) -> None:
    graph: dict[str, set[str]] = {name: set() for name in known}
    for job in problem.jobs:
        if job.in_sequence:
            for before, after in pairwise(job.operations):
                graph[after.name].add(before.name)
    for link in problem.links:
        for name in (link.before, link.after):
            if name not in known:
                _refuse(f"A link names {name}, which is no operation.", "Correct the name.", "links")
        if link.most_lag is not None and link.most_lag < link.lag:
            _refuse(
                f"{link.after} is to follow {link.before} after {link.lag} to {link.most_lag}.",
                "The most is not less than the least.",
                "most_lag",
            )
        graph[link.after].add(link.before)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as fault:
        _refuse(
            f"These operations wait for each other: {' -> '.join(fault.args[1])}.",
            "Take one of the links out.",
            "links",
        )


def _check_last(problem: Problem, known: dict[str, Operation]) -> None:
    placed = {each.operation: each for each in problem.last.placed}
    people = {operator.name for operator in problem.operators}
    if len(placed) < len(problem.last.placed):
        _refuse("The last plan has an operation twice.", "Keep one of its places.", "last")
    for name in problem.last.frozen:
        if name not in placed or name not in known:
            _refuse(f"{name} is frozen but not in the last plan or not wanted.", "Unfreeze it.", "frozen")
        at = placed[name]
        if at.machine not in {mode.machine for mode in known[name].modes}:
            _refuse(f"{name} is frozen on {at.machine}, where it cannot be done.", "Unfreeze it.", "frozen")
        if at.start < 0 or at.end < at.start or not people.issuperset(at.operators):
            _refuse(
                f"{name} is frozen from {at.start} to {at.end} with {', '.join(at.operators) or 'nobody'}.",
                "Give times from 0 on and operators of the problem.",
                "frozen",
            )
