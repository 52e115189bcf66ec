"""How a sampling plan works: the operating characteristic, the risks and the outgoing quality.

Quality is a share of nonconforming items (0 to 1) or nonconformities an item. Binomial for items of a long
series, Poisson for nonconformities, hypergeometric for one lot (ISO 2859-1:1999, 12; Schilling and Neubauer,
Acceptance Sampling in Quality Control, 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput

Acceptance = Callable[[float], float]
_STEPS = 200


@dataclass(frozen=True)
class Risks:
    """What a plan promises to both sides.

    `producer` is the chance that a lot of AQL quality is not accepted; `limiting` the quality that is
    accepted with a chance of 10 %; `indifference` the one accepted half the time; `outgoing_limit` the worst
    average quality that leaves inspection when lots that are not accepted are sorted (AOQL), and `worst`
    where it is. All qualities are shares (or nonconformities an item).
    """

    producer: float
    limiting: float
    indifference: float
    outgoing_limit: float
    worst: float


def binomial(sample_size: int, accept: int, share: float) -> float:
    """Chance of acceptance of items from a series with this share nonconforming (0 to 1)."""
    _checked(sample_size, accept)
    if not 0 <= share <= 1:
        raise BadInput(f"A share of {share:g} is not possible.", remedy="Give a number from 0 to 1.")
    if share in {0, 1} or accept >= sample_size:
        return 1.0 if share == 0 or accept >= sample_size else 0.0
    odds, ways = math.log(share) - math.log1p(-share), sample_size * math.log1p(-share)
    terms = [ways]
    for found in range(1, accept + 1):
        ways += math.log((sample_size - found + 1) / found) + odds
        terms.append(ways)
    return _total(terms)


def poisson(sample_size: int, accept: int, rate: float) -> float:
    """Chance of acceptance with this many nonconformities an item on average."""
    _checked(sample_size, accept)
    if rate < 0 or not math.isfinite(rate):
        raise BadInput(f"A rate of {rate:g} is not possible.", remedy="Give a number of 0 or more.")
    if rate == 0:
        return 1.0
    expected = sample_size * rate
    return _total([n * math.log(expected) - expected - math.lgamma(n + 1) for n in range(accept + 1)])


def hypergeometric(lot_size: int, nonconforming: int, sample_size: int, accept: int) -> float:
    """Chance of acceptance of one lot that holds so many nonconforming items."""
    _checked(sample_size, accept)
    if not 0 <= nonconforming <= lot_size or sample_size > lot_size:
        raise BadInput(
            f"{nonconforming} nonconforming items or {sample_size} inspected ones do not fit a lot of "
            f"{lot_size}.",
            remedy="Neither may be more than the lot.",
        )
    all_samples = math.comb(lot_size, sample_size)
    accepted = sum(
        math.comb(nonconforming, found) * math.comb(lot_size - nonconforming, sample_size - found)
        for found in range(min(accept, nonconforming, sample_size) + 1)
    )
    return accepted / all_samples


def curve(acceptance: Acceptance, qualities: Sequence[float]) -> list[tuple[float, float]]:
    """The operating characteristic: pairs of quality and chance of acceptance."""
    return [(quality, acceptance(quality)) for quality in qualities]


def quality_at(acceptance: Acceptance, chance: float, *, most: float = 1.0) -> float:
    """The quality that is accepted with this chance (between 0 and 1), by bisection up to `most`."""
    if not 0 < chance < 1:
        raise BadInput(f"A chance of {chance:g} has no quality.", remedy="Give one between 0 and 1.")
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if acceptance(middle) > chance else (low, middle)
    return (low + high) / 2


def risks(
    sample_size: int, accept: int, aql: float, *, lot_size: int | None = None, counts_faults: bool = False
) -> Risks:
    """The risks of a plan; `aql` in per cent, as in the tables.

    With `counts_faults` several nonconformities in one item count (Poisson), otherwise items do (binomial).
    Of a lot size, only what was not inspected goes out uninspected.
    """
    most = 1.0
    if counts_faults:
        most = (accept + 1 + 10 * math.sqrt(accept + 1)) * 3 / sample_size
    law = poisson if counts_faults else binomial

    def acceptance(quality: float) -> float:
        return law(sample_size, accept, quality)

    rest = 1 - sample_size / lot_size if lot_size else 1.0
    worst = _peak(lambda quality: quality * acceptance(quality), most)
    return Risks(
        producer=1 - acceptance(aql / 100),
        limiting=quality_at(acceptance, 0.10, most=most),
        indifference=quality_at(acceptance, 0.50, most=most),
        outgoing_limit=worst * acceptance(worst) * rest,
        worst=worst,
    )


def _peak(height: Callable[[float], float], most: float) -> float:
    """Where a curve with one hill is highest (golden section)."""
    ratio = (math.sqrt(5) - 1) / 2
    low, high = 0.0, most
    for _ in range(_STEPS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if height(left) >= height(right) else (left, high)
    return (low + high) / 2


def _checked(sample_size: int, accept: int) -> None:
    if sample_size < 1 or accept < 0:
        raise BadInput(
            f"There is no plan with {sample_size} items and acceptance number {accept}.",
            remedy="Inspect at least one item; the acceptance number is 0 or more.",
        )


def _total(logs: Sequence[float]) -> float:
    """The sum of small chances given by their logarithms."""
    return min(math.fsum(map(math.exp, logs)), 1.0)
