"""The Gantt chart as plain geometry: rows, closed hours, bars with their words, the line of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.manufacturing.models import StageState
from loomline.domains.scheduling.queries import Bar, Chart, Row
from loomline.surface import draw_text, registry

ROW, BAR, GAP = 44, 28, 8


@dataclass(frozen=True, slots=True)
class Scale:
    """How wide a minute is, and how time is named along the top."""

    days: int
    day_width: int
    hours: int

    @property
    def width(self) -> int:
        """All of it."""
        return self.days * self.day_width

    def x(self, minute: int) -> float:
        """Where a minute stands."""
        return minute * self.day_width / 1440


WEEK, DAY = Scale(14, 84, 24), Scale(2, 30 * 24, 2)


def drawn(chart: Chart, scale: Scale, *, now: datetime, may_move: bool) -> dict[str, Any]:
    """What the template of the page draws."""
    height = len(chart.rows) * ROW
    since = int((now - chart.first).total_seconds() // 60)
    return {
        "width": scale.width,
        "height": height,
        "ticks": _ticks(chart, scale, now),
        "rows": [_row(row, n, scale, may_move) for n, row in enumerate(chart.rows)],
        "now": f"{scale.x(since):.1f}" if 0 <= since < chart.minutes else "",
        "minutes": f"{1440 / scale.day_width:.4f}",
        "step": 60 if scale is DAY else 240,
        "row": ROW,
        "lanes": " ".join(_lane(row) for row in chart.rows),
    }


def _ticks(chart: Chart, scale: Scale, now: datetime) -> list[dict[str, Any]]:
    found = []
    for n in range(scale.days):
        day = chart.first + timedelta(days=n)
        middle = (n + 0.5) * scale.day_width
        found.append(
            {
                "x": f"{n * scale.day_width}",
                "middle": f"{middle:.1f}",
                "text": f"{day:%a} {day.day}",
                "today": day.date() == now.date(),
                "strong": True,
            }
        )
        if scale.hours < 24:
            width = scale.day_width * scale.hours / 24
            found[-1]["middle"] = f"{n * scale.day_width + width / 2:.1f}"
            found += [
                {
                    "x": f"{n * scale.day_width + step * width:.1f}",
                    "middle": f"{n * scale.day_width + (step + 0.5) * width:.1f}",
                    "text": f"{step * scale.hours:02d}:00",
                    "today": False,
                    "strong": False,
                }
                for step in range(1, 24 // scale.hours)
            ]
    return found


def _lane(row: Row) -> str:
    return f"{row.centre.pk}.{row.machine}" if row.centre is not None else "-"


def _row(row: Row, number: int, scale: Scale, may_move: bool) -> dict[str, Any]:
    top = number * ROW
    return {
        "name": row.name if row.centre is not None or row.machine == 0 else "",
        "sub": row.sub if row.centre is not None else _("as many as it takes") if row.machine == 0 else "",
        "y": f"{top}.5",
        "closed": [
            {"x": f"{scale.x(band.first):.1f}", "y": top, "width": f"{scale.x(band.last - band.first):.1f}"}
            for band in row.closed
        ],
        "bars": [_bar(bar, top, scale, may_move) for bar in row.bars],
    }


def _bar(bar: Bar, top: int, scale: Scale, may_move: bool) -> dict[str, Any]:
    one = bar.operation
    x, start = scale.x(bar.setup), scale.x(bar.first)
    width = max(scale.x(bar.last) - x, 3)
    runs = one.stage.state == StageState.RUNNING
    return {
        "pk": one.pk,
        "url": registry.url(one),
        "x": f"{x:.1f}",
        "y": top + GAP,
        "width": f"{width:.1f}",
        "inner": f"{width - 1:.1f}",
        "height": BAR,
        "setup": f"{start - x:.1f}" if start - x >= 1 else "",
        "text": words_of(one),
        "tone": "bad" if one.late_days else "run" if runs else "",
        "pinned": one.pinned_by_id is not None,
        "movable": may_move and not runs,
        "label": label_of(one),
    }


def said_late(days: int) -> str:
    """So many days late, in words; nothing when it is in time."""
    return ngettext("{n} day late", "{n} days late", days).format(n=days) if days else ""


def words_of(one: Any) -> str:
    """What stands in a bar."""
    late = said_late(one.late_days)
    return f"{one.stage.work} {one.stage.name}" + (f" · {late}" if late else "")


def label_of(one: Any) -> str:
    """A bar as it is read aloud and shown under the pointer."""
    parts: Sequence[str] = (
        words_of(one),
        one.place,
        _("{start} to {end}").format(
            start=draw_text.moment(one.starts_at), end=draw_text.moment(one.ends_at)
        ),
        _("runs") if one.stage.state == StageState.RUNNING else "",
        _("pinned by {who}").format(who=one.pinned_by) if one.pinned_by else "",
    )
    return ", ".join(part for part in parts if part)
