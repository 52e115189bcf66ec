"""An amount split by weights so that the parts add up to it exactly (method of largest remainders)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from loomline.engines.bad_input import BadInput

CENT = Decimal("0.01")

Weight = int | float | Fraction | Decimal


def apportion(amount: Decimal, weights: Sequence[Weight], *, unit: Decimal = CENT) -> list[Decimal]:
    """Parts of the amount in proportion to the weights, each a multiple of the unit.

    Each part is its exact share rounded down; what is left goes, a unit each, to the parts that lost most,
    and among equals to the first (Hamilton 1792). So a part is never further than a unit from its share, and
    the parts add up to the amount exactly; those of a negative amount are the negatives of those of the
    positive one. Raises BadInput for weights that are negative, not finite or all zero, and for an amount
    that is no multiple of the unit.
    """
    exact = [_fraction(weight, at) for at, weight in enumerate(weights)]
    total = sum(exact, Fraction())
    if not total:
        raise BadInput("There is nothing to split by: the weights add up to 0.", remedy="Give a weight.")
    units = Fraction(amount) / Fraction(unit)
    if units.denominator != 1:
        raise BadInput(
            f"{amount} is no multiple of {unit}.", remedy="Round it first, or split it in smaller units."
        )
    whole = abs(int(units))
    sign = -1 if units < 0 else 1
    return [sign * part * unit for part in whole_parts([whole * weight / total for weight in exact])]


def whole_parts(shares: Sequence[Fraction]) -> list[int]:
    """Whole numbers next to the shares, which add up to a whole number, with the same sum."""
    parts = [share.numerator // share.denominator for share in shares]
    left = sum(shares, Fraction()) - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda at: parts[at] - shares[at])
    for at in by_loss[: int(left)]:
        parts[at] += 1
    return parts


def _fraction(weight: Weight, at: int) -> Fraction:
    if not math.isfinite(weight) or weight < 0:
        raise BadInput(
            f"The weight {weight} is not a number of 0 or more.", remedy="Correct it.", position=at
        )
    return Fraction(weight)
