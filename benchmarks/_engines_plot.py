"""One small picture an engine: ours, the peer and the aim as multiples of the published result.

Written as SVG by hand: the same rows give the same bytes, and the colours follow the reader's light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks._table import Row

LABEL, PLOT, VALUE, LINE, TOP = 330, 300, 90, 22, 34
FARTHEST, NEAREST, APART = 4.0, 0.15, 34
# Of these the axis shows what has room, the first ones first.
MULTIPLES = (1, 0.5, 2, 0.25, 4, 0.125, 8, 0.0625, 16, 0.8, 1.25, 0.9, 1.1, 0.95, 1.05)
NOTHING = "–"
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #4e5157 }
.rule { stroke: #e5e4df } .one { stroke: #8f8e86 }
.ours { fill: #3b4cca } .peer { fill: none; stroke: #7d5200; stroke-width: 2 }
.published { fill: #0d6b4f } .aim { stroke: #a3262a; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #b3b5ba } .rule { stroke: #2a2c30 } .one { stroke: #6d717a }
.ours { fill: #8f9bff } .peer { stroke: #efbd5c } .published { fill: #5fd0a5 } .aim { stroke: #ff9a92 } }
"""


def figure(value: float | None) -> str:
    """Four digits; a dash for what was not measured."""
    if value is None or math.isnan(value):
        return NOTHING
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def write(file: Path, name: str, rows: Sequence[Row]) -> bool:
    """Draw the rows that have something to be compared with; nothing is written when there is none."""
    comparable = [row for row in rows if _reference(row) and _is_positive(row.ours)]
    if not comparable:
        file.unlink(missing_ok=True)
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(drawn(name, comparable), encoding="utf-8")
    return True


def drawn(name: str, rows: Sequence[Row]) -> str:
    """The picture: a line a row, the better to the left."""
    reach = _reach(rows)
    width, height = LABEL + PLOT + VALUE, TOP + LINE * len(rows) + 56
    says = "Each mark is a multiple of the published result (else the peer, else the aim); left is better."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(name)}: {escape(says)}">',
        f"<style>{STYLE}</style>",
        *_axis(reach, len(rows)),
        *(part for at, row in enumerate(rows) for part in _line(row, TOP + LINE * at + LINE / 2, reach)),
        *_legend(height - 28),
        f'<text x="0" y="{height - 6}">{escape(says)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(reach: float, count: int) -> Iterator[str]:
    bottom = TOP + LINE * count
    taken: list[float] = []
    for multiple in MULTIPLES:
        x = _x(math.log2(multiple), reach)
        if abs(math.log2(multiple)) > reach or any(abs(x - other) < APART for other in taken):
            continue
        taken.append(x)
        label = f"1/{1 / multiple:g}" if multiple <= 0.5 else f"{multiple:g}"
        kind = "one" if multiple == 1 else "rule"
        yield f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">{label}</text>'


def _line(row: Row, y: float, reach: float) -> Iterator[str]:
    label = f"{row.case}, {row.measure}"
    label = label if len(label) <= 50 else f"{label[:49]}…"
    yield f'<text x="0" y="{y + 4:.1f}">{escape(label)}</text>'
    yield f'<line class="rule" x1="{LABEL}" x2="{LABEL + PLOT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    marks = (("aim", row.aim), ("published", row.published), ("peer", row.peer), ("ours", row.ours))
    for kind, value in marks:
        power = _power(row, value)
        if power is not None:
            yield _mark(kind, _x(power, reach), y)
    yield f'<text x="{LABEL + PLOT + 12}" y="{y + 4:.1f}">{figure(row.ours)}</text>'


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "aim":
        return f'<line class="aim" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 8:.1f}" y2="{y + 8:.1f}"/>'
    if kind == "published":
        return f'<path class="published" d="M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"/>'
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if kind == "ours" else 6}"/>'


def _legend(y: float) -> Iterator[str]:
    for at, kind in enumerate(("ours", "peer", "published", "aim")):
        x = LABEL + 8 + at * 84
        yield _mark(kind, x, y - 4)
        yield f'<text x="{x + 10}" y="{y}">{kind}</text>'


def _reference(row: Row) -> float | None:
    """What the row's figures are divided by."""
    return next((value for value in (row.published, row.peer, row.aim) if _is_positive(value)), None)


def _is_positive(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0


def _power(row: Row, value: float | None) -> float | None:
    """The multiple as a power of two, turned so that less is better."""
    reference = _reference(row)
    if value is None or reference is None or not _is_positive(value):
        return None
    power = math.log2(value / reference)
    return -power if row.more_is_better else power


def _reach(rows: Sequence[Row]) -> float:
    """How many powers of two the axis shows to each side."""
    powers = [_power(row, value) for row in rows for value in (row.ours, row.peer, row.aim)]
    return min(FARTHEST, max(NEAREST, *(abs(power) for power in powers if power is not None)))


def _x(power: float, reach: float) -> float:
    return LABEL + PLOT / 2 + max(-reach, min(reach, power)) / reach * (PLOT / 2 - 10)
