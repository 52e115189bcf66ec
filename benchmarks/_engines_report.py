"""The tables of docs/engines: written between their markers, from what was measured last of each engine."""

from __future__ import annotations

import json
import math
import os
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import _engines_plot as plot
from benchmarks._engines_plot import NOTHING, figure
from benchmarks._table import Row
from loomline.app import environment

DOCS = environment.ROOT / "docs" / "engines"
MEASURED = "measured.json"
WHOLE = "engines"
HEADS = ("engine", "case", "measure", "ours", "peer", "published", "to peer", "to published", "aim", "met")


@dataclass(frozen=True)
class Measured:
    """What one engine gave: its rows, the seconds it took and had been given, and the machine."""

    engine: str
    rows: tuple[Row, ...]
    seconds: float
    given: float
    machine: str


def machine() -> str:
    """What the seconds depend on."""
    load, python = os.getloadavg()[0], platform.python_version()
    return f"{os.cpu_count()} cores, {platform.machine()}, load before {load:.1f}, Python {python}"


def lines(measured: Measured) -> Iterator[tuple[str, ...]]:
    """The cells of each row, under `HEADS`."""
    for row in measured.rows:
        yield (
            measured.engine,
            row.case,
            row.measure,
            figure(row.ours),
            figure(row.peer) + (f" ({row.peer_name})" if row.peer_name and row.peer is not None else ""),
            figure(row.published) + (f" ({row.source})" if row.source and row.published is not None else ""),
            ratio(row.ours, row.peer),
            ratio(row.ours, row.published),
            figure(row.aim),
            met(row),
        )


def ratio(ours: float, other: float | None) -> str:
    """Ours as a multiple of the other."""
    if other is None or not other or math.isnan(ours) or math.isnan(other):
        return NOTHING
    return f"{ours / other:.3g}"


def met(row: Row) -> str:
    """Whether the aim is reached, and if not, by how much it is missed."""
    if row.aim is None or math.isnan(row.ours):
        return NOTHING
    missed = row.aim - row.ours if row.more_is_better else row.ours - row.aim
    if missed <= 0:
        return "yes"
    return f"no, by {missed / abs(row.aim):.1%}" if row.aim else f"no, by {figure(missed)}"


def write(found: Sequence[Measured]) -> Iterator[str]:
    """Write tables and plots; tells what was written and what has no place to stand."""
    known = {one.engine: one for one in _stored()}
    known.update({one.engine: one for one in found})
    _store(list(known.values()))
    for one in found:
        drawn = plot.write(DOCS / "plots" / f"{one.engine}.svg", one.engine, one.rows)
        yield _replace(DOCS / f"{one.engine}.md", one.engine, _block(one, has_plot=drawn))
    rows = [cells for name in sorted(known) for cells in lines(known[name])]
    yield _replace(DOCS / "index.md", WHOLE, _markdown(HEADS, rows))


def _block(one: Measured, *, has_plot: bool) -> str:
    parts = [_markdown(HEADS[1:], [cells[1:] for cells in lines(one)])]
    parts += [f"- {row.case}, {row.measure}: {row.note}" for row in one.rows if row.note]
    if has_plot:
        parts.append(f"\n![{one.engine}: ours beside peers and published results](plots/{one.engine}.svg)")
    parts.append(f"\nMeasured in {one.seconds:.0f} s of {one.given:.0f} s given: {one.machine}.")
    return "\n".join(parts)


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(heads)
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (heads, *rows)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (cells[0], rule, *cells[1:]))


def _replace(file: Path, name: str, block: str) -> str:
    """Put the block between the markers of the name."""
    start, end = f"<!-- table:{name} -->", "<!-- /table -->"
    if not file.is_file():
        return f"!!! There is no {file.name}: the table of {name} was not written."
    text = file.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        return f"!!! {file.name} does not have {start} and {end} once: its table was not written."
    file.write_text(
        pattern.sub(lambda _found: f"{start}\n\n{block.strip()}\n\n{end}", text), encoding="utf-8"
    )
    return f"{file.name}: the table of {name} was written."


def _stored() -> list[Measured]:
    try:
        told = json.loads((DOCS / MEASURED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Measured(**{**one, "rows": tuple(Row(**row) for row in one["rows"])}) for one in told]


def _store(all_of_them: list[Measured]) -> None:
    DOCS.mkdir(parents=True, exist_ok=True)
    told = [asdict(one) for one in sorted(all_of_them, key=lambda one: one.engine)]
    text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=True)
    (DOCS / MEASURED).write_text(f"{text}\n", encoding="utf-8")
