"""Purchase orders from another system."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.base import by_id, given, target
from loomline.domains.exchange.commands.targets.stock import main_site
from loomline.domains.exchange.commands.targets.units import LineUnits
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseDraft, PurchaseLineDraft
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx


@target("procurement.purchase")
def take_purchases(ctx: Ctx, rows: Sequence[Row]) -> list[Purchase]:
    """Purchase orders with ordered, received and rejected quantities; no goods move.

    The price of a line is for one of its unit.
    """
    site = main_site(ctx)
    suppliers, items = by_id(Party, rows, "supplier"), by_id(Item, rows, "item")
    units = LineUnits(rows, items)
    drafts = [
        PurchaseDraft(
            supplier=suppliers[row.values["supplier"]],
            number=str(row.values["number"]),
            state=PurchaseState(row.values.get("state") or "received"),
            site=site,
            lines=[
                PurchaseLineDraft(
                    item=items[line["item"]],
                    quantity=line["quantity"],
                    unit=units.of(line),
                    received=units.in_stock(line, line.get("received") or Decimal(0)),
                    rejected=units.in_stock(line, line.get("rejected") or Decimal(0)),
                    **given(line, "price", "requested_on"),
                )
                for line in row.lines
            ],
            **given(row.values, "ordered_on", "currency"),
        )
        for row in rows
    ]
    return procurement.take_over_purchases(ctx, drafts=drafts)
