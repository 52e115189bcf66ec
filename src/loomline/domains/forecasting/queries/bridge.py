"""How the pipeline of a period went from one moment to another; every cent of it has a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
OPEN, WON, LOST = "open", "won", "lost"
NEW, PULLED_IN, CHANGED = "new", "pulled_in", "changed"
SLIPPED = "slipped"
TAKEN_OVER, HANDED_OVER = "taken_over", "handed_over"
ORDER = (NEW, PULLED_IN, TAKEN_OVER, CHANGED, WON, LOST, SLIPPED, HANDED_OVER)


@dataclass(frozen=True)
class Deal:
    """One deal as it stood: state, amount, and the day it shall close, or has closed."""

    state: str
    amount: Decimal
    closes_on: date | None
    name: str = ""
    # Of another person or team than the one that the bridge is about.
    is_elsewhere: bool = False

    def counts(self, starts_on: date, ends_on: date) -> bool:
        """True when it is open here and shall close in [starts_on, ends_on)."""
        return self.state == OPEN and not self.is_elsewhere and self.is_within(starts_on, ends_on)

    def is_within(self, starts_on: date, ends_on: date) -> bool:
        """True when its day lies in [starts_on, ends_on)."""
        return self.closes_on is not None and starts_on <= self.closes_on < ends_on


@dataclass(frozen=True)
class Step:
    """What one deal adds to one part of the bridge."""

    part: str
    key: int
    name: str
    amount: Decimal


@dataclass(frozen=True)
class Bridge:
    """Open pipeline at the start, what moved it, open pipeline at the end."""

    start: Decimal
    end: Decimal
    steps: tuple[Step, ...] = field(default=())

    def part(self, name: str) -> Decimal:
        """What one reason adds or takes."""
        return sum((step.amount for step in self.steps if step.part == name), ZERO)

    def largest(self, name: str, count: int = 3) -> list[Step]:
        """The deals that moved most for one reason."""
        rows = [step for step in self.steps if step.part == name]
        return sorted(rows, key=lambda step: (-abs(step.amount), step.key))[:count]


def bridge(
    *, before: Mapping[int, Deal], after: Mapping[int, Deal], starts_on: date, ends_on: date
) -> Bridge:
    """Explain the change of the open pipeline of [starts_on, ends_on) deal by deal.

    `after` holds what is open then and what was won or lost in between; a deal that is in neither was
    taken back, and counts as lost. One that went to or came from another person or team is in both ends,
    marked as theirs, and was handed or taken over. Start and all steps add up to the end, exactly.
    """
    steps: list[Step] = []
    start = end = ZERO
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        was = old.amount if old is not None and old.counts(starts_on, ends_on) else None
        now = new.amount if new is not None and new.counts(starts_on, ends_on) else None
        start += was or ZERO
        end += now or ZERO
        known = new or old
        assert known is not None
        name = known.name
        steps += [
            Step(part, key, name, amount)
            for part, amount in _moves(old, new, was, now, (starts_on, ends_on))
            if amount
        ]
    return Bridge(start, end, tuple(steps))


def _moves(
    old: Deal | None, new: Deal | None, was: Decimal | None, now: Decimal | None, days: tuple[date, date]
) -> list[tuple[str, Decimal]]:
    """The steps of one deal; they add up to what it adds to the end less what it added to the start."""
    is_won = new is not None and new.state == WON and not new.is_elsewhere and new.is_within(*days)
    reached = now if now is not None else new.amount if is_won and new is not None else None
    moves: list[tuple[str, Decimal]] = []
    if was is None and reached is not None:
        # Moved into the period, whether it is still open or was won at once.
        moves.append((_came(old), reached))
    elif was is not None and reached is not None:
        moves.append((CHANGED, reached - was))
    elif was is not None:
        moves.append((_left(new), -was))
    if is_won and new is not None:
        moves.append((WON, -new.amount))
    return moves


def _came(old: Deal | None) -> str:
    """Why a deal is in the period that was not: of somebody else before, of another period, or not there."""
    if old is None or old.state != OPEN:
        return NEW
    return TAKEN_OVER if old.is_elsewhere else PULLED_IN


def _left(new: Deal | None) -> str:
    """Why a deal left the period without being won in it: lost, handed over, won in another one, moved."""
    if new is None:
        return LOST
    if new.is_elsewhere:
        return HANDED_OVER
    return {LOST: LOST, WON: WON}.get(new.state, SLIPPED)
