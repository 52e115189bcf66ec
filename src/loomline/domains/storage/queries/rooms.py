"""How full bins are, and whether more fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Dimension, Item
from loomline.domains.catalog.models.kinds import Temperature
from loomline.domains.storage.models import Bin, Mixing
from loomline.kernel.prepared import fetch
from loomline.kernel.quantity import plain

ZERO = Decimal(0)
# From this column on, what lies there is a set each.
SETS = 13
# An item without a weight that is counted in kg weighs what it is.
ROOMS = """
SELECT n.location_id, l.path, n.max_weight_kg, n.max_volume_m3, n.max_pieces, n.max_units, n.temperature,
       n.takes_hazards, n.mixing,
       coalesce(sum(b.on_hand * coalesce(i.weight_kg, CASE WHEN u.code = 'kg' THEN 1 ELSE 0 END)), 0),
       coalesce(sum(b.on_hand * i.volume_m3), 0),
       coalesce(sum(b.on_hand) FILTER (WHERE u.dimension = 'count'), 0),
       (SELECT count(*) FROM inventory_handlingunit h
        WHERE h.location_id = n.location_id AND h.parent_id IS NULL AND h.state <> 'gone'),
       array_remove(array_agg(DISTINCT b.item_id), NULL),
       array_remove(array_agg(DISTINCT b.lot_id), NULL),
       array_remove(array_agg(DISTINCT nullif(i.hazard, '')), NULL),
       array_remove(array_agg(DISTINCT nullif(i.temperature, 'any')), NULL)
FROM storage_bin n
JOIN sites_location l ON l.id = n.location_id
LEFT JOIN inventory_balance b ON b.location_id = n.location_id AND b.on_hand > 0
LEFT JOIN catalog_item i ON i.id = b.item_id
LEFT JOIN catalog_unit u ON u.id = i.unit_id
WHERE n.location_id = ANY (%s::bigint[])
GROUP BY n.id, l.path
"""


@dataclass(frozen=True, slots=True)
class Goods:
    """A quantity that wants a place, with what a place asks of it."""

    item_id: int
    lot_id: int | None
    quantity: Decimal
    weight_kg: Decimal = ZERO
    volume_m3: Decimal = ZERO
    pieces: Decimal = ZERO
    temperature: str = Temperature.ANY
    hazard: str = ""
    category_id: int | None = None


@dataclass(slots=True)
class Room:
    """A place with what it holds and what lies in it; without limits for a location that is no bin."""

    location_id: int
    path: str
    max_weight_kg: Decimal | None = None
    max_volume_m3: Decimal | None = None
    max_pieces: Decimal | None = None
    max_units: int | None = None
    temperature: str = ""
    takes_hazards: bool = True
    mixing: str = Mixing.ANY
    weight_kg: Decimal = ZERO
    volume_m3: Decimal = ZERO
    pieces: Decimal = ZERO
    units: int = 0
    items: set[int] = field(default_factory=set)
    lots: set[int] = field(default_factory=set)
    hazards: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)

    @property
    def limits(self) -> list[tuple[Decimal, Decimal | None]]:
        """What lies there beside what it holds, measure by measure."""
        return [
            (self.weight_kg, self.max_weight_kg),
            (self.volume_m3, self.max_volume_m3),
            (self.pieces, self.max_pieces),
            (Decimal(self.units), None if self.max_units is None else Decimal(self.max_units)),
        ]

    @property
    def load(self) -> Decimal | None:
        """How full it is, by the measure that is used up most; None without a limit."""
        shares = [is_there / most for is_there, most in self.limits if most]
        return max(shares) if shares else None

    def suits(self, goods: Goods) -> bool:
        """True when goods of this kind may lie here beside what does."""
        if self.temperature and goods.temperature not in (Temperature.ANY, self.temperature):
            return False
        if goods.hazard and (not self.takes_hazards or self.hazards - {goods.hazard}):
            return False
        if self.mixing != Mixing.ANY and self.items - {goods.item_id}:
            return False
        return not (self.mixing == Mixing.LOT and self.items and self.lots != {goods.lot_id})

    def holds(self, goods: Goods) -> Decimal:
        """How much of the goods still fits; pieces are not cut."""
        if not self.suits(goods):
            return ZERO
        if self.max_units is not None and self.units >= self.max_units:
            return ZERO
        most = goods.quantity
        for each, (is_there, limit) in zip(
            (goods.weight_kg, goods.volume_m3, goods.pieces), self.limits, strict=False
        ):
            if limit is not None and each:
                most = min(most, goods.quantity * max(limit - is_there, ZERO) / each)
        if most < goods.quantity and goods.pieces:
            most = most.to_integral_value(ROUND_FLOOR)
        return most

    def take(self, goods: Goods) -> None:
        """Count goods in, so that the next ones find less room."""
        self.weight_kg += goods.weight_kg
        self.volume_m3 += goods.volume_m3
        self.pieces += goods.pieces
        self.items.add(goods.item_id)
        if goods.lot_id is not None:
            self.lots.add(goods.lot_id)
        if goods.hazard:
            self.hazards.add(goods.hazard)

    def faults(self) -> list[str]:
        """What is wrong with what lies here, in words."""
        words = (
            _t("{n} kg of {most}"),
            _t("{n} m³ of {most}"),
            _t("{n} pieces of {most}"),
            _t("{n} units of {most}"),
        )
        found = [
            say.format(n=plain(is_there), most=plain(most))
            for say, (is_there, most) in zip(words, self.limits, strict=True)
            if most is not None and is_there > most
        ]
        if self.temperature and self.needs - {self.temperature}:
            found.append(_t("goods that need another temperature"))
        if self.hazards and not self.takes_hazards:
            found.append(_t("dangerous goods"))
        if len(self.hazards) > 1:
            found.append(_t("dangerous goods of several classes"))
        if self.mixing != Mixing.ANY and len(self.items) > 1:
            found.append(_t("more than one item"))
        if self.mixing == Mixing.LOT and len(self.lots) > 1:
            found.append(_t("more than one lot"))
        return found


def rooms(*, location_ids: Iterable[int]) -> dict[int, Room]:
    """The bins among these places, with what lies in them. One statement."""
    found = {}
    for row in fetch(ROOMS, [list(location_ids)]):
        found[row[0]] = Room(*row[:SETS], *map(set, row[SETS:]))
    return found


def load_of_bins(bins: Sequence[Bin]) -> dict[int, Decimal | None]:
    """How full bins are, by key. One statement."""
    found = rooms(location_ids=[row.location_id for row in bins])
    return {row.pk: found[row.location_id].load for row in bins}


def goods_of(*, wanted: Sequence[tuple[int, int | None, Decimal]]) -> list[Goods]:
    """Items, lots and quantities with what places ask of them. One statement."""
    items: Mapping[int, Item] = Item.objects.select_related("unit").in_bulk({one[0] for one in wanted})
    found = []
    for item_id, lot_id, quantity in wanted:
        item = items[item_id]
        each = item.weight_kg if item.weight_kg is not None else Decimal(item.unit.code == "kg")
        found.append(
            Goods(
                item_id,
                lot_id,
                quantity,
                weight_kg=quantity * each,
                volume_m3=quantity * (item.volume_m3 or ZERO),
                pieces=quantity if item.unit.dimension == Dimension.COUNT else ZERO,
                temperature=item.temperature,
                hazard=item.hazard,
                category_id=item.category_id,
            )
        )
    return found
