"""Read Solomon's (1987) text files, and Li and Lim's (2001) for pick-up and delivery, as first published."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.routing import vrplib
from loomline.engines.routing.case import Case, CaseVehicle, check
from loomline.engines.routing.edge_weights import euclidean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

SOLOMON_WIDTH = 7
LI_LIM_WIDTH = 9
Line = tuple[int, list[str]]


def is_solomon(path: Path) -> bool:
    """Whether the file has the heading lines of Solomon's layout."""
    words = {word.upper() for line in _head(path) for word in line.split()}
    return {"VEHICLE", "CUSTOMER"} <= words


def is_li_lim(path: Path) -> bool:
    """Whether the file is a number table: vehicles, capacity and speed, then nine columns a place."""
    head = [line.split() for line in _head(path) if line.strip()]
    return len(head) > 1 and 2 <= len(head[0]) <= 3 and len(head[1]) == LI_LIM_WIDTH and _numeric(head[0])


def read(path: Path) -> Case:
    """Read one file of Solomon's layout (also Gehring and Homberger's). Raises BadInput with the row."""
    lines = _lines(path)
    at = next((i for i, (_, words) in enumerate(lines) if words[0].upper() == "NUMBER"), -1)
    if at < 0 or at + 1 >= len(lines):
        raise BadInput(
            "There is no line NUMBER CAPACITY.",
            remedy="Write VEHICLE, NUMBER CAPACITY, the two figures, CUSTOMER and the table.",
            file=path.name,
        )
    count, capacity = _fleet(lines[at + 1], path.name)
    body = [line for line in lines[at + 2 :] if _numeric(line[1][:1])]
    table = _table(body, SOLOMON_WIDTH, path.name)
    return _case(path, lines[0][1][0], "VRPTW", table, [row for row, _ in body], (count, capacity))


def read_li_lim(path: Path) -> Case:
    """Read one file of Li and Lim's layout. Raises BadInput with the row of what is wrong."""
    lines = _lines(path)
    fleet = _fleet(lines[0], path.name)
    table = _table(lines[1:], LI_LIM_WIDTH, path.name)
    return _case(path, path.stem, "PDPTW", table, [row for row, _ in lines[1:]], fleet)


def _head(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line for line, _ in zip(file, range(12), strict=False)]
    except OSError as fault:
        raise BadInput(
            f"It cannot be read: {fault.strerror}.", remedy="Name a file.", file=path.name
        ) from fault


def _lines(path: Path) -> list[Line]:
    text = path.read_text(encoding="utf-8", errors="replace")
    found = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not found:
        raise BadInput("The file is empty.", remedy="Send an instance.", file=path.name)
    return found


def _numeric(words: list[str]) -> bool:
    try:
        return all(math.isfinite(float(word)) for word in words)
    except ValueError:
        return False


def _fleet(line: Line, file: str) -> tuple[int, float]:
    number, words = line
    if len(words) < 2 or not _numeric(words[:2]) or float(words[0]) < 1:
        raise BadInput(
            f'"{" ".join(words)}" is no fleet.',
            remedy="Write the number of vehicles and their capacity.",
            file=file,
            row=number,
        )
    return int(float(words[0])), float(words[1])


def _table(lines: list[Line], width: int, file: str) -> NDArray[np.float64]:
    if len(lines) < 2:
        raise BadInput("There are no customers.", remedy="Write the depot and a row a customer.", file=file)
    for at, (number, words) in enumerate(lines):
        if len(words) < width or not _numeric(words[:width]):
            says = f'"{" ".join(words)}" is no row of {width} numbers.'
            raise BadInput(says, remedy="Correct the row.", file=file, row=number)
        if float(words[0]) != at:
            says = f"The row is numbered {words[0]}, where {at} should stand."
            raise BadInput(says, remedy="Number depot and customers 0, 1, 2, ...", file=file, row=number)
    return np.array([[float(word) for word in words[:width]] for _, words in lines])


def _case(
    path: Path,
    name: str,
    kind: str,
    table: NDArray[np.float64],
    rows: list[int],
    fleet: tuple[int, float],
) -> Case:
    pairs = vrplib.pairs_of(table, rows, path.name, base=0) if kind == "PDPTW" else ()
    size = len(table)
    made = Case(
        name=name,
        kind=kind,
        travel=euclidean(table[:, 1:3]),
        depots=(0,),
        demand=table[:, 3:4],
        backhaul=np.zeros((size, 1)),
        service=table[:, 6],
        windows=table[:, 4:6],
        release=np.zeros(size),
        prize=np.zeros(size),
        vehicles=(CaseVehicle((fleet[1],), 0),) * fleet[0],
        places=table[:, 1:3],
        pairs=pairs,
        rounding="double",
        fewest_first=True,
    )
    check(made, path.name, dict(enumerate(rows)))
    return made
