"""Rate shipments: charges with their reasons, the cheapest tariff, CO2e, and what was invoiced too much.

  loomline solve freight SHIPMENTS.csv --tariffs RATES.csv --out CHARGES.csv
  loomline solve freight SHIPMENTS.csv --tariffs RATES.csv --terms TERMS.csv --zones ZONES.csv \\
      --extras EXTRAS.csv --factors FACTORS.csv --legs LEGS.csv --out CHARGES.csv

Columns marked * must be there; the others may be left out.

SHIPMENTS  shipment* weight_kg* zone (or "to", with ZONES) volume_m3 (or length_cm width_cm height_cm of one
           piece) pieces extras (codes with blanks between) on (a day) tariff (empty: the cheapest one)
           carrier (only this carrier's tariffs) invoiced (to be audited) mode distance_km actual (yes: the
           distance driven, not the shortest feasible one)
RATES      tariff* zone* from_kg* rate* (per kg) flat (yes: rate is for the whole shipment) minimum
TERMS      tariff* currency divisor (cm3 per kg) step_kg (chargeable weight is rounded up to it) deficit
           (yes or no) fuel_percent valid_from valid_to (the first day it no longer holds) decimals carrier
EXTRAS     code* kind* (fixed, per kg, per piece, percent) amount* tariff (empty: all) minimum maximum
           bears_fuel (yes or no) always (yes: charged unasked)
ZONES      prefix* zone* tariff (empty: all); the longest prefix of "to" decides
FACTORS    mode* kg_per_tkm* (well-to-wheel kg CO2e per tonne-kilometre; per tonne for a hub) tier (primary,
           modelled, default) carrier hub (yes or no) detour (actual over shortest distance) source
LEGS       shipment* mode* distance_km carrier actual; instead of mode and distance of the shipment

CHARGES has a row per shipment: shipment, tariff, zone, chargeable_kg, rated_kg, base, fuel, extras, total,
currency, invoiced, difference, co2e_kg, tier, why.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from loomline.engines.bad_input import BadInput
from loomline.engines.freight.emissions import Emission, Factors, emission
from loomline.engines.freight.files import (
    Wanted,
    read_factors,
    read_shipments,
    read_tariffs,
    read_zones,
    zone_of,
)
from loomline.engines.freight.rating import Charge, charge, cheapest
from loomline.engines.freight.tariff import ZERO, Tariff
from loomline.engines.watch import Watch

MONEY = ("base", "fuel", "extras", "total", "currency", "invoiced", "difference")
HEADER = ("shipment", "tariff", "zone", "chargeable_kg", "rated_kg", *MONEY, "co2e_kg", "tier", "why")
SHOWN = 10


@dataclass(frozen=True)
class Rated:
    """One row of the answer."""

    wanted: Wanted
    zone: str
    charge: Charge
    emission: Emission | None

    @property
    def difference(self) -> Decimal | None:
        """What was invoiced above the charge."""
        return None if self.wanted.invoiced is None else self.wanted.invoiced - self.charge.total


def arguments(parser: argparse.ArgumentParser) -> None:
    """The files."""
    parser.add_argument("shipments", type=Path, metavar="SHIPMENTS")
    parser.add_argument("--tariffs", type=Path, required=True, metavar="RATES")
    for name in ("terms", "extras", "zones", "factors", "legs", "out"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Rate every shipment, write the charges and sum them up."""
    tariffs = read_tariffs(options.tariffs, options.terms, options.extras)
    zones = read_zones(options.zones) if options.zones else {}
    factors = Factors(read_factors(options.factors)) if options.factors else None
    wanted = read_shipments(options.shipments, options.legs)
    rated = []
    for done, one in enumerate(wanted):
        if done % 50 == 0:
            watch.at(done / len(wanted), f"shipment {one.shipment.name}")
        rated.append(_rate(one, tariffs, zones, factors, options.shipments.name))
    if options.out:
        _write(options.out, rated)
    return _summary(rated, options.out)


