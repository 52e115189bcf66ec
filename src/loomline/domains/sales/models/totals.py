"""How lines add up: quotes, orders and invoices all count alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from loomline.kernel.money import Money

ZERO = Decimal(0)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units of the currency, half up."""
    return Money(amount, currency).rounded().amount


def line_amount(*, quantity: Decimal, price: Decimal, discount: Decimal, currency: str) -> Decimal:
    """What a line costs without tax, in whole minor units."""
    return rounded(quantity * price * (1 - discount), currency)


@dataclass(frozen=True)
class TaxGroup:
    """All that is taxed at one rate."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """A document's sums; the tax is rounded once for each rate, as tax offices want it."""

    net: Decimal
    tax: Decimal
    total: Decimal
    groups: tuple[TaxGroup, ...]

    @classmethod
    def of(
        cls, amounts: Iterable[tuple[Decimal, Decimal]], *, currency: str, freight: Decimal = ZERO
    ) -> Totals:
        """Sum pairs of amount and tax rate; freight follows the goods and bears the highest rate."""
        bases: dict[Decimal, Decimal] = defaultdict(Decimal)
        for amount, rate in amounts:
            bases[Decimal(rate).normalize()] += amount
        if freight:
            bases[max(bases, default=ZERO)] += rounded(freight, currency)
        groups = tuple(
            TaxGroup(rate=rate, base=base, tax=rounded(base * rate, currency))
            for rate, base in sorted(bases.items())
        )
        net = sum((group.base for group in groups), ZERO)
        tax = sum((group.tax for group in groups), ZERO)
        return cls(net=net, tax=tax, total=net + tax, groups=groups)

    @property
    def columns(self) -> dict[str, Decimal]:
        """The sums under the names that documents keep them by."""
        return {"net": self.net, "tax": self.tax, "total": self.total}
