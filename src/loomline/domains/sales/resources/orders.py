"""How orders are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.sales import commands, models
from loomline.domains.sales.models import OrderState
from loomline.domains.sales.models.order import OPEN
from loomline.domains.sales.resources.parts import TYPED, callout, drafts_of, papers
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
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
    team,
    territory,
    through,
)


def as_ordered(ctx: Ctx, record: models.Order) -> dict[str, Any]:
    """An order opens with its lines."""
    return drafts_of(record, "delivery")


def as_delivered(ctx: Ctx, record: models.Order) -> dict[str, Any]:
    """A return opens with what was delivered of goods."""
    rows = record.lines.filter(shipped__gt=0).select_related("item").order_by("position", "pk")
    goods = [row for row in rows if row.item.is_stocked]
    return {"lines": [{"order_line": row.pk, "quantity": plain(row.shipped)} for row in goods]}


def order_papers(ctx: Ctx, record: models.Order) -> dict[str, Any]:
    """The confirmation as the customer gets it."""
    title = _t("Order confirmation") if record.confirmed_at else _t("Order draft")
    url = f"/sales/orders/{record.pk}/confirmation.pdf"
    return papers(ctx, [(url, title)], record.confirmed_at or ctx.now)


def order_decisions(ctx: Ctx, record: models.Order) -> list[dict[str, Any]]:
    """What threatens a promise, or waits for one."""
    found = []
    if record.state == OrderState.DRAFT:
        found.append(
            callout("info", _t("Nothing is promised yet."), _t("Confirm the order to promise a day."))
        )
    if record.has_no_day:
        causes = list(
            record.lines.filter(expected_on=None).exclude(cause="").values_list("cause", flat=True)[:1]
        )
        promised = _t("Promised {promised}").format(promised=draw_text.day(record.promised_on))
        found.append(callout("bad", _t("No date."), ": ".join([promised, *causes]) + "."))
    if record.state in OPEN and record.days_late and record.expected_on and record.promised_on:
        causes = list(
            record.lines.exclude(cause="").order_by("-expected_on").values_list("cause", flat=True)[:1]
        )
        words = (
            _t("Expected {expected}, promised {promised}: {cause}.")
            if causes
            else _t("Expected {expected}, promised {promised}.")
        )
        text = words.format(
            expected=draw_text.day(record.expected_on),
            promised=draw_text.day(record.promised_on),
            cause=causes[0] if causes else "",
        )
        title = ngettext("{n} day late.", "{n} days late.", record.days_late).format(n=record.days_late)
        found.append(callout("bad", title, text))
    if (
        record.state in OPEN
        and record.wanted_on
        and record.promised_on
        and record.promised_on > record.wanted_on
    ):
        text = _t("Wanted on {wanted}, promised for {promised}.").format(
            wanted=draw_text.day(record.wanted_on), promised=draw_text.day(record.promised_on)
        )
        found.append(callout("warn", _t("Promised later than wanted."), text))
    return found


def order_steps(ctx: Ctx, record: models.Order) -> list[dict[str, Any]]:
    """Ordered, promised, on its way, shipped, done."""
    if record.state == OrderState.CANCELLED:
        return []
    states = [OrderState.DRAFT, OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.CLOSED]
    is_part = record.state == OrderState.PART_SHIPPED
    at = states.index(OrderState.SHIPPED if is_part else OrderState(record.state))
    words = [_t("Ordered"), _t("Promised"), _t("Part shipped") if is_part else _t("Shipped"), _t("Closed")]
    icons = ["shopping-cart", "lock", "truck-delivery", "archive"]
    zone = ctx.company.zone
    days = [
        record.ordered_on,
        record.confirmed_at.astimezone(zone).date() if record.confirmed_at else None,
        record.shipped_at.astimezone(zone).date() if record.shipped_at else record.expected_on,
        record.closed_at.astimezone(zone).date() if record.closed_at else None,
    ]
    found = []
    for n, (title, icon, day) in enumerate(zip(words, icons, days, strict=True)):
        state = "done" if n < at or record.state == OrderState.CLOSED else "now" if n == at else ""
        if state == "now" and record.state in OPEN and (record.days_late or record.has_no_day):
            state = "late"
        found.append(
            {"title": title, "icon": icon, "date": draw_text.day(day) if day else "", "state": state}
        )
    return found


class Order(Resource):
    """What we have promised to customers."""

    model = models.Order
    menu = "Orders", needs("parties.party", "catalog.item")
    order = 20
    icon = "shopping-cart"
    columns = (
        "number",
        Column("customer", sub="customer_reference"),
        "state",
        "total",
        "ordered_on",
        "wanted_on",
        "promised_on",
        Column("expected_on", against="promised_on"),
        "site",
        "owner",
    )
    filters = (
        "state",
        "customer",
        "owner",
        "team",
        "site",
        "carrier",
        "ordered_on",
        "wanted_on",
        "promised_on",
        "expected_on",
        "total",
        "currency",
        "quote",
        "opportunity",
        "lines.item",
        "customer_reference",
    )
    search = "number", "customer.name", "customer_reference"
    form = (
        "customer",
        "contact",
        "customer_reference",
        "currency",
        "wanted_on",
        "freight",
        "site",
        "ship_to",
        "ship_name",
        "ship_address",
        "carrier",
        "owner",
        "team",
        "note",
        Lines("lines", "item", "quantity", "unit", "price", "discount", "tax_rate", "wanted_on", "delivery"),
    )
    views = (
        Table(),
        Board(
            by="state",
            sum="total",
            title="number",
            party="customer",
            date="expected_on",
            owner="owner",
            hide=("closed", "cancelled"),
        ),
        Calendar("wanted_on", "promised_on", "expected_on"),
        Chart(Sum("total"), by="week of ordered_on", split="state"),
        Chart(Sum("total"), by="customer", label=_("By customer")),
    )
    saved = {
        _("Open"): "state=confirmed,part_shipped&sort=expected_on",
        _("To confirm"): "state=draft",
        _("Overdue"): "state=confirmed,part_shipped&promised_on.before=today&sort=promised_on",
        _("Due this week"): "state=confirmed,part_shipped&promised_on=this_week&sort=promised_on",
        _("Mine"): "owner=me&state=draft,confirmed,part_shipped",
        _("Shipped"): "state=shipped,closed",
    }
    head = (
        "customer",
        "customer_reference",
        "total",
        "wanted_on",
        Column("expected_on", against="promised_on"),
        "owner",
    )
    detail = (
        Callouts(order_decisions),
        Tracker(order_steps),
        LinesPanel(
            "lines",
            Column("item", sub="item.sku"),
            Column("quantity", unit="item.unit"),
            "price",
            Column("discount", kind="percent"),
            Column("amount", currency="order.currency"),
            "delivery",
            Column("expected_on", against="promised_on"),
            Column("shipped", unit="item.unit"),
            Column("invoiced", unit="item.unit"),
            title=_("Lines"),
            totals=("net", "freight", "tax", "total"),
        ),
        Related("shipments", title=_("Shipments")),
        Related("invoices", title=_("Invoices")),
        LinesPanel(
            "revisions",
            "revision",
            "at",
            "author",
            "reason",
            Column("differences", kind="tags"),
            title=_("Revisions"),
        ),
        Panel(
            "loom/panels/documents.html", read=order_papers, title=_("Papers"), name="papers", place="side"
        ),
        Facts(
            "contact",
            "quote",
            "opportunity",
            "ordered_on",
            "promised_on",
            "site",
            "carrier",
            "ship_name",
            "ship_address",
            "payment_days",
            "freight",
            "note",
            "cancelled_because",
            "team",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("customer",)
    access = (
        own("owner")
        | team("team")
        | territory("customer.territory_place.territory")
        | party("customer")
        | everyone()
    )
    watch = "/sales/orders/dates/", *TYPED
    create = commands.open_order
    create_many = commands.open_orders
    actions = "confirm_order", "pick_order", "invoice_order", "amend_order", "cancel_order"
    prefill = {"amend_order": as_ordered, "open_return": as_delivered}
    empty = _("No orders yet. Win a deal, or write the first order yourself.")


class OrderLine(Resource):
    """What was ordered, item by item: promised, expected, shipped."""

    model = models.OrderLine
    menu = "Orders", needs("sales.order")
    order = 25
    secondary = True
    icon = "list-check"
    columns = (
        "order",
        Column("order.customer", label=_("Customer")),
        Column("item", sub="item.sku"),
        Column("quantity", unit="item.unit"),
        Column("shipped", unit="item.unit"),
        "amount",
        Column("expected_on", against="promised_on"),
        "stage",
        "cause",
    )
    filters = (
        "order.state",
        "order.customer",
        "order",
        "item",
        "item.style",
        "promised_on",
        "expected_on",
        "wanted_on",
        "cause",
        "stage",
        "delivery",
    )
    search = "item.name", "item.sku", "order.number", "description"
    views = Table(), Calendar("expected_on", "promised_on"), Chart(Sum("amount"), by="week of expected_on")
    saved = {
        _("Open"): "order.state=confirmed,part_shipped&sort=expected_on",
        _("Straight from suppliers"): "order.state=confirmed,part_shipped&delivery=direct&sort=expected_on",
        _("Moved"): "order.state=confirmed,part_shipped&cause.empty=false&sort=expected_on",
    }
    detail = (
        Facts(
            "order",
            "item",
            "description",
            Column("quantity", unit="item.unit"),
            "price",
            "amount",
            "wanted_on",
            "delivery",
            "promised_on",
            "promise_basis",
            "promise_method",
            "promise_limit",
            "promised_at",
            "expected_on",
            "cause",
            "stage",
            "quote_line",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "item.unit", "order.customer"
    access = through("order", models.Order)
    create = False
    edit = False
    delete = False
    empty = _("Nothing was ordered yet. The lines of every order will stand here.")


class OrderRevision(Resource):
    """What amendments have changed, order by order."""

    model = models.OrderRevision
    menu = None
    icon = "versions"
    columns = "order", "revision", "at", "author", "reason", Column("differences", kind="tags")
    filters = "order", "order.customer", "author", "at"
    search = "order.number", "reason"
    key = "pk"
    joins = ("order",)
    access = through("order", models.Order)
    empty = _("No revisions yet. Amending a promised order writes one.")
