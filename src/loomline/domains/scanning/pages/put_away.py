"""Goods to their place: a handling unit or goods that lie loose, then the bin that they are put into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, HandlingUnit, Lot, UnitState
from loomline.domains.scanning import queries
from loomline.domains.scanning.pages.step import (
    HOME,
    address,
    amount,
    ask,
    button,
    draw,
    fields,
    goods,
    may,
    number,
    one_of,
    problem,
    row,
    show,
)
from loomline.domains.sites.models import Location
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer
from loomline.surface.page import ctx_of, need, staff

HERE = f"{HOME}put-away/"
LOOSE, WHOLE = inventory.transfer_stock, inventory.move_unit


class NothingToMove(Refused):
    """A code that names no goods."""

    says = _l("{code} names no goods that lie here. Scan a lot, an item or a handling unit.")


class NothingLoose(Refused):
    """Goods that lie nowhere by themselves."""

    says = _l("Nothing of {what} lies loose and free. Scan the handling unit that it lies in.")


class NoBin(Refused):
    """A code that names no place."""

    says = _l("{code} is no place of {site}. Scan the label of the bin.")
    status = 422


@dataclass(frozen=True, slots=True)
class Load:
    """What is in the hand, and where it is to go."""

    unit: HandlingUnit | None = None
    balance: Balance | None = None
    quantity: Decimal = Decimal(0)
    # The place that the rules propose, and another one that was scanned and waits for a yes.
    proposed: Location | None = None
    other: Location | None = None

    @property
    def place(self) -> Location:
        """Where it lies now."""
        holder = self.unit or self.balance
        assert holder is not None
        found: Location = holder.location
        return found

    def values(self) -> dict[str, Any]:
        """What the address of this step holds."""
        if self.unit is not None:
            return {"unit": self.unit.pk}
        assert self.balance is not None
        return {"balance": self.balance.pk, "quantity": plain(self.quantity)}


@staff
def put_away(request: HttpRequest) -> HttpResponse:
    """What waits to be put away; or what is in the hand, and the bin that it belongs into."""
    ctx = ctx_of(request)
    need(may(ctx, LOOSE) or may(ctx, WHOLE), _("put goods away"), LOOSE.name)
    if "unit" in request.GET or "balance" in request.GET:
        load = _load(ctx, request.GET)
        if "less" in request.GET:
            return _draw_quantity(request, load)
        return _draw(request, load)
    scanned = request.GET.get("scan", "").strip()
    if not scanned:
        return _start(request, ctx)
    try:
        found = _found(ctx, queries.read_code(scanned, on=ctx.today))
    except Refused as refusal:
        return _start(request, ctx, says=str(refusal))
    if len(found) == 1:
        return HttpResponseRedirect(_url(found[0]))
    return _start(request, ctx, says=_("It lies in several places. Choose one."), chosen=found)


@staff
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Put what is in the hand into the bin that was scanned; another bin than proposed is asked about."""
    ctx = ctx_of(request)
    accepted = frozenset(request.POST.getlist("accept"))
    key = request.POST.get("key", "")[:60]
    giving = replace(ctx, accepted=accepted, key=f"scan-put-{key}" if key else "")
    load = _load(ctx, request.POST)
    try:
        place = _bin(ctx, load, request.POST.get("bin", ""))
        is_other = load.proposed is not None and place.pk not in (load.proposed.pk, _confirmed(request))
        if is_other:
            return HttpResponseRedirect(address(HERE, **load.values(), other=place.pk))
        if load.unit is not None:
            WHOLE(giving, unit=load.unit, destination=place)
        elif load.balance is not None:
            LOOSE(giving, balance=load.balance, quantity=load.quantity, destination=place)
    except Refused as refusal:
        return _draw(request, load, refusal=refusal, status=422)
    said = _("{goods} lies at {place}.").format(goods=_what(load), place=place)
    rest = load.balance is not None and load.balance.free > load.quantity
    to = address(HERE, balance=load.balance.pk) if rest and load.balance is not None else HERE
    return answer.done(request, said, to=to)


def _confirmed(request: HttpRequest) -> int:
    given = request.POST.get("confirmed", "")
    return int(given) if given.isdecimal() and len(given) < 19 else 0


def _what(load: Load) -> str:
    if load.balance is None:
        return str(load.unit)
    return f"{amount(load.quantity, load.balance.item.unit)} {goods(load.balance)}"


def _start(
    request: HttpRequest, ctx: Ctx, *, says: str = "", chosen: Sequence[Balance] | None = None
) -> HttpResponse:
    rows = queries.waiting(ctx)[: queries.SHOWN] if chosen is None else chosen
    return draw(
        request,
        _("Put away"),
        ask=ask(_("Scan a lot, an item or a handling unit"), HERE),
        problem=problem(says),
        rows=[
            row(goods(one), f"{amount(one.free, one.item.unit)}, {one.location}", url=_url(one))
            for one in rows
        ],
        rows_title=_("Waits to be put away") if chosen is None else _("Lies at"),
        empty=_("Nothing waits to be put away."),
    )


def _url(found: Balance | HandlingUnit) -> str:
    return address(HERE, **{"unit" if isinstance(found, HandlingUnit) else "balance": found.pk})


