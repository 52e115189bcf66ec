"""Reading project scheduling instances (RCPSP): Patterson's .rcp and the .sm files of PSPLIB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.problem import Job, Link, Mode, Operation, Problem, Tool

LAYOUTS = ("rcp", "sm")
WHOLE = "Send the whole instance."


@dataclass(frozen=True)
class Activity:
    """Duration, demand of each resource, and the activities that come after it (from 0)."""

    duration: int
    demands: tuple[int, ...]
    successors: tuple[int, ...]


def read_project(path: Path, layout: str = "") -> Problem:
    """A project as a problem: one job whose activities, "1" to "n", hold units of the tools "R1", "R2" ...

    `rcp` (Patterson): activities and resources; what there is of each resource; per activity duration,
    demands, how many successors, and which. `sm` (PSPLIB, Kolisch and Sprecher 1996): the sections of that
    format. Activities without duration (source and sink) stay in. Raises BadInput.
    """
    try:
        text = path.read_bytes().decode("latin-1")
    except OSError as fault:
        raise BadInput(
            f"The file cannot be read: {fault.strerror}.", remedy="Name a file that exists.", file=str(path)
        ) from fault
    if (layout or path.suffix.lower().lstrip(".")) == "sm":
        capacities, activities = _sm(path.name, text)
    else:
        capacities, activities = _rcp(path.name, text)
    for a, activity in enumerate(activities):
        if activity.duration < 0 or min((*activity.demands, 0)) < 0:
            _refuse(path.name, f"Activity {a + 1} has a negative duration or demand.", "Correct it.")
        if any(not 0 <= s < len(activities) for s in activity.successors):
            _refuse(path.name, f"Activity {a + 1} has a successor that does not exist.", "Correct it.")
    names = [f"R{k + 1}" for k in range(len(capacities))]
    operations = tuple(
        Operation(
            str(a + 1),
            (Mode(None, each.duration, tools={r: d for r, d in zip(names, each.demands, strict=True) if d}),),
        )
        for a, each in enumerate(activities)
    )
    links = tuple(
        Link(str(a + 1), str(s + 1)) for a, each in enumerate(activities) for s in sorted({*each.successors})
    )
    job = Job(path.stem, operations, in_sequence=False)
    tools = tuple(Tool(name, units) for name, units in zip(names, capacities, strict=True))
    return Problem((job,), tools=tools, links=links)


def _refuse(file: str, says: str, remedy: str, row: int | None = None) -> NoReturn:
    raise BadInput(says, remedy=remedy, file=file, row=row)


def _rcp(file: str, text: str) -> tuple[list[int], list[Activity]]:
    stream: list[tuple[int, int]] = []
    for row, line in enumerate(text.splitlines(), start=1):
        for word in line.split():
            if not re.fullmatch(r"-?\d+", word):
                _refuse(file, f'"{word}" is not a whole number.', "Correct the number.", row)
            stream.append((row, int(word)))
    at = 0

    def take(count: int) -> list[int]:
        nonlocal at
        if count < 0 or at + count > len(stream):
            _refuse(file, "The file ends too early, or a count in it is wrong.", WHOLE, stream[-1][0])
        at += count
        return [number for _, number in stream[at - count : at]]

    if not stream:
        _refuse(file, "The file is empty.", WHOLE)
    count, resources = take(2)
    if count < 1 or resources < 0:
        _refuse(file, f"{count} activities and {resources} resources cannot be.", "Correct line 1.", 1)
    capacities, activities = take(resources), []
    for _ in range(count):
        duration, *demands = take(1 + resources)
        successors = tuple(s - 1 for s in take(take(1)[0]))
        activities.append(Activity(duration, tuple(demands), successors))
    if at < len(stream):
        says = f"{len(stream) - at} numbers are left over after activity {count}."
        _refuse(file, says, "Correct the number of activities.", stream[at][0])
    return capacities, activities


def _sm(file: str, text: str) -> tuple[list[int], list[Activity]]:
    parts = {
        "PRECEDENCE RELATIONS": list[list[int]](),
        "REQUESTS/DURATIONS": list[list[int]](),
        "RESOURCEAVAILABILITIES": list[list[int]](),
    }
    current: list[list[int]] | None = None
    for row, line in enumerate(text.splitlines(), start=1):
        title = next(
            (title for title in parts if line.upper().replace(" ", "").startswith(title.replace(" ", ""))),
            None,
        )
        words = line.split()
        if title is not None:
            current = parts[title]
        elif line.startswith("*"):
            continue
        elif current is not None and words and all(re.fullmatch(r"\d+", word) for word in words):
            current.append([int(word) for word in words])
        elif current is not None and words and re.match(r"\d", words[0]):
            _refuse(file, f'"{line.strip()}" is not a row of whole numbers.', "Correct it.", row)
    after, requests, there = parts.values()
    if not after or len(after) != len(requests) or len(there) != 1:
        _refuse(file, "A section is missing, or the sections do not have the same activities.", WHOLE)
    capacities = there[0]
    activities = []
    for number, (links, needs) in enumerate(zip(after, requests, strict=True), start=1):
        if links[:2] != [number, 1] or needs[:2] != [number, 1] or len(links) != 3 + links[2]:
            says = f"Activity {number} is not in its place with one mode and its successors."
            _refuse(file, says, "Send a single-mode instance; several modes are not read.")
        if len(needs) != 3 + len(capacities):
            _refuse(file, f"Activity {number} does not have {len(capacities)} demands.", "Add them.")
        activities.append(Activity(needs[2], tuple(needs[3:]), tuple(s - 1 for s in links[3:])))
    return capacities, activities
