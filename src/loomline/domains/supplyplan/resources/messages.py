"""Messages about orders that exist already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.supplyplan import models
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import (
    Board,
    Column,
    Facts,
    Resource,
    Table,
    everyone,
    needs,
)


def receipts(messages: Sequence[models.ActionMessage]) -> dict[int, Any]:
    """The order that each message is about, with the way there."""
    return {
        one.pk: Cell(
            kind="code", text=one.receipt, url=registry.url_of_kind(one.receipt_kind, one.receipt_id or 0)
        )
        if one.receipt
        else Cell(
            kind="code",
            text=f"PL-{one.order_id}",
            url=registry.url_of_kind("supplyplan.plannedorder", one.order_id or 0),
        )
        for one in messages
    }


class ActionMessage(Resource):
    """What to do to orders that exist, and which proposals are due."""

    model = models.ActionMessage
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 21
    icon = "alert-triangle"
    slug = "messages"
    columns = (
        Column("says", strong=True, wrap=True),
        "advice",
        Column("about", read=receipts, label=_("Order")),
        "item",
        Column("quantity", unit="item.unit"),
        "at_on",
        "to_on",
        "supplier",
        "site",
    )
    filters = "advice", "supplier", "site", "item", "to_on"
    search = "says", "item.name", "item.sku", "receipt"
    views = Table(), Board(by="advice", title="item", party="supplier", date="to_on")
    saved = {
        _("Urgent"): "advice=expedite,release_late,capacity,no_source&sort=to_on",
        _("To start"): "advice=release,release_late&sort=to_on",
        _("To change"): "advice=expedite,defer,increase,decrease,cancel&sort=to_on",
    }
    head = "item", Column("quantity", unit="item.unit"), "at_on", "to_on", "supplier"
    detail = (
        Facts(
            Column("says", wrap=True),
            Column("about", read=receipts, label=_("Order")),
            "site",
        ),
    )
    joins = "item.unit", "site", "supplier"
    sort = "to_on"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _("No messages. Orders that exist come when they are wanted, as far as the last plan knows.")
