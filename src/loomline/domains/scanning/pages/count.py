"""Counting: a sheet, then bin by bin what lies there and how much; what the books expect is never shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.counting import commands as counting
from loomline.domains.counting.models import CountLine, CountSheet, SheetState
from loomline.domains.inventory.models import HandlingUnit, Lot
from loomline.domains.scanning import queries
from loomline.domains.scanning.pages import things
from loomline.domains.scanning.pages.step import (
    HOME,
    address,
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
from loomline.domains.sites.models import Location
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer
from loomline.surface.page import ctx_of, need, staff

HERE = f"{HOME}count/"
ENTER, FINISH = counting.enter_counts, counting.finish_count
COUNTING = (SheetState.COUNTING, SheetState.RECOUNT)


class NoSheet(Refused):
    """A code that names no count."""

    says = _l("No count that goes on is called {code}, and none has a place of this name.")


class NoPlace(Refused):
    """A bin of another round."""

    says = _l("{code} is no place of {number}. Expected: {expected}.")


class NoGoods(Refused):
    """A code that names nothing that could lie here."""

    says = _l("{code} names no goods. Scan the label of what lies at {place}.")


class LotNeeded(Refused):
    """An item that is kept by lot."""

    says = _l("{item} is kept by lot. Scan the lot.")


@dataclass(frozen=True, slots=True)
class Walk:
    """A sheet, the place that is being counted, and what of it is in the hand."""

    sheet: CountSheet
    lines: Sequence[CountLine]
    place: Location | None = None
    line: CountLine | None = None
    # What lies here and does not stand on the sheet.
    item: Item | None = None
    lot: Lot | None = None

    @property
    def here(self) -> list[CountLine]:
        """The lines of the place."""
        return [line for line in self.lines if self.place is not None and line.location_id == self.place.pk]

    def values(self) -> dict[str, Any]:
        """What the address of this step holds."""
        parts = {
            "sheet": self.sheet,
            "place": self.place,
            "line": self.line,
            "item": self.item,
            "lot": self.lot,
        }
        return {name: one.pk for name, one in parts.items() if one is not None}

    @property
    def url(self) -> str:
        """The address of this step."""
        return address(HERE, **self.values())


@staff
def count(request: HttpRequest) -> HttpResponse:
    """The step that the address says: which sheet, which bin, which goods, or how much."""
    ctx = ctx_of(request)
    need(may(ctx, ENTER), ENTER.label.lower(), ENTER.name)
    if "sheet" not in request.GET:
        return _which(request, ctx)
    walk = _walk(ctx, request.GET)
    if walk.sheet.state not in COUNTING:
        return _over(request, walk.sheet)
    if "scan" not in request.GET:
        return _draw(request, ctx, walk)
    try:
        code = queries.read_code(request.GET["scan"], on=ctx.today)
        if walk.place is None:
            return HttpResponseRedirect(replace(walk, place=_place(walk, code)).url)
        found = _goods(ctx, walk, walk.place, code)
    except Refused as refusal:
        return _draw(request, ctx, walk, says=str(refusal))
    if len(found) == 1:
        return HttpResponseRedirect(found[0].url)
    return _choose(request, walk, found)


@staff
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Write down what was found; goods that the sheet does not name are added to it."""
    ctx = ctx_of(request)
    walk = _walk(ctx, request.POST)
    try:
        counted = number(request.POST.get("counted", ""))
        if walk.line is not None:
            ENTER(ctx, sheet=walk.sheet, lines=[counting.CountedLine(line=walk.line, counted=counted)])
        elif walk.item is not None and walk.place is not None:
            counting.add_found(
                ctx, sheet=walk.sheet, item=walk.item, location=walk.place, counted=counted, lot=walk.lot
            )
    except Refused as refusal:
        return _draw(request, ctx, walk, says=str(refusal), status=422)
    return answer.done(request, _("It is counted."), to=_next(walk).url)


@staff
@require_POST
def rest(request: HttpRequest) -> HttpResponse:
    """Nothing else lies here: what was not counted at this place is 0."""
    ctx = ctx_of(request)
    walk = _walk(ctx, request.POST)
    lines = [
        counting.CountedLine(line=line, counted=Decimal(0)) for line in walk.here if line.counted is None
    ]
    try:
        ENTER(ctx, sheet=walk.sheet, lines=lines)
    except Refused as refusal:
        return _draw(request, ctx, walk, says=str(refusal), status=422)
    to = Walk(walk.sheet, walk.lines).url
    return answer.done(request, _("{place} is counted.").format(place=walk.place), to=to)


