"""The board: records as cards in columns of a state or of a related record; a drop gives the command
of the move.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, NotPermitted, NotThere, Warned
from loomline.kernel.state import StateField
from loomline.surface import answer, argument, draw_text, filter_forms
from loomline.surface.draw_cells import plain
from loomline.surface.fields import as_key
from loomline.surface.layout import Board
from loomline.surface.listing import Listing
from loomline.surface.page import open_resource, record_of, staff
from loomline.surface.resource import Resource

CARDS = 30
COUNTED = 5000


@dataclass(frozen=True)
class Pile:
    """One column: the value that its cards have in common."""

    key: Any
    name: str
    title: str
    tone: str = ""
    likely: int | None = None


def show(request: HttpRequest, listing: Listing, page: dict[str, Any]) -> HttpResponse:
    """The board as a page; the rest of one column when it is asked for."""
    board = listing.layout
    assert isinstance(board, Board)
    scope = _scope(board, listing)
    piles = _piles(board, listing, scope)
    rows = _rows(board, listing, scope)
    asked = request.GET.get("board.more", "")
    if asked:
        pile = next((p for p in piles if p.name == asked), None)
        if pile is None:
            raise NotThere(reference=asked)
        drawn = _pile(
            board,
            listing,
            pile,
            _cards(board, listing, rows, [pile], after=as_key(request.GET.get("board.last")) or 0),
            {},
        )
        return render(request, "loom/board_more.html", {"col": drawn, "board": {"can_move": True}})
    figures = _figures(board, rows, piles, listing.ctx)
    cards = _cards(board, listing, rows, piles)
    context = {
        "page": page,
        "board": {
            **filter_forms.bar(listing),
            "title": str(scope) if scope is not None else page["title"],
            "text": _adds_up(figures),
            "url": listing.resource.path(),
            "move_url": f"{listing.resource.path()}move/",
            "note": "",
            "can_move": listing.resource.may_see(listing.ctx),
            "label": _t("{many} by {field}").format(
                many=listing.resource.plural(), field=board.by.label.lower()
            ),
            "topics": listing.resource.model._meta.label_lower,
            "columns": [
                _pile(
                    board,
                    listing,
                    p,
                    [c for c in cards if _key_of(board, c) == p.key],
                    figures.get(p.key, {}),
                )
                for p in piles
            ],
        },
    }
    return render(request, "loom/board.html", context)


def _key_of(board: Board, record: Any) -> Any:
    return getattr(record, board.by.steps[0].attname)


def _scope(board: Board, listing: Listing) -> Model | None:
    """The pipeline whose stages stand side by side: the one asked for, the default one, or the first."""
    if board.within is None or board.within.target is None:
        return None
    rows = access.visible(listing.ctx, board.within.target)
    asked = as_key(listing.params.get(board.within.text))
    if asked is not None:
        return rows.filter(pk=asked).first()
    names = {f.name for f in board.within.target._meta.concrete_fields}
    return rows.order_by(*(["-is_default"] if "is_default" in names else []), "pk").first()


def _piles(board: Board, listing: Listing, scope: Model | None) -> list[Pile]:
    field = board.by.field
    if isinstance(field, StateField) and field.states is not None:
        return [Pile(s.value, s.value, s.label, s.tone) for s in field.states if s.value not in board.hide]
    if board.by.target is None:
        return [Pile(v, str(v), str(label)) for v, label in field.flatchoices if v not in board.hide]
    rows = access.visible(listing.ctx, board.by.target)
    if scope is not None:
        back = next(
            (
                f.name
                for f in board.by.target._meta.concrete_fields
                if f.is_relation and f.related_model is type(scope)
            ),
            "",
        )
        rows = rows.filter(**{back: scope.pk}) if back else rows
    names = {f.name for f in board.by.target._meta.concrete_fields}
    found = list(rows.order_by("position" if "position" in names else "pk", "pk")[:20])
    return [Pile(r.pk, str(r.pk), str(r), getattr(r, "tone", "") or "", _likely(board, r)) for r in found]


def _likely(board: Board, row: Model) -> int | None:
    """The share in percent that a column's sum is weighted with, when it stands on the column itself."""
    if board.weight is None or board.weight.steps[0] is not board.by.steps[0]:
        return None
    value = getattr(row, board.weight.steps[-1].name, None)
    return None if value is None else int(value)


def _rows(board: Board, listing: Listing, scope: Model | None) -> QuerySet[Any]:
    rows = listing.matching([c for c in board.parts.values() if c.annotations()])
    if scope is not None and board.within is not None:
        rows = rows.filter(**{board.within.lookup: scope.pk})
    return rows.order_by()


