"""Tariffs, shipments and factors from files; a cell that does not fit is refused with row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, cast

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns, read
from loomline.engines.freight.emissions import TIERS, Factor, Leg, Tier
from loomline.engines.freight.rating import Shipment
from loomline.engines.freight.tariff import ZERO, Accessorial, Break, Tariff, Zone

YES_NO = ("yes", "no")
KINDS = ("fixed", "per kg", "per piece", "percent")


@dataclass(frozen=True)
class Wanted:
    """A shipment of the file: where it stood, which tariff it asks for, what was invoiced for it."""

    row: int
    shipment: Shipment
    to: str
    tariff: str
    carrier: str
    invoiced: Decimal | None
    legs: tuple[Leg, ...]


def decimals(
    table: Columns, name: str, *, default: Decimal | None = None, least: Decimal | None = ZERO
) -> list[Decimal]:
    """Exact decimal numbers; the default stands in for an empty cell and for a missing column."""
    if default is not None and name not in table.cells:
        return [default] * table.rows
    made = []
    for at, cell in enumerate(table.texts(name, may_be_empty=default is not None)):
        made.append(_decimal(table, name, at, cell) if cell else cast(Decimal, default))
        if least is not None and made[-1] < least:
            table.refuse(name, at, f'"{cell}" is below {least}.', "Correct the number.")
    return made


def read_tariffs(rates: Path, terms: Path | None, extras: Path | None) -> dict[str, Tariff]:
    """The tariffs by name; terms and accessorials are optional."""
    zones = _zones(read(rates, "tariff", "zone", "from_kg", "rate"))
    services = _accessorials(read(extras, "code", "kind", "amount")) if extras else {}
    made = {name: Tariff(name, own, accessorials=_of(services, name)) for name, own in zones.items()}
    if terms:
        _set_terms(read(terms, "tariff"), made, rates.name)
    return made


def read_zones(path: Path) -> dict[str, dict[str, str]]:
    """By tariff ("" for all): which prefix of a destination lies in which zone."""
    table = read(path, "prefix", "zone")
    names = _texts(table, "tariff")
    made: dict[str, dict[str, str]] = {}
    for name, prefix, zone in zip(names, table.texts("prefix"), table.texts("zone"), strict=True):
        made.setdefault(name, {})[prefix.upper()] = zone
    return made


def zone_of(to: str, tariff: str, zones: Mapping[str, Mapping[str, str]]) -> str | None:
    """The zone of the longest prefix, the tariff's own first."""
    for name in (tariff, ""):
        prefixes = zones.get(name, {})
        for end in range(len(to), 0, -1):
            if to[:end].upper() in prefixes:
                return prefixes[to[:end].upper()]
    return None


def read_factors(path: Path) -> list[Factor]:
    """Emission factors: kg CO2e per tonne-kilometre, or per tonne for a hub."""
    table = read(path, "mode", "kg_per_tkm")
    tiers = table.among("tier", TIERS, default="default")
    hubs = table.among("hub", YES_NO, default="no")
    return [
        Factor(mode, intensity, cast(Tier, tier), carrier, hub == "yes", detour, source)
        for mode, intensity, tier, carrier, hub, detour, source in zip(
            table.texts("mode"),
            decimals(table, "kg_per_tkm"),
            tiers,
            _texts(table, "carrier"),
            hubs,
            decimals(table, "detour", default=Decimal(1)),
            _texts(table, "source"),
            strict=True,
        )
    ]


def read_shipments(path: Path, legs: Path | None) -> list[Wanted]:
    """All shipments in the order of the file."""
    table = read(path, "shipment", "weight_kg")
    table.unique("shipment")
    chains = _legs(read(legs, "shipment", "mode"), set(table.texts("shipment"))) if legs else {}
    weights, volumes, pieces = (
        decimals(table, "weight_kg"),
        _volumes(table),
        table.whole("pieces", least=1, default=1),
    )
    extras, days = _texts(table, "extras"), _days(table, "on")
    zones, to, tariffs = _texts(table, "zone"), _texts(table, "to"), _texts(table, "tariff")
    carriers, own_legs = _texts(table, "carrier"), _own_legs(table)
    invoiced = decimals(table, "invoiced", default=Decimal("-1"), least=None)
    return [
        Wanted(
            at + 2,
            Shipment(
                name,
                zones[at],
                weights[at],
                volumes[at],
                int(pieces[at]),
                tuple(extras[at].replace("+", " ").split()),
                days[at],
            ),
            to[at],
            tariffs[at],
            carriers[at],
            None if invoiced[at] < 0 else invoiced[at],
            chains.get(name, own_legs[at]),
        )
        for at, name in enumerate(table.texts("shipment"))
    ]


def _zones(table: Columns) -> dict[str, dict[str, Zone]]:
    flat = table.among("flat", YES_NO, default="no")
    starts, rates = decimals(table, "from_kg"), decimals(table, "rate")
    minima = decimals(table, "minimum", default=ZERO)
    rows: dict[tuple[str, str], list[int]] = {}
    for at, key in enumerate(zip(table.texts("tariff"), table.texts("zone"), strict=True)):
        rows.setdefault(key, []).append(at)
    made: dict[str, dict[str, Zone]] = {}
    for (tariff, zone), own in rows.items():
        own.sort(key=lambda at: starts[at])
        breaks = tuple(Break(starts[at], rates[at], flat[at] == "yes") for at in own)
        try:
            made.setdefault(tariff, {})[zone] = Zone(breaks, max(minima[at] for at in own))
        except BadInput as fault:
            table.refuse(fault.column, own[0], f"{tariff}, zone {zone}: {fault.says}", fault.remedy)
    return made


