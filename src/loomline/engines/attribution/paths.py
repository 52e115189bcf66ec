"""Credit of channels learnt from many paths: the loss without each (Markov), its fair part (Shapley).

Rules look at one order and know nothing of the people who did not buy. These two look at all paths.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from loomline.engines.attribution.apportion import CENT, apportion, whole_parts
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse
    from scipy.sparse import linalg
else:
    np = heavy("numpy")
    sparse = heavy("scipy.sparse")
    linalg = heavy("scipy.sparse.linalg")

State = tuple[str, ...]
START: State = ("",)
MOST_ORDER = 4
QUIET = Watch()


@dataclass(frozen=True)
class Path:
    """The channels of one customer in the order of time, how often they led to an order and how often not.

    `amount` is the amount (or margin) of those orders together.
    """

    channels: tuple[str, ...]
    conversions: int = 1
    amount: Decimal = Decimal()
    losses: int = 0


@dataclass(frozen=True)
class ChannelCredit:
    """What a channel gets: its share of all, that share of the conversions, and of the amount to the cent.

    `effect` is the removal effect of the Markov chain: the part of all conversions that would be lost
    without the channel; for Shapley it is the value as a part of all conversions.
    """

    channel: str
    effect: float
    share: float
    conversions: float
    amount: Decimal


def markov(
    paths: Iterable[Path], *, order: int = 1, unit: Decimal = CENT, watch: Watch = QUIET
) -> list[ChannelCredit]:
    """Credit by removal effect (Anderl, Becker, von Wangenheim and Schumann 2016), by channel name.

    The paths make a Markov chain whose states are the last `order` channels; it ends in an order or in
    nothing. The removal effect of a channel is the part of the conversions that is lost when every visit to
    it ends in nothing; shares are the effects scaled to 1. Amounts add up to the amount of all paths with
    channels exactly. Raises BadInput when no path has both a channel and a conversion, and for negative
    counts. Stopped comes from the watch.
    """
    if not 1 <= order <= MOST_ORDER:
        raise BadInput(f"A chain of order {order} is not made.", remedy=f"Take 1 to {MOST_ORDER}.")
    known = _checked(paths, unit)
    chain = _Chain.of(known, order)
    whole = chain.converts(frozenset())
    channels = _channels(known)
    effects = []
    for at, channel in enumerate(channels):
        watch.at(at / len(channels), f"without {channel}")
        effects.append(max(0.0, 1.0 - chain.converts(frozenset({channel})) / whole))
    return _credited(known, channels, effects, unit)


def shapley(paths: Iterable[Path], *, unit: Decimal = CENT) -> list[ChannelCredit]:
    """Credit by the Shapley value (Shapley 1953; for channels Zhao, Mahboobi and Bagheri 2018), by name.

    The worth of a set of channels is the number of conversions whose paths used no other channel. The
    Shapley value of that game is known in closed form: each conversion is shared evenly by the different
    channels of its path, however often each occurs; so there is no limit to the number of channels.
    Raises BadInput as `markov` does.
    """
    known = _checked(paths, unit)
    channels = _channels(known)
    values: dict[str, Fraction] = dict.fromkeys(channels, Fraction())
    amounts: dict[str, Fraction] = dict.fromkeys(channels, Fraction())
    conversions: Counter[frozenset[str]] = Counter()
    money: dict[frozenset[str], Decimal] = {}
    for path in known:
        used = frozenset(path.channels)
        conversions[used] += path.conversions
        money[used] = money.get(used, Decimal()) + path.amount
    for used, count in conversions.items():
        for channel in used:
            values[channel] += Fraction(count, len(used))
            amounts[channel] += Fraction(money[used]) / Fraction(unit) / len(used)
    total = sum(values.values(), Fraction())
    parts = whole_parts([amounts[channel] for channel in channels])
    return [
        ChannelCredit(
            channel,
            float(values[channel] / total),
            float(values[channel] / total),
            float(values[channel]),
            part * unit,
        )
        for channel, part in zip(channels, parts, strict=True)
    ]


def _credited(
    paths: Sequence[Path], channels: Sequence[str], effects: Sequence[float], unit: Decimal
) -> list[ChannelCredit]:
    total = sum(effects)
    orders = sum(path.conversions for path in paths)
    amounts = apportion(sum((path.amount for path in paths), Decimal()), effects, unit=unit)
    return [
        ChannelCredit(channel, effect, effect / total, orders * effect / total, amount)
        for channel, effect, amount in zip(channels, effects, amounts, strict=True)
    ]


def _channels(paths: Sequence[Path]) -> list[str]:
    return sorted({channel for path in paths for channel in path.channels})


def _checked(paths: Iterable[Path], unit: Decimal) -> list[Path]:
    """The paths with channels that led anywhere."""
    known = []
    for at, path in enumerate(paths):
        if path.conversions < 0 or path.losses < 0:
            raise BadInput("A path counts less than 0 customers.", remedy="Correct it.", position=at)
        if "" in path.channels:
            raise BadInput("A channel has no name.", remedy="Name it.", position=at)
        if path.amount % unit:
            raise BadInput(f"{path.amount} is no multiple of {unit}.", remedy="Round it first.", position=at)
        if path.amount and not path.conversions:
            raise BadInput("A path has an amount but no order.", remedy="Count the orders.", position=at)
        if path.channels and path.conversions + path.losses:
            known.append(path)
    if not any(path.conversions for path in known):
        raise BadInput("No path with a channel led to an order.", remedy="Give the paths that did, too.")
    return known


@dataclass(frozen=True)
class _Chain:
    """The chain of the paths: probabilities to go from state to state, and from each to an order at once."""

    states: tuple[State, ...]
    moves: sparse.csr_array
    ends_well: NDArray[np.float64]

    @classmethod
    def of(cls, paths: Sequence[Path], order: int) -> _Chain:
        steps: Counter[tuple[State, State]] = Counter()
        good: Counter[State] = Counter()
        seen: Counter[State] = Counter()
        for path in paths:
            times = path.conversions + path.losses
            state = START
            for channel in path.channels:
                after = (*(state if state != START else ()), channel)[-order:]
                steps[state, after] += times
                seen[state] += times
                state = after
            good[state] += path.conversions
            seen[state] += times
        states = (START, *sorted(seen.keys() - {START}))
        number = {state: at for at, state in enumerate(states)}
        rows = [number[before] for before, _after in steps]
        columns = [number[after] for _before, after in steps]
        shares = [times / seen[before] for (before, _after), times in steps.items()]
        moves = sparse.csr_array((shares, (rows, columns)), shape=(len(states), len(states)))
        return cls(states, moves, np.array([good[state] / seen[state] for state in states]))

    def converts(self, without: Collection[str]) -> float:
        """The probability that a customer ends with an order when visits to these channels end in nothing."""
        kept = np.array([not any(channel in without for channel in state) for state in self.states])
        left = sparse.identity(int(kept.sum()), format="csc") - self.moves[kept][:, kept]
        return float(np.atleast_1d(linalg.spsolve(sparse.csc_array(left), self.ends_well[kept]))[0])
