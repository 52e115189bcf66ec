"""How many points a purchase earns, how many a return takes back, and rebates by turnover."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from loomline.engines.bad_input import BadInput

ONE = Decimal(1)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class EarnRule:
    """`rate` points per unit of money, times a multiplier, rounded down to multiples of `step`."""

    rate: Decimal
    multiplier: Decimal = ONE
    step: Decimal = ONE

    def __post_init__(self) -> None:
        if not (self.rate >= 0 and self.multiplier >= 0 and self.step > 0):
            raise BadInput(
                "The rule earns a number of points that cannot be.",
                remedy="Give a rate and a multiplier of 0 or more and a step above 0.",
            )


def earned(amount: Decimal, rule: EarnRule) -> Decimal:
    """The points of a purchase; nothing for an amount of 0 or less."""
    points = max(amount, Decimal()) * rule.rate * rule.multiplier
    return (points / rule.step).quantize(ONE, ROUND_DOWN) * rule.step


def taken_back(
    points: Decimal, amount: Decimal, *, before: Decimal, now: Decimal, step: Decimal = ONE
) -> Decimal:
    """The points to take back when goods worth `now` return, after goods worth `before` did.

    What the goods that stay have earned stays, rounded down to the step; so any number of returns takes
    back, together, what one return of the same goods would, and a whole return takes back every point.
    """
    if amount <= 0 or before < 0 or now < 0 or before + now > amount:
        raise BadInput(
            f"Goods worth {before + now} cannot come back of {amount}.", remedy="Correct the amounts."
        )
    return _kept(points, amount, amount - before, step) - _kept(points, amount, amount - before - now, step)


@dataclass(frozen=True)
class Step:
    """From this turnover on, this part is given back (0.02 is 2 %)."""

    turnover: Decimal
    rate: Decimal


def rebate(turnover: Decimal, steps: Sequence[Step], *, retroactive: bool, unit: Decimal = CENT) -> Decimal:
    """The rebate of a turnover: the step it reaches on all of it (retroactive), or each step on its part.

    An accrual is the rebate of the turnover so far less what was accrued before. Raises BadInput for steps
    that do not rise or rates that are no parts.
    """
    for low, high in itertools.pairwise(steps):
        if high.turnover <= low.turnover:
            raise BadInput("The steps of the rebate do not rise.", remedy="Put them in order.")
    if any(step.turnover < 0 or not 0 <= step.rate <= 1 for step in steps):
        raise BadInput("A step of the rebate cannot be.", remedy="Give turnovers and parts from 0 to 1.")
    reached = [step for step in steps if turnover >= step.turnover]
    if not reached:
        return Decimal().quantize(unit)
    if retroactive:
        return (turnover * reached[-1].rate).quantize(unit, ROUND_HALF_EVEN)
    ends = [*(step.turnover for step in reached[1:]), turnover]
    parts = ((end - step.turnover) * step.rate for step, end in zip(reached, ends, strict=True))
    return sum(parts, Decimal()).quantize(unit, ROUND_HALF_EVEN)


def _kept(points: Decimal, amount: Decimal, stays: Decimal, step: Decimal) -> Decimal:
    if stays == amount:
        return points
    return (points * stays / amount / step).quantize(ONE, ROUND_DOWN) * step