def _found(ctx: Ctx, code: queries.Code) -> list[Any]:
    """The handling unit that a code names, or the places where its goods lie loose and free."""
    named = queries.named(ctx, code=code)
    units = [one for one in named if isinstance(one, HandlingUnit) and one.state != UnitState.GONE]
    if units:
        return units[:1]
    lots = [one.pk for one in named if isinstance(one, Lot)]
    items = [one.pk for one in named if isinstance(one, Item)]
    places = [one.pk for one in named if isinstance(one, Location)]
    wanted: dict[str, Any] = {"lot__in": lots} if lots else {"item__in": items} if items else {}
    wanted = wanted or ({"location__in": places} if places else {})
    if not wanted:
        raise NothingToMove(code=code.text)
    found = [one for one in queries.lying(ctx, unit__isnull=True, **wanted) if one.free > 0]
    if not found:
        raise NothingLoose(what=code.text)
    return found[: queries.SHOWN]


def _load(ctx: Ctx, sent: Any) -> Load:
    if sent.get("unit"):
        rows = access.visible(ctx, HandlingUnit).select_related("location__site")
        unit: HandlingUnit = one_of(rows, sent["unit"], what=_("handling unit"))
        _refuse_not_given(may(ctx, WHOLE, unit), unit)
        return replace(
            Load(unit=unit, proposed=queries.place_of_unit(unit=unit)), other=_other(ctx, sent.get("other"))
        )
    balance: Balance = one_of(queries.lying(ctx), sent.get("balance"), what=_("stock on hand"))
    _refuse_not_given(may(ctx, LOOSE, balance), balance)
    place, most = queries.place_of_goods(balance=balance, quantity=balance.free)
    given = number(sent["quantity"]) if sent.get("quantity") else most
    return Load(balance=balance, quantity=given, proposed=place, other=_other(ctx, sent.get("other")))


def _refuse_not_given(is_allowed: bool, record: Any) -> None:
    if not is_allowed:
        raise NotThere(reference=str(record))


def _other(ctx: Ctx, key: str | None) -> Location | None:
    rows = access.visible(ctx, Location).filter(site__isnull=False, is_active=True)
    return one_of(rows, key, what=_("location")) if key else None


def _bin(ctx: Ctx, load: Load, text: str) -> Location:
    """The place with a scanned code, at the site where the goods are."""
    code = queries.read_code(text, on=ctx.today)
    found: Location | None = queries.places_named(ctx, code=code).filter(site=load.place.site_id).first()
    if found is None:
        raise NoBin(code=code.text or "–", site=load.place.site)
    return found


def _draw(
    request: HttpRequest, load: Load, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    wrong = problem(str(refusal or ""), refusal, request)
    confirm = None
    if load.other is not None and load.proposed is not None and refusal is None:
        words = _("You have scanned {place}; the rules send it to {proposed}.")
        wrong = problem(words.format(place=load.other, proposed=load.proposed))
        sent = {**load.values(), "bin": load.other.path, "confirmed": load.other.pk, "key": _key(request)}
        confirm = button(_("Put it into {place}").format(place=load.other), f"{HERE}do/", post=fields(sent))
    less = None
    if load.balance is not None:
        less = button(_("Another quantity"), address(HERE, balance=load.balance.pk, less=1))
    return draw(
        request,
        _("Put away"),
        shows=_shows(load),
        ask=ask(
            _("Scan the bin"),
            f"{HERE}do/",
            name="bin",
            post=True,
            fields=fields({**load.values(), "key": _key(request)}),
            button=_("Put away"),
        ),
        buttons=[confirm, less, button(_("Other goods"), HERE, "arrow-left")],
        problem=wrong,
        status=status,
    )


def _draw_quantity(request: HttpRequest, load: Load) -> HttpResponse:
    assert load.balance is not None
    field = ask(
        _("How much do you put away?"),
        HERE,
        name="quantity",
        fields=fields({"balance": load.balance.pk}),
        is_number=True,
        hint=_("Enter alone takes {quantity}.").format(
            quantity=amount(load.quantity, load.balance.item.unit)
        ),
        unit=str(load.balance.item.unit),
    )
    return draw(request, _("Put away"), shows=_shows(load), ask=field)


def _key(request: HttpRequest) -> str:
    """A page that is sent twice moves goods once."""
    return ctx_of(request).request_id


def _shows(load: Load) -> list[dict[str, str]]:
    if load.proposed is None:
        to = show(_("To"), _("Any bin"), _("No rule has room for it: choose the bin yourself."), is_big=True)
    elif load.proposed.pk == load.place.pk:
        to = show(
            _("To"), str(load.proposed), _("It lies there already, where the rules send it."), is_big=True
        )
    else:
        to = show(_("To"), str(load.proposed), is_big=True)
    here = show(_("Lies at"), str(load.place))
    if load.balance is None:
        return [to, show(_("Handling unit"), str(load.unit)), here]
    lot = show(_("Lot"), str(load.balance.lot)) if load.balance.lot else None
    what = [
        show(_("Item"), load.balance.item.name, load.balance.item.sku),
        lot,
        show(_("Quantity"), amount(load.quantity, load.balance.item.unit)),
        here,
    ]
    return [to, *(one for one in what if one is not None)]
