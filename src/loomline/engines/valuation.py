"""What goods cost: layers of stock, used up in turn, and what each use takes of a layer's value.

A layer is a quantity that came in together at one value. Uses follow each other without a gap, so each has
its place in the layer: the units from `begins` to `begins + quantity`. What a use is worth is the rounded
value up to its end less the rounded value up to its beginning. Nothing is lost to rounding, however small
the uses, and what a use *should* be worth when the layer's value changes later follows from its place
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)


def share(value: Decimal, quantity: Decimal, upto: Decimal, coin: Decimal) -> Decimal:
    """The value of the first `upto` units of `quantity` that are worth `value`, in whole coins."""
    if upto == quantity:
        return value
    return EXACT.divide(EXACT.multiply(value, upto), quantity).quantize(coin, context=EXACT)


def part(value: Decimal, quantity: Decimal, begins: Decimal, ends: Decimal, coin: Decimal) -> Decimal:
    """The value of the units from `begins` to `ends`."""
    return share(value, quantity, ends, coin) - share(value, quantity, begins, coin)


@dataclass(slots=True)
class Layer:
    """A quantity that came in together: what it was and is worth, how much of it is used."""

    key: int
    quantity: Decimal
    value: Decimal
    used: Decimal = ZERO
    taken: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What is not used."""
        return self.quantity - self.used

    @property
    def left_value(self) -> Decimal:
        """What the rest is worth."""
        return self.value - self.taken

    def use(self, quantity: Decimal, coin: Decimal) -> Use:
        """Take a quantity from the front."""
        begins, ends = self.used, self.used + quantity
        value = part(self.value, self.quantity, begins, ends, coin)
        self.used, self.taken = ends, self.taken + value
        return Use(self, begins, quantity, value)


@dataclass(frozen=True, slots=True)
class Use:
    """A part of a layer that went out."""

    layer: Layer
    begins: Decimal
    quantity: Decimal
    value: Decimal


class Queue:
    """Layers in the order in which they are used up; more of them are fetched when those at hand are gone."""

    def __init__(self, layers: Iterable[Layer], more: Callable[[], Iterable[Layer]] = tuple) -> None:
        self._layers: list[Layer] = [layer for layer in layers if layer.left > 0]
        self._at = 0
        self._more = more
        self._is_over = False

    @property
    def last(self) -> Layer | None:
        """The layer that came in last, of those at hand."""
        return self._layers[-1] if self._layers else None

    def append(self, layer: Layer) -> None:
        """A layer that came in last. Those that are still to be fetched come before it."""
        self._fetch()
        self._layers.append(layer)

    def take(self, quantity: Decimal, coin: Decimal) -> tuple[list[Use], Decimal]:
        """Use a quantity of the first layers; with what they could not cover."""
        uses = []
        layers = self._open()
        while quantity > 0 and (layer := next(layers, None)) is not None:
            use = layer.use(min(quantity, layer.left), coin)
            quantity -= use.quantity
            uses.append(use)
        return uses, quantity

    def take_all(self, coin: Decimal) -> list[Use]:
        """Use up everything that is left."""
        return [layer.use(layer.left, coin) for layer in self._open()]

    def _open(self) -> Iterator[Layer]:
        while True:
            while self._at < len(self._layers):
                if self._layers[self._at].left > 0:
                    yield self._layers[self._at]
                else:
                    self._at += 1
            if self._is_over:
                return
            self._fetch()

    def _fetch(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        known = {layer.key for layer in self._layers}
        self._layers += [layer for layer in self._more() if layer.key not in known and layer.left > 0]
