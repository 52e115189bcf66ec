"""What the page of the schedule draws: a row a machine, in minutes from its left edge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loomline.domains.scheduling.models import Operation
from loomline.domains.scheduling.queries.hours import lane_windows
from loomline.domains.scheduling.queries.listing import between
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import WorkCentre

# Breaks are not drawn; what is closed for longer is.
SHORTEST = 90


@dataclass(frozen=True, slots=True)
class Band:
    """A time in which a machine is closed."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Bar:
    """An operation as it is drawn: set-up, then work."""

    operation: Operation
    setup: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """One machine, or one line of whoever works without limit."""

    centre: WorkCentre | None
    machine: int
    name: str
    sub: str
    closed: tuple[Band, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything between two moments."""

    first: datetime
    minutes: int
    rows: tuple[Row, ...]

    @property
    def operations(self) -> list[Operation]:
        """What is drawn, in the order of time."""
        found = {bar.operation.pk: bar.operation for row in self.rows for bar in row.bars}
        return sorted(found.values(), key=lambda one: (one.starts_at, one.pk))


def chart(*, centres: Iterable[WorkCentre], first: datetime, days: int) -> Chart:
    """The schedule of work centres from a midnight on, some days long; partners without one come last."""
    wanted = list(centres)
    last = first + timedelta(days=days)
    minutes = int((last - first).total_seconds() // 60)
    spans = workcentres.spans(
        centres=wanted, first=first.date() - timedelta(days=1), last=last.date() + timedelta(days=1)
    )
    placed: dict[tuple[int, int], list[Bar]] = defaultdict(list)
    elsewhere: dict[str, list[Bar]] = defaultdict(list)
    for operation in between(first=first, last=last):
        bar = _bar(operation, first, minutes)
        if operation.centre_id is not None:
            placed[operation.centre_id, operation.machine].append(bar)
        else:
            elsewhere[operation.place].append(bar)
    rows: list[Row] = []
    for centre in wanted:
        open_spans = [span for day in spans[centre.pk].values() for span in day]
        for machine in range(1, centre.machines + 1):
            hours = lane_windows(open_spans, machine, first).windows.spans
            name = f"{centre} {machine}" if centre.machines > 1 else str(centre)
            sub = str(centre.site.party or centre.site)
            own = tuple(placed[centre.pk, machine])
            rows.append(Row(centre, machine, name, sub, _closed(hours, minutes), own))
    for name, bars in sorted(elsewhere.items()):
        rows += [Row(None, n, name, "", (), tuple(line)) for n, line in enumerate(_lines(bars))]
    return Chart(first, minutes, tuple(rows))


def _bar(operation: Operation, first: datetime, minutes: int) -> Bar:
    setup, start, end = (
        min(max(int((at - first).total_seconds() // 60), 0), minutes)
        for at in (operation.setup_at, operation.starts_at, operation.ends_at)
    )
    return Bar(operation, setup, start, end)


def _closed(spans: Sequence[tuple[int, int]], minutes: int) -> tuple[Band, ...]:
    found, at = [], 0
    for first, last in spans:
        if first - at >= SHORTEST:
            found.append(Band(at, min(first, minutes)))
        at = max(at, last)
        if at >= minutes:
            break
    if minutes - at >= SHORTEST:
        found.append(Band(at, minutes))
    return tuple(found)


def _lines(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Bars that overlap stand below each other."""
    lines: list[list[Bar]] = []
    for bar in bars:
        line = next((one for one in lines if one[-1].last <= bar.first), None)
        if line is None:
            lines.append([bar])
        else:
            line.append(bar)
    return lines
