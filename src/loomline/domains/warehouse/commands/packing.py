"""Into packages, each with its own serial number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.ports import EXAMPLE_PREFIX
from loomline.domains.warehouse import queries
from loomline.domains.warehouse.commands.telling import about
from loomline.domains.warehouse.events import ShipmentPacked, ShipmentUnpacked
from loomline.domains.warehouse.models import Package, PackageContent, Shipment, ShipmentLine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import fetch
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all

GRAM = Decimal("0.001")
ZERO = Decimal(0)


class NothingToPack(Refused):
    """An empty shipment."""

    says = _("Shipment {number} has no lines. Cancel it, or pick the order again.")


class NoPackages(Refused):
    """Goods travel in something."""

    says = _("Shipment {number} needs between 1 and {most} packages, not {packages}.")


class PackedWrong(Refused):
    """What is in the packages is not what was picked."""

    says = _(
        "Line {position} ({item}): {packed} {unit} are in the packages, {picked} were picked. Correct the"
        " packages."
    )


class TooHeavy(Refused):
    """A weight that cannot be."""

    says = _("Enter a weight above zero.")


@dataclass(frozen=True, kw_only=True)
class PackageDraft:
    """A package to be: what it weighs, and how much of which lines is in it."""

    weight_kg: Decimal | None = None
    contents: Mapping[int, Decimal] | None = None


@command(move="pack", label=_("Pack"), icon="package")
def pack_shipment(
    ctx: Ctx, *, shipment: Shipment, packages: int = 1, weight_kg: Decimal | None = None
) -> Shipment:
    """Put the goods of a shipment into packages and number them; the weight is shared among them."""
    if packages < 1 or packages > 999:
        raise NoPackages(number=shipment, packages=packages, most=999, at_field="packages")
    if weight_kg is not None and weight_kg <= 0:
        raise TooHeavy(at_field="weight_kg")
    each = (weight_kg / packages).quantize(GRAM) if weight_kg is not None else None
    drafts = [PackageDraft(weight_kg=each) for _n in range(packages)]
    return pack_shipments(ctx, packed={shipment.pk: drafts})[0]


@command(hidden=True)
def pack_shipments(ctx: Ctx, *, packed: dict[int, list[PackageDraft]]) -> list[Shipment]:
    """Put the goods of many shipments into packages; a package without contents leaves open what is in it."""
    shipments, rows_of_all = queries.to_move(shipment_ids=packed)
    lines: dict[int, list[ShipmentLine]] = defaultdict(list)
    for line in rows_of_all:
        lines[line.shipment_id].append(line)
    for shipment in shipments:
        _refuse_unpackable(shipment, lines[shipment.pk], packed[shipment.pk])

    made = _packages(shipments, lines, packed)
    for shipment in shipments:
        shipment.weight_kg = sum((row.weight_kg or ZERO for row in made[shipment.pk]), ZERO) or None
    if len(shipments) == 1:
        advance(shipments[0], "pack", packed_at=ctx.now, weight_kg=shipments[0].weight_kg)
    else:
        advance_all(shipments, "pack", packed_at=ctx.now)
        Shipment.objects.bulk_update(shipments, ["weight_kg"])

    for shipment in shipments:
        rows = lines[shipment.pk]
        ctx.emit(
            ShipmentPacked(
                **about(shipment, rows[0].shipment.order, [(row.item_id, row.lot_id) for row in rows]),
                packages=len(made[shipment.pk]),
                weight_kg=shipment.weight_kg or ZERO,
            )
        )
    return shipments


@command(move="unpack", label=_("Unpack"), icon="arrow-back-up")
def unpack_shipment(ctx: Ctx, *, shipment: Shipment, reason: str) -> Shipment:
    """Open the packages again: something was wrong with them. Their numbers are not used again."""
    [shipment] = lock_all([shipment])

    advance(shipment, "unpack", packed_at=None, weight_kg=None)
    shipment.packages.all().delete()

    ctx.emit(ShipmentUnpacked(**about(shipment, shipment.order), reason=reason))
    return shipment


def _refuse_unpackable(
    shipment: Shipment, lines: Sequence[ShipmentLine], drafts: Sequence[PackageDraft]
) -> None:
    if not lines:
        raise NothingToPack(number=shipment)
    if not drafts:
        raise NoPackages(number=shipment, packages=0, most=999)
    if all(draft.contents is None for draft in drafts):
        return
    packed: dict[int, Decimal] = defaultdict(Decimal)
    for draft in drafts:
        for line_id, quantity in (draft.contents or {}).items():
            packed[line_id] += quantity
    for line in lines:
        if packed.pop(line.pk, ZERO) != line.quantity:
            found = sum(((d.contents or {}).get(line.pk, ZERO) for d in drafts), ZERO)
            raise PackedWrong(
                position=line.position,
                item=line.item,
                packed=plain(found),
                picked=plain(line.quantity),
                unit=line.item.unit,
            )
    if packed:
        raise PackedWrong(position="–", item="–", packed=plain(sum(packed.values(), ZERO)), picked=0, unit="")


def _packages(
    shipments: Sequence[Shipment],
    lines: Mapping[int, Sequence[ShipmentLine]],
    packed: Mapping[int, Sequence[PackageDraft]],
) -> dict[int, list[Package]]:
    numbers = iter(_numbers(sum(len(packed[s.pk]) for s in shipments)))
    rows = [
        Package(
            shipment=shipment,
            position=n,
            sscc=next(numbers),
            weight_kg=_weight(draft, drafts, lines[shipment.pk]),
        )
        for shipment in shipments
        for drafts in [packed[shipment.pk]]
        for n, draft in enumerate(drafts, start=1)
    ]
    Package.objects.bulk_create(rows)
    made: dict[int, list[Package]] = defaultdict(list)
    for row in rows:
        made[row.shipment_id].append(row)
    contents = [
        PackageContent(package=row, line_id=line_id, quantity=quantity)
        for shipment in shipments
        for row, draft in zip(made[shipment.pk], packed[shipment.pk], strict=True)
        for line_id, quantity in _contents(draft, packed[shipment.pk], lines[shipment.pk]).items()
    ]
    if contents:
        PackageContent.objects.bulk_create(contents)
    return made


def _weight(
    draft: PackageDraft, drafts: Sequence[PackageDraft], lines: Sequence[ShipmentLine]
) -> Decimal | None:
    """What was weighed; else what the items in it weigh by the catalog, when it knows them all."""
    if draft.weight_kg is not None:
        return draft.weight_kg
    contents = _contents(draft, drafts, lines)
    known = {line.pk: line.item.weight_kg for line in lines}
    if not contents or any(known[pk] is None for pk in contents):
        return None
    return (
        sum((quantity * (known[pk] or ZERO) for pk, quantity in contents.items()), ZERO).quantize(GRAM)
        or None
    )


def _contents(
    draft: PackageDraft, drafts: Sequence[PackageDraft], lines: Sequence[ShipmentLine]
) -> Mapping[int, Decimal]:
    """What is in a package; the only one of a shipment holds everything."""
    if draft.contents is not None:
        return draft.contents
    return {line.pk: line.quantity for line in lines} if len(drafts) == 1 else {}


def _numbers(count: int) -> list[str]:
    """That many new package numbers under the company's own prefix. One statement."""
    found = fetch(
        "SELECT nextval('number_sscc'), p.digits, p.extension FROM generate_series(1, %s)"
        " LEFT JOIN (SELECT digits, extension FROM warehouse_companyprefix WHERE is_active) p ON true",
        [count],
    )
    return [
        inventory.sscc(serial=serial, prefix=prefix or EXAMPLE_PREFIX, extension=extension or 0)
        for serial, prefix, extension in found
    ]
