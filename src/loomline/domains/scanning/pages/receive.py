"""Goods in: a purchase order, then item, lot and quantity by turns, then one receipt of them all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.catalog.models import Tracking
from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound.models import NoticeState, ShippingNotice
from loomline.domains.inventory import queries as stock
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine, Receipt
from loomline.domains.scanning import queries
from loomline.domains.scanning.pages import refuse, things
from loomline.domains.scanning.pages.delivery import COMMAND, HERE, Delivery, announced, delivery_of
from loomline.domains.scanning.pages.step import (
    HOME,
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
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.idempotency import KeyReused
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text
from loomline.surface.page import ctx_of, need, staff

ORIGIN = "procurement.receipt"
ONE = Decimal(1)


class NoOrder(Refused):
    """A code that names no purchase order."""

    says = _l(
        "No purchase order is called {code}, and no shipping notice. Scan or type the number on the delivery"
        " note."
    )


class NotAwaited(Refused):
    """An order, or a notice, of which nothing is to come."""

    says = _l("{number} is {state}: nothing of it is awaited.")


class NotOrdered(Refused):
    """Goods that nobody asked for."""

    says = _l("{item} is not on {number}. Put it aside and ask who ordered it.")


class NoItem(Refused):
    """A code that names no item."""

    says = _l("{code} names no item. Scan the label of the goods again.")


class LotOfOther(Refused):
    """A label of other goods."""

    says = _l("This label is of {item}, not of {wanted}. Scan the lot of {wanted}.")


class ReceivedBefore(Refused):
    """The same page was sent twice, with something else in it."""

    says = _l("This delivery was received already. Look at the receipts of {number} before you receive more.")


@staff
def receive(request: HttpRequest) -> HttpResponse:
    """The step that the address says: which order, which item, which lot, how much, or what came."""
    ctx = ctx_of(request)
    need(may(ctx, COMMAND), COMMAND.label.lower(), COMMAND.name)
    if "receipt" in request.GET:
        return _received(request, ctx)
    if "purchase" not in request.GET:
        return _which(request, ctx)
    delivery = delivery_of(ctx, request.GET)
    scanned = request.GET.get("scan")
    if scanned is None:
        return _draw(request, delivery)
    try:
        return HttpResponseRedirect(_next(ctx, delivery, scanned).url)
    except Refused as refusal:
        return _draw(request, delivery, says=str(refusal))


@staff
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Write the receipt of what was scanned; a page that is sent twice writes one."""
    ctx = ctx_of(request)
    delivery = delivery_of(ctx, request.POST)
    accepted = frozenset(request.POST.getlist("accept"))
    giving = replace(ctx, accepted=accepted, key=f"scan-receive-{delivery.key}")
    lines = [
        procurement.ReceivedLine(
            line=one.line,
            quantity=one.quantity,
            lot=one.lot,
            expires_on=one.expires_on,
            rejected=one.rejected,
            fault=one.fault,
        )
        for one in delivery.got
    ]
    papers: dict[str, Any] = {"lines": lines, "delivery_note": request.POST.get("delivery_note", "")[:80]}
    try:
        if delivery.notice is not None:
            receipt = inbound.receive_counted(giving, notice=delivery.notice, **papers)
        else:
            receipt = COMMAND(giving, purchase=delivery.purchase, **papers)
    except KeyReused:
        says = str(ReceivedBefore(number=delivery.purchase.number))
        return _draw(request, delivery, says=says, status=409)
    except Refused as refusal:
        return _draw(request, delivery, refusal=refusal, status=422)
    said = _("{receipt} is written.").format(receipt=receipt.number)
    return answer.done(request, said, to=address(HERE, receipt=receipt.pk))


def _which(request: HttpRequest, ctx: Ctx) -> HttpResponse:
    """Which purchase order has come."""
    says, scanned = "", request.GET.get("scan", "").strip()
    if scanned:
        try:
            return HttpResponseRedirect(_named(ctx, scanned))
        except Refused as refusal:
            says = str(refusal)
    awaited = open_to(ctx, COMMAND, queries.awaited_of(ctx))[: queries.SHOWN]
    return draw(
        request,
        _("Receive"),
        ask=ask(_("Scan the purchase order or the shipping notice"), HERE),
        problem=problem(says),
        rows=[
            row(
                one.number,
                ", ".join(part for part in (str(one.supplier), _due(one), str(one.site)) if part),
                url=address(HERE, purchase=one.pk),
                badge={"text": one.state.label, "tone": one.state.tone},
            )
            for one in awaited
        ],
        rows_title=_("Expected next"),
        empty=_("Nothing is on its way to you."),
    )


