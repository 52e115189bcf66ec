"""Picking: a shipment, then line by line the bin, item and lot that are taken; less, or packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.scanning import queries
from loomline.domains.scanning.pages import things
from loomline.domains.scanning.pages.step import (
    HOME,
    NotANumber,
    address,
    amount,
    ask,
    button,
    draw,
    fields,
    may,
    number,
    one_of,
    open_to,
    problem,
    row,
    show,
)
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import queries as lists
from loomline.domains.warehouse.models import Package, Shipment, ShipmentLine, ShipmentState
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, draw_text
from loomline.surface.page import ctx_of, need, staff

HERE = f"{HOME}pick/"
SHORT, PACK = warehouse.short_pick, warehouse.pack_shipment
SEE = access.view_permission(Shipment)
# What of a line was scanned: its place, its item.
PLACE, ITEM = "place", "item"


class NoShipment(Refused):
    """A code that names no pick list."""

    says = _l("No shipment is called {code}. Scan the number on the pick list.")


class NotPicked(Refused):
    """A shipment that is past picking."""

    says = _l("{number} is {state}: there is nothing to pick.")


class Wrong(Refused):
    """Something else was scanned than is to be taken."""

    says = _l("Expected: {expected}. You have scanned {scanned}. Nothing was changed.")


class SeveralLots(Refused):
    """The item alone does not say which of its lots was taken."""

    says = _l("Several lots of {item} lie here. Scan the label of lot {lot}.")


@dataclass(frozen=True, slots=True)
class Round:
    """A shipment with the lines that are still to be taken, and what of the first was scanned."""

    shipment: Shipment
    lines: Sequence[ShipmentLine]
    done: tuple[int, ...] = ()
    seen: str = ""

    @property
    def left(self) -> list[ShipmentLine]:
        """The lines that are still to be taken, in the order of the walk."""
        return [line for line in self.lines if line.pk not in self.done]

    def values(self) -> dict[str, Any]:
        """What the address of this step holds."""
        done = ".".join(str(pk) for pk in self.done)
        return {"shipment": self.shipment.pk, "done": done, "seen": self.seen}

    @property
    def url(self) -> str:
        """The address of this step."""
        return address(HERE, **self.values())

    def taken(self, line: ShipmentLine) -> Round:
        """The same with a line taken."""
        return replace(self, done=(*self.done, line.pk), seen="")


@staff
def pick(request: HttpRequest) -> HttpResponse:
    """The next line to take; a scan verifies it, and a wrong one says what was expected."""
    ctx = ctx_of(request)
    need(may(ctx, PACK) or may(ctx, SHORT), PACK.label.lower(), PACK.name)
    if "shipment" not in request.GET:
        return _which(request, ctx)
    going = _round(ctx, request.GET)
    if going.shipment.state != ShipmentState.PICKING:
        return _over(request, going.shipment)
    if not going.left:
        return _finish(request, ctx, going)
    if "less" in request.GET:
        return _draw_less(request, going)
    if "scan" not in request.GET:
        return _draw(request, ctx, going)
    try:
        code = queries.read_code(request.GET["scan"], on=ctx.today)
        return HttpResponseRedirect(_scanned(ctx, going, code).url)
    except Refused as refusal:
        return _draw(request, ctx, going, says=str(refusal))


@staff
@require_POST
def less(request: HttpRequest) -> HttpResponse:
    """Say that the place held less; the command takes the rest from elsewhere."""
    ctx = ctx_of(request)
    going = _round(ctx, request.POST)
    line = next((one for one in going.left if str(one.pk) == request.POST.get("line")), None)
    if line is None:
        raise NotThere(reference=_("this line"))
    try:
        found = number(request.POST.get("found", ""))
        SHORT(ctx, line=line, found=found, reason=request.POST.get("reason", "")[:200])
    except Refused as refusal:
        return _draw_less(request, going, says=str(refusal), status=422)
    said = _("{item}: {found} found at {place}.").format(
        item=line.item, found=amount(found, line.item.unit), place=line.location
    )
    return answer.done(request, said, to=(going.taken(line) if found else going).url)


@staff
@require_POST
def pack(request: HttpRequest) -> HttpResponse:
    """Put what was taken into packages."""
    ctx = ctx_of(request)
    going = _round(ctx, request.POST)
    try:
        count = number(request.POST.get("packages", "").strip() or "1")
        if count % 1:
            raise NotANumber(given=plain(count))
        PACK(ctx, shipment=going.shipment, packages=int(count))
    except Refused as refusal:
        return _finish(request, ctx, going, says=str(refusal), status=422)
    said = _("{number} is packed.").format(number=going.shipment.number)
    return answer.done(request, said, to=things.url_of(going.shipment))


def _which(request: HttpRequest, ctx: Ctx) -> HttpResponse:
    """Which shipment is picked."""
    says, scanned = "", request.GET.get("scan", "").strip()
    if scanned:
        try:
            return HttpResponseRedirect(address(HERE, shipment=_named(ctx, scanned).pk))
        except Refused as refusal:
            says = str(refusal)
    rows = open_to(ctx, PACK, access.visible(ctx, Shipment).filter(state=ShipmentState.PICKING))
    waiting = rows.select_related("customer", "site").order_by("planned_on", "pk")[: queries.SHOWN]
    return draw(
        request,
        _("Pick"),
        ask=ask(_("Scan the shipment"), HERE),
        problem=problem(says),
        rows=[
            row(
                one.number,
                ", ".join(part for part in (str(one.customer), _leaves(one), str(one.site)) if part),
                url=address(HERE, shipment=one.pk),
            )
            for one in waiting
        ],
        rows_title=_("To pick"),
        empty=_("Nothing is to be picked. A pick list is written on the page of an order."),
    )


def _leaves(shipment: Shipment) -> str:
    return draw_text.day(shipment.planned_on) if shipment.planned_on else ""


def _named(ctx: Ctx, scanned: str) -> Shipment:
    """The shipment with a scanned number, or that one of its packages belongs to, while it is picked."""
    code = queries.read_code(scanned, on=ctx.today)
    found = next((one for one in queries.named(ctx, code=code) if isinstance(one, (Shipment, Package))), None)
    if found is None:
        raise NoShipment(code=code.text)
    shipment = found.shipment if isinstance(found, Package) else found
    if shipment.state != ShipmentState.PICKING:
        raise NotPicked(number=shipment.number, state=shipment.state.label.lower())
    return shipment


def _round(ctx: Ctx, sent: Any) -> Round:
    rows = access.visible(ctx, Shipment).select_related("customer", "site")
    shipment: Shipment = one_of(rows, sent.get("shipment"), what=_("shipment"))
    done = tuple(int(one) for one in sent.get("done", "").split(".") if one.isdecimal())
    seen = sent.get("seen", "")
    return Round(
        shipment=shipment,
        lines=lists.pick_round(shipment=shipment),
        done=done,
        seen=seen if seen in (PLACE, ITEM) else "",
    )


def _scanned(ctx: Ctx, going: Round, code: queries.Code) -> Round:
    """The step after a scan that fits: the lot says all; else it takes the place and the item."""
    line = going.left[0]
    if _is_lot(ctx, line, code) or queries.holds(ctx, code=code, line=line):
        return going.taken(line)
    now = PLACE if _is_place(line, code) else ITEM if _is_item(ctx, line, code) else ""
    if not now:
        raise Wrong(expected=_expected(line), scanned=_told(ctx, code))
    if going.seen in ("", now):
        return replace(going, seen=now)
    if line.lot is not None and queries.other_lots(ctx, line=line):
        raise SeveralLots(item=line.item, lot=line.lot)
    return going.taken(line)


def _is_lot(ctx: Ctx, line: ShipmentLine, code: queries.Code) -> bool:
    """True for the number of the lot; a label with an item must be of this one."""
    if line.lot is None or (code.is_label and not code.lot):
        return False
    number = (code.lot or code.text).upper()
    if number not in (line.lot.number.upper(), line.lot.supplier_lot.upper()) or not number:
        return False
    return not (code.gtin or code.sku) or _is_item(ctx, line, replace(code, lot=""), alone=False)


def _is_item(ctx: Ctx, line: ShipmentLine, code: queries.Code, *, alone: bool = True) -> bool:
    """True for the item; a label that names another lot of it is of other goods."""
    if alone and code.lot and line.lot is not None:
        return False
    return queries.items_named(ctx, code=code).filter(pk=line.item_id).exists()


def _is_place(line: ShipmentLine, code: queries.Code) -> bool:
    return code.text.upper() in (line.location.path.upper(), line.location.code.upper())


def _expected(line: ShipmentLine) -> str:
    if line.lot is None:
        return _("{place}, then {item}").format(place=line.location, item=line.item)
    return _("{place} and {item}, or lot {lot}").format(place=line.location, item=line.item, lot=line.lot)


def _told(ctx: Ctx, code: queries.Code) -> str:
    """What was scanned instead, by name where it has one."""
    found = queries.named(ctx, code=code)
    if not found:
        return code.text or _("nothing")
    return f"{things.head(found[0])} ({things.kind(found[0])})"


def _draw(request: HttpRequest, ctx: Ctx, going: Round, *, says: str = "") -> HttpResponse:
    line = going.left[0]
    shows = [show(_("Bin"), str(line.location), _mark(going, PLACE), is_big=True)]
    shows.append(show(_("Take"), amount(line.quantity, line.item.unit), is_big=True))
    shows.append(show(_("Item"), line.item.name, line.item.sku))
    if line.lot:
        shows.append(show(_("Lot"), str(line.lot)))
    label = _("Scan the lot, or the bin and the item") if line.lot else _("Scan the bin, then the item")
    if going.seen:
        label = _("Scan the item") if going.seen == PLACE else _("Scan the bin")
    less_here = button(_("There is less"), address(HERE, **going.values(), less=1), "alert-triangle")
    return draw(
        request,
        _("Pick {number}").format(number=going.shipment.number),
        text=_("Line {n} of {count}, {customer}").format(
            n=len(going.lines) - len(going.left) + 1, count=len(going.lines), customer=going.shipment.customer
        ),
        shows=shows,
        ask=ask(label, HERE, fields=fields(going.values())),
        buttons=[less_here] if may(ctx, SHORT, line) else [],
        problem=problem(says),
    )


def _mark(going: Round, what: str) -> str:
    return _("scanned") if going.seen == what else ""


def _draw_less(request: HttpRequest, going: Round, *, says: str = "", status: int = 200) -> HttpResponse:
    line = going.left[0]
    reasons = [_("Not there"), _("Damaged"), _("Other goods in the bin"), _("Expired")]
    field = ask(
        _("How much is there?"),
        f"{HERE}less/",
        name="found",
        post=True,
        is_number=True,
        unit=str(line.item.unit),
        fields=fields({**going.values(), "line": line.pk}),
        hint=_("What is missing is taken from elsewhere, if there is any."),
        choices={"label": _("Why"), "name": "reason", "options": reasons},
        button=_("There is less"),
    )
    return draw(
        request,
        _("Pick {number}").format(number=going.shipment.number),
        shows=[
            show(_("Bin"), str(line.location), is_big=True),
            show(_("Item"), line.item.name, str(line.lot or "")),
            show(_("Wanted"), amount(line.quantity, line.item.unit)),
        ],
        ask=field,
        buttons=[button(_("Back to the list"), going.url, "arrow-left")],
        problem=problem(says),
        status=status,
    )


def _finish(
    request: HttpRequest, ctx: Ctx, going: Round, *, says: str = "", status: int = 200
) -> HttpResponse:
    """All is taken: into how many packages."""
    field = ask(
        _("How many packages?"),
        f"{HERE}pack/",
        name="packages",
        post=True,
        is_number=True,
        hint=_("Enter alone packs all of it into one."),
        fields=fields(going.values()),
        button=_("Pack"),
    )
    return draw(
        request,
        _("Pick {number}").format(number=going.shipment.number),
        text=_("All of it is taken."),
        ask=field if may(ctx, PACK, going.shipment) else None,
        rows=[
            row(line.item.name, f"{amount(line.quantity, line.item.unit)}, {line.lot or line.location}")
            for line in going.lines
        ],
        rows_title=_("Taken"),
        empty=_("Nothing is on the list."),
        problem=problem(says),
        status=status,
    )


def _over(request: HttpRequest, shipment: Shipment) -> HttpResponse:
    says = str(NotPicked(number=shipment.number, state=shipment.state.label.lower()))
    return draw(
        request,
        _("Pick {number}").format(number=shipment.number),
        ask=ask(_("Scan the shipment"), HERE),
        problem=problem(says),
    )
