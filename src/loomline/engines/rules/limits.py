"""What keeps rules from running in circles, and from running away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

DEEPEST = 5


def objection(rule: int, lineage: Sequence[int], *, deepest: int = DEEPEST) -> str:
    """Why a rule must not follow what other rules have caused: "itself", "too deep", or "" when it may.

    `lineage` names the rules that led here, the nearest first; what a person did has none.
    """
    if rule in lineage:
        return "itself"
    return "too deep" if len(lineage) >= deepest else ""


def room(taken: int, most: int | None, wanted: int) -> int:
    """How many more may be done now when so many were done within the window; None is no limit."""
    return wanted if most is None else max(0, min(wanted, most - taken))


def free_at(taken: Sequence[datetime], most: int, window: timedelta, *, now: datetime) -> datetime:
    """When the next one may be done: now, or when enough of those in the window have left it."""
    within = sorted(at for at in taken if at > now - window)
    return now if len(within) < most else within[len(within) - most] + window


def is_quiet(last: datetime | None, pause_days: int | None, *, now: datetime) -> bool:
    """True while a record that was dealt with shall be left alone; without a pause it never is."""
    return last is not None and pause_days is not None and now < last + timedelta(days=pause_days)
