"""How transfers are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.storage import commands, models
from loomline.domains.storage.models import TransferState
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    through,
)

ON_THE_WAY = (TransferState.SHIPPED, TransferState.PART_RECEIVED)


def what_is_on_its_way(ctx: Ctx, record: models.Transfer) -> dict[str, Any]:
    """Receiving opens with what is still in transit of each line."""
    rows = record.lines.order_by("position")
    return {
        "lines": [
            {"line": row.pk, "quantity": f"{row.in_transit.normalize():f}"}
            for row in rows
            if row.in_transit > 0
        ]
    }


def overdue(ctx: Ctx, record: models.Transfer) -> list[dict[str, Any]]:
    """A transfer that should have arrived says so."""
    if record.state not in ON_THE_WAY or record.expected_on is None or record.expected_on >= ctx.today:
        return []
    text = _t("It was expected at {site}. Receive what is there, or close it short.").format(
        site=record.destination
    )
    return [{"tone": "warn", "title": _t("Overdue."), "text": text, "action": None}]


class Transfer(Resource):
    """Goods on their way from one of our sites to another: reserved, in transit, received."""

    model = models.Transfer
    menu = "Supply", needs("catalog.item", "sites.site")
    order = 15
    secondary = True
    icon = "transfer"
    columns = (
        "number",
        "source",
        "destination",
        "state",
        "planned_on",
        "expected_on",
        "shipped_at",
        "received_at",
    )
    filters = "state", "source", "destination", "planned_on", "expected_on", "shipped_at", "received_at"
    search = "number", "note"
    form = (
        "source",
        "destination",
        "planned_on",
        "expected_on",
        "note",
        Lines("lines", "item", "quantity", "lot"),
    )
    views = (
        Table(),
        Board(by="state", title="number", date="expected_on", chip="destination"),
        Calendar("expected_on"),
    )
    saved = {
        _("To ship"): "state=released",
        _("In transit"): "state=shipped,part_received&sort=expected_on",
    }
    head = "source", "destination", "planned_on", "expected_on"
    detail = (
        Callouts(overdue),
        LinesPanel(
            "lines",
            Column("item", sub="item.sku"),
            "lot",
            Column("quantity", unit="item.unit"),
            Column("shipped", unit="item.unit"),
            Column("received", unit="item.unit"),
            title=_("Lines"),
        ),
        Facts("planned_on", "expected_on", "shipped_at", "received_at", "reason", "note"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "source", "destination"
    create = commands.open_transfer
    actions = "release_transfer", "ship_transfer", "receive_transfer", "close_transfer"
    prefill = {"receive_transfer": what_is_on_its_way}
    empty = _("No transfers yet. Write one to bring goods from one of your sites to another.")


class TransferLine(Resource):
    """What goes between sites, item by item."""

    model = models.TransferLine
    menu = None
    icon = "list-check"
    columns = (
        "transfer",
        Column("item", sub="item.sku"),
        "lot",
        Column("quantity", unit="item.unit"),
        Column("shipped", unit="item.unit"),
        Column("received", unit="item.unit"),
    )
    filters = "transfer", "transfer.state", "item", "lot"
    search = "transfer.number", "item.name", "item.sku"
    access = through("transfer", models.Transfer) | everyone()
    create = False
    edit = False
    delete = False
    key = "pk"
    joins = "item.unit", "transfer"
    empty = _("No lines yet. They are written with their transfer.")