def _accessorials(table: Columns) -> dict[str, dict[str, Accessorial]]:
    kinds = table.among("kind", KINDS)
    fuel, always = (table.among(name, YES_NO, default="no") for name in ("bears_fuel", "always"))
    amounts, minima = decimals(table, "amount"), decimals(table, "minimum", default=ZERO)
    maxima = decimals(table, "maximum", default=Decimal("Infinity"))
    made: dict[str, dict[str, Accessorial]] = {}
    for at, (tariff, code) in enumerate(zip(_texts(table, "tariff"), table.texts("code"), strict=True)):
        made.setdefault(tariff, {})[code] = Accessorial(
            code,
            cast(Literal["fixed", "per kg", "per piece", "percent"], kinds[at]),
            amounts[at],
            minima[at],
            None if maxima[at].is_infinite() else maxima[at],
            fuel[at] == "yes",
            always[at] == "yes",
        )
    return made


def _of(services: Mapping[str, Mapping[str, Accessorial]], tariff: str) -> dict[str, Accessorial]:
    return {**services.get("", {}), **services.get(tariff, {})}


def _set_terms(table: Columns, tariffs: dict[str, Tariff], rates: str) -> None:
    table.unique("tariff")
    divisors, steps = decimals(table, "divisor", default=ZERO), decimals(table, "step_kg", default=ZERO)
    fuels, deficits = (
        decimals(table, "fuel_percent", default=ZERO),
        table.among("deficit", YES_NO, default="yes"),
    )
    starts, ends = _days(table, "valid_from"), _days(table, "valid_to")
    places = table.whole("decimals", least=0, default=2)
    currencies, carriers = _texts(table, "currency"), _texts(table, "carrier")
    for at, name in enumerate(table.texts("tariff")):
        if name not in tariffs:
            table.refuse("tariff", at, f"{name} has no rates.", f"Add them to {rates}.")
        if (start := starts[at]) and (end := ends[at]) and end <= start:
            table.refuse("valid_to", at, f"{end} is not after {start}.", "Correct the days.")
        tariffs[name] = replace(
            tariffs[name],
            currency=currencies[at] or "EUR",
            divisor=divisors[at] or None,
            step=steps[at],
            has_deficit=deficits[at] == "yes",
            fuel=fuels[at],
            valid_from=starts[at],
            valid_to=ends[at],
            places=int(places[at]),
            carrier=carriers[at],
        )


def _volumes(table: Columns) -> list[Decimal]:
    """cm³ of all pieces together: from volume_m3, or from the sides of one piece."""
    sides = ("length_cm", "width_cm", "height_cm")
    if "volume_m3" in table.cells or not any(side in table.cells for side in sides):
        return [volume * 1_000_000 for volume in decimals(table, "volume_m3", default=ZERO)]
    lengths = [decimals(table, side, default=ZERO) for side in sides]
    pieces = table.whole("pieces", least=1, default=1)
    return [a * b * c * int(n) for a, b, c, n in zip(*lengths, pieces, strict=True)]


def _own_legs(table: Columns) -> list[tuple[Leg, ...]]:
    distances = decimals(table, "distance_km", default=ZERO)
    actual = table.among("actual", YES_NO, default="no")
    return [
        (Leg(mode, km, carrier, is_actual == "yes"),) if mode else ()
        for mode, km, carrier, is_actual in zip(
            _texts(table, "mode"), distances, _texts(table, "carrier"), actual, strict=True
        )
    ]


def _legs(table: Columns, shipments: set[str]) -> dict[str, tuple[Leg, ...]]:
    made: dict[str, list[Leg]] = {}
    distances = decimals(table, "distance_km", default=ZERO)
    actual = table.among("actual", YES_NO, default="no")
    carriers = _texts(table, "carrier")
    for at, (shipment, mode) in enumerate(zip(table.texts("shipment"), table.texts("mode"), strict=True)):
        if shipment not in shipments:
            table.refuse("shipment", at, f"There is no shipment {shipment}.", "Correct the number.")
        made.setdefault(shipment, []).append(Leg(mode, distances[at], carriers[at], actual[at] == "yes"))
    return {shipment: tuple(legs) for shipment, legs in made.items()}


def _texts(table: Columns, name: str) -> Sequence[str]:
    return table.texts(name, may_be_empty=True) if name in table.cells else [""] * table.rows


def _days(table: Columns, name: str) -> list[date | None]:
    made: list[date | None] = []
    for at, cell in enumerate(_texts(table, name)):
        try:
            made.append(date.fromisoformat(cell) if cell else None)
        except ValueError:
            table.refuse(name, at, f'"{cell}" is not a day.', "Write days as 2026-11-22.")
    return made


def _decimal(table: Columns, name: str, at: int, cell: str) -> Decimal:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        table.refuse(name, at, f'"{cell}" is not a number.', "Write it with digits and a point.")
    return number
