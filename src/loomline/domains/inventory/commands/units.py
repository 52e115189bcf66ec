"""Handling units: opening, filling, nesting, moving and taking apart, always with what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import ports, queries
from loomline.domains.inventory.commands.carrying import carry
from loomline.domains.inventory.commands.moves import MoveDraft, NothingMoves, NothingToMove, move_stock
from loomline.domains.inventory.commands.standing import UnitElsewhere, UnitGone
from loomline.domains.inventory.events import UnitFilled, UnitLifted, UnitMoved, UnitNested, UnitOpened
from loomline.domains.inventory.models import Balance, HandlingUnit, StockMove, UnitKind, UnitMove, UnitState
from loomline.domains.sites.models import Location
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import fetch
from loomline.kernel.record import lock, lock_keys
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class UnitClosed(Refused):
    """What is wrapped is not filled."""

    says = _("Handling unit {unit} is closed. Reopen it first.")


class UnitToNowhere(Refused):
    """Units stand where goods can be touched."""

    says = _("{location} is no place where a handling unit can stand.")


class UnitInItself(Refused):
    """No unit contains itself, however deep."""

    says = _("Handling unit {within} lies within {unit} itself.")


class NotNested(Refused):
    """Only what is in another unit is lifted out."""

    says = _("Handling unit {unit} lies in no other one.")


class SsccKnown(Refused):
    """A serial shipping container code is given once in the world."""

    says = _("There is already a handling unit with the SSCC {sscc}.")


class SsccWrong(Refused):
    """Eighteen digits, of which the last one proves the others."""

    says = _("{sscc} is no SSCC: it has 18 digits, the last one a check digit.")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitDraft:
    """A handling unit to be; without an SSCC it gets the next one under the company's prefix."""

    location_id: int
    kind: str = UnitKind.PALLET
    sscc: str = ""
    weight_kg: Decimal | None = None


def sscc(*, serial: int, prefix: str, extension: int = 0) -> str:
    """The serial number of a transport unit: extension digit, company prefix, serial number, check digit.

    GS1 General Specifications, 2.2.1 and 7.9: 18 digits, the last one makes the weighted sum (3 and 1 in turn
    from the right) a multiple of ten.
    """
    width = 16 - len(prefix)
    digits = f"{extension}{prefix}{serial % 10**width:0{width}d}"
    return f"{digits}{_check_digit(digits)}"


def next_ssccs(count: int) -> list[str]:
    """That many new numbers under the company's own prefix, for whatever is sent or kept in stock."""
    prefix, extension = ports.gs1_prefix()
    found = fetch("SELECT nextval('number_sscc') FROM generate_series(1, %s)", [count])
    return [sscc(serial=serial, prefix=prefix, extension=extension) for (serial,) in found]


@command(hidden=True)
def open_units(ctx: Ctx, *, drafts: list[UnitDraft]) -> list[HandlingUnit]:
    """Begin handling units, ours under our own numbers and others' under theirs."""
    if not drafts:
        raise NothingToMove
    _refuse_units(drafts)

    numbers = iter(next_ssccs(sum(not draft.sscc for draft in drafts)))
    units = HandlingUnit.objects.bulk_create(
        [
            HandlingUnit(
                sscc=draft.sscc or next(numbers),
                kind=draft.kind,
                location_id=draft.location_id,
                weight_kg=draft.weight_kg,
                opened_at=ctx.now,
            )
            for draft in drafts
        ]
    )
    _write(ctx, units)

    for unit in units:
        ctx.emit(UnitOpened(**_facts(unit), kind=unit.get_kind_display(), location=str(unit.location)))
    return units


@command(creates=HandlingUnit, label=_("New handling unit"), icon="plus")
def open_unit(
    ctx: Ctx,
    *,
    location: Location,
    kind: UnitKind = UnitKind.PALLET,
    sscc: str = "",
    weight_kg: Decimal | None = None,
) -> HandlingUnit:
    """Begin one handling unit; leave its number empty to take the next one."""
    draft = UnitDraft(location_id=location.pk, kind=kind, sscc=sscc.strip(), weight_kg=weight_kg)
    return open_units(ctx, drafts=[draft])[0]


