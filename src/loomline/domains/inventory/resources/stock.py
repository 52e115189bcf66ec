"""How stock, lots, moves and reservations are shown, entered, found and exported."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands, models, queries
from loomline.domains.inventory.resources.ledger import cause, explained
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import Document
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    needs,
)


def documents() -> Iterator[Panel]:
    """A table for every kind of document that points at a lot, whatever domain it belongs to."""
    for relation in models.Lot._meta.related_objects:
        name = relation.get_accessor_name()
        if relation.one_to_many and issubclass(relation.related_model, Document) and name is not None:
            yield Related(name)


def as_it_lies(ctx: Ctx, record: models.Balance) -> dict[str, Any]:
    """A count opens with what the books say, a move with what is free."""
    return {"counted": _short(record.on_hand), "quantity": _short(record.free) if record.free > 0 else None}


def _short(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def why_held(ctx: Ctx, record: models.Lot) -> list[dict[str, Any]]:
    """A lot that may not be used says so first, with what hangs on it."""
    if record.state == models.LotState.AVAILABLE:
        if not record.is_expired(ctx.today):
            return []
        words = _t("It is past its day and is no longer reserved for anybody.")
        return [{"tone": "warn", "title": _t("Expired."), "text": words, "action": None}]
    on_hand, reserved = queries.stock_of_lot(lot_id=record.pk)
    unit = record.item.unit.code
    text = _t("{reason}. {on_hand} {unit} in stock, {reserved} {unit} reserved.").format(
        reason=record.reason or _t("No reason given"),
        on_hand=plain(on_hand),
        reserved=plain(reserved),
        unit=unit,
    )
    return [{"tone": record.state.tone, "title": f"{record.state.label}.", "text": text, "action": None}]


class Balance(Resource):
    """What lies where, in which lot, and how much of it is promised."""

    model = models.Balance
    slug = "stock"
    menu = "Supply", needs("catalog.item", "sites.site")
    order = 10
    icon = "packages"
    columns = (
        Column("item.name", label=_("Item"), sub="item.sku"),
        "location",
        "lot",
        Column("owner", label=_("Owner")),
        Column("unit", label=_("Unit")),
        Column("lot.state", label=_("Lot state")),
        Column("lot.expires_on", label=_("Best before")),
        "on_hand",
        "reserved",
        Column("free", label=_("Free"), kind="quantity", unit="item.unit"),
    )
    filters = (
        "item",
        "item.category",
        "item.style",
        "location",
        "location.site",
        "location.kind",
        "lot",
        "lot.state",
        "lot.expires_on",
        "lot.supplier",
        "owner",
        "unit",
        "on_hand",
        "reserved",
    )
    search = "item.name", "item.sku", "lot.number", "location.path"
    saved = {
        _("In storage"): "location.kind=storage",
        _("On hold"): "lot.state=quarantine,blocked",
        _("Reserved"): "reserved.above=0",
        _("Of others"): "owner.empty=false",
    }
    head = (
        "on_hand",
        "reserved",
        Column("free", label=_("Free"), kind="quantity", unit="item.unit"),
        "location",
        "lot",
    )
    detail = (
        Panel(TABLE, read=explained, title=_("Ledger"), name="ledger"),
        Facts(
            "item",
            "location",
            "lot",
            "owner",
            "unit",
            "lot.supplier",
            "lot.made_on",
            "lot.expires_on",
            place="tab",
        ),
        Timeline(),
    )
    sort = "item.sort_name"
    key = "pk"
    joins = "item.unit", "location", "lot", "owner", "unit"
    create = commands.record_stock
    actions = "count_stock", "transfer_stock", "pack_stock", "take_over_stock"
    prefill = dict.fromkeys(("count_stock", "transfer_stock", "pack_stock", "take_over_stock"), as_it_lies)
    empty = _(
        "Nothing in stock yet. Receive a purchase, finish a work order, or record what you find on the shelf."
    )

    @classmethod
    def visible(cls, ctx: Ctx) -> QuerySet[Any]:
        """Places that can be touched and hold something; the world outside is read in the ledger."""
        return super().visible(ctx).filter(is_physical=True).exclude(on_hand=0)

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Balance) -> list[Command[Any, Any]]:
        """Only what others own can be taken over."""
        found = super().open_commands(ctx, record)
        return [c for c in found if c is not commands.take_over_stock or record.owner_id is not None]


class Lot(Resource):
    """Quantities that were made or bought together, whether they may be used, and where they went."""

    model = models.Lot
    menu = "Supply", needs("catalog.item")
    order = 20
    secondary = True
    icon = "barcode"
    columns = (
        Column("number", strong=True),
        Column("item", sub="item.sku"),
        "state",
        Column("on_hand", read=queries.on_hand_of_lots, label=_("On hand"), kind="number"),
        "supplier",
        "supplier_lot",
        "made_on",
        "expires_on",
        Column("opened_at", label=_("Opened")),
    )
    filters = "item", "item.category", "state", "supplier", "made_on", "expires_on", "opened_at"
    search = "number", "supplier_lot", "item.name", "item.sku"
    form = "item", "number", "supplier", "supplier_lot", "made_on", "expires_on"
    views = (
        Table(),
        Board(by="state", title="number", party="supplier", date="expires_on", chip="item.name"),
        Calendar("expires_on"),
    )
    saved = {
        _("On hold"): "state=quarantine",
        _("Blocked"): "state=blocked",
        _("Expires within 30 days"): "expires_on.to=+30d&expires_on.from=today",
    }
    head = "item", "supplier", "supplier_lot", "made_on", "expires_on"
    detail = (
        Callouts(why_held),
        Related(
            "balances",
            "location",
            "owner",
            "unit",
            "on_hand",
            "reserved",
            title=_("Where it lies"),
            sort="location.path",
        ),
        Related(
            "stock_moves",
            "effective_at",
            "quantity",
            "source",
            "destination",
            "reason",
            title=_("Ledger"),
            sort="-pk",
        ),
        Related("reservations", "quantity", "location", "created_at", title=_("Reserved"), tab="balances"),
        *documents(),
        Changes(),
        Facts("item", "supplier", "supplier_lot", "made_on", "expires_on", "opened_at", "reason"),
        Timeline(),
    )
    key = "number"
    joins = ("item.unit",)
    create = commands.open_lot
    actions = "hold_lot", "release_lot"
    empty = _("No lots yet. They are opened when goods that are tracked by lot are received or made.")


class StockMove(Resource):
    """The stock ledger: every quantity that went from one place to another."""

    model = models.StockMove
    slug = "ledger"
    menu = "Supply", needs("catalog.item")
    order = 30
    secondary = True
    icon = "arrows-exchange"
    columns = (
        "effective_at",
        Column("item", sub="item.sku"),
        "lot",
        "quantity",
        "source",
        "destination",
        "reason",
        "owner",
        Column("unit_cost", label=_("Cost per unit")),
        Column("reverses", label=_("Reverses")),
    )
    filters = (
        "item",
        "lot",
        "source",
        "destination",
        "owner",
        "source_unit",
        "destination_unit",
        "effective_at",
        "recorded_at",
        "source.kind",
        "destination.kind",
    )
    search = "item.name", "item.sku", "lot.number"
    views = Table(), Chart(Count(), by="day of effective_at", split="destination")
    saved = {
        _("Came in"): "source.kind=supplier",
        _("Went out"): "destination.kind=customer",
        _("Scrapped"): "destination.kind=scrap",
        _("Counted"): "1.source.kind=adjustment&2.destination.kind=adjustment",
    }
    detail = (
        Facts(
            "item",
            "lot",
            "quantity",
            "source",
            "source_unit",
            "destination",
            "destination_unit",
            "owner",
            "effective_at",
            "recorded_at",
            "reason",
            "unit_cost",
        ),
        Panel("loom/panels/facts.html", read=cause, title=_("Cause"), name="cause", place="side"),
        Timeline(),
    )
    key = "pk"
    joins = "item.unit", "source", "destination", "lot", "owner"
    actions = ("reverse_moves",)
    empty = _("Nothing has moved yet. Every receipt, issue, transfer and count will stand here for good.")


class Reservation(Resource):
    """Stock that is kept for those who need it."""

    model = models.Reservation
    menu = None
    icon = "lock"
    columns = (
        Column("item", sub="item.sku"),
        "quantity",
        "location",
        "lot",
        "unit",
        "owner",
        "origin_kind",
        "created_at",
        "expires_at",
    )
    filters = "item", "lot", "location", "location.site", "created_at", "expires_at"
    search = "item.name", "item.sku", "lot.number"
    key = "pk"
    joins = "item.unit", "location", "lot", "unit", "owner"
    create = False
    edit = False
    delete = False
    empty = _("Nothing is reserved. Stock is kept for an order as soon as it is confirmed or picked.")


def stock_figures(ctx: Ctx, record: Item) -> dict[str, Any] | None:
    """How much of an item there is, is promised, and may still be promised."""
    if not record.is_stocked:
        return None
    found = queries.stock_of(item_id=record.pk, on=ctx.today)
    unit = record.unit.code
    held = queries.held_for_a_while(item_id=record.pk) if found.reserved else Decimal(0)
    figures = [
        (_t("On hand"), found.on_hand, ""),
        (_t("Reserved"), found.reserved - held, ""),
        *([(_t("Held for quotes"), held, "")] if held else []),
        (_t("Available"), found.available, "warn" if found.available < record.safety_stock else ""),
    ]
    facts = [
        {"label": label, "name": label, "cell": Cell(kind="quantity", value=value, unit=unit, tone=tone)}
        for label, value, tone in figures
    ]
    return {"facts": facts, "look": "dl", "health": None}


registry.contribute(
    Item,
    Panel("loom/panels/facts.html", read=stock_figures, title=_("Stock"), name="stock", place="side"),
    Related(
        "stock_moves",
        "effective_at",
        "lot",
        "quantity",
        "source",
        "destination",
        "reason",
        title=_("Stock ledger"),
        name="ledger",
    ),
)
