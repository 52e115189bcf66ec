"""How shipments and packages are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.costing.pages.books import books
from loomline.domains.warehouse import commands, models, queries
from loomline.domains.warehouse.models import ShipmentState as S
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
    Count,
    Facts,
    LinesPanel,
    Panel,
    Related,
    Resource,
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

WAITING = (S.PICKING, S.PACKED)


def posted(ctx: Ctx, record: models.Shipment) -> dict[str, Any] | None:
    """What the goods of a shipment have cost, in the books."""
    lines = queries.lines_of(shipment_ids=[record.pk])
    return books(ctx, queries.SHIPMENT_LINE, [line.pk for line in lines])


def decisions(ctx: Ctx, record: models.Shipment) -> list[dict[str, Any]]:
    """What stands in the way of a shipment, and how late it will be."""
    found = []
    for lot in queries.held_lots(shipment=record) if record.state in WAITING else ():
        text = _t("Lot {lot} of {item}: {reason}. Release it, or take the line from another lot.")
        words = text.format(lot=lot, item=lot.item, reason=lot.reason or lot.state.label)
        found.append({"tone": lot.state.tone, "title": _t("It cannot leave."), "text": words, "action": None})
    late = record.days_late if record.state in (*WAITING, S.SHIPPED) else 0
    if late:
        text = _t("Expected {expected}, promised {promised}. {reason}").format(
            expected=draw_text.day(record.expected_on),
            promised=draw_text.day(record.promised_on),
            reason=record.delay_reason,
        )
        title = ngettext("{n} day late.", "{n} days late.", late).format(n=late)
        found.append({"tone": "bad", "title": title, "text": text.strip(), "action": None})
    return found


def steps(ctx: Ctx, record: models.Shipment) -> list[dict[str, Any]]:
    """Picked, packed, on the way, delivered."""
    if record.state == S.CANCELLED:
        return []
    order = [S.PICKING, S.PACKED, S.SHIPPED, S.DELIVERED]
    at = order.index(S(record.state))
    moments = [record.picked_at, record.packed_at, record.shipped_at, record.delivered_at]
    words = [_t("Pick list"), _t("Packed"), _t("On the way"), _t("Delivered")]
    icons = ["clipboard-list", "package", "truck", "circle-check"]
    is_late = record.is_overdue(ctx.today) or record.days_late > 0
    found = []
    for n, (title, icon, moment) in enumerate(zip(words, icons, moments, strict=True)):
        state = "done" if n < at or order[at] == S.DELIVERED else "now" if n == at else ""
        if state == "now" and is_late:
            state = "late"
        when = draw_text.day(moment.astimezone(ctx.company.zone).date()) if moment else ""
        if n == 3 and not moment and record.expected_on:
            when = draw_text.day(record.expected_on)
        found.append({"title": title, "icon": icon, "date": when, "state": state})
    return found


def papers(ctx: Ctx, record: models.Shipment) -> dict[str, Any] | None:
    """The papers of a shipment, written when they are opened."""
    if record.state == S.CANCELLED:
        return None
    base = f"/warehouse/shipments/{record.pk}/"
    at, by = record.packed_at or record.picked_at, ctx.company.name
    names = [("pick-list.pdf", _t("Pick list")), ("packing-list.pdf", _t("Packing list"))]
    names.append(("delivery-note.pdf", _t("Delivery note")))
    if record.packed_at is not None:
        names.append(("labels.pdf", _t("Labels (GS1)")))
    files = [
        {
            "name": title,
            "icon": "file-text",
            "url": f"{base}{name}",
            "size": "PDF",
            "at": at,
            "by": by,
            "actions": [],
        }
        for name, title in names
    ]
    return {"files": files, "empty": ""}


def as_delivered(ctx: Ctx, record: models.Shipment) -> dict[str, Any]:
    """A return opens with what the shipment has brought."""
    rows = queries.lines_of(shipment_ids=[record.pk])
    return {
        "lines": [
            {"order_line": row.order_line_id, "lot": row.lot_id, "quantity": plain(row.quantity)}
            for row in rows
        ]
    }


def as_picked(ctx: Ctx, record: models.ShipmentLine) -> dict[str, Any]:
    """A short pick opens with what the list asks for."""
    return {"found": f"{record.quantity.normalize():f}"}


class Shipment(Resource):
    """Goods that leave together for one order: picked, packed, on the way, delivered."""

    model = models.Shipment
    menu = "Orders", needs("sales.order")
    order = 40
    icon = "truck"
    columns = (
        "number",
        "order",
        "customer",
        "state",
        "carrier",
        "planned_on",
        Column("expected_on", against="promised_on"),
        "tracking",
        Count("packages", as_="package_count", label=_("Packages")),
        "weight_kg",
    )
    filters = (
        "state",
        "customer",
        "order",
        "site",
        "carrier",
        "mode",
        "planned_on",
        "expected_on",
        "promised_on",
        "shipped_at",
        "delivered_at",
        "lines.item",
        "lines.lot",
    )
    search = "number", "tracking", "customer.name", "order.number", "packages.sscc"
    form = "planned_on", "expected_on", "carrier", "mode", "tracking", "ship_name", "ship_address", "note"
    views = (
        Table(),
        Board(by="state", title="number", party="customer", date="expected_on", chip="order.number"),
        Calendar("planned_on", "expected_on"),
        Chart(Count(), by="week of shipped_at", split="carrier"),
    )
    saved = {
        _("To pick and pack"): "state=picking,packed&sort=planned_on",
        _("On the way"): "state=shipped&sort=expected_on",
        _("Overdue"): "state=shipped&expected_on.before=today",
    }
    head = "order", "customer", "carrier", "tracking", Column("expected_on", against="promised_on")
    detail = (
        Callouts(decisions),
        Tracker(steps),
        Related("lines", title=_("Lines"), sort="position"),
        Related("packages", title=_("Packages"), sort="position"),
        Panel("loom/panels/documents.html", read=papers, title=_("Papers"), name="papers", place="side"),
        Facts(
            "site",
            "mode",
            "planned_on",
            "promised_on",
            "ship_name",
            "ship_address",
            "place",
            "seen_at",
            "received_by",
            "weight_kg",
            "delay_reason",
            "note",
        ),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "order", "customer", "site"
    access = (
        own("order.owner")
        | team("order.team")
        | territory("customer.territory_place.territory")
        | party("customer")
        | everyone()
    )
    create = False
    delete = False
    actions = tuple(
        command.verb
        for command in (
            commands.pack_shipment,
            commands.ship_shipment,
            commands.deliver_shipment,
            commands.report_delay,
            commands.unpack_shipment,
        )
    )
    prefill = {"return_shipment": as_delivered}
    empty = _("No shipments yet. Confirm an order and pick it; its pick list is the shipment.")


class ShipmentLine(Resource):
    """What is in shipments, by item, lot and place."""

    model = models.ShipmentLine
    menu = None
    icon = "list-check"
    columns = (
        Column("position", label=_("Line"), kind="text"),
        Column("item", sub="item.sku"),
        "lot",
        "location",
        "quantity",
        "shipment",
    )
    filters = "shipment", "shipment.customer", "shipment.state", "item", "lot"
    search = "item.name", "item.sku", "lot.number", "shipment.number"
    detail = (
        Facts("shipment", "order_line", "item", "lot", "location", "quantity", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "item.unit", "shipment", "lot", "location"
    access = through("shipment", models.Shipment)
    create = False
    edit = False
    delete = False
    prefill = {"short_pick": as_picked}
    empty = _("Nothing was picked yet. The lines of every pick list will stand here.")


class Package(Resource):
    """Cartons and pallets, known everywhere by their SSCC."""

    model = models.Package
    menu = None
    icon = "package"
    columns = "sscc", Column("position", label=_("Package")), "weight_kg", "shipment"
    filters = "shipment", "shipment.customer", "shipment.state"
    search = "sscc", "shipment.number"
    detail = (
        LinesPanel("contents", "line.item", "line.lot", "quantity", title=_("Contents")),
        Facts("shipment", "position", "weight_kg"),
        Changes(),
        Timeline(),
    )
    key = "sscc"
    joins = ("shipment",)
    access = through("shipment", models.Shipment)
    create = False
    edit = False
    delete = False
    empty = _("No packages yet. They are numbered when a shipment is packed.")


class CompanyPrefix(Resource):
    """The number that GS1 has given the company: package numbers begin with it."""

    model = models.CompanyPrefix
    menu = "Settings"
    order = 75
    icon = "barcode"
    columns = "digits", "extension", "is_active"
    filters = ("is_active",)
    search = ("digits",)
    form = "digits", "extension", "is_active"
    key = "digits"
    detail = (Facts("digits", "extension", "is_active", place="tab"), Changes(), Timeline())
    empty = _(
        "No GS1 company prefix yet. Until you enter yours, package numbers begin with an example prefix that"
        " carriers will not accept."
    )
