"""Quantities that know their unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

PLACES = Decimal("0.000001")

if TYPE_CHECKING:
    _Decimal = models.DecimalField[Any, Any]
else:
    _Decimal = models.DecimalField


class UnitMismatch(TypeError):
    """Two quantities in different units were combined without a conversion from the catalog."""


@dataclass(frozen=True)
class Quantity:
    """A Decimal amount in one unit; the catalog alone knows how units convert."""

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(str(self.amount)))

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read "1 200 pcs" or "524.16 kg"; the unit is the last word."""
        *digits, unit = text.split()
        if not digits:
            raise ValueError(f"'{text}' is no quantity: write a number, a space and a unit.")
        return cls(Decimal("".join(digits).replace(",", "")), unit)

    def _same(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            raise TypeError(f"{self} and {other!r} cannot be combined: the second is no quantity.")
        if other.unit != self.unit:
            raise UnitMismatch(f"{self} and {other} are in different units; convert one of them first.")
        return other

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._same(other).amount, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._same(other).amount, self.unit)

    def __mul__(self, factor: Decimal | int) -> Quantity:
        if isinstance(factor, float):
            raise TypeError("Multiply a quantity by a Decimal or an int, never by a float.")
        return Quantity(self.amount * factor, self.unit)

    __rmul__ = __mul__

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Quantity) -> bool:
        return self.amount <= self._same(other).amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.unit}"


def plain(amount: Decimal) -> str:
    """The shortest exact writing of a Decimal, with thousands separated: 1,200 and 524.16."""
    normal = amount.normalize()
    return f"{normal:,f}"


class QuantityField(_Decimal):
    """A quantity in the item's stock unit, numeric(20,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class ShareField(_Decimal):
    """A share kept as a fraction, 0.05; people read and type it in percent."""

    def deconstruct(self) -> Any:
        """To the database it is a decimal like others."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs
