"""Amounts of money that know their currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_precision
from django.db import models

if TYPE_CHECKING:
    _Decimal = models.DecimalField[Any, Any]
    _Text = models.CharField[Any, Any]
else:
    _Decimal, _Text = models.DecimalField, models.CharField


class CurrencyMismatch(TypeError):
    """Two amounts of different currencies were added or compared without a rate."""


@lru_cache(maxsize=256)
def minor_unit(currency: str) -> Decimal:
    """The smallest coin of a currency as a Decimal, for example 0.01 for EUR and 1 for JPY (ISO 4217)."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


@dataclass(frozen=True, order=False)
class Money:
    """A Decimal amount in one ISO 4217 currency; adding two currencies raises CurrencyMismatch."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(str(self.amount)))

    def _same(self, other: Money) -> Money:
        if not isinstance(other, Money):
            raise TypeError(f"{self} and {other!r} cannot be combined: the second is not money.")
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"{self} and {other} are in different currencies; convert one of them first."
            )
        return other

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, float):
            raise TypeError("Multiply money by a Decimal or an int, never by a float.")
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.rounded().amount:,} {self.currency}"

    def rounded(self) -> Money:
        """The same amount in whole minor units, half up as invoices are rounded."""
        return Money(self.amount.quantize(minor_unit(self.currency), ROUND_HALF_UP), self.currency)


class AmountField(_Decimal):
    """An amount in the currency of its record, numeric(19,4)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 19)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class PriceField(_Decimal):
    """A price per unit in the currency of its record, numeric(19,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 19)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class CurrencyField(_Text):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)