def _named(ctx: Ctx, scanned: str) -> str:
    """The step for the purchase order or the notice with a scanned number, while something is awaited."""
    code = queries.read_code(scanned, on=ctx.today)
    found = access.visible(ctx, Purchase).filter(number__in=code.spellings).first()
    if found is None:
        return announced(_notice(ctx, code))
    if not found.is_awaited:
        raise NotAwaited(number=found.number, state=found.state.label.lower())
    return address(HERE, purchase=found.pk)


def _notice(ctx: Ctx, code: queries.Code) -> ShippingNotice:
    """The notice with a scanned number, or the only open one with this tracking number."""
    rows = access.visible(ctx, ShippingNotice)
    found = rows.filter(number__in=code.spellings).first()
    if found is None and code.text:
        tracked = list(rows.filter(tracking__in=code.spellings, state=NoticeState.ANNOUNCED)[:2])
        found = tracked[0] if len(tracked) == 1 else None
    if found is None:
        raise NoOrder(code=code.text)
    if found.state != NoticeState.ANNOUNCED:
        raise NotAwaited(number=found.number, state=found.state.label.lower())
    return found


def _due(purchase: Purchase) -> str:
    return draw_text.day(purchase.expected_on) if purchase.expected_on else ""


def _next(ctx: Ctx, delivery: Delivery, scanned: str) -> Delivery:
    """The step after this scan: it named an item, a lot, or how much."""
    if delivery.bad is not None:
        return refuse.next_of(delivery, delivery.bad, scanned)
    line = delivery.line
    if line is None:
        return _item_scanned(ctx, delivery, queries.read_code(scanned, on=ctx.today))
    if _asks_lot(delivery):
        code = queries.read_code(scanned, on=ctx.today)
        _refuse_other_goods(ctx, line, code)
        return _settled(
            replace(delivery, lot=code.lot or code.text, expires_on=code.expires_on or delivery.expires_on)
        )
    usual = _usual(delivery, line)
    return delivery.with_got(number(scanned) if scanned.strip() or usual is None else usual)


def _item_scanned(ctx: Ctx, delivery: Delivery, code: queries.Code) -> Delivery:
    items = list(queries.items_named(ctx, code=code)[:2])
    ids = {item.pk for item in items}
    theirs = {sku.upper() for sku in code.spellings}
    lines = [
        line for line in delivery.lines if line.item_id in ids or (line.supplier_sku or "~").upper() in theirs
    ]
    if not lines and items:
        raise NotOrdered(item=items[0], number=delivery.purchase.number)
    if not lines:
        raise NoItem(code=code.text or _("Nothing"))
    open_lines = [line for line in lines if delivery.rest(line) > 0]
    line = (open_lines or lines)[0]
    is_tracked = line.item.tracking != Tracking.NONE
    made = replace(
        delivery,
        line=line,
        lot=code.lot or None if is_tracked else "",
        expires_on=code.expires_on if is_tracked else None,
        quantity=code.quantity,
    )
    return _settled(made)


def _settled(delivery: Delivery) -> Delivery:
    """A serial number is one piece: nothing is left to ask."""
    is_piece = delivery.line is not None and delivery.line.item.tracking == Tracking.SERIAL
    return delivery.with_got(ONE) if is_piece and delivery.lot is not None else delivery


def _asks_lot(delivery: Delivery) -> bool:
    line = delivery.line
    return line is not None and line.item.tracking != Tracking.NONE and delivery.lot is None


def _refuse_other_goods(ctx: Ctx, line: PurchaseLine, code: queries.Code) -> None:
    if not (code.gtin or code.sku):
        return
    named = queries.items_named(ctx, code=code).first()
    if named is not None and named.pk != line.item_id:
        raise LotOfOther(item=named, wanted=line.item)


