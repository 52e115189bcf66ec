"""The ledger of a member: grants and spends that are only ever added to, and the spends that an act adds.

Every function looks at the ledger and returns new spends; nothing is changed. At any time the points
granted are the points open, redeemed, expired and reversed, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from loomline.engines.bad_input import BadInput

NOTHING = Decimal()
NEVER = datetime.max.replace(tzinfo=UTC)


class Cause(StrEnum):
    """Why points left a grant: SETTLED moves a debt from one grant to another and sums to nothing."""

    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVERSED = "reversed"
    SETTLED = "settled"


class Shortfall(StrEnum):
    """What happens when points that are taken back were spent already.

    OWE takes them from the other grants, and what these lack is a negative balance until points are earned.
    FORGIVE takes what is left of the grant and no more; REFUSE takes nothing.
    """

    OWE = "owe"
    FORGIVE = "forgive"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Grant:
    """Points earned at once. They can be spent from `at` until before `expires_at`; without it, for ever."""

    key: str
    points: Decimal
    at: datetime
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.points.is_finite() or self.points <= 0:
            raise BadInput(f"The grant {self.key} has {self.points} points.", remedy="Grant more than 0.")
        if self.at.utcoffset() is None or (self.expires_at and self.expires_at.utcoffset() is None):
            raise BadInput(
                f"A time of the grant {self.key} has no time zone.", remedy="Add one, such as UTC."
            )
        if self.expires_at is not None and self.expires_at <= self.at:
            raise BadInput(f"The grant {self.key} expires before it is made.", remedy="Correct the times.")

    @property
    def ends(self) -> datetime:
        """When it expires, or a time that never comes."""
        return self.expires_at or NEVER


@dataclass(frozen=True)
class Spend:
    """Points taken from one grant for one act; negative when they are given back."""

    grant: str
    points: Decimal
    at: datetime
    cause: Cause
    act: str = ""


@dataclass(frozen=True)
class Ledger:
    """All grants and spends of one member, in any order; keys of grants are different."""

    grants: tuple[Grant, ...] = ()
    spends: tuple[Spend, ...] = ()

    def __post_init__(self) -> None:
        keys = {grant.key for grant in self.grants}
        if len(keys) < len(self.grants):
            raise BadInput("Two grants have the same key.", remedy="Number the grants.")
        strange = [spend.grant for spend in self.spends if spend.grant not in keys]
        if strange:
            raise BadInput(f"There is no grant {strange[0]} to spend from.", remedy="Add the grant.")

    def plus(self, *entries: Grant | Spend) -> Ledger:
        """The ledger with more entries."""
        grants = tuple(entry for entry in entries if isinstance(entry, Grant))
        spends = tuple(entry for entry in entries if isinstance(entry, Spend))
        return Ledger(self.grants + grants, self.spends + spends)

    def left(self, at: datetime) -> dict[str, Decimal]:
        """What is left of each grant that was made by then, expired or not; negative where it is owed."""
        left = {grant.key: grant.points for grant in self.grants if grant.at <= at}
        for spend in self.spends:
            if spend.at <= at and spend.grant in left:
                left[spend.grant] -= spend.points
        return left

    def usable(self, at: datetime) -> list[tuple[Grant, Decimal]]:
        """The grants that can be spent from and what is left of each; the earliest expiry comes first."""
        left = self.left(at)
        found = [(g, left[g.key]) for g in self.grants if g.at <= at < g.ends and left[g.key] > 0]
        return sorted(found, key=lambda each: (each[0].ends, each[0].at, each[0].key))

    def owed(self, at: datetime) -> Decimal:
        """The points that were taken back but had been spent."""
        return -sum((min(points, NOTHING) for points in self.left(at).values()), NOTHING)

    def balance(self, at: datetime) -> Decimal:
        """Unspent, unexpired points less those owed."""
        return sum((points for _grant, points in self.usable(at)), NOTHING) - self.owed(at)

    def total(self, cause: Cause, at: datetime) -> Decimal:
        """The points that left the ledger for one cause."""
        return sum((s.points for s in self.spends if s.cause is cause and s.at <= at), NOTHING)


def redeem(ledger: Ledger, points: Decimal, at: datetime, *, act: str) -> list[Spend]:
    """Spend points, those with the earliest expiry first; refused when the balance is too small."""
    _check(points)
    balance = ledger.balance(at)
    if points > balance:
        raise BadInput(f"{points} points are asked for and {balance} are there.", remedy="Redeem fewer.")
    return _taken(ledger.usable(at), points, at, Cause.REDEEMED, act)


def give_back(ledger: Ledger, points: Decimal | None, at: datetime, *, act: str) -> list[Spend]:
    """Undo a redemption, whole (None) or in part: points go back to the grants that they came from.

    In part, those that expire last go back first, as they were spent last. Each keeps its expiry: what has
    expired since then expires with the next `expire`.
    """
    known = {grant.key: grant for grant in ledger.grants}
    taken: dict[str, Decimal] = {}
    for spend in ledger.spends:
        if spend.act == act and spend.cause is Cause.REDEEMED and spend.at <= at:
            taken[spend.grant] = taken.get(spend.grant, NOTHING) + spend.points
    there = sum(taken.values(), NOTHING)
    wanted = there if points is None else points
    if points is not None:
        _check(points)
    if wanted > there or not there:
        raise BadInput(f"{act} has redeemed {there} points.", remedy="Give back no more than that.")
    sources = [(known[key], amount) for key, amount in taken.items() if amount > 0]
    sources.sort(key=lambda each: (each[0].ends, each[0].at, each[0].key), reverse=True)
    back = _taken(sources, wanted, at, Cause.REDEEMED, act)
    return [Spend(spend.grant, -spend.points, at, spend.cause, act) for spend in back]


def reverse(
    ledger: Ledger,
    grant: str,
    points: Decimal,
    at: datetime,
    *,
    act: str = "",
    shortfall: Shortfall = Shortfall.OWE,
) -> list[Spend]:
    """Take points of one grant back, because the goods they were earned with came back.

    What was reversed before counts: a grant is never reversed beyond what it gave. Points that have expired
    are gone and are not taken back again. Raises BadInput for more points than that, for a grant that there
    is not, and with REFUSE when too few are left.
    """
    _check(points)
    given = {each.key: each for each in ledger.grants if each.at <= at}.get(grant)
    if given is None:
        raise BadInput(f"There is no grant {grant}.", remedy="Correct the key.")
    gone = (Cause.REVERSED, Cause.EXPIRED)
    before = sum(
        (s.points for s in ledger.spends if s.grant == grant and s.cause in gone and s.at <= at), NOTHING
    )
    if points > given.points - before:
        raise BadInput(
            f"Of {grant}, {given.points - before} points can be taken back, not {points}.",
            remedy="Take back what the returned goods have earned.",
        )
    left = max(ledger.left(at)[grant], NOTHING)
    if points > left and shortfall is Shortfall.REFUSE:
        raise BadInput(f"Of {grant}, {left} points are left.", remedy="Take back those, or let them be owed.")
    taken = min(points, left) if shortfall is Shortfall.FORGIVE else points
    if not taken:
        return []
    spend = Spend(grant, taken, at, Cause.REVERSED, act)
    return [spend, *settle(ledger.plus(spend), at, act=act)]


def settle(ledger: Ledger, at: datetime, *, act: str = "") -> list[Spend]:
    """Pay what is owed from the usable grants, the earliest expiry first: to be called after each grant."""
    spends: list[Spend] = []
    left = ledger.left(at)
    debts = {key: -points for key, points in left.items() if points < 0}
    payable = sum((points for _grant, points in ledger.usable(at)), NOTHING)
    for key, debt in debts.items():
        paid = min(debt, payable)
        if paid <= 0:
            break
        new = _taken(ledger.plus(*spends).usable(at), paid, at, Cause.SETTLED, act)
        spends += [*new, Spend(key, -paid, at, Cause.SETTLED, act)]
        payable -= paid
    return spends


def expire(ledger: Ledger, at: datetime) -> list[Spend]:
    """Write off what is left of the grants that have expired, each at its own time of expiry or later.

    Points that came back to a grant after its expiry expire now.
    """
    left = ledger.left(at)
    return [
        Spend(grant.key, left[grant.key], at, Cause.EXPIRED)
        for grant in ledger.grants
        if grant.ends <= at and left.get(grant.key, NOTHING) > 0
    ]


def expiries(ledger: Ledger, at: datetime) -> list[tuple[datetime, Decimal]]:
    """What will expire when, if nothing is spent; points without expiry are left out."""
    sums: dict[datetime, Decimal] = {}
    for grant, points in ledger.usable(at):
        if grant.expires_at is not None:
            sums[grant.expires_at] = sums.get(grant.expires_at, NOTHING) + points
    return sorted(sums.items())


def liability(points: Decimal, value: Decimal, breakage: Decimal) -> Decimal:
    """What open points may cost: points x value of a point x (1 - breakage), not rounded."""
    if not 0 <= breakage <= 1 or value < 0:
        raise BadInput(
            f"A value of {value} with a breakage of {breakage} cannot be.",
            remedy="Give a value of 0 or more and a breakage from 0 to 1.",
        )
    return points * value * (1 - breakage)


def breakage(ledgers: Iterable[Ledger], at: datetime) -> Decimal | None:
    """The part of points that ended unredeemed, of the grants that have expired; None when none has.

    Points that were taken back count neither as granted nor as lost.
    """
    granted, lost = NOTHING, NOTHING
    for ledger in ledgers:
        ended = {grant.key: grant.points for grant in ledger.grants if grant.ends <= at}
        left = ledger.left(at)
        for spend in ledger.spends:
            if spend.at <= at and spend.grant in ended and spend.cause is not Cause.REDEEMED:
                if spend.cause is Cause.EXPIRED:
                    lost += spend.points
                elif spend.cause is Cause.REVERSED:
                    granted -= spend.points
        granted += sum(ended.values(), NOTHING)
        lost += sum((max(left[key], NOTHING) for key in ended), NOTHING)
    return lost / granted if granted > 0 else None


def _taken(
    sources: Sequence[tuple[Grant, Decimal]], points: Decimal, at: datetime, cause: Cause, act: str
) -> list[Spend]:
    """Points from the sources in their order; the sources hold enough."""
    spends = []
    for grant, there in sources:
        if points <= 0:
            break
        taken = min(points, there)
        spends.append(Spend(grant.key, taken, at, cause, act))
        points -= taken
    return spends


def _check(points: Decimal) -> None:
    if not points.is_finite() or points <= 0:
        raise BadInput(f"{points} points cannot be moved.", remedy="Give more than 0.")
