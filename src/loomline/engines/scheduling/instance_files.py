"""Reading the text files in which the literature keeps shops, in all their layouts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.shop import Shop, from_routes

LAYOUTS = ("jsp", "taillard", "fjsp")
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?$")
MOST = 2_000_000
Routes = list[list[list[tuple[int, int]]]]


@dataclass(frozen=True)
class Line:
    """One line with something to read: its number in the file, and its numbers."""

    row: int
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Body:
    """The lines of one instance; `titled` are the places (index of the line) below a line of text.

    `has_average` says that the first line has the third figure of a flexible shop.
    """

    file: str
    lines: tuple[Line, ...]
    titled: tuple[tuple[int, str], ...]
    has_average: bool

    def refuse(self, at: int, says: str, remedy: str) -> BadInput:
        """The refusal of the line at this index (the last when it is beyond)."""
        return BadInput(says, remedy=remedy, file=self.file, row=self.lines[min(at, len(self.lines) - 1)].row)


def read_shop(path: Path, layout: str = "") -> Shop:
    """Read a job shop or flexible job shop; without a layout it is found out.

    `jsp`: "jobs machines", then a line of "machine duration" pairs per job. `taillard`: "jobs machines"
    (and seeds and bounds), then a matrix of times and one of machines. `fjsp`: "jobs machines [average]",
    then per job the number of operations and per operation the number of ways and their "machine
    duration" pairs. Machines keep the numbers they have in the file. Raises BadInput.
    """
    body = read_lines(path)
    header = _header(body)
    if layout:
        return from_routes(path.stem, _checked(body, header, READERS[layout](body, header)))
    if _has_matrices(body, header):
        return from_routes(path.stem, _checked(body, header, _taillard(body, header)))
    if _is_classic(body, header):
        return from_routes(path.stem, _checked(body, header, _jsp(body, header)))
    try:
        routes = _checked(body, header, _fjsp(body, header))
    except BadInput as not_flexible:
        if body.has_average or not all(len(line.numbers) % 2 == 0 for line in body.lines[1:]):
            raise
        try:
            routes = _checked(body, header, _jsp(body, header))
        except BadInput as not_classic:
            raise (not_classic if _looks_classic(body, header) else not_flexible) from None
    return from_routes(path.stem, routes)


def read_lines(path: Path) -> Body:
    """The lines that hold numbers only; comments (#, //, text) are left out."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("latin-1")
    except OSError as fault:
        raise BadInput(
            f"The file cannot be read: {fault.strerror}.", remedy="Name a file that exists.", file=str(path)
        ) from fault
    if "\x00" in text:
        raise BadInput("This is no text file.", remedy="Send the text of an instance.", file=path.name)
    lines: list[Line] = []
    titled: list[tuple[int, str]] = []
    has_average = False
    for row, raw in enumerate(text.splitlines(), start=1):
        words = re.split(r"[\s,;]+", re.split(r"#|//", raw)[0].strip())
        if words == [""]:
            continue
        if all(NUMBER.match(word) for word in words):
            # The third figure of a flexible header is an average; the readers do not look at it.
            has_average = has_average or (not lines and len(words) == 3)
            cut = words[:2] if not lines and len(words) == 3 else words
            lines.append(Line(row, tuple(_whole(path.name, row, word) for word in cut)))
        elif not NUMBER.match(words[0]):
            titled.append((len(lines), raw.strip()))
        else:
            strange = next(word for word in words if not NUMBER.match(word))
            raise BadInput(
                f'"{strange}" is not a number.', remedy="Write whole numbers.", file=path.name, row=row
            )
    if not lines:
        raise BadInput("The file holds no numbers.", remedy="Send the text of an instance.", file=path.name)
    return Body(path.name, tuple(lines), tuple(titled), has_average)


def _whole(file: str, row: int, word: str) -> int:
    value = float(word)
    if value != int(value):
        raise BadInput(
            f'"{word}" is not a whole number.',
            remedy="Use a finer unit of time so that every number is whole.",
            file=file,
            row=row,
        )
    return int(value)


def _header(body: Body) -> tuple[int, int]:
    first = body.lines[0]
    remedy = "The first line of numbers says how many jobs and machines there are, such as 10 5."
    if len(first.numbers) < 2 or len(first.numbers) > 6:
        raise body.refuse(0, f"{len(first.numbers)} numbers stand where jobs and machines belong.", remedy)
    jobs, machines = first.numbers[:2]
    if jobs < 1 or machines < 1 or jobs * machines > MOST:
        raise body.refuse(0, f"{jobs} jobs on {machines} machines cannot be.", remedy)
    return jobs, machines


def _has_matrices(body: Body, header: tuple[int, int]) -> bool:
    jobs, machines = header
    widths = [len(line.numbers) for line in body.lines[1:]]
    return (
        len(widths) == 2 * jobs
        and all(width == machines for width in widths)
        and (
            len(body.lines[0].numbers) > 2
            or any("achine" in title for _, title in body.titled)
            or machines % 2 == 1
        )
    )


def _is_classic(body: Body, header: tuple[int, int]) -> bool:
    """Whether each job visits each machine once, which no flexible shop looks like by chance."""
    jobs, machines = header
    stream = [number for line in body.lines[1:] for number in line.numbers]
    if len(stream) != 2 * jobs * machines:
        return False
    rows = (sorted(stream[at : at + 2 * machines : 2]) for at in range(0, len(stream), 2 * machines))
    return all(row in (list(range(machines)), list(range(1, machines + 1))) for row in rows)


def _looks_classic(body: Body, header: tuple[int, int]) -> bool:
    lines = body.lines[1:]
    return len(lines) == header[0] and all(len(line.numbers) == 2 * header[1] for line in lines)


def _taillard(body: Body, header: tuple[int, int]) -> Routes:
    jobs, machines = header
    lines = body.lines[1:]
    if len(lines) != 2 * jobs or any(len(line.numbers) != machines for line in lines):
        raise body.refuse(
            len(body.lines),
            f"There is no matrix of times and one of machines, each {jobs} × {machines}.",
            "Give both matrices, one line per job.",
        )
    pairs = zip(lines[:jobs], lines[jobs:], strict=True)
    return [[[way] for way in zip(where.numbers, times.numbers, strict=True)] for times, where in pairs]


def _jsp(body: Body, header: tuple[int, int]) -> Routes:
    jobs, machines = header
    lines = body.lines[1:]
    stream = [number for line in lines for number in line.numbers]
    if len(lines) != jobs and len(stream) == 2 * jobs * machines:
        wide = 2 * machines
        rows = [tuple(stream[at : at + wide]) for at in range(0, len(stream), wide)]
        return [[[(row[k], row[k + 1])] for k in range(0, wide, 2)] for row in rows]
    if len(lines) != jobs:
        raise body.refuse(
            len(body.lines),
            f"There are {len(lines)} lines for {jobs} jobs.",
            "Write one line of machine and duration pairs per job.",
        )
    for at, line in enumerate(lines, start=1):
        if len(line.numbers) % 2:
            raise body.refuse(at, "A machine stands here without its duration.", "Write pairs of both.")
    return [[[(n[k], n[k + 1])] for k in range(0, len(n), 2)] for n in (line.numbers for line in lines)]


def _fjsp(body: Body, header: tuple[int, int]) -> Routes:
    """Read as one stream, because some files break the line of a job in two."""
    stream = [(at, number) for at, line in enumerate(body.lines) if at for number in line.numbers]
    at = 0

    def take(what: str, least: int = 0) -> int:
        nonlocal at
        if at == len(stream):
            raise body.refuse(
                len(body.lines), f"The file ends where {what} belongs.", "Send the whole instance."
            )
        line, number = stream[at]
        if number < least:
            raise body.refuse(line, f"{number} cannot be {what}.", f"It is {least} or more.")
        at += 1
        return number

    routes: Routes = []
    for _ in range(header[0]):
        job: list[list[tuple[int, int]]] = []
        for _ in range(take("a number of operations")):
            count = take("a number of machines to choose from", least=1)
            job.append([(take("a machine"), take("a duration")) for _ in range(count)])
        routes.append(job)
    if at < len(stream):
        raise body.refuse(
            stream[at][0],
            f"{len(stream) - at} numbers are left over after job {header[0]}.",
            "Correct the number of jobs, or the counts within a job.",
        )
    return routes


def _checked(body: Body, header: tuple[int, int], routes: Routes) -> Routes:
    """The routes, when machines and durations are possible."""
    used = {machine for job in routes for ways in job for machine, _ in ways}
    remedy = "Machines count from 0 or from 1, up to the number in the first line."
    if not used:
        raise body.refuse(0, "No job has an operation.", "Give the operations of the jobs.")
    if min(used) < 0 or max(used) > header[1] or max(used) - min(used) >= header[1]:
        raise _at_machine(body, routes, min(used) if min(used) < 0 else max(used), header[1], remedy)
    for j, job in enumerate(routes):
        for k, ways in enumerate(job):
            if any(duration < 0 for _, duration in ways):
                raise body.refuse(
                    min(j + 1, len(body.lines) - 1),
                    f"Operation {k} of job {j} has a negative duration.",
                    "Durations are 0 or more.",
                )
    return routes


def _at_machine(body: Body, routes: Routes, machine: int, machines: int, remedy: str) -> BadInput:
    j = next(j for j, job in enumerate(routes) if any(machine in dict(ways) for ways in job))
    return body.refuse(j + 1, f"Machine {machine} of job {j} is none of the {machines} machines.", remedy)


READERS = {"jsp": _jsp, "taillard": _taillard, "fjsp": _fjsp}