def _figures(board: Board, rows: QuerySet[Any], piles: list[Pile], ctx: Ctx) -> dict[Any, dict[str, Any]]:
    """Count, sum and weighted sum of each column, from its first five thousand cards, in one statement."""
    value = board.parts.get("value")
    by = board.by.lookup
    names = ["pk", by]
    if value is not None and value.path is not None:
        names.append(value.lookup)
        if value.currency is not None:
            names.append(value.currency.lookup)
    parts = [rows.filter(**{by: p.key}).values_list(*names)[: COUNTED + 1] for p in piles]
    found: dict[Any, dict[str, Any]] = {p.key: {"count": 0, "sums": {}} for p in piles}
    for row in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0] if parts else ():
        figure = found[row[1]]
        figure["count"] += 1
        if len(row) > 2 and row[2] is not None:
            currency = str(row[3] or "") if len(row) > 3 else ctx.company.currency
            figure["sums"][currency] = figure["sums"].get(currency, Decimal(0)) + row[2]
    for pile in piles:
        found[pile.key]["likely"] = pile.likely
    return found


def _words(board: Board, figure: dict[str, Any]) -> dict[str, str]:
    """The figures over a column as it shows them; those of columns too long to add up are left out."""
    if not figure:
        return {"count": "", "sum": "", "weighted": ""}
    if figure["count"] > COUNTED:
        return {"count": f"{draw_text.number(COUNTED)}+", "sum": "", "weighted": ""}
    is_money = board.parts["value"].kind == "money" if "value" in board.parts else False
    share = Decimal(figure["likely"] or 0) / 100

    def said(factor: Decimal) -> str:
        write = draw_text.compact if is_money else (lambda v, _c: draw_text.number(v))
        return (
            " + ".join(write(v * factor, c) for c, v in sorted(figure["sums"].items()) if v)
            or draw_text.NOTHING
        )

    return {
        "count": str(figure["count"]),
        "sum": said(Decimal(1)),
        "weighted": said(share) if figure["likely"] is not None else "",
    }


def _adds_up(figures: dict[Any, dict[str, Any]]) -> str:
    total = sum(f["count"] for f in figures.values())
    sums: dict[str, Decimal] = {}
    weighted: dict[str, Decimal] = {}
    for figure in figures.values():
        for currency, value in figure["sums"].items():
            sums[currency] = sums.get(currency, Decimal(0)) + value
            weighted[currency] = (
                weighted.get(currency, Decimal(0)) + value * Decimal(figure["likely"] or 0) / 100
            )
    if not any(sums.values()):
        return _t("{n} in all").format(n=draw_text.number(total))
    money = " + ".join(draw_text.compact(v, c) for c, v in sorted(sums.items()))
    if not any(weighted.values()):
        return _t("{n} in all, {sum}").format(n=draw_text.number(total), sum=money)
    share = " + ".join(draw_text.compact(v, c) for c, v in sorted(weighted.items()))
    return _t("{n} in all, {sum} in total, {share} weighted").format(
        n=draw_text.number(total), sum=money, share=share
    )


def _cards(
    board: Board, listing: Listing, rows: QuerySet[Any], piles: list[Pile], *, after: int = 0
) -> list[Any]:
    """The newest cards of each column: their keys in one statement, the cards with all they show in
    another.
    """
    by = board.by.lookup
    later = Q(pk__lt=after) if after else Q()
    parts = [rows.filter(later, **{by: p.key}).order_by("-pk").values("pk")[: CARDS + 1] for p in piles]
    if not parts:
        return []
    keys = [row["pk"] for row in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])]
    columns = [*board.parts.values()]
    cards = listing.resource.rows(listing.ctx, columns).filter(pk__in=keys).order_by("-pk")
    return list(cards.select_related(by) if board.by.is_relation else cards)


def _pile(
    board: Board, listing: Listing, pile: Pile, cards: list[Any], figure: dict[str, Any]
) -> dict[str, Any]:
    shown = cards[:CARDS]
    more = ""
    if len(cards) > CARDS:
        more = listing.address(**{"board.more": pile.name, "board.last": shown[-1].pk})
    values = {part: column.values(shown) for part, column in board.parts.items()}
    return {
        "name": pile.name,
        "title": pile.title,
        "tone": pile.tone,
        "likely": pile.likely,
        **_words(board, figure),
        "more": _t("Show more"),
        "more_url": more,
        "cards": [
            _card(board, listing, row, {part: held.get(row.pk) for part, held in values.items()})
            for row in shown
        ],
    }


