"""What tracing adds to the pages of work orders and purchase orders: the customers that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing import queries
from loomline.domains.tracing.resources.cells import expected, seen_lines
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table


def waiting_for_work(ctx: Ctx, work: WorkOrder) -> dict[str, Any] | None:
    """Which customers' orders a delay of this work would reach."""
    return _waiting(ctx, queries.orders_standing_on(works=[work.pk]))


def waiting_for_purchase(ctx: Ctx, purchase: Purchase) -> dict[str, Any] | None:
    """Which customers' orders a late delivery would hurt."""
    lines = list(purchase.lines.values_list("pk", flat=True))
    return _waiting(ctx, queries.orders_standing_on(purchase_lines=lines))


def _waiting(ctx: Ctx, lines: Sequence[OrderLine]) -> dict[str, Any] | None:
    seen = seen_lines(ctx, [line.pk for line in lines])
    rows = [line for line in lines if line.pk in seen]
    if not rows:
        return None
    return plain_table(
        _t("Orders that stand on this"),
        (_t("Order"), _t("Customer"), _t("Item"), _t("Ordered"), _t("Promised"), _t("Expected"), _t("Value")),
        [
            (
                Cell(
                    kind="code",
                    text=line.order.number,
                    url=registry.url_of_kind("sales.order", line.order_id),
                ),
                Cell(kind="party", text=line.order.customer.name),
                Cell(text=line.item.name, url=f"/thread/{line.pk}/"),
                Cell(kind="quantity", value=line.quantity, unit=line.item.unit.code),
                Cell(kind="date", value=line.promised_on),
                expected(line),
                Cell(kind="money", value=line.amount, unit=line.order.currency),
            )
            for line in rows
        ],
    )


registry.contribute(WorkOrder, Panel(TABLE, read=waiting_for_work, title=_("Waiting orders"), name="waiting"))
registry.contribute(
    Purchase, Panel(TABLE, read=waiting_for_purchase, title=_("Waiting orders"), name="waiting")
)
