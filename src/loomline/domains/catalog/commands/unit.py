"""Exact ratios between units, and packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import queries
from loomline.domains.catalog.events import ConversionSet, PackAdded
from loomline.domains.catalog.models import Conversion, Dimension, Item, Pack, Unit
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class SameUnit(Refused):
    """A unit is itself."""

    says = _("A ratio needs two different units.")


class RatioNotPositive(Refused):
    """Nothing converts into nothing."""

    says = _("Both parts of a ratio must be greater than zero.")


class RatioContradicts(Refused):
    """Two ways between the same units must agree, or stock would depend on the way taken."""

    says = _("One {unit} already is {factor} {to} by way of other units. Correct those first.")


class PackEmpty(Refused):
    """A pack holds something."""

    says = _("A pack holds more than nothing. Enter how many {unit} it holds.")


@command(label=_("Set ratio"), icon="scale", undo=True)
def set_conversion(
    ctx: Ctx,
    *,
    from_unit: Unit,
    to_unit: Unit,
    numerator: int,
    denominator: int = 1,
    item: Item | None = None,
) -> Conversion:
    """Say exactly how many of one unit another one is, for all items or for one."""
    if from_unit == to_unit:
        raise SameUnit(at_field="to_unit")
    if numerator < 1 or denominator < 1:
        raise RatioNotPositive(at_field="numerator")
    ratio = Fraction(numerator, denominator)
    _refuse_contradiction(from_unit, to_unit, ratio, item)

    Conversion.objects.filter(item=item, from_unit=to_unit, to_unit=from_unit).delete()
    conversion: Conversion
    conversion, _made = Conversion.objects.update_or_create(
        item=item,
        from_unit=from_unit,
        to_unit=to_unit,
        defaults={"numerator": ratio.numerator, "denominator": ratio.denominator},
    )

    ctx.emit(ConversionSet(item_id=item.pk if item else None, ratio=str(conversion)))
    return conversion


@dataclass(frozen=True)
class UnitDraft:
    """A unit to be."""

    code: str
    name: str
    dimension: str = Dimension.COUNT
    places: int = 0
    rec20: str = ""


@command(hidden=True)
def add_units(
    ctx: Ctx, *, drafts: list[UnitDraft], ratios: Sequence[tuple[str, str, int, int]] = ()
) -> list[Unit]:
    """Add units and their ratios, as the first start does; those that are there stay as they are."""
    known = set(Unit.objects.filter(code__in=[d.code for d in drafts]).values_list("code", flat=True))
    new = [draft for draft in drafts if draft.code not in known]

    units = Unit.objects.bulk_create(
        Unit(code=d.code, name=d.name, dimension=d.dimension, places=d.places, rec20=d.rec20) for d in new
    )
    made = {unit.code for unit in units}
    by_code = queries.units_by_code(codes={code for start, end, *_rest in ratios for code in (start, end)})
    Conversion.objects.bulk_create(
        (
            Conversion(from_unit=by_code[start], to_unit=by_code[end], numerator=over, denominator=under)
            for start, end, over, under in ratios
            if {start, end} & made
        ),
        ignore_conflicts=True,
    )
    return units


@command(label=_("Add pack"), icon="box", undo=True)
def add_pack(ctx: Ctx, *, item: Item, name: str, quantity: Decimal, gtin: str = "") -> Pack:
    """Note in what cartons or pallets an item comes."""
    item = lock(item)

    if quantity <= 0:
        raise PackEmpty(unit=item.unit.code, at_field="quantity")

    pack: Pack = Pack.objects.create(item=item, name=name, quantity=quantity, gtin=gtin)

    ctx.emit(PackAdded(item_id=item.pk, pack=name, quantity=quantity, unit=item.unit.code))
    return pack


def _refuse_contradiction(from_unit: Unit, to_unit: Unit, ratio: Fraction, item: Item | None) -> None:
    """Refuse a ratio that differs from the one that leads there through other units."""
    item_id = item.pk if item else None
    known = queries.converter(item_ids=[item_id] if item_id else [])
    edges = known.common if item_id is None else known.own.get(item_id, {})
    edges.get(from_unit.code, {}).pop(to_unit.code, None)
    edges.get(to_unit.code, {}).pop(from_unit.code, None)
    if item_id is not None:
        # What holds for one item replaces what holds for all, so only its own ratios can contradict.
        known = queries.Converter({}, known.own)
    try:
        factor = known.factor(unit=from_unit.code, to=to_unit.code, item_id=item_id)
    except queries.NoConversion:
        return
    if factor != ratio:
        raise RatioContradicts(unit=from_unit.code, to=to_unit.code, factor=factor)