def _draw(
    request: HttpRequest,
    delivery: Delivery,
    *,
    says: str = "",
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The step as it stands: the goods in hand, or all that was scanned so far."""
    purchase = delivery.purchase
    title = _("Receive {number}").format(number=purchase.number)
    wrong = problem(str(refusal or says), refusal, request)
    if delivery.bad is not None:
        step = refuse.asked(delivery, delivery.bad)
        return draw(request, title, **step, problem=wrong, status=status)
    if delivery.line is not None:
        return draw(request, title, **_in_hand(delivery, delivery.line), problem=wrong, status=status)
    at_end = fields(delivery.values())
    words = ngettext("Receive {n} line", "Receive {n} lines", len(delivery.got)).format(n=len(delivery.got))
    return draw(
        request,
        title,
        text=f"{purchase.supplier}, {purchase.site}",
        ask=ask(_("Scan an item"), HERE, fields=at_end, hint=_("Or the whole label with its lot.")),
        buttons=[button(words, f"{HERE}do/", "truck-delivery", post=at_end)] if delivery.got else [],
        rows=[*_scanned(delivery), *_open(delivery)],
        rows_title=_("This delivery"),
        problem=wrong,
        status=status,
    )


def _in_hand(delivery: Delivery, line: PurchaseLine) -> dict[str, Any]:
    item, rest = line.item, delivery.rest(line)
    shows = [show(_("Item"), item.name, item.sku, is_big=True)]
    if delivery.lot:
        shows.append(show(_("Lot"), delivery.lot, _best_before(delivery)))
    shows.append(show(_("Still to come"), amount(max(rest, Decimal(0)), item.unit)))
    without = replace(delivery, lot="")
    back = button(_("Another item"), _bare(delivery).url, "arrow-left")
    if _asks_lot(delivery):
        word = _("Scan the serial number") if item.tracking == Tracking.SERIAL else _("Scan the lot")
        none = button(_("It has no number"), _settled(without).url)
        return {
            "shows": shows,
            "ask": ask(word, HERE, fields=fields(delivery.values())),
            "buttons": [none, back],
        }
    usual = _usual(delivery, line)
    field = ask(
        _("How much came?"),
        HERE,
        fields=fields(delivery.values()),
        is_number=True,
        unit=str(item.unit),
        hint=_("Enter alone takes {quantity}.").format(quantity=amount(usual, item.unit)) if usual else "",
    )
    return {"shows": shows, "ask": field, "buttons": [back]}


def _usual(delivery: Delivery, line: PurchaseLine) -> Decimal | None:
    """What Enter alone takes: what the label says, or all that is still to come."""
    rest = delivery.rest(line)
    return delivery.quantity or (rest if rest > 0 else None)


def _best_before(delivery: Delivery) -> str:
    if delivery.expires_on is None:
        return ""
    return _("best before {day}").format(day=draw_text.day(delivery.expires_on))


def _bare(delivery: Delivery) -> Delivery:
    return replace(delivery, line=None, lot=None, expires_on=None, quantity=None, bad=None)


def _scanned(delivery: Delivery) -> list[dict[str, Any]]:
    rows = []
    for n, one in enumerate(delivery.got):
        kept = delivery.got[:n] + delivery.got[n + 1 :]
        said = amount(one.quantity, one.line.item.unit)
        text = _("{quantity}, lot {lot}").format(quantity=said, lot=one.lot) if one.lot else said
        out = button(_("Take out"), replace(_bare(delivery), got=kept).url, "x")
        bad = button(_("Reject some"), replace(_bare(delivery), bad=n).url, "circle-x")
        badge = {"text": _("Scanned"), "tone": "ok"}
        if one.rejected:
            badge = {"text": _("Part rejected"), "tone": "warn"}
        said = ", ".join(part for part in (text, refuse.said_of(one)) if part)
        rows.append(row(one.line.item.name, said, badge=badge, buttons=[bad, out]))
    return rows


def _open(delivery: Delivery) -> list[dict[str, Any]]:
    return [
        row(
            line.item.name,
            _("{sku}, {quantity} still to come").format(
                sku=line.item.sku, quantity=amount(rest, line.item.unit)
            ),
        )
        for line in delivery.lines
        if (rest := delivery.rest(line)) > 0
    ]


def _received(request: HttpRequest, ctx: Ctx) -> HttpResponse:
    """What a receipt brought, and where each part of it belongs."""
    rows = access.visible(ctx, Receipt).select_related("supplier", "purchase", "site")
    receipt: Receipt = one_of(rows, request.GET["receipt"], what=_("receipt"))
    moves = stock.moves_of(kind=ORIGIN, ids=[receipt.pk]).select_related("item__unit")
    came = [
        row(
            f"{amount(move.quantity, move.item.unit)} {move.item}",
            _("to {place}, lot {lot}").format(place=move.destination, lot=move.lot)
            if move.lot
            else _("to {place}").format(place=move.destination),
            url=things.url_of(move.lot or move.item),
        )
        for move in moves
    ]
    again = None
    if receipt.purchase.is_awaited:
        words = _("Receive more of {number}").format(number=receipt.purchase.number)
        again = button(words, address(HERE, purchase=receipt.purchase_id), "truck-delivery")
    return draw(
        request,
        _("{receipt} is received").format(receipt=receipt.number),
        text=str(receipt.supplier),
        ask=ask(_("Scan a code"), HOME, button=_("Go")),
        buttons=[again],
        rows=came,
        rows_title=_("Bring it to"),
        empty=_("Nothing of it is kept in stock."),
    )
