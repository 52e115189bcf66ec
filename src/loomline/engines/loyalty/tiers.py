"""The tier of a member: points earned within a look-back, kept for a grace period after they fall short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from loomline.engines.bad_input import BadInput


@dataclass(frozen=True)
class Tier:
    """A level with a name, reached with so many points."""

    name: str
    points: Decimal


@dataclass(frozen=True)
class Earning:
    """Points that count for tiers; negative when goods came back."""

    at: datetime
    points: Decimal


@dataclass(frozen=True)
class Scheme:
    """Tiers from the lowest, the look-back that points count for, and the grace after it."""

    tiers: tuple[Tier, ...]
    look_back: timedelta
    grace: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        points = [tier.points for tier in self.tiers]
        if not points or points != sorted(set(points)):
            raise BadInput("The points of the tiers do not rise.", remedy="Put the tiers in order.")
        if self.look_back <= timedelta(0) or self.grace < timedelta(0):
            raise BadInput(
                "The look-back or the grace cannot be.",
                remedy="Give a look-back above 0 and a grace of 0 or more.",
            )


@dataclass(frozen=True)
class Standing:
    """Where a member stands: the tier held, the points that count now, and what the next tier lacks.

    `on_grace` says that the points alone would give a lower tier; `tier` is None below the lowest.
    """

    tier: Tier | None
    points: Decimal
    on_grace: bool
    next_tier: Tier | None
    lacks: Decimal


def standing(scheme: Scheme, earnings: Sequence[Earning], at: datetime) -> Standing:
    """The tier of a member at an instant.

    Points earned in (at - look-back, at] count. The tier held is the highest that the points of any instant
    in [at - grace, at] give.
    """
    points = _within(scheme, earnings, at)
    # What counts changes only when points come, and when they grow too old.
    changes = [change for e in earnings for change in (e.at, e.at + scheme.look_back)]
    since = at - scheme.grace
    moments = [since, *(change for change in changes if since <= change <= at), at]
    best = max(_within(scheme, earnings, moment) for moment in moments)
    held, now = _reached(scheme, best), _reached(scheme, points)
    above = [
        tier for tier in scheme.tiers if tier.points > points and (held is None or tier.points > held.points)
    ]
    following = above[0] if above else None
    lacks = following.points - points if following else Decimal()
    return Standing(held, points, held != now, following, lacks)


def _within(scheme: Scheme, earnings: Sequence[Earning], at: datetime) -> Decimal:
    return sum((e.points for e in earnings if at - scheme.look_back < e.at <= at), Decimal())


def _reached(scheme: Scheme, points: Decimal) -> Tier | None:
    reached = [tier for tier in scheme.tiers if points >= tier.points]
    return reached[-1] if reached else None
