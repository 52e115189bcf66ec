"""Orders from another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.base import by_id, given, target
from loomline.domains.exchange.commands.targets.stock import main_site
from loomline.domains.exchange.commands.targets.units import LineUnits
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, OrderDraft, PastOrder
from loomline.domains.sales.models import Order
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

PRICE_PLACES = Decimal("0.000001")


@target("sales.order")
def take_orders(ctx: Ctx, rows: Sequence[Row]) -> list[Order]:
    """Orders with their lines: those that were shipped are history, the others stand open."""
    main_site(ctx)
    customers, owners = by_id(Party, rows, "customer", "carrier"), by_id(User, rows, "owner")
    items = by_id(Item, rows, "item")
    units = LineUnits(rows, items)
    return sales.take_over_orders(ctx, pasts=[_past(row, customers, owners, items, units) for row in rows])


def _past(
    row: Row,
    parties: Mapping[int, Party],
    owners: Mapping[int, User],
    items: Mapping[int, Item],
    units: LineUnits,
) -> PastOrder:
    values = row.values
    ordered = values["ordered_on"]
    return PastOrder(
        number=str(values["number"]),
        ordered_at=moment(ordered),
        shipped_at=values.get("shipped_at"),
        draft=OrderDraft(
            customer=parties[values["customer"]],
            carrier=parties.get(values.get("carrier") or 0),
            owner=owners.get(values.get("owner") or 0),
            currency=values.get("currency") or "",
            freight=values.get("freight") or Decimal(0),
            ordered_on=ordered,
            lines=[_line(line, items, units) for line in row.lines],
            **given(values, "wanted_on", "ship_name", "ship_address", "customer_reference"),
        ),
    )


def _line(line: Mapping[str, Any], items: Mapping[int, Item], units: LineUnits) -> LineDraft:
    """The price in the file is for one of the line's unit; ours is for one of the stock unit."""
    quantity, unit = line["quantity"], units.of(line)
    price = line["price"]
    if unit is not None and quantity:
        price = (price * quantity / units.in_stock(line, quantity)).quantize(PRICE_PLACES)
    return LineDraft(
        item=items[line["item"]],
        quantity=quantity,
        unit=unit,
        price=price,
        discount=line.get("discount") or Decimal(0),
        tax_rate=line.get("tax_rate") or Decimal(0),
    )


def moment(day: date) -> datetime:
    """Noon of a day: an hour that no time zone moves to another day."""
    return datetime.combine(day, time(12), UTC)
