"""Purchase orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import commands, models, queries
from loomline.domains.procurement.models import PurchaseState as S
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    Tracker,
    everyone,
    needs,
    own,
    party,
)

STEPS = (
    (_("Drafted"), "edit", (S.DRAFT,)),
    (_("Sent"), "send", (S.SENT,)),
    (_("Confirmed"), "circle-check", (S.CONFIRMED,)),
    (_("Arriving"), "truck-delivery", (S.PART_RECEIVED,)),
    (_("Received"), "packages", (S.RECEIVED, S.CLOSED)),
)


def arrived(purchases: Sequence[models.Purchase]) -> Mapping[int, Any]:
    """The share of each order that has arrived and was taken."""
    return queries.arrived_share(purchase_ids=[purchase.pk for purchase in purchases])


def steps(ctx: Ctx, purchase: models.Purchase) -> list[dict[str, str]]:
    """How far an order is, from the draft to the last delivery."""
    if purchase.state == S.CANCELLED:
        return []
    at = next(n for n, (_title, _icon, states) in enumerate(STEPS) if purchase.state in states)
    late = purchase.is_awaited and purchase.expected_on is not None and purchase.expected_on < ctx.today
    days = (None, purchase.ordered_on, purchase.confirmed_on, None, purchase.expected_on)
    done = purchase.state in (S.RECEIVED, S.CLOSED)
    return [
        {
            "title": str(title),
            "icon": icon,
            "date": draw_text.day(day) if day else "",
            "state": "done" if n < at or done else ("late" if late else "now") if n == at else "",
        }
        for n, ((title, icon, _states), day) in enumerate(zip(STEPS, days, strict=True))
    ]


def what_is_late(ctx: Ctx, purchase: models.Purchase) -> list[dict[str, Any]]:
    """Goods that are overdue or will come after the day they were asked for, by day and reason."""
    groups: dict[tuple[date, int, str], list[models.PurchaseLine]] = {}
    for line in queries.late_lines(on=ctx.today).filter(purchase=purchase).order_by("position"):
        if line.expected_on is not None:
            groups.setdefault((line.expected_on, line.days_late, line.cause), []).append(line)
    return [_late(ctx, lines, *key) for key, lines in sorted(groups.items(), key=lambda pair: pair[0])]


def _late(ctx: Ctx, lines: Sequence[models.PurchaseLine], day: date, days: int, cause: str) -> dict[str, Any]:
    goods = queries.in_words([(line.open_quantity, line.item.unit.code, line.item.name) for line in lines])
    overdue = day < ctx.today
    words = _t("{goods}: expected on {day}, not here yet.") if overdue else _t("{goods}: expected on {day}.")
    text = words.format(goods=goods, day=draw_text.day(day))
    return {
        "tone": "bad" if overdue else "warn",
        "title": _t("Overdue.") if overdue else _t("{days} days late.").format(days=days),
        "text": f"{text} {_sentence(cause)}".strip(),
        "action": None,
    }


def _sentence(words: str) -> str:
    return f"{capfirst(words.rstrip('.'))}." if words else ""


def written(amount: Decimal) -> str:
    """A quantity as a field holds it, without the zeros at its end."""
    return f"{amount.normalize():f}"


def papers(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any]:
    """The order as the supplier gets it."""
    url = f"/procurement/purchases/{purchase.pk}/order.pdf"
    name = _t("Purchase order {number}.pdf").format(number=purchase.number)
    return {
        "sub": "",
        "files": [
            {
                "name": name,
                "icon": "file-text",
                "url": url,
                "size": "",
                "at": ctx.now,
                "by": "",
                "actions": [],
            }
        ],
        "empty": "",
    }


def what_is_open(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any]:
    """Receiving opens with what is still to come of each line."""
    rows = purchase.lines.order_by("position")
    return {
        "lines": [
            {"line": row.pk, "quantity": written(row.open_quantity)} for row in rows if row.open_quantity > 0
        ]
    }


def as_ordered(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any]:
    """Changing lines opens with the lines as they stand, in the units they were entered in."""
    return {"lines": [_as_ordered(row) for row in purchase.lines.order_by("position")]}


def _as_ordered(row: models.PurchaseLine) -> dict[str, Any]:
    return {
        "line": row.pk,
        "item": row.item_id,
        "quantity": written(row.entered_quantity),
        "unit": row.unit_id,
        "price": written(row.price * row.quantity / row.entered_quantity),
        "discount": written(row.discount),
        "requested_on": row.requested_on,
    }


def as_asked(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any]:
    """Confirming opens with the day that was asked for."""
    return {"confirmed_on": purchase.confirmed_on or purchase.requested_on or purchase.expected_on}


class Purchase(Resource):
    """What we have ordered from suppliers, when it is expected and how much of it has come."""

    model = models.Purchase
    menu = "Supply", needs("parties.party", "catalog.item")
    order = 10
    icon = "shopping-cart"
    columns = (
        "number",
        "supplier",
        "state",
        "ordered_on",
        "requested_on",
        "confirmed_on",
        Column("expected_on", against="requested_on"),
        Column("arrived", read=arrived, kind="progress", label=_("Arrived")),
        "total",
        "site",
        "buyer",
    )
    filters = (
        "supplier",
        "state",
        "ordered_on",
        "requested_on",
        "confirmed_on",
        "expected_on",
        "site",
        "buyer",
        "total",
        "currency",
    )
    search = "number", "supplier.name", "supplier_reference"
    form = (
        "supplier",
        "contact",
        "site",
        "requested_on",
        "buyer",
        "currency",
        "payment_days",
        "delivery_terms",
        "supplier_reference",
        "note",
        Lines("lines", "item", "quantity", "unit", "price", "discount", "requested_on"),
    )
    views = (
        Table(),
        Board(by="state", sum="total", party="supplier", date="expected_on", owner="buyer"),
        Calendar("expected_on", "requested_on"),
        Chart(Sum("total"), by="month of ordered_on"),
    )
    saved = {
        _("Awaited"): "state=sent,confirmed,part_received&sort=expected_on",
        _("Overdue"): "state=sent,confirmed,part_received&expected_on.to=-1d&sort=expected_on",
        _("Not confirmed"): "state=sent&sort=ordered_on",
        _("Drafts"): "state=draft",
    }
    head = (
        "supplier",
        "supplier_reference",
        "requested_on",
        Column("expected_on", against="requested_on"),
        "total",
    )
    detail = (
        Callouts(what_is_late),
        Tracker(steps),
        LinesPanel(
            "lines",
            Column("item", sub="supplier_sku"),
            "quantity",
            "received",
            "rejected",
            "requested_on",
            "confirmed_on",
            Column("expected_on", against="requested_on"),
            "amount",
            totals=("total",),
        ),
        Related("receipts"),
        Panel(
            "loom/panels/documents.html",
            read=papers,
            title=_("Documents"),
            name="documents",
        ),
        Changes(),
        Facts(
            "site", "buyer", "contact", "payment_days", "delivery_terms", "ordered_on", "confirmed_on", "note"
        ),
        Timeline(),
    )
    key = "number"
    access = own("buyer") | party("supplier") | everyone()
    create = commands.open_purchase
    edit = False
    actions = (
        "receive_goods",
        "confirm_purchase",
        "send_purchase",
        "report_delay",
        "amend_purchase",
        "change_purchase",
    )
    prefill = {"receive_goods": what_is_open, "amend_purchase": as_ordered, "confirm_purchase": as_asked}
    empty = _("Nothing ordered yet. Write the first purchase order, or let planning propose what to buy.")
