"""Recommendations: what to keep, against what is kept, with the way there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.stocking import models
from loomline.domains.stocking.models import AdviceState, Method
from loomline.domains.stocking.resources.explaining import calculation, in_words
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Callouts,
    Column,
    Facts,
    Panel,
    Resource,
    Timeline,
    everyone,
    needs,
)


def more_or_less(record: models.Recommendation) -> str:
    """Stock that is freed is green."""
    return "ok" if record.difference < 0 else ""


def letters(records: Sequence[models.Recommendation]) -> dict[int, Any]:
    """Value, variation and movement in one piece."""
    return {record.pk: record.classes for record in records}


def what_to_know(ctx: Ctx, record: models.Recommendation) -> list[dict[str, Any]]:
    """The recommendation in a sentence, and what else is odd about the place."""
    found = [{"tone": "info", "title": _t("In words."), "text": in_words(record), "action": None}]
    if record.is_planned and record.method != Method.NONE:
        text = _t(
            "The plan nets the coming demand itself. Accepted, it keeps the safety stock and the order "
            "quantity; the order point stays out of it, as it would count that demand twice."
        )
        found.append(
            {"tone": "info", "title": _t("Forecast or needed for others."), "text": text, "action": None}
        )
    if record.is_dead:
        text = _t("Nobody has taken it since {day}. It ties up {value}.").format(
            day=draw_text.day(record.last_on) if record.last_on else _t("it came"),
            value=draw_text.money(record.excess_value, record.currency),
        )
        found.append({"tone": "warn", "title": _t("Dead stock."), "text": text, "action": None})
    elif record.excess:
        text = _t("{quantity} are beyond what will be used; they tie up {value}.").format(
            quantity=draw_text.quantity(record.excess, record.item.unit.code),
            value=draw_text.money(record.excess_value, record.currency),
        )
        found.append({"tone": "warn", "title": _t("Excess stock."), "text": text, "action": None})
    if record.state == AdviceState.DISMISSED:
        found.append({"tone": "muted", "title": _t("Dismissed."), "text": record.reason, "action": None})
    return found


def compared(ctx: Ctx, record: models.Recommendation) -> dict[str, Any]:
    """Present and recommended parameters beside each other."""
    unit = record.item.unit.code
    pairs = [
        (_t("Safety stock"), record.safety_now, record.safety_stock),
        (_t("Order point"), record.level_now, Decimal(0) if record.is_planned else record.reorder_level),
        (_t("Order quantity"), record.quantity_now, record.order_quantity),
    ]
    cells: list[tuple[Cell, ...]] = [
        (
            Cell(text=name, strong=True),
            Cell(kind="quantity", value=now, unit=unit),
            Cell(kind="quantity", value=then, unit=unit, strong=True),
            Cell(kind="quantity", value=then - now, unit=unit),
        )
        for name, now, then in pairs
    ]
    if record.order_up_to is not None:
        upto = Cell(kind="quantity", value=record.order_up_to, unit=unit, strong=True)
        cells.append((Cell(text=_t("Order up to"), strong=True), Cell(text="–"), upto, Cell(text="–")))
    money = [Cell(kind="money", value=v, unit=record.currency) for v in (record.value_now, record.value_then)]
    cells.append(
        (
            Cell(text=_t("Stock value on average"), strong=True),
            *money,
            Cell(kind="money", value=record.difference, unit=record.currency, tone=more_or_less(record)),
        )
    )
    heads = _t("Parameter"), _t("Now"), _t("Recommended"), _t("Difference")
    return plain_table(_t("Now and recommended"), heads, cells, slots=("a1", "b1", "a2", "b2"))


def explained(ctx: Ctx, record: models.Recommendation) -> dict[str, Any]:
    """Each figure as a small calculation."""
    cells = [
        (Cell(text=name, strong=is_result), Cell(text=how, wrap=True), Cell(text=result, strong=is_result))
        for name, how, result, is_result in calculation(record)
    ]
    heads = _t("Figure"), _t("How"), _t("Result")
    made = plain_table(_t("Calculation"), heads, cells, slots=("a1", "b1", "a2"))
    made["table"]["columns"][2]["align"] = "end"
    return made


def of_item(ctx: Ctx, record: Item) -> dict[str, Any] | None:
    """On the page of the item: what is recommended at each site."""
    rows = list(record.stocking_advice.select_related("site", "item__unit").order_by("site"))
    if not rows:
        return None
    cells = [
        (
            Cell(text=row.site.name, url=registry.url(row), strong=True),
            Cell(text=row.classes),
            Cell(text=row.get_method_display()),
            Cell(kind="quantity", value=row.safety_stock, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.order_quantity, unit=row.item.unit.code),
            Cell(kind="badge", text=str(AdviceState(row.state).label), tone=AdviceState(row.state).tone),
        )
        for row in rows
    ]
    heads = _t("Site"), _t("Class"), _t("Policy"), _t("Safety stock"), _t("Order quantity"), _t("State")
    return plain_table(_t("Recommended stock"), heads, cells, slots=("a1", "b1", "c1", "a2", "b2", "c2"))


class Recommendation(Resource):
    """What to keep of each item at each site, from what was really taken and how long it took to come."""

    model = models.Recommendation
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 32
    icon = "stack-2"
    slug = "recommendations"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "site",
        Column("classes", read=letters, label=_("Class")),
        "method",
        Column("safety_now", unit="item.unit"),
        Column("safety_stock", unit="item.unit"),
        Column("reorder_level", unit="item.unit"),
        Column("order_quantity", unit="item.unit"),
        Column("difference", currency="currency", tone=more_or_less),
        Column("excess", unit="item.unit"),
        Column("excess_value", currency="currency"),
        "state",
    )
    filters = (
        *("state", "method", "worth", "variation", "movement", "is_dead", "is_planned", "site", "item"),
        *("difference", "excess", "excess_value", "last_on"),
    )
    search = "item.name", "item.sku"
    saved = {
        _("To decide"): "state=open&sort=difference",
        _("Dead stock"): "is_dead=true&sort=-excess_value",
        _("Excess stock"): "excess.above=0&is_dead=false&sort=-excess_value",
        _("Class A"): "worth=A",
        _("Dismissed"): "state=dismissed",
    }
    head = (
        "method",
        Column("safety_stock", unit="item.unit"),
        Column("order_quantity", unit="item.unit"),
        Column("difference", currency="currency"),
    )
    detail = (
        Callouts(what_to_know),
        Panel(TABLE, read=compared, title=_("Now and recommended"), name="compared"),
        Panel(TABLE, read=explained, title=_("Calculation"), name="calculation"),
        Facts(
            *("worth", "variation", "movement", "pattern", "weeks"),
            *(Column(name, kind="percent") for name in ("target", "cycle_service", "fill_rate")),
            Column("on_hand", unit="item.unit"),
            "last_on",
            "is_planned",
            "interval_days",
        ),
        Timeline(),
    )
    joins = "item.unit", "site"
    sort = "difference"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = "accept_recommendations", "dismiss_recommendations"
    empty = _("Nothing is recommended yet. Open stock policies and press “Recommend”.")


registry.contribute(Item, Panel(TABLE, read=of_item, title=_("Recommended stock"), name="stocking"))
