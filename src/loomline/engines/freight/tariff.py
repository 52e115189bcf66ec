"""A carrier's price list: rates by zone and weight break, and the terms that go with them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from loomline.engines.bad_input import BadInput

ZERO = Decimal(0)


@dataclass(frozen=True)
class Break:
    """From this weight (kg) on a rate per kg holds, or a flat amount for the whole shipment."""

    start: Decimal
    rate: Decimal
    is_flat: bool = False


@dataclass(frozen=True)
class Zone:
    """The breaks of one zone, which begin with 0 and rise, and its least base charge."""

    breaks: tuple[Break, ...]
    minimum: Decimal = ZERO

    def __post_init__(self) -> None:
        if not self.breaks or self.breaks[0].start != 0:
            raise BadInput("The first break is not 0.", remedy="Add the rate from 0 kg.", column="from_kg")
        for before, after in itertools.pairwise(self.breaks):
            if after.start <= before.start:
                raise BadInput(
                    f"Break {after.start} stands twice.", remedy="Keep one of them.", column="from_kg"
                )


@dataclass(frozen=True)
class Accessorial:
    """An extra service: a fixed amount, an amount per kg or per piece, or per cent of the base charge.

    `bears_fuel`: the fuel surcharge is taken on it too. `is_always`: charged unasked.
    """

    code: str
    kind: Literal["fixed", "per kg", "per piece", "percent"]
    amount: Decimal
    minimum: Decimal = ZERO
    maximum: Decimal | None = None
    bears_fuel: bool = False
    is_always: bool = False


@dataclass(frozen=True)
class Tariff:
    """Zones and terms of one carrier's service, valid from one day until before another.

    `divisor` is in cm³ per kg (6000 in air, 5000 for parcels, 3000 on the road; None: volume is free).
    `step` is what chargeable weight is rounded up to; `fuel` a percentage; `places` the decimals of money.
    """

    name: str
    zones: Mapping[str, Zone]
    currency: str = "EUR"
    divisor: Decimal | None = None
    step: Decimal = ZERO
    has_deficit: bool = True
    fuel: Decimal = ZERO
    accessorials: Mapping[str, Accessorial] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    places: int = 2
    carrier: str = ""

    def __post_init__(self) -> None:
        if self.divisor is not None and self.divisor <= 0:
            raise BadInput(f"The divisor is {self.divisor}.", remedy="Give cm³ per kg.", column="divisor")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise BadInput(
                f"The tariff ends on {self.valid_to}, before it begins.",
                remedy="Correct the days.",
                column="valid_to",
            )

    def is_valid_on(self, day: date | None) -> bool:
        """True where the day lies in [valid_from, valid_to), or none is given."""
        if day is None:
            return True
        return not ((self.valid_from and day < self.valid_from) or (self.valid_to and day >= self.valid_to))