def _rate(
    one: Wanted,
    tariffs: Mapping[str, Tariff],
    zones: Mapping[str, Mapping[str, str]],
    factors: Factors | None,
    file: str,
) -> Rated:
    try:
        best, zone = _best(one, tariffs, zones)
        gas = emission(one.shipment.weight, one.legs, factors) if factors and one.legs else None
    except BadInput as fault:
        raise BadInput(
            fault.says, remedy=fault.remedy, file=file, row=one.row, column=fault.column
        ) from fault
    return Rated(one, zone, best, gas)


def _best(
    one: Wanted, tariffs: Mapping[str, Tariff], zones: Mapping[str, Mapping[str, str]]
) -> tuple[Charge, str]:
    if one.tariff:
        if one.tariff not in tariffs:
            raise BadInput(
                f"There is no tariff {one.tariff}.", remedy=f"There is {', '.join(tariffs)}.", column="tariff"
            )
        own = _zone(one, one.tariff, zones)
        return charge(replace(one.shipment, zone=own), tariffs[one.tariff]), own
    offers = [t for t in tariffs.values() if one.carrier in ("", t.carrier)]
    if one.shipment.zone or not one.to:
        made = cheapest(one.shipment, offers)
        return made[0], one.shipment.zone
    found = {t.name: zone for t in offers if (zone := zone_of(one.to, t.name, zones))}
    if not found:
        raise BadInput(f"No zone holds {one.to}.", remedy="Add a prefix to the zones.", column="to")
    # Each tariff sees its own name of the zone.
    same = [_with_zone(t, found[t.name], one.to) for t in offers if t.name in found]
    made = cheapest(replace(one.shipment, zone=one.to), same)
    return made[0], found[made[0].tariff]


def _with_zone(tariff: Tariff, zone: str, as_name: str) -> Tariff:
    return replace(tariff, zones={as_name: tariff.zones[zone]} if zone in tariff.zones else {})


def _zone(one: Wanted, tariff: str, zones: Mapping[str, Mapping[str, str]]) -> str:
    if one.shipment.zone:
        return one.shipment.zone
    found = zone_of(one.to, tariff, zones) if one.to else None
    if found is None:
        raise BadInput(
            f"No zone holds {one.to or 'the shipment'}.",
            remedy="Give a zone, or a prefix in the zones.",
            column="to",
        )
    return found


def _write(out: Path, rated: Sequence[Rated]) -> None:
    with out.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        rows.writerows(map(_row, rated))


def _row(one: Rated) -> list[object]:
    made, gas = one.charge, one.emission
    base, fuel = made.amount("base"), made.amount("fuel")
    return [
        made.shipment,
        made.tariff,
        one.zone,
        f"{made.chargeable:f}",
        f"{made.rated:f}",
        base,
        fuel,
        made.total - base - fuel,
        made.total,
        made.currency,
        "" if one.wanted.invoiced is None else one.wanted.invoiced,
        "" if one.difference is None else one.difference,
        f"{gas.co2e:.3f}" if gas else "",
        gas.tier if gas else "",
        f"{made.why} {gas.why}" if gas else made.why,
    ]


def _summary(rated: Sequence[Rated], out: Path | None) -> str:
    said = [f"{len(rated)} shipments rated."]
    for currency in sorted({one.charge.currency for one in rated}):
        total = sum((one.charge.total for one in rated if one.charge.currency == currency), ZERO)
        said.append(f"Charges {total} {currency}.")
    wrong = [one for one in rated if one.difference]
    if wrong:
        over = sum((one.difference or ZERO for one in wrong), ZERO)
        said.append(f"{len(wrong)} invoices differ, {over} in all.")
    gases = [one.emission for one in rated if one.emission]
    if gases:
        co2e = sum((gas.co2e for gas in gases), ZERO)
        primary = sum((gas.co2e * gas.primary_share for gas in gases), ZERO)
        share = primary / co2e if co2e else ZERO
        said.append(f"{co2e:.1f} kg CO2e, {share:.0%} of it by primary data.")
    if out:
        said.append(f"Written to {out}.")
        return "\n".join(said)
    said += [
        f"{one.charge.shipment}: {one.charge.total} {one.charge.currency}. {one.charge.why}"
        for one in rated[:SHOWN]
    ]
    if len(rated) > SHOWN:
        said.append(f"and {len(rated) - SHOWN} more: ask for all with --out.")
    return "\n".join(said)