def _card(board: Board, listing: Listing, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    def said(part: str) -> str:
        value = values.get(part)
        if value in (None, ""):
            return ""
        return plain(board.parts[part].cell(row, value, listing.ctx))

    value = board.parts.get("value")
    amount = said("value")
    if value is not None and value.kind == "money" and values.get("value") is not None:
        amount = draw_text.compact(values["value"], value.cell(row, values["value"], listing.ctx).unit)
    chip = said("chip")
    title = said("title")
    return {
        "id": row.pk,
        "url": listing.resource.url(row.pk),
        "title": title or str(row),
        "party": said("party"),
        "value": amount,
        "note": str(row) if title and title != str(row) else "",
        "promise": {"tone": str(values.get("chip_tone") or "muted"), "text": chip} if chip else None,
        "badges": [],
        "date": said("date"),
        "late": "",
        "owner": said("owner"),
        "locked": "",
    }


@staff
def move_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """A card was dropped: give the command that the move names, or say why not."""
    resource, ctx = open_resource(request, domain, slug)
    board = next((v for v in resource.views if isinstance(v, Board)), None)
    key = as_key(request.POST.get("id"))
    if board is None or key is None or request.method != "POST":
        raise NotThere(reference=resource.title())
    record = record_of(resource, ctx, key)
    wanted = request.POST.get("to", "")
    if str(_key_of(board, record)) == wanted:
        return JsonResponse({})
    command, given = _move(board, resource, ctx, record, wanted)
    asked = [p for p in argument.asked(command) if p.required and p.name not in given]
    ask_url = f"{resource.path()}do/{command.verb}/?ids={record.pk}" + "".join(
        f"&{n}={v.pk}" for n, v in given.items() if hasattr(v, "pk")
    )
    if asked:
        words = _t("{command} needs to know more.").format(command=command.label)
        return JsonResponse({"text": words, "dialog_url": ask_url}, status=422)
    try:
        argument.on_records(command, given)(ctx, [record])
    except Warned as warning:
        return JsonResponse({"text": str(warning), "dialog_url": ask_url}, status=409)
    words = _t("{what} moved.").format(what=record)
    listing = Listing(resource, ctx, request.GET)
    scope = _scope(board, listing)
    piles = _piles(board, listing, scope)
    figures = _figures(board, _rows(board, listing, scope), piles, ctx)
    columns = {p.name: _words(board, figures.get(p.key, {})) for p in piles}
    return answer.done(request, words, undo=answer.undo_url(ctx, command), data={"columns": columns})


def _move(
    board: Board, resource: type[Resource], ctx: Ctx, record: Any, wanted: str
) -> tuple[Command[Any, Any], dict[str, Any]]:
    """The command that brings the record into the wanted column, and what it is given besides the record."""
    field = board.by.field
    target = board.by.target
    every = [c for c in resource.all_commands() if c.record is not None]
    if isinstance(field, StateField) and field.states is not None:
        state = field.states._value2member_map_.get(wanted)
        name = record.moves.into(record.state, state) if state is not None else None
        found = next((c for c in every if name and c.move == name), None)
        if found is None:
            raise _no_way(record, str(getattr(state, "label", wanted)))
        return found, {}
    if target is None:
        return _plain_edit(resource, ctx, record, board.by_text), {"values": {board.by_text: wanted}}
    to = access.visible(ctx, target).filter(pk=as_key(wanted)).first()
    if to is None:
        raise NotThere(reference=f"{target._meta.verbose_name} {wanted}")
    for command in every:
        name = next((p.name for p in argument.asked(command) if p.model is target and not p.is_list), "")
        if name and (command.move == board.by_text or name == board.by_text):
            return command, {name: to}
    return _plain_edit(resource, ctx, record, board.by_text), {"values": {board.by_text: to}}


def _plain_edit(resource: type[Resource], ctx: Ctx, record: Any, name: str) -> Command[Any, Any]:
    if not resource.may_bulk_edit(ctx):
        raise NotPermitted(
            verb=_t("move this"),
            permission=f"{resource.model._meta.app_label}.edit_{resource.model._meta.model_name}",
        )
    if not record.may_edit(name):
        raise _no_way(record, name)
    return resource.plain["edit"]


def _no_way(record: Any, to: str) -> MoveRefused:
    state = getattr(getattr(record, "state", ""), "label", "") or str(record)
    name = record.sentence_name() if hasattr(record, "sentence_name") else str(record)
    return MoveRefused(
        _t("{what} is {state}; it cannot become {to} from there."),
        what=name,
        state=state.lower(),
        to=to.lower(),
    )
