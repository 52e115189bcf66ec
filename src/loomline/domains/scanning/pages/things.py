"""How whatever was scanned is shown: in a word, and with all that matters in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.counting import commands as counting
from loomline.domains.counting.models import CountSheet, SheetState
from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound.models import NoticeState, ShippingNotice
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, HandlingUnit, Lot, UnitState
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.scanning import queries
from loomline.domains.scanning.pages.step import HOME, address, amount, button, goods, may, row, show
from loomline.domains.scanning.queries import SHOWN
from loomline.domains.shopfloor.models import TimeEntry
from loomline.domains.sites.models import Location
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Package, Shipment, ShipmentState
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry

MODELS: dict[str, type[Model]] = {
    "item": Item,
    "lot": Lot,
    "place": Location,
    "unit": HandlingUnit,
    "package": Package,
    "purchase": Purchase,
    "notice": ShippingNotice,
    "shipment": Shipment,
    "work": WorkOrder,
    "count": CountSheet,
}
SLUGS = {model: slug for slug, model in MODELS.items()}


def slug(record: Any) -> str:
    """The word for its kind in an address."""
    return SLUGS[type(record)]


def kind(record: Any) -> str:
    """What it is, in a word."""
    name = str(record._meta.verbose_name).capitalize()
    return f"{name}, {record.item}" if isinstance(record, Lot) else name


def head(record: Any) -> str:
    """What it is called."""
    return f"{record.name} ({record.sku})" if isinstance(record, Item) else str(record)


def url_of(record: Any) -> str:
    """Its page among these."""
    return address(HOME, kind=slug(record), pk=record.pk)


def unknown(code: queries.Code) -> str:
    """A code that names nothing, as far as the person may see."""
    return _("Nothing is called {code} here. Scan it again, or type what stands below the bars.").format(
        code=code.text
    )


def lot_unknown(found: Any, code: queries.Code) -> str:
    """A label of an item that we know, and of a lot that we do not."""
    if not code.lot or not isinstance(found, Item):
        return ""
    return _("{item} is known, its lot {lot} is not: it was never received here.").format(
        item=found, lot=code.lot
    )


def shown(ctx: Ctx, record: Any) -> dict[str, Any]:
    """Facts, buttons and lines of whatever was scanned."""
    if isinstance(record, Package):
        record = record.shipment
    return SHOWS[type(record)](ctx, record)


def _item(ctx: Ctx, item: Item) -> dict[str, Any]:
    there, kept = queries.on_hand(ctx, item=item)
    awaited = queries.awaited_of(ctx, item_ids=[item.pk])[:3] if may(ctx, procurement.receive_goods) else []
    return {
        "text": ", ".join(part for part in (item.variant, str(Tracking(item.tracking).label)) if part),
        "shows": [
            show(_("On hand"), amount(there, item.unit)),
            show(_("Reserved"), amount(kept, item.unit)),
        ],
        "buttons": [*(_receive(ctx, one) for one in awaited), _record(item)],
        **_stock(ctx, item=item),
    }


def _lot(ctx: Ctx, lot: Lot) -> dict[str, Any]:
    there, kept = queries.on_hand(ctx, lot=lot)
    shows = [
        show(_("Item"), lot.item.name, lot.item.sku, is_big=True),
        show(_("On hand"), amount(there, lot.item.unit)),
        show(_("Reserved"), amount(kept, lot.item.unit)),
        show(_("State"), lot.state.label, lot.reason),
    ]
    if lot.expires_on:
        shows.append(show(_("Best before"), draw_text.day(lot.expires_on)))
    return {"text": _("Lot"), "shows": shows, "buttons": [_record(lot)], **_stock(ctx, lot=lot)}


def _place(ctx: Ctx, place: Location) -> dict[str, Any]:
    counts = queries.counts_at(ctx, location_ids=[place.pk])[:2] if may(ctx, counting.enter_counts) else []
    return {
        "text": f"{place.name}, {place.site}",
        "buttons": [*(_to_count(ctx, one, place) for one in counts), _record(place)],
        **_stock(ctx, location=place),
        "rows_title": _("Lies here"),
        "empty": _("Nothing lies here by the books."),
    }


def _unit(ctx: Ctx, unit: HandlingUnit) -> dict[str, Any]:
    return {
        "text": unit.get_kind_display(),
        "shows": [show(_("Stands at"), str(unit.location), unit.state.label, is_big=True)],
        "buttons": [_put_away(ctx, unit), _record(unit)],
        **_stock(ctx, unit=unit),
        "rows_title": _("Contents"),
        "empty": _("It is empty."),
    }


def _purchase(ctx: Ctx, purchase: Purchase) -> dict[str, Any]:
    lines = [line for line in purchase.lines.select_related("item__unit") if line.open_quantity > 0]
    shows = [show(_("Supplier"), str(purchase.supplier), purchase.state.label, is_big=True)]
    if purchase.expected_on:
        shows.append(show(_("Expected"), draw_text.day(purchase.expected_on)))
    return {
        "text": str(purchase.site or ""),
        "shows": shows,
        "buttons": [_receive(ctx, purchase), _record(purchase)],
        "rows": [row(line.item.name, amount(line.open_quantity, line.item.unit)) for line in lines[:SHOWN]],
        "rows_title": _("Still to come"),
        "empty": _("Nothing more is to come."),
    }


def _notice(ctx: Ctx, notice: ShippingNotice) -> dict[str, Any]:
    lines = notice.lines.select_related("item__unit").order_by("pk")[:SHOWN]
    is_open = notice.state == NoticeState.ANNOUNCED and notice.purchase.site_id is not None
    receive = None
    if is_open and may(ctx, inbound.receive_announced, notice):
        label = _("Receive {number}").format(number=notice.number)
        receive = button(
            label, address(f"{HOME}receive/", scan=notice.number), "truck-delivery", kind="primary"
        )
    return {
        "text": _("for {number}").format(number=notice.purchase.number),
        "shows": [
            show(_("Supplier"), str(notice.supplier), notice.state.label, is_big=True),
            show(_("Arrives"), draw_text.day(notice.expected_on), notice.carrier),
        ],
        "buttons": [receive, _record(notice)],
        "rows": [
            row(line.item.name, ", ".join(x for x in (amount(line.quantity, line.item.unit), line.lot) if x))
            for line in lines
        ],
        "rows_title": _("Announced"),
    }


def _shipment(ctx: Ctx, shipment: Shipment) -> dict[str, Any]:
    lines = shipment.lines.select_related("item__unit", "lot", "location")[:SHOWN]
    return {
        "text": str(shipment.site),
        "shows": [show(_("Customer"), str(shipment.customer), shipment.state.label, is_big=True)],
        "buttons": [_pick(ctx, shipment), _record(shipment)],
        "rows": [
            row(
                line.item.name, f"{amount(line.quantity, line.item.unit)}, {line.location}, {line.lot or '–'}"
            )
            for line in lines
        ],
        "rows_title": _("Goods"),
    }


def _work(ctx: Ctx, work: WorkOrder) -> dict[str, Any]:
    made = work.item or work.style
    floor = None
    if work.is_open and access.may(ctx, access.view_permission(TimeEntry)):
        floor = button(_("To its machine"), address("/shopfloor/", code=work.number), "building-factory-2")
    return {
        "shows": [
            show(_("Makes"), str(made), work.state.label, is_big=True),
            show(_("Quantity"), amount(work.quantity, work.item.unit if work.item else "")),
            show(_("Done"), amount(work.done, work.item.unit if work.item else "")),
        ],
        "buttons": [floor, _record(work)],
    }


def _count(ctx: Ctx, sheet: CountSheet) -> dict[str, Any]:
    left = sheet.lines.filter(counted__isnull=True).count()
    return {
        "text": str(sheet.site),
        "shows": [show(_("State"), sheet.state.label), show(_("Still to count"), str(left))],
        "buttons": [_to_count(ctx, sheet), _record(sheet)],
    }


def _stock(ctx: Ctx, **where: Any) -> dict[str, Any]:
    """Where it lies, place by place, with the steps that each place allows."""
    rows = list(queries.lying(ctx, **where)[: SHOWN + 1])
    return {
        "rows": [lies(ctx, one, where) for one in rows[:SHOWN]],
        "rows_title": _("Lies at") if len(rows) <= SHOWN else _("Lies at, among others"),
        "empty": _("None of it lies anywhere."),
    }


def lies(ctx: Ctx, balance: Balance, known: Iterable[str] = ()) -> dict[str, Any]:
    """One place with what lies there, without what the page says anyway."""
    unit = balance.item.unit
    said = amount(balance.on_hand, unit)
    buttons = []
    if balance.unit_id is None and balance.free > 0 and may(ctx, inventory.transfer_stock):
        buttons.append(button(_("Put away"), address(f"{HOME}put-away/", balance=balance.pk), "stack-2"))
    if balance.reserved:
        said = _("{quantity}, {reserved} of it reserved").format(
            quantity=said, reserved=amount(balance.reserved, unit)
        )
    if "location" in known or "unit" in known:
        return row(goods(balance), said, buttons=buttons)
    what = _("lot {lot}").format(lot=balance.lot) if balance.lot and "lot" not in known else ""
    within = _("in {unit}").format(unit=balance.unit) if balance.unit else ""
    text = ", ".join(part for part in (said, what, within) if part)
    return row(str(balance.location), text, buttons=buttons)


def _receive(ctx: Ctx, purchase: Purchase) -> dict[str, Any] | None:
    """Receiving, where it can begin."""
    if not purchase.is_awaited or purchase.site_id is None:
        return None
    if not may(ctx, procurement.receive_goods, purchase):
        return None
    label = _("Receive {number}").format(number=purchase.number)
    url = address(f"{HOME}receive/", purchase=purchase.pk)
    return button(label, url, "truck-delivery", kind="primary")


def _put_away(ctx: Ctx, unit: HandlingUnit) -> dict[str, Any] | None:
    """Putting a handling unit away, while there is one."""
    if unit.state == UnitState.GONE or not may(ctx, inventory.move_unit, unit):
        return None
    url = address(f"{HOME}put-away/", unit=unit.pk)
    return button(_("Put away"), url, "stack-2", kind="primary")


def _pick(ctx: Ctx, shipment: Shipment) -> dict[str, Any] | None:
    """Picking, while the list is open."""
    if shipment.state != ShipmentState.PICKING or not may(ctx, warehouse.pack_shipment, shipment):
        return None
    url = address(f"{HOME}pick/", shipment=shipment.pk)
    return button(_("Pick {number}").format(number=shipment.number), url, "clipboard-list", kind="primary")


def _to_count(ctx: Ctx, sheet: CountSheet, place: Location | None = None) -> dict[str, Any] | None:
    """Counting, while the sheet is open."""
    if sheet.state not in (SheetState.COUNTING, SheetState.RECOUNT):
        return None
    if not may(ctx, counting.enter_counts, sheet):
        return None
    url = address(f"{HOME}count/", sheet=sheet.pk, place=place.pk if place else "")
    return button(_("Count {number}").format(number=sheet.number), url, "clipboard-check", kind="primary")


def _record(record: Any) -> dict[str, Any] | None:
    """The record itself, for whoever wants all of it."""
    url = registry.url(record)
    return button(_("Open the record"), url, "external-link") if url else None


SHOWS: dict[type[Model], Callable[[Ctx, Any], dict[str, Any]]] = {
    Item: _item,
    Lot: _lot,
    Location: _place,
    HandlingUnit: _unit,
    Purchase: _purchase,
    ShippingNotice: _notice,
    Shipment: _shipment,
    WorkOrder: _work,
    CountSheet: _count,
}
