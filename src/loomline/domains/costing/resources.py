"""How cost is shown: layers, the cost ledger, landed costs, rules, and the worth of items on their pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands, models, queries
from loomline.domains.costing.pages import charge
from loomline.domains.costing.pages.books import books
from loomline.domains.ledger.models import Account
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    needs,
    through,
)

ZERO = Decimal(0)


def left(rows: Sequence[models.CostLayer]) -> dict[int, Decimal]:
    """How much of layers is not used."""
    return {pk: quantity for pk, quantity, _value in queries.rest_of(keys=[row.pk for row in rows])}


def left_value(rows: Sequence[models.CostLayer]) -> dict[int, Decimal]:
    """What the rest of layers is worth."""
    return {pk: value for pk, _quantity, value in queries.rest_of(keys=[row.pk for row in rows])}


def on_hand(rows: Sequence[models.ItemCosting]) -> dict[int, Decimal]:
    """What is on hand of items, by their costing."""
    found = queries.left_of(item_ids=[row.item_id for row in rows])
    return {row.pk: found.get(row.item_id, (ZERO, ZERO))[0] for row in rows}


def worth(rows: Sequence[models.ItemCosting]) -> dict[int, Decimal]:
    """What items on hand are worth, by their costing."""
    found = queries.left_of(item_ids=[row.item_id for row in rows])
    return {row.pk: found.get(row.item_id, (ZERO, ZERO))[1] for row in rows}


def unit_cost(rows: Sequence[models.ItemCosting]) -> dict[int, Decimal]:
    """What a unit on hand is worth, by costing; none where nothing is on hand."""
    found = queries.left_of(item_ids=[row.item_id for row in rows])
    return {
        row.pk: found[row.item_id][1] / found[row.item_id][0]
        for row in rows
        if row.item_id in found and found[row.item_id][0]
    }


def effect(ctx: Ctx, record: models.LandedCost) -> dict[str, Any] | None:
    """Where a charge went: into stock, and to where the goods had gone."""
    found = queries.effect_of(kind=models.LandedCost._meta.label_lower, pk=record.pk)
    accounts = access.visible(ctx, Account).in_bulk([pk for pk, _amount in found])
    currency = ctx.company.currency
    rows = [
        [
            Cell(text=str(accounts[pk]), url=registry.url(accounts[pk])),
            Cell(kind="money", value=amount, unit=currency, strong=amount > 0),
        ]
        for pk, amount in found
        if pk in accounts
    ]
    return plain_table(_t("Where it went"), [_t("Account"), _t("Amount")], rows) if rows else None


def posted(ctx: Ctx, record: models.LandedCost) -> dict[str, Any] | None:
    """The entries of a charge."""
    return books(ctx, models.LandedCost._meta.label_lower, [record.pk])


class ItemCosting(Resource):
    """How each item is valued, and what it is worth."""

    model = models.ItemCosting
    slug = "items"
    menu = "Finance", needs("catalog.item")
    order = 72
    secondary = True
    icon = "calculator"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "method",
        Column("on_hand", read=on_hand, label=_("On hand"), kind="quantity", unit="item.unit"),
        Column("unit_cost", read=unit_cost, label=_("Cost per unit"), kind="number", decimals=4),
        Column("worth", read=worth, label=_("Worth"), kind="number", decimals=2),
        "standard",
        "account",
    )
    filters = "item", "item.category", "method", "account"
    search = "item.name", "item.sku"
    head = "method", "standard", "account"
    detail = Facts("item", "method", "standard", "account"), Changes()
    sort = "item.sort_name"
    key = "pk"
    joins = ("item.unit",)
    create = False
    edit = False
    delete = False
    actions = "set_standard", "revalue_stock", "change_method"
    empty = _("Nothing is valued yet. An item stands here as soon as it is received.")


class CostLayer(Resource):
    """Quantities that came in together, at what they cost, and what is left of them."""

    model = models.CostLayer
    slug = "layers"
    menu = "Finance", needs("catalog.item")
    order = 74
    secondary = True
    icon = "stack-2"
    columns = (
        Column("opened_on", strong=True),
        Column("item", sub="item.sku"),
        "lot",
        "quantity",
        Column("left", read=left, label=_("Left"), kind="quantity", unit="item.unit"),
        Column("left_value", read=left_value, label=_("Worth"), kind="number", decimals=2),
    )
    filters = "item", "item.category", "lot", "opened_on"
    search = "item.name", "item.sku", "lot.number"
    head = "item", "lot", "quantity", "opened_on"
    detail = (
        Related(
            "entries",
            "posted_on",
            "value",
            "reason",
            "quantity",
            "move",
            "entry",
            "counter",
            title=_("Why this cost"),
            sort="pk",
        ),
        Facts("item", "lot", "quantity", "opened_on", "opened_at"),
    )
    sort = "-pk"
    joins = ("item.unit", "lot")
    create = False
    empty = _("No layers yet. Each receipt opens one.")


class CostEntry(Resource):
    """The cost ledger: what stock gained and lost in value, and against what."""

    model = models.CostEntry
    slug = "ledger"
    menu = "Finance", needs("catalog.item")
    order = 76
    secondary = True
    icon = "receipt-2"
    columns = (
        "posted_on",
        Column("item", sub="item.sku"),
        "kind",
        "reason",
        "quantity",
        "value",
        "counter",
        "account",
        "move",
        "layer",
        "entry",
    )
    filters = (
        "item",
        "item.category",
        "posted_on",
        "recorded_at",
        "kind",
        "reason",
        "counter",
        "account",
        "layer",
        "move",
        "source",
    )
    search = "item.name", "item.sku"
    views = Table(), Chart(Sum("value"), by="month of posted_on", split="counter")
    detail = (
        Related("consequences", "posted_on", "kind", "reason", "value", title=_("What followed")),
        Facts(
            "item", "layer", "move", "kind", "reason", "quantity", "begins", "value", "variance", "account"
        ),
        Facts("source", "entry", "posted_on", "recorded_at", title=_("Posting"), name="posting"),
    )
    key = "pk"
    joins = ("item.unit", "account", "entry")
    create = False
    empty = _("The cost ledger is empty. Every receipt and issue will stand here for good.")


class LandedCost(Resource):
    """Freight, duty and insurance, and the goods that they were split over."""

    model = models.LandedCost
    menu = "Finance", needs("inventory.stockmove")
    order = 55
    icon = "truck-delivery"
    columns = (
        Column("number", strong=True),
        "name",
        "supplier",
        "state",
        "amount",
        "cost",
        "basis",
        "charged_on",
        "reference",
    )
    filters = "state", "supplier", "basis", "charged_on", "currency", "shares.item"
    search = "number", "name", "reference", "supplier.name"
    head = "state", "supplier", "amount", "basis", "charged_on"
    detail = (
        Related("shares", "item", "move", "quantity", "weight", "amount", title=_("Goods"), sort="pk"),
        Panel(TABLE, read=effect, title=_("Where it went"), name="effect", place="side"),
        Panel(TABLE, read=posted, title=_("Books"), name="books"),
        Facts("supplier", "reference", "currency", "amount", "rate", "cost", "basis", "note", "posted_at"),
        Changes(),
        Timeline(),
    )
    key = "number"
    form = (
        *("name", "amount", "currency", "basis", "charged_on", "supplier", "reference"),
        Lines("shares", "move", order="pk"),
    )
    form_page = charge.form_page
    create = commands.add_landed_cost
    edit = False
    delete = False
    actions = ("reverse_landed_cost",)
    empty = _(
        "No landed costs yet. Choose what came from suppliers and add what it took to bring it here, also"
        " long after it came."
    )


class LandedShare(Resource):
    """Which receipt took which part of a charge."""

    model = models.LandedShare
    menu = None
    icon = "truck-delivery"
    columns = "landed", "item", "move", "quantity", "weight", "amount"
    filters = "landed", "item"
    search = "landed.number", "item.name"
    joins = "landed", "item.unit"
    key = "pk"
    access = through("landed", models.LandedCost)
    create = False
    empty = _("No goods bear a charge yet.")


class WorkCharge(Resource):
    """What work took up beside material."""

    model = models.WorkCharge
    menu = None
    icon = "tool"
    columns = "charged_on", "kind", "text", "amount", "entry"
    filters = "kind", "charged_on"
    search = ("text",)
    key = "pk"
    create = False
    empty = _("No hours and no services have been charged to work yet.")


class PostingRule(Resource):
    """Which account stands against stock, by where goods come from and go to."""

    model = models.PostingRule
    menu = "Finance", needs("ledger.account")
    order = 80
    secondary = True
    icon = "settings"
    columns = Column("counter", strong=True), "category", "account"
    filters = "counter", "category", "account"
    search = "account.name", "account.code"
    form = "counter", "account", "category"
    sort = "counter"
    key = "pk"
    joins = "account", "category"
    create = commands.set_rule
    empty = _("No rules yet. Start Loomline again: it adds the usual ones.")


def cost_figures(ctx: Ctx, record: Item) -> dict[str, Any] | None:
    """What an item is worth, and how that is found."""
    if not record.is_stocked or not access.may(ctx, access.view_permission(models.CostLayer)):
        return None
    costing = queries.costing_of(item_id=record.pk)
    if costing is None:
        return None
    quantity, value = queries.left_of(item_ids=[record.pk]).get(record.pk, (ZERO, ZERO))
    currency = ctx.company.currency
    cells = [
        (_t("Method"), Cell(text=str(models.Method(costing.method).label), url=registry.url(costing))),
        (_t("Worth"), Cell(kind="money", value=value, unit=currency, strong=True)),
    ]
    if quantity:
        each = Cell(kind="money", value=value / quantity, unit=currency, decimals=4)
        cells.append((_t("Cost per {unit}").format(unit=record.unit.code), each))
    if costing.method == models.Method.STANDARD:
        cells.append((_t("Standard"), Cell(kind="money", value=costing.standard, unit=currency, decimals=4)))
    if queries.waits(item_id=record.pk):
        # Said only while it is so: what stands above is some seconds old.
        cells.append((_t("Moved just now"), Cell(text=_t("valued in a few seconds"))))
    facts = [{"label": label, "name": label, "cell": cell} for label, cell in cells]
    return {"facts": facts, "look": "dl", "health": None}


def open_layers(ctx: Ctx, record: Item) -> dict[str, Any] | None:
    """The layers that are left of an item, the one that goes first on top, and what each cost."""
    if not access.may(ctx, access.view_permission(models.CostLayer)):
        return None
    rows = list(queries.open_layers(item_id=record.pk)[:50])
    if not rows:
        return None
    currency, unit = ctx.company.currency, record.unit.code
    cells = [
        [
            Cell(kind="date", value=row.layer.opened_on, url=registry.url(row.layer), strong=True),
            Cell(text=str(row.lot or "")),
            Cell(kind="quantity", value=row.left, unit=unit),
            Cell(
                kind="money", value=row.left_value / row.left if row.left else None, unit=currency, decimals=4
            ),
            Cell(kind="money", value=row.left_value, unit=currency),
        ]
        for row in rows
    ]
    heads = [_t("Came on"), _t("Lot"), _t("Left"), _t("Cost per unit"), _t("Worth")]
    return plain_table(_t("Cost layers"), heads, cells)


registry.contribute(
    Item,
    Panel("loom/panels/facts.html", read=cost_figures, title=_("Cost"), name="cost", place="side"),
    Panel(TABLE, read=open_layers, title=_("Cost layers"), name="cost_layers"),
)
