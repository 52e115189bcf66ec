"""What planning adds to the pages of others."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.planning import queries
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table


def held_goods(ctx: Ctx, record: Quote) -> dict[str, Any] | None:
    """What is held for a quote, line by line; nothing while nothing is."""
    if record.held_until is None:
        return None
    lines = list(record.lines.select_related("item__unit").order_by("position", "pk"))
    held = queries.held_for(line_ids=[line.pk for line in lines])
    rows = [
        (
            Cell(kind="item", text=line.item.name, sub=line.item.sku, url=registry.url(line.item)),
            Cell(kind="quantity", value=line.quantity, unit=line.item.unit.code),
            Cell(kind="quantity", value=held[line.pk].stock, unit=line.item.unit.code),
            Cell(
                kind="quantity",
                value=held[line.pk].quantity - held[line.pk].stock,
                unit=line.item.unit.code,
                sub=", ".join(draw_text.day(on) for _quantity, on in held[line.pk].coming),
            ),
        )
        for line in lines
        if line.pk in held
    ]
    heads = (_t("Item"), _t("Offered"), _t("In stock"), _t("On its way"))
    sub = _t("Until {day}").format(day=draw_text.day(record.held_until))
    return plain_table(_t("Held goods"), heads, rows, sub=sub)


registry.contribute(Quote, Panel(TABLE, read=held_goods, title=_("Held goods"), name="held"))
