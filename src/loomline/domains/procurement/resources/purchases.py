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
from loomline.domains.procurement.models import LineAnswer
from loomline.domains.procurement.models import PurchaseState as S
from loomline.kernel import access
from loomline.kernel.access import Level, Policy
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE, plain_table
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
    through,
)

STEPS = (
    (_("Drafted"), "edit", (S.DRAFT,)),
    (_("Sent"), "send", (S.SENT,)),
    (_("Confirmed"), "circle-check", (S.CONFIRMED,)),
    (_("Arriving"), "truck-delivery", (S.PART_RECEIVED,)),
    (_("Received"), "packages", (S.RECEIVED, S.CLOSED)),
)


def said_of_versions(versions: Sequence[models.PurchaseVersion]) -> Mapping[int, Any]:
    """What each change was, in words."""
    return {one.pk: "; ".join(one.differences) or _t("As it was sent") for one in versions}


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


def as_confirmed(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any]:
    """Entering an answer opens with what was asked for, or what was answered before."""
    return {
        "lines": [
            {
                "line": row.pk,
                "confirmed_on": row.confirmed_on or row.requested_on or row.expected_on,
                "quantity": written(row.confirmed_quantity or row.quantity),
                "price": written(row.confirmed_price if row.confirmed_price is not None else row.net_price),
            }
            for row in purchase.lines.order_by("position")
        ],
        "supplier_reference": purchase.supplier_reference,
    }


def what_they_said(ctx: Ctx, purchase: models.Purchase) -> list[dict[str, Any]]:
    """Lines that the supplier accepts otherwise or rejects."""
    if purchase.state not in (S.SENT, S.CONFIRMED):
        return []
    said = []
    for line in purchase.lines.exclude(answer__in=("", LineAnswer.ACCEPTED)).select_related("item__unit"):
        if line.answer == LineAnswer.REJECTED:
            said.append(_t("{item} rejected: {why}").format(item=line.item, why=line.answer_note))
            continue
        unit = line.item.unit.code
        said.append(
            _t("{item}: {quantity} at {price} instead of {ordered} at {asked}").format(
                item=line.item,
                quantity=draw_text.quantity(line.confirmed_quantity or line.quantity, unit),
                price=draw_text.number(line.confirmed_price or Decimal(0)),
                ordered=draw_text.quantity(line.quantity, unit),
                asked=draw_text.number(line.net_price),
            )
        )
    if not said:
        return []
    title = _t("The supplier has answered otherwise.")
    return [{"tone": "warn", "title": title, "text": "; ".join(said), "action": _take_over(ctx, purchase)}]


def _take_over(ctx: Ctx, purchase: models.Purchase) -> dict[str, Any] | None:
    command = commands.accept_answer
    if not access.may(ctx, command.name):
        return None
    return action(command.label, f"{Purchase.path()}do/{command.verb}/?ids={purchase.pk}", method="dialog")


def compared(ctx: Ctx, version: models.PurchaseVersion) -> dict[str, Any] | None:
    """The lines of a version beside those of the one before it."""
    before = queries.version_before(version=version)
    was = {row["line"]: row for row in before.lines} if before is not None else {}
    now = {row["line"]: row for row in version.lines}
    rows = [*version.lines, *(row for key, row in was.items() if key not in now)]
    names = ("quantity", "price", "discount", "requested_on", "amount")
    cells = []
    for row in rows:
        old, new = was.get(row["line"]), now.get(row["line"])
        kind = _t("added") if old is None and before is not None else _t("dropped") if new is None else ""
        cells.append((Cell(text=row["item"], sub=kind), *(_two(old, new, name) for name in names)))
    heads = _t("Item"), _t("Quantity"), _t("Price"), _t("Discount"), _t("Requested"), _t("Amount")
    sub = _t("Beside revision {n}").format(n=before.revision) if before is not None else _t("As it was sent")
    return plain_table(_t("Lines"), heads, cells, slots=("a1", "a2", "b1", "hide", "b2", "c1"), sub=sub)


def _two(old: Mapping[str, str] | None, new: Mapping[str, str] | None, name: str) -> Cell:
    """What a field is, and what it was where that differs."""
    now = _plain(new[name]) if new is not None else "–"
    was = _plain(old[name]) if old is not None else now
    return Cell(text=now, sub=_t("was {value}").format(value=was) if was != now else "")


def _plain(text: str) -> str:
    try:
        return draw_text.number(Decimal(text).normalize()) if text else "–"
    except ArithmeticError:
        return draw_text.day(date.fromisoformat(text))


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
        "customer",
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
        "customer",
        "buyer",
        "total",
        "currency",
    )
    search = "number", "supplier.name", "supplier_reference", "customer.name"
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
        _("Straight to customers"): "customer.empty=false&sort=expected_on",
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
        Callouts(what_they_said, name="answers"),
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
        Related(
            "versions",
            "revision",
            "at",
            "by",
            Column("total", currency="purchase.currency"),
            Column("differences", read=said_of_versions, wrap=True, label=_("What changed")),
            title=_("Versions"),
        ),
        Panel(
            "loom/panels/documents.html",
            read=papers,
            title=_("Documents"),
            name="documents",
        ),
        Changes(),
        Facts(
            "site",
            "customer",
            "ship_name",
            "ship_address",
            "buyer",
            "contact",
            "payment_days",
            "delivery_terms",
            "ordered_on",
            "confirmed_on",
            "note",
        ),
        Timeline(),
    )
    key = "number"
    access = own("buyer") | Policy({Level.PARTY: queries.sent_to}) | everyone()
    create = commands.open_purchase
    edit = False
    actions = (
        "receive_goods",
        "deliver_directly",
        "confirm_purchase",
        "answer_purchase",
        "accept_answer",
        "send_purchase",
        "report_delay",
        "amend_purchase",
        "change_purchase",
    )
    prefill = {
        "receive_goods": what_is_open,
        "deliver_directly": what_is_open,
        "amend_purchase": as_ordered,
        "confirm_purchase": as_asked,
        "answer_purchase": as_confirmed,
    }
    empty = _("Nothing ordered yet. Write the first purchase order, or let planning propose what to buy.")

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Purchase) -> list[Command[Any, Any]]:
        """Goods come to us, or go straight to a customer: only one of the two is offered."""
        other = "receive_goods" if record.is_direct else "deliver_directly"
        return [c for c in super().open_commands(ctx, record) if c.verb != other]


class PurchaseVersion(Resource):
    """How orders stood when they left, and after each change since."""

    model = models.PurchaseVersion
    menu = None
    icon = "versions"
    slug = "versions"
    columns = (
        "purchase",
        "revision",
        "at",
        "by",
        Column("total", currency="purchase.currency"),
        Column("differences", read=said_of_versions, wrap=True, label=_("What changed")),
    )
    filters = "purchase", "by", "at", "total"
    search = ("purchase.number",)
    head = "purchase", "revision", "at", "by", Column("total", currency="purchase.currency")
    detail = (Panel(TABLE, read=compared, title=_("Lines"), name="compared"),)
    key = "pk"
    joins = "purchase", "by"
    access = through("purchase", models.Purchase)
    create = False
    edit = False
    delete = False
    empty = _("Nothing has left yet. A purchase order is kept as it was sent, and after each change.")