@staff
@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """Hand the sheet in."""
    ctx = ctx_of(request)
    walk = _walk(ctx, request.POST)
    try:
        FINISH(ctx, sheet=walk.sheet)
    except Refused as refusal:
        return _draw(request, ctx, walk, says=str(refusal), status=422)
    said = _("{number} is handed in.").format(number=walk.sheet.number)
    return answer.done(request, said, to=things.url_of(walk.sheet))


def _next(walk: Walk) -> Walk:
    """The place again while something there waits, and else the sheet."""
    done = walk.line.pk if walk.line is not None else None
    left = [line for line in walk.here if line.counted is None and line.pk != done]
    return Walk(walk.sheet, walk.lines, walk.place if left else None)


def _which(request: HttpRequest, ctx: Ctx) -> HttpResponse:
    """Which sheet is counted: by its number, or by a bin that stands on it."""
    says, scanned = "", request.GET.get("scan", "").strip()
    rows = queries.counts_at(ctx)
    if scanned:
        code = queries.read_code(scanned, on=ctx.today)
        places = queries.places_named(ctx, code=code)
        at = {place.pk: place for place in places[: queries.SHOWN]}
        named = rows.filter(number__in=code.spellings) | queries.counts_at(ctx, location_ids=list(at))
        found = list(named[:2])
        if len(found) == 1:
            place = next(iter(at), None) if len(at) == 1 and found[0].number not in code.spellings else None
            return HttpResponseRedirect(address(HERE, sheet=found[0].pk, place=place))
        says = _("Several counts go on at {code}. Choose one.") if found else str(NoSheet(code=code.text))
        says = says.format(code=code.text)
    open_sheets = open_to(ctx, ENTER, rows)[: queries.SHOWN]
    return draw(
        request,
        _("Count"),
        ask=ask(_("Scan the count or a bin"), HERE),
        problem=problem(says),
        rows=[
            row(
                one.number,
                str(one.site),
                url=address(HERE, sheet=one.pk),
                badge={"text": one.state.label, "tone": one.state.tone},
            )
            for one in open_sheets
        ],
        rows_title=_("Being counted"),
        empty=_("No count goes on. One is begun under Count sheets."),
    )


def _walk(ctx: Ctx, sent: Any) -> Walk:
    rows = access.visible(ctx, CountSheet).select_related("site")
    sheet: CountSheet = one_of(rows, sent.get("sheet"), what=_("count sheet"))
    if not may(ctx, ENTER, sheet):
        raise NotThere(reference=_("count sheet {pk}").format(pk=sheet.pk))
    lines = queries.lines_to_count(sheet=sheet)
    places = {str(line.location_id): line.location for line in lines}
    return Walk(
        sheet=sheet,
        lines=lines,
        place=places.get(sent.get("place", "")),
        line=next((line for line in lines if str(line.pk) == sent.get("line")), None),
        item=_one(ctx, Item, sent.get("item")),
        lot=_one(ctx, Lot, sent.get("lot")),
    )


def _one(ctx: Ctx, model: Any, key: str | None) -> Any:
    rows = access.visible(ctx, model).select_related(*queries.WITH[model])
    return one_of(rows, key, what=str(model._meta.verbose_name)) if key else None


def _place(walk: Walk, code: queries.Code) -> Location:
    places = {line.location.pk: line.location for line in walk.lines}
    for place in places.values():
        if code.text.upper() in (place.path.upper(), place.code.upper()):
            return place
    expected = ", ".join(str(place) for place in _waiting(walk)[:3]) or "–"
    raise NoPlace(code=code.text or "–", number=walk.sheet.number, expected=expected)


def _waiting(walk: Walk) -> list[Location]:
    return list({one.location_id: one.location for one in walk.lines if one.counted is None}.values())


def _goods(ctx: Ctx, walk: Walk, place: Location, code: queries.Code) -> list[Walk]:
    """The lines of the place that a code names; else goods that the sheet does not know of."""
    named = queries.named(ctx, code=code)
    units = {one.pk for one in named if isinstance(one, HandlingUnit)}
    lots = [one for one in named if isinstance(one, Lot)]
    items = [one for one in named if isinstance(one, Item)]
    kept = {lot.pk for lot in lots}
    known = {item.pk for item in items} if not code.lot else set()
    found = [
        replace(walk, line=line)
        for line in walk.here
        if line.unit_id in units or line.lot_id in kept or line.item_id in known
    ]
    if found:
        return found
    if lots:
        return [replace(walk, item=lot.item, lot=lot) for lot in lots]
    if not items:
        raise NoGoods(code=code.text or "–", place=place)
    if items[0].tracking != Tracking.NONE:
        raise LotNeeded(item=items[0])
    return [replace(walk, item=items[0])]


