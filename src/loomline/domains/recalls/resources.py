"""How recalls and their notices are shown, entered and found; and the mass balance on a lot's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.recalls import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Changes,
    Column,
    Facts,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
)

MOST_LOTS = 200_000


def progress(ctx: Ctx, record: models.Recall) -> dict[str, Any] | None:
    """Who was told, reached and answered, and what is accounted for."""
    found = queries.effectiveness(recall=record)
    if not found.notices:
        return None
    of_all = _t("{count} of {all}")
    shown = [
        (_t("Told"), of_all.format(count=found.sent, all=found.notices)),
        (_t("Reached"), of_all.format(count=found.reached, all=found.notices)),
        (_t("Answered"), of_all.format(count=found.answered, all=found.notices)),
        (_t("Accounted for"), _share(found.accounted_share)),
    ]
    facts = [{"label": label, "name": label, "cell": Cell(text=text)} for label, text in shown]
    return {"facts": facts, "look": "wide", "health": None}


def _share(share: Decimal | None) -> str:
    return "–" if share is None else draw_text.percent(share)


def balance_of_recall(ctx: Ctx, record: models.Recall) -> dict[str, Any] | None:
    """What came in, went out and is on hand of every lot reached, item by item."""
    lots = record.lots.values_list("lot_id", flat=True)[:MOST_LOTS]
    return _balance(queries.mass_balance(lot_ids=lots))


def balance_of_lot(ctx: Ctx, record: Lot) -> dict[str, Any] | None:
    """The mass balance of one lot."""
    return _balance([row for row in queries.mass_balance(lot_ids=[record.pk]) if row.came_in])


def _balance(found: list[queries.LotBalance]) -> dict[str, Any] | None:
    if not found:
        return None
    heads = (
        _t("Item"),
        _t("In"),
        _t("Used"),
        _t("Shipped"),
        _t("Scrapped and returned"),
        _t("On hand"),
        _t("Difference"),
    )
    rows = [
        (
            Cell(text=row.name, sub=_t("{count} lots").format(count=row.lots)),
            *(
                Cell(kind="quantity", value=amount, unit=row.unit)
                for amount in (
                    row.came_in,
                    row.used,
                    row.shipped,
                    row.scrapped + row.returned + row.otherwise_out,
                    row.on_hand,
                    row.difference,
                )
            ),
        )
        for row in found
    ]
    sub = _t("What came in less what went out is what is there")
    return plain_table(_t("Mass balance"), heads, rows, sub=sub)


class Recall(Resource):
    """Goods that must come back: from a lot to everything made of it and to everybody who has it."""

    model = models.Recall
    menu = "Supply"
    order = 53
    icon = "speakerphone"
    columns = (
        "number",
        "title",
        "state",
        "reason",
        "lot_count",
        "customer_count",
        "blocked_count",
        "owner",
        "started_at",
        "closed_at",
    )
    filters = "state", "owner", "opened_at", "started_at", "closed_at"
    search = "number", "title", "reason"
    form = "title", "reason", "message", "owner"
    views = Table(), Board(by="state", title="title")
    head = "title", "lot_count", "customer_count", "blocked_count"
    detail = (
        Panel(
            "loom/panels/facts.html", read=progress, title=_("How far it is"), name="progress", place="top"
        ),
        Related(
            "notices",
            "customer",
            "contact",
            "item",
            "delivered",
            "state",
            "returned",
            title=_("Customers"),
            sort="customer.name",
        ),
        Panel(TABLE, read=balance_of_recall, title=_("Mass balance"), name="balance"),
        LinesPanel("lots", "lot", "lot.item", "level", "lot.state", title=_("Lots reached")),
        Facts(
            "title",
            "reason",
            "message",
            "owner",
            "lot_count",
            "customer_count",
            "blocked_count",
            "opened_at",
            "traced_at",
            "started_at",
            "closed_at",
            "outcome",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    create = commands.open_recall
    delete = False
    actions = "start_recall", "close_recall", "trace_again"
    empty = _("No recalls, and that is good. Trace one from a lot to see whom it would reach.")


class Notice(Resource):
    """What each customer is told, whether it reached them, and what came back."""

    model = models.Notice
    menu = "Supply"
    order = 64
    secondary = True
    icon = "send"
    columns = (
        "recall",
        "customer",
        "contact",
        "address",
        "item",
        "delivered",
        "state",
        "sent_at",
        "returned",
        "destroyed",
        Column("answer", sort=False),
    )
    filters = "state", "recall", "customer", "item", "sent_at", "answered_at"
    search = "recall.number", "customer.name", "address", "item.name"
    form = "contact", "address", "subject", "body"
    views = Table(), Board(by="state", title="customer")
    saved = {_("To send"): "state=drafted", _("To follow up"): "state=sent"}
    detail = (
        Facts(
            "subject",
            "body",
            "recall",
            "customer",
            "contact",
            "address",
            "item",
            "delivered",
            "lot_count",
            "last_shipped_at",
            "sent_at",
            "reached_at",
            "answered_at",
            "returned",
            "destroyed",
            "answer",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "recall", "customer", "item.unit"
    create = False
    delete = False
    actions = "send_notices", "reach_customer", "record_answer"
    empty = _("No notices. They are drafted when a recall starts, one for each customer who has the goods.")


registry.contribute(
    Lot, Panel(TABLE, read=balance_of_lot, title=_("Mass balance"), name="balance", tab="balances")
)
