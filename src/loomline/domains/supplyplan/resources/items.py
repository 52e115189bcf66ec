"""The plan of an item week by week, and the policy it follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.supplyplan import models, queries
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Panel,
    Resource,
    Timeline,
    everyone,
    needs,
)


def time_phased(ctx: Ctx, record: models.PlanItem) -> dict[str, Any] | None:
    """Week by week: what is required, on order and planned, and what is left on hand."""
    return _phased(ctx, [record])


def plan_of_item(ctx: Ctx, record: Item) -> dict[str, Any] | None:
    """The same on the page of the item, site by site."""
    rows = list(record.plan_items.select_related("site", "item__unit").order_by("site"))
    return _phased(ctx, rows) if rows else None


def _phased(ctx: Ctx, rows: Sequence[models.PlanItem]) -> dict[str, Any]:
    cells = []
    for row in rows:
        unit = row.item.unit.code
        for week in queries.weeks(row=row, today=ctx.today):
            short = week.left < 0
            cells.append(
                (
                    Cell(kind="date", value=week.starts_on, sub=row.site.name if len(rows) > 1 else ""),
                    *(
                        Cell(kind="quantity", value=amount, unit=unit) if amount else Cell(text="–")
                        for amount in (week.required, week.scheduled, week.planned)
                    ),
                    Cell(
                        kind="quantity", value=week.left, unit=unit, tone="bad" if short else "", strong=True
                    ),
                )
            )
    heads = _t("Week from"), _t("Required"), _t("On order"), _t("Planned"), _t("On hand at its end")
    on_hand = ", ".join(f"{plain(row.on_hand)} {row.item.unit.code} · {row.site.name}" for row in rows)
    sub = _t("Usable now: {stock}").format(stock=on_hand)
    return plain_table(_t("Plan"), heads, cells, slots=("a1", "b1", "b2", "c1", "a2"), sub=sub)


class PlanItem(Resource):
    """Every item that is planned, with what comes and goes, week by week."""

    model = models.PlanItem
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 22
    icon = "chart-line"
    slug = "items"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "site",
        "kind",
        Column("on_hand", unit="item.unit"),
        Column("required", unit="item.unit"),
        Column("scheduled", unit="item.unit"),
        Column("planned", unit="item.unit"),
        "short_on",
        "supplier",
    )
    filters = "kind", "site", "supplier", "item", "short_on"
    search = "item.name", "item.sku"
    saved = {_("Running short"): "short_on.empty=false&sort=short_on"}
    head = "item", "site", Column("on_hand", unit="item.unit"), "short_on"
    detail = (
        Panel(TABLE, read=time_phased, title=_("Plan"), name="plan"),
        Facts(
            "kind",
            "supplier",
            "from_site",
            "lead_days",
            Column("safety_stock", unit="item.unit"),
            Column("reorder_level", unit="item.unit"),
            Column("minimum", unit="item.unit"),
            Column("multiple", unit="item.unit"),
            "yield_share",
        ),
    )
    joins = "item.unit", "site", "supplier"
    sort = "pk"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing is planned yet. Open the supply plan and press “Plan now”.")


class ItemPolicy(Resource):
    """How items are planned, where their cards and their suppliers do not say it already."""

    model = models.ItemPolicy
    menu = "Plan", needs("catalog.item")
    order = 28
    secondary = True
    icon = "adjustments-horizontal"
    slug = "policies"
    columns = (
        "item",
        "site",
        "rule",
        "from_site",
        Column("safety_stock", unit="item.unit"),
        Column("reorder_level", unit="item.unit"),
        Column("minimum", unit="item.unit"),
        Column("multiple", unit="item.unit"),
        "lead_days",
        "yield_share",
    )
    filters = "item", "site", "rule", "from_site"
    search = "item.name", "item.sku"
    form = (
        *("item", "site", "from_site", "rule", "fixed_quantity", "period_days", "minimum", "multiple"),
        *(
            "maximum",
            "lead_days",
            "safety_days",
            "safety_stock",
            "reorder_level",
            "yield_share",
            "fence_days",
        ),
    )
    head = "item", "site", "rule", "from_site"
    detail = (
        Facts(
            *("fixed_quantity", "period_days", "minimum", "multiple", "maximum", "lead_days", "safety_days"),
            *("safety_stock", "reorder_level", "yield_share", "fence_days"),
        ),
        Changes(),
        Timeline(),
    )
    joins = "item.unit", "site"
    sort = "pk"
    key = "pk"
    access = everyone()
    empty = _("No policies yet. Without one, an item is planned as its card and its supplier say.")


registry.contribute(Item, Panel(TABLE, read=plan_of_item, title=_("Plan"), name="plan"))
