"""The charge of a shipment under a tariff, line by line, each with the sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from loomline.engines.bad_input import BadInput
from loomline.engines.freight.tariff import ZERO, Accessorial, Break, Tariff, Zone

GRAM = Decimal("0.001")


@dataclass(frozen=True)
class Shipment:
    """What is sent: weight in kg, volume in cm³, and the extra services asked for."""

    name: str
    zone: str
    weight: Decimal
    volume: Decimal = ZERO
    pieces: int = 1
    extras: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True)
class Line:
    """One amount of a charge: what for, and why so much."""

    what: str
    amount: Decimal
    why: str


@dataclass(frozen=True)
class Charge:
    """The charge of one shipment; `rated` is the weight it was priced at, deficit weight included."""

    shipment: str
    tariff: str
    currency: str
    chargeable: Decimal
    rated: Decimal
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    def amount(self, what: str) -> Decimal:
        """The sum of the lines of one kind: base, fuel or an accessorial's code."""
        return sum((line.amount for line in self.lines if line.what == what), ZERO)

    @property
    def why(self) -> str:
        """All sentences in one."""
        return " ".join(line.why for line in self.lines)


def charge(shipment: Shipment, tariff: Tariff) -> Charge:
    """Rate a shipment: chargeable weight, base with deficit weight and minimum, accessorials, fuel.

    Every line is rounded half up to the decimals of the currency. Raises BadInput for a zone or service that
    the tariff does not have, a day on which it does not hold, or a weight of 0 or less.
    """
    zone = _zone(shipment, tariff)
    weight, said = chargeable_weight(shipment, tariff)
    base, rated, why = base_charge(weight, zone, tariff)
    lines = [Line("base", base, f"{said}{why}")]
    extras = [_accessorial(one, base, weight, shipment, tariff) for one in _asked(shipment, tariff)]
    lines += [line for line, _ in extras]
    if tariff.fuel:
        bears = base + sum((line.amount for line, fuelled in extras if fuelled), ZERO)
        amount = _money(bears * tariff.fuel / 100, tariff)
        lines.append(Line("fuel", amount, f"Fuel {_short(tariff.fuel)} % of {bears}: {amount}."))
    return Charge(shipment.name, tariff.name, tariff.currency, weight, rated, tuple(lines))


def cheapest(shipment: Shipment, tariffs: Iterable[Tariff]) -> tuple[Charge, ...]:
    """The charges of all tariffs that can take the shipment, cheapest first; refused when there is none.

    Tariffs of different currencies cannot be ranked and are refused.
    """
    found, refusals = [], []
    for tariff in tariffs:
        try:
            found.append(charge(shipment, tariff))
        except BadInput as fault:
            refusals.append(fault)
    if not found:
        says = " ".join(refusal.says for refusal in refusals) or "There is no tariff."
        raise BadInput(
            f"No tariff takes shipment {shipment.name}: {says}", remedy="Add a tariff or correct the zone."
        )
    if len({one.currency for one in found}) > 1:
        raise BadInput(
            f"Shipment {shipment.name} is priced in {', '.join(sorted({one.currency for one in found}))}.",
            remedy="Compare tariffs of one currency.",
            column="currency",
        )
    return tuple(sorted(found, key=lambda one: (one.total, one.tariff)))


def chargeable_weight(shipment: Shipment, tariff: Tariff) -> tuple[Decimal, str]:
    """The larger of actual and dimensional weight, rounded up, and the sentence for it."""
    if not shipment.weight > 0:
        raise BadInput(f"The weight is {shipment.weight} kg.", remedy="Give a weight.", column="weight_kg")
    weight, said = shipment.weight, ""
    by_volume = ZERO if tariff.divisor is None else shipment.volume / tariff.divisor
    if tariff.divisor is not None and by_volume > weight:
        weight = by_volume.quantize(GRAM, ROUND_CEILING)
        divisor = _short(tariff.divisor)
        said = f"{_short(shipment.volume)} cm³ at {divisor} cm³/kg exceed {_short(shipment.weight)} kg. "
    if tariff.step:
        weight = (weight / tariff.step).to_integral_value(ROUND_CEILING) * tariff.step
    return weight, said


