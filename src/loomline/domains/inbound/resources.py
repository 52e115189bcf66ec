"""How what is on its way is shown: in a list, and on the pages of purchase orders and their lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inbound import models
from loomline.domains.inbound.models import NoticeState
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Column,
    Facts,
    LinesPanel,
    Panel,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    party,
    through,
)


def what_happened(ctx: Ctx, notice: models.ShippingNotice) -> list[dict[str, Any]]:
    """That it is overdue, or why it was withdrawn."""
    if notice.state == NoticeState.WITHDRAWN:
        return [{"tone": "bad", "title": _t("Withdrawn."), "text": notice.reason, "action": None}]
    if notice.state == NoticeState.ANNOUNCED and notice.expected_on < ctx.today:
        text = _t("The supplier said {day}.").format(day=draw_text.day(notice.expected_on))
        return [{"tone": "warn", "title": _t("Not here yet."), "text": text, "action": None}]
    return []


class ShippingNotice(Resource):
    """What suppliers have announced: which goods are on their way, by whom, and when they arrive."""

    model = models.ShippingNotice
    menu = "Supply", needs("procurement.purchase")
    order = 25
    icon = "truck"
    slug = "notices"
    columns = (
        "number",
        "supplier",
        "purchase",
        "state",
        "shipped_on",
        "expected_on",
        "carrier",
        "tracking",
        "delivery_note",
        "receipt",
    )
    filters = (
        "supplier",
        "purchase",
        "state",
        "purchase.site",
        "shipped_on",
        "expected_on",
        "carrier",
        "tracking",
    )
    search = "number", "purchase.number", "supplier.name", "tracking", "delivery_note"
    form = models.PAPERS
    views = (
        Table(),
        Calendar("expected_on"),
        Board(by="state", party="supplier", date="expected_on"),
    )
    saved = {
        _("On their way"): "state=announced&sort=expected_on",
        _("Overdue"): "state=announced&expected_on.to=-1d&sort=expected_on",
    }
    head = "supplier", "purchase", "shipped_on", "expected_on", "carrier", "tracking"
    detail = (
        Callouts(what_happened),
        LinesPanel("lines", Column("item", sub="item.sku"), "quantity", "lot", "expires_on"),
        Facts("purchase", "purchase.site", "delivery_note", "receipt", "note"),
        Changes(),
        Timeline(),
    )
    key = "number"
    access = party("supplier") | everyone()
    create = False
    delete = False
    actions = "receive_announced", "withdraw_notice"
    empty = _(
        "Nothing is announced. Suppliers announce goods in their portal; what they tell you otherwise is"
        " announced on the page of the purchase order."
    )


class NoticeLine(Resource):
    """Goods that are on their way, item by item and lot by lot."""

    model = models.NoticeLine
    menu = None
    icon = "package"
    slug = "notice-lines"
    columns = (
        Column("item.name", label=_("Item"), sub="item.sku"),
        "quantity",
        "lot",
        "expires_on",
        "notice",
        "notice.state",
        "notice.supplier",
        "notice.expected_on",
    )
    filters = "item", "lot", "notice", "notice.state", "notice.supplier", "notice.expected_on"
    search = "item.name", "item.sku", "lot", "notice.number"
    joins = "notice", "item.unit"
    detail = (
        Facts("notice", "notice.supplier", "purchase_line", "item", "quantity", "lot", "expires_on"),
        Changes(),
    )
    key = "pk"
    access = through("notice", models.ShippingNotice)
    create = False
    edit = False
    delete = False
    empty = _("Nothing is announced. Goods stand here as soon as a supplier announces them.")


def announced_of_purchase(ctx: Ctx, purchase: Purchase) -> dict[str, Any] | None:
    """What of an order was announced, what has come of it and what is on its way."""
    return _announced(access.visible(ctx, models.NoticeLine).filter(notice__purchase=purchase))


def announced_of_line(ctx: Ctx, line: PurchaseLine) -> dict[str, Any] | None:
    """What of a line was announced."""
    return _announced(access.visible(ctx, models.NoticeLine).filter(purchase_line=line))


def _announced(lines: Any) -> dict[str, Any] | None:
    rows: Iterable[models.NoticeLine] = lines.select_related("notice", "item__unit").order_by("-notice", "pk")
    cells = [
        (
            Cell(kind="code", text=row.notice.number, url=registry.url(row.notice)),
            Cell(kind="badge", text=row.notice.state.label, tone=row.notice.state.tone),
            Cell(text=row.item.name, sub=row.lot),
            Cell(kind="quantity", value=row.quantity, unit=row.item.unit.code),
            Cell(kind="date", value=row.notice.expected_on),
            Cell(text=row.notice.carrier, sub=row.notice.tracking),
        )
        for row in rows
    ]
    heads = _t("Notice"), _t("State"), _t("Item and lot"), _t("Quantity"), _t("Arrives"), _t("Carrier")
    if not cells:
        return None
    return plain_table(_t("Announced"), heads, cells, slots=("a1", "a2", "b1", "b2", "c1", "c2"))


registry.contribute(
    Purchase,
    Panel(TABLE, read=announced_of_purchase, title=_("Announced"), name="announced"),
    before="receipts",
)
registry.contribute(
    PurchaseLine, Panel(TABLE, read=announced_of_line, title=_("Announced"), name="announced")
)
