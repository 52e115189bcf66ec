"""Reads instance files and schedules on its own and says what is wrong; shares nothing with the engine."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

Instance = list[list[dict[int, int]]]


def classic(path: Path) -> Instance:
    """Per job and operation, {machine: duration} of a file of machine and duration pairs."""
    rows = [[int(word) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]
    return [[{row[k]: row[k + 1]} for k in range(0, len(row), 2)] for row in rows[1 : rows[0][0] + 1]]


def flexible(path: Path) -> Instance:
    """The same of a flexible job shop."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    made: Instance = []
    for line in lines[1 : int(lines[0][0]) + 1]:
        numbers = iter(map(int, line))
        job = []
        for _ in range(next(numbers)):
            choices = range(next(numbers))
            job.append({next(numbers): next(numbers) for _ in choices})
        assert next(numbers, None) is None
        made.append(job)
    return made


def faults(instance: Instance, schedule: Path, first: int = 0) -> tuple[list[str], int]:
    """What is wrong with the schedule file, and its makespan."""
    wrong: list[str] = []
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    loads: dict[int, list[tuple[int, int]]] = {}
    with schedule.open(newline="") as file:
        for row in csv.DictReader(file):
            job, operation = int(row["job"]) - first, int(row["operation"]) - first
            machine, start, end = int(row["machine"]), int(row["start"]), int(row["end"])
            if (job, operation) in spans:
                wrong.append(f"{job}/{operation} stands twice")
            if instance[job][operation].get(machine) != end - start or start < 0:
                wrong.append(f"{job}/{operation} cannot run from {start} to {end} on {machine}")
            spans[job, operation] = (start, end)
            loads.setdefault(machine, []).append((start, end))
    wrong += _chain_faults(instance, spans)
    for machine, busy in loads.items():
        pairs = pairwise(sorted(busy))
        wrong += [f"machine {machine} does two things at {b[0]}" for a, b in pairs if b[0] < a[1]]
    return wrong, max(end for _, end in spans.values())


def _chain_faults(instance: Instance, spans: dict[tuple[int, int], tuple[int, int]]) -> list[str]:
    wrong = []
    for j, job in enumerate(instance):
        for k in range(len(job)):
            if (j, k) not in spans:
                wrong.append(f"{j}/{k} is missing")
            elif k and (j, k - 1) in spans and spans[j, k][0] < spans[j, k - 1][1]:
                wrong.append(f"{j}/{k} starts before the operation before it ends")
    return wrong
