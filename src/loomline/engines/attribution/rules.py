"""Credit for the touches of one conversion by a fixed rule: first, last, linear, U, W and time decay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from loomline.engines.attribution.apportion import CENT, apportion
from loomline.engines.bad_input import BadInput

HALF_LIFE = timedelta(days=7)
DIRECT = frozenset({"direct"})
TENTH = Fraction(1, 10)


class Stage(StrEnum):
    """What a touch brought about; W-shaped credit looks at it."""

    NONE = ""
    LEAD = "lead"
    OPPORTUNITY = "opportunity"


class Rule(StrEnum):
    """How the touches of a conversion share it.

    FIRST and LAST give it to one touch; LAST_NON_DIRECT to the last whose channel is not direct, unless all
    are. LINEAR shares evenly. U_SHAPED gives 40 % each to the first touch and to the last, W_SHAPED 30 %
    each to the first, the one that made the lead and the one that made the opportunity; the touches between
    share the rest evenly. TIME_DECAY halves the weight of a touch for each half-life before the conversion.
    """

    FIRST = "first"
    LAST = "last"
    LAST_NON_DIRECT = "last_non_direct"
    LINEAR = "linear"
    U_SHAPED = "u_shaped"
    W_SHAPED = "w_shaped"
    TIME_DECAY = "time_decay"


@dataclass(frozen=True)
class Touch:
    """One contact before a conversion. `key` is the caller's; `is_suspect` marks a click of a robot."""

    channel: str
    at: datetime
    stage: Stage = Stage.NONE
    key: str = ""
    is_suspect: bool = False


@dataclass(frozen=True)
class Conversion:
    """An order, or its margin; negative amounts are those of credit notes."""

    key: str
    at: datetime
    amount: Decimal
    touches: tuple[Touch, ...]


@dataclass(frozen=True)
class Credit:
    """What one touch gets of one conversion; without a touch, nobody is known to have brought it."""

    conversion: str
    touch: Touch | None
    share: Fraction
    amount: Decimal

    @property
    def channel(self) -> str:
        """Where the touch came from, "" for an order without touches."""
        return self.touch.channel if self.touch else ""


@dataclass(frozen=True)
class Terms:
    """How rules are applied: the half-life of TIME_DECAY, the direct channels, and how old a touch may be."""

    half_life: timedelta = HALF_LIFE
    direct: Collection[str] = DIRECT
    look_back: timedelta | None = None
    unit: Decimal = CENT


def credits(conversion: Conversion, rule: Rule, terms: Terms = Terms()) -> list[Credit]:
    """The credits of one conversion, by the time of their touches; they add up to its amount exactly.

    Touches after the conversion, older than the look-back and of robots get none and are left out. When no
    touch is left, one credit without a touch bears the whole amount. Raises BadInput when touch and
    conversion cannot be compared (one with a time zone, the other without).
    """
    touches = _counted(conversion, terms)
    if not touches:
        return [Credit(conversion.key, None, Fraction(1), conversion.amount)]
    weights = _WEIGHTS[rule](touches, conversion, terms)
    total = sum(weights, Fraction())
    amounts = apportion(conversion.amount, weights, unit=terms.unit)
    return [
        Credit(conversion.key, touch, weight / total, amount)
        for touch, weight, amount in zip(touches, weights, amounts, strict=True)
    ]


def by_channel(found: Iterable[Credit]) -> dict[str, Decimal]:
    """The credits of each channel, by name; orders without a touch stand under ""."""
    sums: dict[str, Decimal] = {}
    for credit in found:
        sums[credit.channel] = sums.get(credit.channel, Decimal()) + credit.amount
    return dict(sorted(sums.items()))


def compared(
    conversions: Sequence[Conversion], terms: Terms = Terms(), rules: Iterable[Rule] = Rule
) -> dict[Rule, dict[str, Decimal]]:
    """The credits of each channel by each rule: how much the answer depends on the rule."""
    return {
        rule: by_channel(c for order in conversions for c in credits(order, rule, terms)) for rule in rules
    }


def _counted(conversion: Conversion, terms: Terms) -> list[Touch]:
    if terms.half_life <= timedelta(0):
        raise BadInput("The half-life is not positive.", remedy="Give a duration, such as seven days.")
    oldest = None if terms.look_back is None else conversion.at - terms.look_back
    try:
        kept = [
            touch
            for touch in conversion.touches
            if not touch.is_suspect and touch.at <= conversion.at and (oldest is None or touch.at >= oldest)
        ]
        return sorted(kept, key=lambda touch: touch.at)
    except TypeError as fault:
        raise BadInput(
            f"Some times of {conversion.key} say their time zone and some do not.",
            remedy="Give all of them one.",
        ) from fault


def _only(count: int, at: int) -> list[Fraction]:
    return [Fraction(n == at) for n in range(count)]


def _first(touches: Sequence[Touch], _order: Conversion, _terms: Terms) -> list[Fraction]:
    return _only(len(touches), 0)


def _last(touches: Sequence[Touch], _order: Conversion, _terms: Terms) -> list[Fraction]:
    return _only(len(touches), len(touches) - 1)


def _last_non_direct(touches: Sequence[Touch], _order: Conversion, terms: Terms) -> list[Fraction]:
    told = [at for at, touch in enumerate(touches) if touch.channel not in terms.direct]
    return _only(len(touches), told[-1] if told else len(touches) - 1)


def _linear(touches: Sequence[Touch], _order: Conversion, _terms: Terms) -> list[Fraction]:
    return [Fraction(1)] * len(touches)


def _u_shaped(touches: Sequence[Touch], _order: Conversion, _terms: Terms) -> list[Fraction]:
    return _posts(len(touches), [0, len(touches) - 1], 4 * TENTH)


def _w_shaped(touches: Sequence[Touch], _order: Conversion, _terms: Terms) -> list[Fraction]:
    stages = [touch.stage for touch in touches]
    posts = [stages.index(stage) for stage in (Stage.LEAD, Stage.OPPORTUNITY) if stage in stages]
    return _posts(len(touches), [0, *posts], 3 * TENTH)


def _posts(count: int, posts: Sequence[int], share: Fraction) -> list[Fraction]:
    """So much for each post, the rest evenly for the others; without others the posts share it all.

    A touch that is two posts at once gets both shares.
    """
    weights = [Fraction()] * count
    for post in posts:
        weights[post] += share
    others = [at for at in range(count) if at not in posts]
    for at in others:
        weights[at] = (1 - share * len(posts)) / len(others)
    return weights


def _time_decay(touches: Sequence[Touch], order: Conversion, terms: Terms) -> list[Fraction]:
    # Counted from the newest touch: the shares are the same, and none vanishes in a long chain.
    newest = max(touch.at for touch in touches)
    ages = [Fraction((newest - touch.at) / terms.half_life) for touch in touches]
    return [Fraction(2.0 ** -float(min(age, Fraction(900)))) for age in ages]


_WEIGHTS: Mapping[Rule, Callable[[Sequence[Touch], Conversion, Terms], list[Fraction]]] = {
    Rule.FIRST: _first,
    Rule.LAST: _last,
    Rule.LAST_NON_DIRECT: _last_non_direct,
    Rule.LINEAR: _linear,
    Rule.U_SHAPED: _u_shaped,
    Rule.W_SHAPED: _w_shaped,
    Rule.TIME_DECAY: _time_decay,
}