@command(hidden=True)
def fill_unit(ctx: Ctx, *, unit: HandlingUnit, contents: dict[int, Decimal]) -> list[StockMove]:
    """Put free stock of these balances into a unit where both are."""
    unit = lock(unit)
    if unit.state == UnitState.GONE:
        raise UnitGone(unit=unit)
    if unit.state != UnitState.OPEN:
        raise UnitClosed(unit=unit)
    rows = Balance.objects.in_bulk(contents)
    for row in rows.values():
        if row.location_id != unit.location_id:
            raise UnitElsewhere(unit=unit, location=unit.location)

    moves = move_stock(
        ctx, moves=[_into(unit, rows[pk], quantity) for pk, quantity in contents.items() if pk in rows]
    )

    items, lots = {move.item_id for move in moves}, {move.lot_id for move in moves if move.lot_id}
    ctx.emit(
        UnitFilled(
            **_facts(unit), item_ids=tuple(sorted(items)), lot_ids=tuple(sorted(lots)), goods=len(moves)
        )
    )
    return moves


@command(label=_("Put into unit"), icon="package")
def pack_stock(ctx: Ctx, *, balance: Balance, quantity: Decimal, unit: HandlingUnit) -> list[StockMove]:
    """Put free stock into a handling unit that stands at the same place."""
    return fill_unit(ctx, unit=unit, contents={balance.pk: quantity})


@command(label=_("Put into another"), icon="stack-2", states=(UnitState.OPEN, UnitState.CLOSED))
def nest_unit(ctx: Ctx, *, unit: HandlingUnit, within: HandlingUnit) -> HandlingUnit:
    """Put a handling unit into another one at the same place: cartons on a pallet."""
    locked = {
        u.pk: u for u in lock_keys(HandlingUnit, {unit.pk, within.pk, *queries.units_above(unit=within)})
    }
    unit, within = locked[unit.pk], locked[within.pk]
    if unit.pk == within.pk or unit.pk in queries.units_above(unit=within):
        raise UnitInItself(unit=unit, within=within, at_field="within")
    if UnitState.GONE in (unit.state, within.state):
        raise UnitGone(unit=unit if unit.state == UnitState.GONE else within)
    if within.state != UnitState.OPEN:
        raise UnitClosed(unit=within, at_field="within")
    if within.location_id != unit.location_id:
        raise UnitElsewhere(unit=within, location=within.location, at_field="within")

    _place([unit], location_id=unit.location_id, parent_id=within.pk)
    _write(ctx, [unit])

    ctx.emit(UnitNested(**_facts(unit), within_id=within.pk, within=str(within)))
    return unit


@command(label=_("Take out of the other"), icon="arrow-up", states=(UnitState.OPEN, UnitState.CLOSED))
def lift_unit(ctx: Ctx, *, unit: HandlingUnit) -> HandlingUnit:
    """Take a handling unit out of the one it lies in; it stays at the same place."""
    unit = lock(unit)
    if unit.parent_id is None:
        raise NotNested(unit=unit)

    _place([unit], location_id=unit.location_id, parent_id=None)
    _write(ctx, [unit])

    ctx.emit(UnitLifted(**_facts(unit), location=str(unit.location)))
    return unit


@command(label=_("Move"), icon="arrows-exchange", states=(UnitState.OPEN, UnitState.CLOSED))
def move_unit(ctx: Ctx, *, unit: HandlingUnit, destination: Location) -> HandlingUnit:
    """Move a handling unit with all that is in it, in one posting; what is reserved in it stays reserved."""
    units = {row.pk: row for row in _lock_tree(unit)}
    unit = units[unit.pk]
    if unit.state == UnitState.GONE:
        raise UnitGone(unit=unit)
    if destination.is_virtual:
        raise UnitToNowhere(location=destination, at_field="destination")
    if destination.pk == unit.location_id:
        raise NothingMoves(location=destination, at_field="destination")
    source = unit.location

    moves = carry(ctx, units=list(units), destination_id=destination.pk, keep=True)
    _place(units.values(), location_id=destination.pk)
    # What is moved alone no longer lies in what stays behind.
    _place([unit], location_id=destination.pk, parent_id=None)
    _write(ctx, list(units.values()))

    ctx.emit(
        UnitMoved(
            **_facts(unit),
            item_ids=tuple(sorted({move.item_id for move in moves})),
            lot_ids=tuple(sorted({move.lot_id for move in moves if move.lot_id})),
            location_ids=(source.pk, destination.pk),
            source=str(source),
            destination=str(destination),
        )
    )
    return unit


