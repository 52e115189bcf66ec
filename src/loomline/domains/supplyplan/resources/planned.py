"""Planned orders: what should be bought, made and moved, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.supplyplan import models, queries
from loomline.domains.supplyplan.models import LotRule, OrderKind, PlannedState
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Column,
    Facts,
    Panel,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
)

SHOWN = 200


def lateness(record: models.PlannedOrder) -> str:
    """A start in the past is red while nobody has firmed it."""
    return "bad" if record.is_late and record.state == PlannedState.PROPOSED else ""


def documents(orders: Sequence[models.PlannedOrder]) -> dict[int, Any]:
    """What each order has become, with the way there."""
    return {
        one.pk: Cell(
            kind="code", text=one.document, url=registry.url_of_kind(one.document_kind, one.document_id or 0)
        )
        for one in orders
        if one.document
    }


def what_to_do(ctx: Ctx, record: models.PlannedOrder) -> list[dict[str, Any]]:
    """Late, moved, without anybody to bring it, or firmed: each says what is next."""
    if record.state == PlannedState.FIRMED:
        url = registry.url_of_kind(record.document_kind, record.document_id or 0)
        link = action(_t("Open {document}").format(document=record.document), url) if url else None
        text = _t("It is {document} now; change or cancel it there.").format(document=record.document)
        return [{"tone": "ok", "title": _t("Firmed."), "text": text, "action": link}]
    if record.kind == OrderKind.NONE:
        text = _t("Name a supplier on the page of the item, or how it is made, and plan again.")
        return [{"tone": "bad", "title": _t("Nobody supplies it."), "text": text, "action": None}]
    return [*_late(record), *_moved(record), *_standing_in(record)]


def _late(record: models.PlannedOrder) -> list[dict[str, Any]]:
    if not record.is_late:
        return []
    if record.start_on < record.due_on and record.due_on > record.need_on:
        text = _t("It comes on {day} and is wanted on {need}.")
        said = text.format(day=draw_text.day(record.due_on), need=draw_text.day(record.need_on))
    else:
        text = _t(
            "It should have begun on {day} to be there on {need}. Firm it at once, and shorten its way."
        )
        said = text.format(day=draw_text.day(record.start_on), need=draw_text.day(record.need_on))
    return [{"tone": "warn", "title": _t("Late."), "text": said, "action": None}]


def _moved(record: models.PlannedOrder) -> list[dict[str, Any]]:
    """Why it is not made when it would usually be."""
    if not record.moved_days:
        return []
    title = _t("Moved later.") if record.moved_days > 0 else _t("Moved earlier.")
    if record.centre is None:
        text = _t("By {n} days, because of what goes into it or is made before it.")
    else:
        text = _t("By {n} days: {centre} is full in between.")
    said = text.format(n=abs(record.moved_days), centre=record.centre)
    return [{"tone": "info", "title": title, "text": said, "action": None}]


def _standing_in(record: models.PlannedOrder) -> list[dict[str, Any]]:
    """What is taken in place of a material that is short."""
    return [
        {
            "tone": "info",
            "title": _t("{item} stands in.").format(item=one.item),
            "text": _t(
                "{quantity} {unit} of it are taken where {other} is short, as the bill allows."
            ).format(quantity=plain(one.quantity), unit=one.unit, other=one.instead_of),
            "action": None,
        }
        for one in queries.swaps(order=record)
    ]


def hours(ctx: Ctx, record: models.PlannedOrder) -> dict[str, Any] | None:
    """Which work centre does it on which days, in standard minutes."""
    rows = queries.loads(order=record)
    if not rows:
        return None
    cells = [
        (
            Cell(kind="date", value=one.day, strong=True),
            Cell(text=one.centre.name, url=registry.url(one.centre)),
            Cell(kind="quantity", value=one.minutes, unit=_t("min"), decimals=0),
        )
        for one in rows[:SHOWN]
    ]
    heads = _t("Day"), _t("Work centre"), _t("Work")
    return plain_table(_t("Hours"), heads, cells, slots=("a1", "b1", "a2"))


def beside(ctx: Ctx, record: models.PlannedOrder) -> dict[str, Any] | None:
    """Whom that serves which comes out beside it."""
    rows = queries.besides(order=record)
    if not rows:
        return None
    cells = [
        (
            Cell(text=one.item.name, url=registry.url(one.item), strong=True),
            _taker(one),
            Cell(kind="date", value=one.needed_on),
            Cell(kind="quantity", value=one.quantity, unit=one.item.unit.code),
        )
        for one in rows
    ]
    heads = _t("Comes out beside"), _t("Goes to"), _t("Needed"), _t("Quantity")
    return plain_table(_t("Beside it"), heads, cells, slots=("a1", "b1", "b2", "a2"))


def _taker(one: models.PlanPeg) -> Cell:
    if one.taker_id is not None:
        return Cell(
            text=f"PL-{one.taker_id}", url=registry.url_of_kind("supplyplan.plannedorder", one.taker_id)
        )
    url = registry.url_of_kind(one.demand_kind, one.demand_id) if one.demand_id else ""
    return Cell(text=one.demand or _t("Stock to be kept"), url=url, sub=one.party.name if one.party else "")


def gross_to_net(ctx: Ctx, record: models.PlannedOrder) -> dict[str, Any] | None:
    """From all that is required until the day to the quantity of this order."""
    found = queries.net(order=record)
    if found is None:
        return None
    unit = record.item.unit.code
    lines = [
        (_t("Required until {day}").format(day=draw_text.day(record.need_on)), found.required, ""),
        (_t("Stock to be kept"), found.held, _t("Safety stock or reorder level")),
        (_t("Usable stock"), -found.stock, _t("Released, in storage, at this site")),
        (_t("On order"), -found.coming, _t("Purchases, work and transfers on their way")),
        (_t("Planned before"), -found.before, ""),
        (_t("Missing"), found.missing, ""),
        (_t("For later needs"), found.ahead, _t("They share the lot")),
        (_t("More by the lot rule"), found.lot, _lot_words(found)),
        (_t("This order"), found.quantity, _started(record, unit)),
    ]
    strong = {_t("Missing"), _t("This order")}
    cells = [
        (
            Cell(text=text, strong=text in strong, sub=note),
            Cell(kind="quantity", value=amount, unit=unit, strong=text in strong),
        )
        for text, amount, note in lines
        if amount or text in strong
    ]
    return plain_table(_t("From gross to net"), (_t("What"), _t("Quantity")), cells, slots=("a1", "a2"))


def _lot_words(found: queries.Net) -> str:
    words = [str(LotRule(found.rule).label)]
    if found.minimum:
        words.append(_t("at least {quantity}").format(quantity=plain(found.minimum)))
    if found.multiple:
        words.append(_t("in multiples of {quantity}").format(quantity=plain(found.multiple)))
    return ", ".join(words)


def _started(record: models.PlannedOrder, unit: str) -> str:
    if record.started == record.quantity:
        return ""
    return _t("{quantity} {unit} are started: some is lost").format(quantity=plain(record.started), unit=unit)


def for_whom(ctx: Ctx, record: models.PlannedOrder) -> dict[str, Any] | None:
    """Step by step to everybody who waits for it: what is made of it, and which customers that is for."""
    steps = queries.chain(order=record, most=SHOWN)
    if not steps:
        return None
    cells = [_step(one, record) for one in steps]
    customers = {one.party for one in steps if one.is_end and one.party}
    sub = _t("{n} customers wait for it").format(n=len(customers)) if customers else ""
    heads = _t("Goes into"), _t("Customer"), _t("Needed"), _t("Takes"), _t("Of this order")
    return plain_table(_t("For whom"), heads, cells, slots=("a1", "b1", "b2", "hide", "a2"), sub=sub)


def _step(one: queries.Step, record: models.PlannedOrder) -> tuple[Cell, ...]:
    if one.taker_id is not None:
        text, url = f"PL-{one.taker_id}", registry.url_of_kind("supplyplan.plannedorder", one.taker_id)
    elif one.demand_kind:
        text, url = (
            one.demand,
            registry.url_of_kind(one.demand_kind, one.demand_id or 0) if one.demand_id else "",
        )
    else:
        text, url = _t("Stock to be kept"), ""
    depth = "\u2003" * (one.level - 1) + ("↳ " if one.level > 1 else "")
    party = registry.url_of_kind("parties.party", one.party_id) if one.party_id else ""
    return (
        Cell(text=f"{depth}{text}", url=url, sub=one.item),
        Cell(kind="party", text=one.party or "", url=party) if one.party else Cell(text=""),
        Cell(kind="date", value=one.needed_on),
        Cell(kind="quantity", value=one.quantity, unit=one.unit),
        Cell(kind="quantity", value=one.share, unit=record.item.unit.code),
    )


class PlannedOrder(Resource):
    """What to buy, make and move next. Firm it, and it becomes the purchase, work order or transfer."""

    model = models.PlannedOrder
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 20
    icon = "route"
    slug = "orders"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "kind",
        Column("quantity", unit="item.unit"),
        Column("start_on", tone=lateness),
        "due_on",
        "site",
        "supplier",
        "from_site",
        "state",
        Column("firmed_as", read=documents, label=_("Firmed as")),
    )
    filters = "state", "kind", "is_late", "centre", "supplier", "site", "item", "start_on", "due_on"
    search = "item.name", "item.sku", "supplier.name", "document"
    views = (
        Table(),
        Board(by="kind", title="item", party="supplier", date="start_on"),
        Calendar("start_on"),
    )
    saved = {
        _("To do"): "state=proposed&sort=start_on",
        _("Late"): "state=proposed&is_late=true&sort=start_on",
        _("To buy"): "state=proposed&kind=buy&sort=start_on",
        _("To make"): "state=proposed&kind=make&sort=start_on",
        _("To move"): "state=proposed&kind=move&sort=start_on",
        _("Firmed"): "state=firmed",
    }
    head = "item", Column("quantity", unit="item.unit"), "start_on", "due_on", "supplier"
    detail = (
        Callouts(what_to_do),
        Panel(TABLE, read=for_whom, title=_("For whom"), name="for-whom"),
        Panel(TABLE, read=gross_to_net, title=_("From gross to net"), name="gross-to-net"),
        Panel(TABLE, read=hours, title=_("Hours"), name="hours"),
        Panel(TABLE, read=beside, title=_("Beside it"), name="beside"),
        Facts("kind", "site", "from_site", "need_on", "started", "moved_days", "centre", "firmed_at"),
        Timeline(),
    )
    joins = "item.unit", "site", "supplier", "centre"
    sort = "start_on"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = ("firm_orders",)
    empty = _("Nothing is planned yet. Open the supply plan and press “Plan now”.")
