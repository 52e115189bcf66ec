"""Finding items, and converting quantities exactly."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.db.models import ForeignObjectRel, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Conversion, Item, Unit
from loomline.kernel import query
from loomline.kernel.quantity import PLACES, Quantity
from loomline.kernel.refusal import Refused

Edges = dict[str, dict[str, Fraction]]


class NoConversion(Refused):
    """The catalog knows no way from one unit to the other."""

    says = _(
        "There is no conversion from {unit} to {to}. Add one under Units, for all items or for this one."
    )


class NotExact(Refused):
    """The result has no exact writing with six decimals, and quantities are never rounded unseen."""

    says = _("{quantity} cannot be written exactly in {to}. Use another quantity, or keep it in {unit}.")


@dataclass(frozen=True)
class Converter:
    """The conversions of some items, read once, for converting many quantities without asking again."""

    common: Edges
    own: Mapping[int, Edges] = field(default_factory=dict)

    def factor(self, *, unit: str, to: str, item_id: int | None = None) -> Fraction:
        """How many of `to` one of `unit` is; what holds for the item goes before what holds for all."""
        own = self.own.get(item_id, {}) if item_id is not None else {}
        both = {code: {**self.common.get(code, {}), **own.get(code, {})} for code in {*self.common, *own}}
        factor = _walk(own, unit, to) or _walk(both, unit, to)
        if factor is None:
            raise NoConversion(unit=unit, to=to)
        return factor

    def convert(self, quantity: Quantity, *, to: str, item_id: int | None = None) -> Quantity:
        """The same quantity in another unit, exactly, or a refusal."""
        exact = Fraction(quantity.amount) * self.factor(unit=quantity.unit, to=to, item_id=item_id)
        millionths = exact / Fraction(PLACES)
        if millionths.denominator != 1:
            raise NotExact(quantity=quantity, to=to, unit=quantity.unit)
        return Quantity(Decimal(millionths.numerator).scaleb(-6).normalize() + 0, to)


def _walk(edges: Edges, start: str, end: str) -> Fraction | None:
    """The product of the ratios along the shortest way between two units."""
    found = {start: Fraction(1)}
    waiting = deque([start])
    while waiting and end not in found:
        here = waiting.popleft()
        for there, ratio in edges.get(here, {}).items():
            if there not in found:
                found[there] = found[here] * ratio
                waiting.append(there)
    return found.get(end)


def converter(*, item_ids: Iterable[int] = ()) -> Converter:
    """Read the conversions of these items and those that hold for all. Costs one statement."""
    common: Edges = {}
    own: dict[int, Edges] = {}
    rows = Conversion.objects.filter(Q(item__isnull=True) | Q(item__in=set(item_ids)))
    for item_id, start, end, numerator, denominator in rows.values_list(
        "item_id", "from_unit__code", "to_unit__code", "numerator", "denominator"
    ):
        edges = common if item_id is None else own.setdefault(item_id, {})
        ratio = Fraction(numerator, denominator)
        edges.setdefault(start, {})[end] = ratio
        edges.setdefault(end, {})[start] = 1 / ratio
    return Converter(common, own)


def convert(quantity: Quantity, *, item: Item | None = None, to: str | Unit) -> Quantity:
    """The same quantity in another unit, exactly; refuses what has no ratio or no exact writing."""
    code = to.code if isinstance(to, Unit) else to
    if quantity.unit == code:
        return quantity
    ids = [] if item is None else [item.pk]
    return converter(item_ids=ids).convert(quantity, to=code, item_id=ids[0] if ids else None)


def in_stock_unit(quantity: Quantity, *, item: Item) -> Quantity:
    """The same quantity in the unit the item's stock is counted in."""
    return convert(quantity, item=item, to=item.unit)


def units_by_code(*, codes: Iterable[str]) -> dict[str, Unit]:
    """Units by their codes. Costs one statement."""
    return {unit.code: unit for unit in Unit.objects.filter(code__in=set(codes))}


def items_by_sku(*, skus: Iterable[str]) -> dict[str, Item]:
    """Items by their stock-keeping numbers, with their units. Costs one statement."""
    return {item.sku: item for item in Item.objects.filter(sku__in=set(skus)).select_related("unit")}


def uses_of_items() -> list[ForeignObjectRel]:
    """Every way in which records of other domains point at an item, found in the models, not listed."""
    return [
        relation
        for relation in Item._meta.related_objects
        if relation.one_to_many
        and relation.get_accessor_name()
        and relation.related_model._meta.app_label != Item._meta.app_label
        and not getattr(relation.related_model, "append_only", False)
    ]


def uses_of(*, item: Item) -> set[str]:
    """The relations through which at least one record of another domain points at an item. One statement."""
    relations = uses_of_items()
    rows = (r.related_model._default_manager.filter(**{r.field.name: item}) for r in relations)
    there = query.count_each(rows, most=0)
    return {str(r.get_accessor_name()) for r, exists in zip(relations, there, strict=True) if exists}


def variants_of(*, style_id: int) -> dict[tuple[str, str], Item]:
    """The items of a style by colour and size. Costs one statement."""
    rows = Item.objects.filter(style=style_id).select_related("unit").order_by("pk")
    return {(item.colour, item.size): item for item in rows}
