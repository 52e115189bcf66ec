"""What tracing adds to the pages of work, stages and purchase orders: who waits for them, who brings them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.tracing import queries
from loomline.domains.tracing.resources.cells import expected, seen_lines
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table


def waiting_for_work(ctx: Ctx, work: WorkOrder) -> dict[str, Any] | None:
    """Which customers' orders a delay of this work would reach."""
    lines = queries.orders_standing_on(works=[work.pk])
    return _waiting(ctx, lines, queries.delayed_by(lines, works=[work.pk], today=ctx.today))


def waiting_for_purchase(ctx: Ctx, purchase: Purchase) -> dict[str, Any] | None:
    """Which customers' orders a late delivery would hurt."""
    bought = list(purchase.lines.values_list("pk", flat=True))
    lines = queries.orders_standing_on(purchase_lines=bought)
    return _waiting(ctx, lines, queries.delayed_by(lines, purchases=[purchase.pk], today=ctx.today))


def ordered_with(ctx: Ctx, stage: WorkStage) -> dict[str, Any] | None:
    """With which purchase order the service of a stage is ordered, and what of it came back."""
    rows = access.visible(ctx, PurchaseLine).filter(
        origin_kind=WorkStage._meta.label_lower, origin_id=stage.pk
    )
    cells = [
        (
            Cell(kind="code", text=row.purchase.number, url=registry.url(row.purchase)),
            Cell(kind="party", text=row.purchase.supplier.name),
            Cell(text=row.purchase.state.label),
            Cell(text=row.item.name),
            Cell(kind="quantity", value=row.quantity, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.received, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.rejected, unit=row.item.unit.code),
            Cell(kind="money", value=row.amount, unit=row.purchase.currency),
        )
        for row in rows.select_related("purchase__supplier", "item__unit").order_by("pk")
    ]
    heads = (_t("Order"), _t("Supplier"), _t("State"), _t("Service"), _t("Ordered"), _t("Came back"))
    if not cells:
        return None
    return plain_table(
        _t("Ordered with"),
        (*heads, _t("Rejected"), _t("Value")),
        cells,
        slots=("a1", "b1", "a2", "c1", "b2", "c2", "hide", "hide"),
    )


def _waiting(ctx: Ctx, lines: Sequence[OrderLine], delayed: Mapping[int, int]) -> dict[str, Any] | None:
    seen = seen_lines(ctx, [line.pk for line in lines])
    rows = [line for line in lines if line.pk in seen]
    if not rows:
        return None
    return plain_table(
        _t("Orders that stand on this"),
        (
            *(_t("Order"), _t("Customer"), _t("Item"), _t("Deal"), _t("Ordered"), _t("Promised")),
            *(_t("Expected"), _t("Days by this"), _t("Value")),
        ),
        [
            (
                Cell(
                    kind="code",
                    text=line.order.number,
                    url=registry.url_of_kind("sales.order", line.order_id),
                ),
                Cell(kind="party", text=line.order.customer.name),
                Cell(text=line.item.name, url=f"/thread/{line.pk}/"),
                Cell(
                    text=deal.name if deal else "",
                    url=registry.url_of_kind("pipeline.opportunity", deal.pk) if deal else "",
                ),
                Cell(kind="quantity", value=line.quantity, unit=line.item.unit.code),
                Cell(kind="date", value=line.promised_on),
                expected(line),
                Cell(kind="number", value=delayed.get(line.pk, 0), tone="bad" if line.pk in delayed else ""),
                Cell(kind="money", value=line.amount, unit=line.order.currency),
            )
            for line in rows
            for deal in [line.order.opportunity]
        ],
        slots=("a1", "b1", "c1", "hide", "hide", "hide", "b2", "a2", "c2"),
        sub=_sub(rows, delayed),
    )


def _sub(rows: Sequence[OrderLine], delayed: Mapping[int, int]) -> str:
    """What the delay costs, in the currencies of the orders."""
    if not delayed:
        return _t("None of them is later because of this")
    worth: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows:
        if line.pk in delayed:
            worth[line.order.currency] += line.amount
    sums = ", ".join(str(Money(amount, currency)) for currency, amount in sorted(worth.items()))
    lines = ngettext("{n} line is later because of this", "{n} lines are later because of this", len(delayed))
    return f"{lines.format(n=len(delayed))}, {sums}" if sums else lines.format(n=len(delayed))


registry.contribute(WorkOrder, Panel(TABLE, read=waiting_for_work, title=_("Waiting orders"), name="waiting"))
registry.contribute(
    Purchase, Panel(TABLE, read=waiting_for_purchase, title=_("Waiting orders"), name="waiting")
)
registry.contribute(WorkStage, Panel(TABLE, read=ordered_with, title=_("Purchase order"), name="ordered"))
