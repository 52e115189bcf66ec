"""What tracing adds to the pages of orders, work orders and purchase orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.tracing import queries
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel

TABLE = "loom/panels/table.html"


def footing(ctx: Ctx, order: Order) -> dict[str, Any] | None:
    """What each line stands on, and the way to its thread."""
    rows = queries.footing_of(order)
    if not rows:
        return None
    return _table(
        _t("What this promise stands on"),
        (_t("Line"), _t("Source"), _t("Covers"), _t("Due"), _t("State")),
        [
            (
                Cell(text=row.line.item.name, url=f"/thread/{row.line.pk}/", note=_t("thread")),
                Cell(
                    kind="code",
                    text=row.document or _t("Stock"),
                    url=registry.url_of_kind(row.kind, row.document_id),
                    sub=row.holder,
                ),
                Cell(kind="quantity", value=row.covers, unit=row.line.item.unit.code),
                Cell(kind="date", value=row.due_on),
                Cell(kind="badge", text=_state(row.state), tone=row.tone),
            )
            for row in rows
        ],
        [row.line.pk for row in rows],
    )


def waiting_for_work(ctx: Ctx, work: WorkOrder) -> dict[str, Any] | None:
    """Which customers' orders a delay of this work would reach."""
    return _waiting(ctx, queries.orders_standing_on(works=[work.pk]))


def waiting_for_purchase(ctx: Ctx, purchase: Purchase) -> dict[str, Any] | None:
    """Which customers' orders a late delivery would hurt."""
    lines = list(purchase.lines.values_list("pk", flat=True))
    return _waiting(ctx, queries.orders_standing_on(purchase_lines=lines))


def _waiting(ctx: Ctx, lines: Sequence[OrderLine]) -> dict[str, Any] | None:
    seen = set(
        access.visible(ctx, OrderLine).filter(pk__in=[line.pk for line in lines]).values_list("pk", flat=True)
    )
    rows = [line for line in lines if line.pk in seen]
    if not rows:
        return None
    return _table(
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
                Cell(
                    kind="slip",
                    value=line.expected_on,
                    days=_slip(line),
                    tone="bad" if _slip(line) > 0 else "",
                ),
                Cell(kind="money", value=line.amount, unit=line.order.currency),
            )
            for line in rows
        ],
        [line.pk for line in rows],
    )


def _slip(line: OrderLine) -> int:
    return (line.expected_on - line.promised_on).days if line.expected_on and line.promised_on else 0


def _state(state: str) -> str:
    return {"reserved": _t("Reserved"), "shipped": _t("Shipped"), "": _t("Not planned")}.get(state, state)


def _table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], keys: Sequence[int]
) -> dict[str, Any]:
    slots = ("a1", "b1", "a2", "c1", "b2", "c2", "hide")
    numeric = {"quantity", "money"}
    columns = [
        {
            "label": head,
            "align": "end" if rows[0][n].kind in numeric else "",
            "hidden_label": False,
            "slot": slots[n],
        }
        for n, head in enumerate(heads)
    ]
    body = [
        {"id": key, "css": "", "actions": [], "cells": list(cells)}
        for key, cells in zip(keys, rows, strict=True)
    ]
    return {
        "template": TABLE,
        "title": title,
        "table": {
            "label": title,
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": columns,
            "rows": body,
        },
    }


registry.contribute(Order, Panel(TABLE, read=footing, title=_("Supply"), name="supply"), after="lines")
registry.contribute(WorkOrder, Panel(TABLE, read=waiting_for_work, title=_("Waiting orders"), name="waiting"))
registry.contribute(
    Purchase, Panel(TABLE, read=waiting_for_purchase, title=_("Waiting orders"), name="waiting")
)
