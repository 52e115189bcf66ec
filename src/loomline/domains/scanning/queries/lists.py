"""What verifies the line of a pick list or of a count."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.counting.models import CountLine, CountSheet, SheetState
from loomline.domains.inventory.models import Balance, HandlingUnit
from loomline.domains.scanning.queries.codes import SSCC, Code
from loomline.domains.warehouse.models import ShipmentLine
from loomline.kernel import access
from loomline.kernel.context import Ctx


def holds(ctx: Ctx, *, code: Code, line: ShipmentLine) -> bool:
    """True for a handling unit with these goods, and with nothing else, at the place of the line."""
    number = code.sscc or code.text
    if len(number) != SSCC:
        return False
    units = access.visible(ctx, HandlingUnit).filter(sscc=number, location=line.location_id)
    inside = Balance.objects.filter(unit__in=units, on_hand__gt=0).values_list("item", "lot").distinct()
    return list(inside) == [(line.item_id, line.lot_id)]


def other_lots(ctx: Ctx, *, line: ShipmentLine) -> bool:
    """True where more than the lot of the line lies of its item at its place."""
    rows = Balance.objects.filter(item=line.item_id, location=line.location_id, on_hand__gt=0)
    return rows.exclude(lot=line.lot_id).exists()


def lines_to_count(*, sheet: CountSheet) -> Sequence[CountLine]:
    """The lines of a sheet that are counted now: all, or those that are counted again."""
    rows = sheet.lines.select_related("item__unit", "location__site", "lot", "owner", "unit")
    if sheet.state == SheetState.RECOUNT:
        rows = rows.filter(first_counted__isnull=False)
    return list(rows.order_by("location__path", "position"))
