"""What a work order has taken up in money, and what it made is worth."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Item
from loomline.domains.costing import queries as costing
from loomline.domains.costing.models import ChargeKind, CostLayer
from loomline.domains.costing.pages.books import books
from loomline.domains.manufacturing import models
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table

KIND = models.WorkOrder._meta.label_lower


def cost(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any] | None:
    """Material and hours put in, goods got out, and what still lies in the work."""
    if not access.may(ctx, access.view_permission(CostLayer)):
        return None
    parts = costing.parts_of_work(kind=KIND, pk=work.pk)
    charges = costing.charges_of_work(kind=KIND, pk=work.pk)
    if not parts and not charges:
        return None
    items = access.visible(ctx, Item).select_related("unit").in_bulk([part.item_id for part in parts])
    currency = ctx.company.currency
    rows = []
    for part in sorted(parts, key=lambda one: (one.is_made, -one.value)):
        item = items.get(part.item_id)
        each = part.value / part.quantity if part.quantity else None
        rows.append(
            [
                Cell(text=item.name if item else "–", url=registry.url(item) if item else "", strong=True),
                Cell(text=_t("Made") if part.is_made else _t("Material")),
                Cell(kind="quantity", value=part.quantity, unit=item.unit.code if item else ""),
                Cell(kind="money", value=each, unit=currency, decimals=4),
                Cell(kind="money", value=part.value, unit=currency),
            ]
        )
    for charge in charges:
        label = str(ChargeKind(charge.kind).label)
        words = Cell(text=charge.text or label, strong=True)
        amount = Cell(kind="money", value=charge.amount, unit=currency)
        rows.append([words, Cell(text=label), Cell(text=""), Cell(text=""), amount])
    heads = [_t("What"), _t("Kind"), _t("Quantity"), _t("Cost per unit"), _t("Worth")]
    made = plain_table(_t("Cost"), heads, rows, slots=("a1", "a2", "b2", "hide", "b1"))
    left = sum((row.value for row in costing.in_work(origins={KIND: [work.pk]})), 0)
    made["table"]["totals"] = [
        {"label": _t("Still in work"), "text": draw_text.money(left, currency), "strong": True}
    ]
    return made


def posted(ctx: Ctx, work: models.WorkOrder) -> dict[str, Any] | None:
    """What work took up and gave, in the books."""
    return books(ctx, KIND, [work.pk])
