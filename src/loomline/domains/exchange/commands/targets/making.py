"""Bills of materials and work orders from another system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.bills import commands as bills
from loomline.domains.bills.commands import BillDraft, BillLineDraft
from loomline.domains.bills.models import Bill
from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.base import by_id, given, target
from loomline.domains.exchange.commands.targets.stock import main_site
from loomline.domains.exchange.commands.targets.units import LineUnits
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.commands import WorkDraft, WorkLineDraft
from loomline.domains.manufacturing.models import WorkOrder, WorkState
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx


@target("bills.bill")
def take_bills(ctx: Ctx, rows: Sequence[Row]) -> list[Bill]:
    """What goes into an item, in its stock unit; a component that stands in a bill twice is added up."""
    items = by_id(Item, rows, "item", "component")
    units = LineUnits(rows, items, item="component")
    drafts = []
    for row in rows:
        quantities: dict[int, Decimal] = defaultdict(Decimal)
        for line in row.lines:
            quantities[line["component"]] += units.in_stock(line, line["quantity"])
        lines = [BillLineDraft(component=items[pk], quantity=quantity) for pk, quantity in quantities.items()]
        drafts.append(BillDraft(item=items[row.values["item"]], lines=lines))
    return bills.add_bills(ctx, drafts=drafts)


@target("manufacturing.workorder")
def take_work(ctx: Ctx, rows: Sequence[Row]) -> list[WorkOrder]:
    """Work orders with what was made and what was scrapped; no goods move."""
    site = main_site(ctx)
    items = by_id(Item, rows, "item")
    drafts = [
        WorkDraft(
            number=str(row.values["number"]),
            state=WorkState.DONE,
            site=site,
            lines=[
                WorkLineDraft(
                    item=items[row.values["item"]],
                    quantity=row.values["quantity"],
                    done=row.values.get("done") or Decimal(0),
                    rejected=row.values.get("scrapped") or Decimal(0),
                )
            ],
            **given(
                {"starts_on": row.values.get("started_on"), "due_on": row.values.get("due_on")},
                "starts_on",
                "due_on",
            ),
        )
        for row in rows
    ]
    return manufacturing.take_over_work(ctx, drafts=drafts)