def base_charge(weight: Decimal, zone: Zone, tariff: Tariff) -> tuple[Decimal, Decimal, str]:
    """The base charge of a chargeable weight, the weight it is rated at, and the sentence for it."""
    own = max((b for b in zone.breaks if b.start <= weight), key=lambda b: b.start)
    rated, used = weight, own
    if tariff.has_deficit:
        for higher in (b for b in zone.breaks if b.start > weight):
            if _price(higher.start, higher) < _price(rated, used):
                rated, used = higher.start, higher
    amount = _money(_price(rated, used), tariff)
    price = f"flat {_short(used.rate)}" if used.is_flat else f"at {_short(used.rate)} per kg"
    why = f"{_short(weight)} kg {price}: {amount}."
    if rated > weight:
        why = f"{_short(weight)} kg rated as {_short(rated)} kg {price} (deficit weight): {amount}."
    minimum = _money(zone.minimum, tariff)
    if amount < minimum:
        amount, why = minimum, f"{why} The minimum is {minimum}."
    return amount, rated, why


def allocate(total: Decimal, weights: Sequence[Decimal], *, places: int = 2) -> tuple[Decimal, ...]:
    """Split a charge over lines in proportion, to the last cent (largest remainder; ties to the first)."""
    whole = sum(weights, ZERO)
    if not weights or whole <= 0 or min(weights) < 0:
        raise BadInput("There is nothing to split by.", remedy="Give weights of 0 or more, one above 0.")
    cent = Decimal(1).scaleb(-places)
    sign = -1 if total < 0 else 1
    cents = abs(total) / cent
    if cents != cents.to_integral_value():
        raise BadInput(f"{total} has more than {places} decimals.", remedy="Round it first.")
    exact = [cents * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda at: (shares[at] - exact[at], at))
    for at in order[: int(cents) - sum(shares)]:
        shares[at] += 1
    return tuple(sign * share * cent for share in shares)


def _price(weight: Decimal, one: Break) -> Decimal:
    return one.rate if one.is_flat else weight * one.rate


def _zone(shipment: Shipment, tariff: Tariff) -> Zone:
    if not tariff.is_valid_on(shipment.on):
        raise BadInput(
            f"Tariff {tariff.name} does not hold on {shipment.on}.",
            remedy="Add the tariff of that day.",
            column="on",
        )
    if shipment.zone not in tariff.zones:
        raise BadInput(
            f"Tariff {tariff.name} has no zone {shipment.zone}.",
            remedy=f"Its zones are {', '.join(sorted(tariff.zones))}.",
            column="zone",
        )
    return tariff.zones[shipment.zone]


def _asked(shipment: Shipment, tariff: Tariff) -> list[Accessorial]:
    for code in shipment.extras:
        if code not in tariff.accessorials:
            known = ", ".join(sorted(tariff.accessorials)) or "none"
            raise BadInput(
                f"Tariff {tariff.name} has no accessorial {code}.", remedy=f"It has {known}.", column="extras"
            )
    asked = set(shipment.extras)
    return [one for code, one in tariff.accessorials.items() if one.is_always or code in asked]


def _accessorial(
    one: Accessorial, base: Decimal, weight: Decimal, shipment: Shipment, tariff: Tariff
) -> tuple[Line, bool]:
    times = {
        "fixed": (Decimal(1), ""),
        "per kg": (weight, f" for {_short(weight)} kg"),
        "per piece": (Decimal(shipment.pieces), f" for {shipment.pieces} pieces"),
        "percent": (base / 100, f" % of {base}"),
    }
    factor, of = times[one.kind]
    amount = max(one.amount * factor, one.minimum)
    amount = _money(amount if one.maximum is None else min(amount, one.maximum), tariff)
    return Line(one.code, amount, f"{one.code} {_short(one.amount)}{of}: {amount}."), one.bears_fuel


def _money(amount: Decimal, tariff: Tariff) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-tariff.places), ROUND_HALF_UP)


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}" if number == number.to_integral_value() else f"{number:f}".rstrip("0")
