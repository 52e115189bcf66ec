"""Greenhouse gas of a transport chain: tonne-kilometres times well-to-wheel factors, with the data's tier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.freight.tariff import ZERO

Tier = Literal["primary", "modelled", "default"]
TIERS: tuple[Tier, ...] = ("primary", "modelled", "default")


@dataclass(frozen=True)
class Factor:
    """Well-to-wheel kg CO2e per tonne-kilometre of a mode, or per tonne for a hub.

    `carrier` empty holds for all. `detour` is actual over shortest feasible distance: actual distances are
    divided by it, because ISO 14083 counts transport activity by shortest feasible or great-circle distance.
    """

    mode: str
    intensity: Decimal
    tier: Tier = "default"
    carrier: str = ""
    is_hub: bool = False
    detour: Decimal = Decimal(1)
    source: str = ""


@dataclass(frozen=True)
class Leg:
    """One transport chain element: a mode over a distance in km, or a hub (distance 0)."""

    mode: str
    distance: Decimal = ZERO
    carrier: str = ""
    is_actual: bool = False


@dataclass(frozen=True)
class LegEmission:
    """What one leg emits, by which factor."""

    leg: Leg
    activity: Decimal
    co2e: Decimal
    tier: Tier
    why: str


@dataclass(frozen=True)
class Emission:
    """kg CO2e of a shipment; `tier` is that of its worst leg, `primary_share` the part on primary data."""

    co2e: Decimal
    tier: Tier
    primary_share: Decimal
    legs: tuple[LegEmission, ...]

    @property
    def why(self) -> str:
        """All sentences in one."""
        return " ".join(leg.why for leg in self.legs)


class Factors:
    """Factors by mode and carrier: the carrier's own before the general, a better tier before a worse."""

    def __init__(self, factors: Iterable[Factor]) -> None:
        self.by_key: dict[tuple[str, str], Factor] = {}
        for factor in factors:
            if factor.intensity < 0 or factor.detour <= 0:
                raise BadInput(
                    f"The factor of {factor.mode} is {factor.intensity} with detour {factor.detour}.",
                    remedy="Give 0 or more, and a detour of 1 or more.",
                    column="kg_per_tkm",
                )
            key = (factor.mode, factor.carrier)
            held = self.by_key.get(key)
            if held is None or TIERS.index(factor.tier) < TIERS.index(held.tier):
                self.by_key[key] = factor

    def of(self, leg: Leg) -> Factor:
        """The factor of a leg; refused when there is none."""
        found = self.by_key.get((leg.mode, leg.carrier)) or self.by_key.get((leg.mode, ""))
        if found is None:
            modes = ", ".join(sorted({mode for mode, _ in self.by_key}))
            raise BadInput(f"There is no factor of {leg.mode}.", remedy=f"There is {modes}.", column="mode")
        return found


def emission(weight: Decimal, legs: Sequence[Leg], factors: Factors) -> Emission:
    """kg CO2e of moving `weight` kg over the legs (ISO 14083:2023, GLEC Framework v3).

    The weight is the actual one with packaging, never the chargeable weight.
    """
    if not legs:
        raise BadInput("The shipment has no legs.", remedy="Give mode and distance.", column="mode")
    made = tuple(_leg(weight / 1000, leg, factors.of(leg)) for leg in legs)
    total = sum((one.co2e for one in made), ZERO)
    primary = sum((one.co2e for one in made if one.tier == "primary"), ZERO)
    worst = max((one.tier for one in made), key=TIERS.index)
    return Emission(total, worst, primary / total if total else ZERO, made)


def _leg(tonnes: Decimal, leg: Leg, factor: Factor) -> LegEmission:
    if factor.is_hub:
        co2e = tonnes * factor.intensity
        return LegEmission(
            leg, ZERO, co2e, factor.tier, f"{leg.mode}: {tonnes:f} t x {factor.intensity:f} kg/t."
        )
    if not leg.distance > 0:
        raise BadInput(
            f"The distance by {leg.mode} is {leg.distance} km.", remedy="Give it.", column="distance_km"
        )
    distance = leg.distance / factor.detour if leg.is_actual else leg.distance
    activity = tonnes * distance
    how = f"{leg.mode}: {tonnes:f} t x {distance:.1f} km x {factor.intensity:f} kg/tkm, {factor.tier} data."
    return LegEmission(leg, activity, activity * factor.intensity, factor.tier, how)