def _choose(request: HttpRequest, walk: Walk, found: Sequence[Walk]) -> HttpResponse:
    """Which of several lines is meant."""
    rows = []
    for one in found:
        line = one.line
        title = _called(line) if line is not None else f"{one.item}, {one.lot}"
        rows.append(row(title, url=one.url))
    return draw(
        request,
        _("Count {number}").format(number=walk.sheet.number),
        shows=[show(_("Bin"), str(walk.place), is_big=True)],
        ask=ask(_("Scan the lot"), HERE, fields=fields(replace(walk, line=None).values())),
        problem=problem(_("Several lines are of these goods. Choose one.")),
        rows=rows,
    )


def _called(line: CountLine) -> str:
    parts = (line.item.name, line.lot, line.unit, line.owner)
    return ", ".join(str(part) for part in parts if part)


def _draw(request: HttpRequest, ctx: Ctx, walk: Walk, *, says: str = "", status: int = 200) -> HttpResponse:
    parts = _of_sheet(ctx, walk)
    if walk.place is not None:
        in_hand = walk.line is not None or walk.item is not None
        parts = _of_goods(walk, walk.place) if in_hand else _of_place(walk, walk.place)
    title = _("Count {number}").format(number=walk.sheet.number)
    return draw(request, title, **parts, problem=problem(says), status=status)


def _of_sheet(ctx: Ctx, walk: Walk) -> dict[str, Any]:
    """Which bin is next."""
    left: dict[int, list[CountLine]] = {}
    for line in walk.lines:
        if line.counted is None:
            left.setdefault(line.location_id, []).append(line)
    rows = [
        row(
            str(lines[0].location),
            ngettext("{n} line to count", "{n} lines to count", len(lines)).format(n=len(lines)),
            url=replace(walk, place=lines[0].location).url,
        )
        for lines in left.values()
    ]
    done = None
    if not rows and may(ctx, FINISH, walk.sheet):
        done = button(
            _("Hand in"), f"{HERE}finish/", "clipboard-check", kind="primary", post=fields(walk.values())
        )
    return {
        "text": str(walk.sheet.site),
        "ask": ask(_("Scan the bin"), HERE, fields=fields(walk.values())),
        "buttons": [done],
        "rows": rows[: queries.SHOWN],
        "rows_title": _("Still to count"),
        "empty": _("Everything is counted. Scan a bin to count it again."),
    }


def _of_place(walk: Walk, place: Location) -> dict[str, Any]:
    """What lies in this bin."""
    left = [line for line in walk.here if line.counted is None]
    nothing = button(_("Nothing else lies here"), f"{HERE}rest/", post=fields(walk.values()))
    back = button(_("Another bin"), Walk(walk.sheet, walk.lines).url, "arrow-left")
    return {
        "shows": [show(_("Bin"), str(place), is_big=True)],
        "ask": ask(_("Scan an item or a lot"), HERE, fields=fields(walk.values())),
        "buttons": [nothing if left else None, back],
        "rows": [row(_called(line), url=replace(walk, line=line).url) for line in left[: queries.SHOWN]],
        "rows_title": _("Still to count here"),
        "empty": _("Everything here is counted."),
    }


def _of_goods(walk: Walk, place: Location) -> dict[str, Any]:
    """How much of it lies here."""
    line, hint = walk.line, ""
    item = line.item if line is not None else walk.item
    assert item is not None
    lot = line.lot if line is not None else walk.lot
    if line is None:
        hint = _("It does not stand on the list; what you enter is added to it.")
    elif line.counted is not None:
        hint = _("It was counted before; what you enter takes the place of that.")
    shows = [show(_("Item"), item.name, item.sku, is_big=True), show(_("Bin"), str(place))]
    if lot is not None:
        shows.append(show(_("Lot"), str(lot)))
    if line is not None and (line.unit or line.owner):
        shows.append(
            show(_("Handling unit, owner"), ", ".join(str(one) for one in (line.unit, line.owner) if one))
        )
    field = ask(
        _("How much lies here?"),
        f"{HERE}do/",
        name="counted",
        post=True,
        is_number=True,
        unit=str(item.unit),
        hint=hint,
        fields=fields(walk.values()),
    )
    back = button(_("Other goods"), Walk(walk.sheet, walk.lines, walk.place).url, "arrow-left")
    return {"shows": shows, "ask": field, "buttons": [back]}


def _over(request: HttpRequest, sheet: CountSheet) -> HttpResponse:
    says = _("{number} is {state}; nothing more is entered.").format(
        number=sheet.number, state=sheet.state.label.lower()
    )
    return draw(request, _("Count"), ask=ask(_("Scan the count or a bin"), HERE), problem=problem(says))
