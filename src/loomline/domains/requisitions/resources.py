"""How requisitions are shown, and what approval adds to the page of a purchase order."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.approvals import queries as approvals
from loomline.domains.approvals.models import ApprovalState
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.requisitions import commands, models, queries
from loomline.domains.requisitions.models import RequisitionState
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    own,
    through,
)

TONES = {ApprovalState.WAITING: "hold", ApprovalState.REFUSED: "bad"}


def what_was_said(ctx: Ctx, requisition: models.Requisition) -> list[dict[str, Any]]:
    """Whom it waits for, or why it was not approved."""
    if requisition.state not in (RequisitionState.WAITING, RequisitionState.REFUSED):
        return []
    asked = approvals.latest_of(kind=queries.REQUISITION, document_id=requisition.pk)
    if asked is None:
        return []
    way = action(_t("See"), registry.url(asked))
    if requisition.state == RequisitionState.REFUSED:
        return [
            {"tone": "bad", "title": _t("Not approved."), "text": requisition.answer, "action": way},
        ]
    return [{"tone": "hold", "title": _t("Waits for approval."), "text": asked.why, "action": way}]


def ordered(ctx: Ctx, requisition: models.Requisition) -> dict[str, Any]:
    """The purchase orders that were drafted for it."""
    cells = [
        (
            Cell(kind="code", text=order.number, url=registry.url(order)),
            Cell(kind="party", text=order.supplier.name),
            Cell(kind="badge", text=order.state.label, tone=order.state.tone),
            Cell(kind="money", value=order.total, unit=order.currency),
        )
        for order in queries.orders_of(requisition=requisition)
    ]
    heads = _t("Order"), _t("Supplier"), _t("State"), _t("Total")
    table = plain_table(_t("Purchase orders"), heads, cells, slots=("a1", "b1", "a2", "b2"))
    return {**table, "empty": _t("Nothing ordered for it yet."), "empty_action": None}


def as_written(ctx: Ctx, requisition: models.Requisition) -> dict[str, Any]:
    """Changing lines opens with the lines as they stand."""
    return {
        "lines": [
            {
                "item": row.item_id,
                "quantity": f"{row.quantity.normalize():f}",
                "price": f"{row.price.normalize():f}",
                "supplier": row.supplier_id,
                "note": row.note,
            }
            for row in requisition.lines.order_by("position")
        ]
    }


class Requisition(Resource):
    """What people need bought: asked for, approved, ordered."""

    model = models.Requisition
    menu = "Supply", needs("catalog.item")
    order = 7
    icon = "clipboard-list"
    slug = "requisitions"
    columns = "number", "title", "state", "requester", "needed_on", "total", "site"
    filters = "state", "requester", "site", "needed_on", "total"
    search = "number", "title"
    form = (
        "title",
        "site",
        "needed_on",
        "reason",
        Lines("lines", "item", "quantity", "price", "supplier", "note"),
    )
    views = Table(), Board(by="state", sum="total", title="title", date="needed_on", owner="requester")
    saved = {
        _("To order"): "state=approved&sort=needed_on",
        _("Waiting for approval"): "state=waiting",
        _("Drafts"): "state=draft",
    }
    head = "title", "requester", "needed_on", "total"
    detail = (
        Callouts(what_was_said),
        LinesPanel(
            "lines",
            Column("item", sub="note"),
            Column("quantity", unit="item.unit"),
            "price",
            "amount",
            "supplier",
            totals=("total",),
            title=_("Goods"),
        ),
        Panel(TABLE, read=ordered, title=_("Purchase orders"), name="orders"),
        Changes(),
        Facts("site", Column("reason", wrap=True), "answer"),
        Timeline(),
    )
    key = "number"
    joins = "requester", "site"
    access = own("requester") | everyone()
    create = commands.open_requisition
    actions = (
        "submit_requisition",
        "order_requisition",
        "amend_requisition",
        "take_back_requisition",
        "cancel_requisition",
    )
    prefill = {"amend_requisition": as_written}
    empty = _("Nothing asked for yet. Write down what you need and what for; whoever decides sees it.")


class RequisitionLine(Resource):
    """Items that people need."""

    model = models.RequisitionLine
    menu = None
    icon = "list-details"
    columns = "item", "requisition", Column("quantity", unit="item.unit"), "price", "amount", "supplier"
    filters = "item", "requisition", "supplier", "amount"
    search = "item.name", "item.sku", "requisition.number"
    key = "pk"
    joins = "item.unit", "requisition", "supplier"
    access = through("requisition", models.Requisition)
    create = False
    edit = False
    delete = False
    empty = _("Nothing asked for yet. Items stand here as soon as a requisition is written.")


def before_sending(ctx: Ctx, record: Purchase) -> list[dict[str, Any]]:
    """Whether somebody has to approve the order first, and how far that is."""
    if record.state != PurchaseState.DRAFT:
        return []
    why = queries.release(ctx, purchase=record)
    if not why:
        return []
    asked = approvals.latest_of(kind=queries.PURCHASE, document_id=record.pk)
    way = action(_t("See"), registry.url(asked)) if asked is not None else None
    tone = TONES.get(asked.state, "warn") if asked is not None else "warn"
    title = _t("Needs an approval before it is sent.")
    return [{"tone": tone, "title": title, "text": why, "action": way}]


registry.contribute(Purchase, Callouts(before_sending, name="approval"), after="callouts")