@command(move="close", label=_("Close"), icon="lock")
def close_unit(ctx: Ctx, *, unit: HandlingUnit) -> HandlingUnit:
    """Wrap a handling unit: nothing more is put into it."""
    unit = lock(unit)

    advance(unit, "close")

    _write(ctx, [unit])
    return unit


@command(move="reopen", label=_("Reopen"), icon="lock-open")
def reopen_unit(ctx: Ctx, *, unit: HandlingUnit) -> HandlingUnit:
    """Open a handling unit that was closed."""
    unit = lock(unit)

    advance(unit, "reopen")

    _write(ctx, [unit])
    return unit


@command(move="dissolve", label=_("Take apart"), icon="packages", danger=True)
def dissolve_unit(ctx: Ctx, *, unit: HandlingUnit) -> HandlingUnit:
    """Take a handling unit apart: its goods lie loose at its place, the units in it stand by themselves."""
    inside = [row for row in _lock_tree(unit) if row.parent_id == unit.pk]
    unit = lock(unit)

    advance(unit, "dissolve", parent=None)
    carry(ctx, units=[unit.pk], destination_id=unit.location_id, keep=False)
    _place(inside, location_id=unit.location_id, parent_id=None)

    _write(ctx, [unit, *inside])
    return unit


def _check_digit(digits: str) -> int:
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return -total % 10


def _refuse_units(drafts: Sequence[UnitDraft]) -> None:
    named = [draft.sscc for draft in drafts if draft.sscc]
    for number in named:
        if len(number) != 18 or not number.isdecimal() or int(number[-1]) != _check_digit(number[:-1]):
            raise SsccWrong(sscc=number, at_field="sscc")
    known = (
        HandlingUnit.objects.filter(sscc__in=named).values_list("sscc", flat=True).first() if named else None
    )
    double = known or next((number for number in named if named.count(number) > 1), None)
    if double:
        raise SsccKnown(sscc=double, at_field="sscc")
    for place in Location.objects.filter(pk__in={draft.location_id for draft in drafts}, site__isnull=True):
        raise UnitToNowhere(location=place, at_field="location")


def _into(unit: HandlingUnit, row: Balance, quantity: Decimal) -> MoveDraft:
    return MoveDraft(
        item_id=row.item_id,
        lot_id=row.lot_id,
        owner_id=row.owner_id,
        quantity=quantity,
        source_id=row.location_id,
        source_unit_id=row.unit_id,
        destination_id=unit.location_id,
        destination_unit_id=unit.pk,
    )


def _lock_tree(unit: HandlingUnit) -> list[HandlingUnit]:
    """A unit and all within it, locked; what was put in meanwhile is seen once the lock is held."""
    locked: list[HandlingUnit] = []
    while len(ids := queries.units_within(unit_ids=[unit.pk])) != len(locked):
        locked = lock_keys(HandlingUnit, ids)
    return locked


def _place(units: Iterable[HandlingUnit], **where: int | None) -> None:
    rows = list(units)
    HandlingUnit.objects.filter(pk__in=[row.pk for row in rows]).update(**where)
    for row in rows:
        for name, value in where.items():
            setattr(row, name, value)


def _write(ctx: Ctx, units: Sequence[HandlingUnit]) -> None:
    """The ledger of units: a line for every change of place, of what a unit is in, and of its state."""
    UnitMove.objects.bulk_create(
        [
            UnitMove(
                unit=unit,
                location_id=unit.location_id,
                parent_id=unit.parent_id,
                state=unit.state,
                recorded_at=ctx.now,
            )
            for unit in units
        ]
    )


def _facts(unit: HandlingUnit) -> dict[str, Any]:
    return {"unit_id": unit.pk, "sscc": unit.sscc}
