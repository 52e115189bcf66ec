"""Units of lines: a quantity as the other system wrote it, in the unit in which we count the item's stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import queries as catalog
from loomline.domains.catalog.models import Item, Unit
from loomline.engines.rows import Row
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import Refused

Line = Mapping[str, Any]


class UnitUnknown(Refused):
    """A line is in a unit that nobody has written down."""

    says = _("{item}: there is no unit called {unit}. Add it under Units, or correct it in the file.")


class NotConverted(Refused):
    """A line cannot be brought into the unit in which its item is counted."""

    says = _("{item}: {why}")


class LineUnits:
    """The units that lines of an import are in: named by code or name, or found by a lookup (`unit_id`).

    A line without one is in the unit of its item's stock. Nothing is read where no line names any.
    """

    def __init__(self, rows: Sequence[Row], items: Mapping[int, Item], *, item: str = "item") -> None:
        named = [line for row in rows for line in row.lines if line.get("unit") or line.get("unit_id")]
        self._units = {unit.pk: unit for unit in Unit.objects.all()} if named else {}
        self._called: dict[str, Unit] = {}
        for unit in self._units.values():
            self._called.setdefault(unit.name.casefold(), unit)
        self._called |= {unit.code.casefold(): unit for unit in self._units.values()}
        self._called |= {f"={unit.code}": unit for unit in self._units.values()}
        self._items, self._item = items, item
        foreign = [line[item] for line in named if self.of(line) is not None]
        self._converter = catalog.converter(item_ids=foreign) if foreign else catalog.Converter({})

    def of(self, line: Line) -> Unit | None:
        """The unit of a line where it is another than that of its item's stock."""
        text = str(line.get("unit") or "").strip()
        unit = self._units.get(line.get("unit_id") or 0)
        if unit is None and text:
            unit = self._called.get(f"={text}") or self._called.get(text.casefold())
            if unit is None:
                raise UnitUnknown(item=self._items[line[self._item]], unit=text)
        return None if unit is None or unit.pk == self._items[line[self._item]].unit_id else unit

    def in_stock(self, line: Line, quantity: Decimal) -> Decimal:
        """A quantity of a line in the unit of its item's stock, exactly."""
        item, unit = self._items[line[self._item]], self.of(line)
        if unit is None:
            return quantity
        entered, to = Quantity(quantity, unit.code), self._units[item.unit_id].code
        try:
            return self._converter.convert(entered, to=to, item_id=item.pk).amount
        except Refused as why:
            raise NotConverted(item=item, why=why) from why
