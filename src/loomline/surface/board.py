"""The board: records as cards in columns of a state or of a related record; a drop gives the command
of the move.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access, rates
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.kernel.state import StateField
from loomline.surface import draw_text, filter_forms, registry
from loomline.surface.draw_cells import Cell, plain
from loomline.surface.fields import as_key
from loomline.surface.layout import Board
from loomline.surface.list_rows import edit_label, form_names, with_edit
from loomline.surface.listing import Listing

CARDS = 30
SCOPES = 20
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
    scopes = _scopes(board, listing)
    scope = _scope(board, listing, scopes)
    piles = _piles(board, listing, scope)
    rows = _rows(board, listing, scope)
    more = request.GET.get("board.more", "")
    if more:
        pile = next((p for p in piles if p.name == more), None)
        if pile is None:
            raise NotThere(reference=more)
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
    move = listing.query(**{"as": board.name}).urlencode()
    context = {
        "page": page,
        "board": {
            **filter_forms.bar(listing),
            "title": str(scope) if scope is not None else page["title"],
            "text": _adds_up(figures) if cards or _is_any(listing) else listing.resource.empty_text(),
            "switch": _switch(board, listing, scopes, scope),
            "url": listing.resource.path(),
            "move_url": f"{listing.resource.path()}move/?{move}",
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
                    [c for c in cards if key_of(board, c) == p.key],
                    figures.get(p.key, {}),
                )
                for p in piles
            ],
        },
    }
    return render(request, "loom/board.html", context)


def _is_any(listing: Listing) -> bool:
    """True when there are records that these filters leave out; asked for an empty board alone."""
    return listing.resource.visible(listing.ctx).exists()


def key_of(board: Board, record: Any) -> Any:
    """Which column a card stands in."""
    return getattr(record, board.by.steps[0].attname)


def heads(board: Board, listing: Listing) -> dict[str, dict[str, str]]:
    """The figures at the head of each column, by its name."""
    scope = _scope(board, listing, _scopes(board, listing))
    piles = _piles(board, listing, scope)
    figures = _figures(board, _rows(board, listing, scope), piles, listing.ctx)
    return {p.name: _words(board, figures.get(p.key, {})) for p in piles}


def _scopes(board: Board, listing: Listing) -> list[Model]:
    """The pipelines whose stages can stand side by side, the default one first."""
    if board.within is None or board.within.target is None:
        return []
    names = {f.name for f in board.within.target._meta.concrete_fields}
    default = ["-is_default"] if "is_default" in names else []
    return list(access.visible(listing.ctx, board.within.target).order_by(*default, "pk")[:SCOPES])


def _scope(board: Board, listing: Listing, scopes: list[Model]) -> Model | None:
    """The pipeline asked for, the default one, or the first."""
    asked = as_key(listing.params.get(board.within.text)) if board.within is not None else None
    return next((one for one in scopes if asked in (None, one.pk)), None)


def _switch(board: Board, listing: Listing, scopes: list[Model], scope: Model | None) -> list[dict[str, Any]]:
    """The way to the boards of the other pipelines."""
    if board.within is None or len(scopes) < 2:
        return []
    here, name = listing.resource.path(), board.within.text
    return [
        {
            "title": str(one),
            "url": f"{here}?{listing.query(**{name: one.pk}).urlencode()}",
            "current": one is scope,
        }
        for one in scopes
    ]


def _piles(board: Board, listing: Listing, scope: Model | None) -> list[Pile]:
    field = board.by.field
    if isinstance(field, StateField) and field.states is not None:
        return [Pile(s.value, s.value, s.label, s.tone) for s in field.states if s.value not in board.hide]
    if board.by.target is None:
        return [Pile(v, str(v), str(label)) for v, label in field.flatchoices if v not in board.hide]
    rows = access.visible(listing.ctx, board.by.target)
    target = registry.of(board.by.target)
    if board.within is None and target is not None:
        rows = rows.filter(**(target.pickable or {}))
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
    own = next((w for w in board.weights if w.steps[0] is board.by.steps[0]), None)
    value = getattr(row, own.steps[-1].name, None) if own is not None else None
    return None if value is None else int(value)


def _rows(board: Board, listing: Listing, scope: Model | None) -> QuerySet[Any]:
    rows = listing.matching([c for c in board.parts.values() if c.annotations()])
    if scope is not None and board.within is not None:
        rows = rows.filter(**{board.within.lookup: scope.pk})
    return rows.order_by()


def _figures(board: Board, rows: QuerySet[Any], piles: list[Pile], ctx: Ctx) -> dict[Any, dict[str, Any]]:
    """Count, sum and weighted sum of each column, from its first five thousand cards, in one statement.

    Amounts in several currencies become those of the company, as far as there are rates.
    """
    value = board.parts.get("value")
    by = board.by.lookup
    names = {"pk": "pk", "pile": by, **{f"weight_{n}": w.lookup for n, w in enumerate(board.weights)}}
    if value is not None and value.path is not None:
        names["amount"] = value.lookup
        if value.currency is not None:
            names["currency"] = value.currency.lookup
    parts = [rows.filter(**{by: p.key}).values_list(*names.values())[: COUNTED + 1] for p in piles]
    found: dict[Any, dict[str, Any]] = {p.key: {"count": 0, "sums": {}, "weighted": {}} for p in piles}
    for key, share, currency, count, total in _added(parts, list(names)) if parts else ():
        figure = found[key]
        figure["count"] += count
        if total is not None:
            kind = ctx.company.currency if currency is None else currency
            for name, amount in (("sums", total), ("weighted", total * share / Decimal(100))):
                figure[name][kind] = figure[name].get(kind, Decimal(0)) + amount
    for pile in piles:
        found[pile.key]["likely"] = pile.likely
    return _in_one_currency(found, ctx)


def _added(parts: list[QuerySet[Any, Any]], names: list[str]) -> list[tuple[Any, ...]]:
    """The rows of these parts, whose columns are so called, added up by pile, weight and currency."""
    try:
        whole = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        sql, params = whole.query.sql_with_params()
    except EmptyResultSet:
        return []
    share = ", ".join([*(name for name in names if name.startswith("weight")), "0"])
    currency = "currency" if "currency" in names else "NULL"
    total = "sum(amount)" if "amount" in names else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pile, coalesce({share}), {currency}, count(*), {total}"
            f" FROM ({sql}) cards ({', '.join(names)}) GROUP BY 1, 2, 3",
            params,
        )
        return list(cursor.fetchall())


def _in_one_currency(found: dict[Any, dict[str, Any]], ctx: Ctx) -> dict[Any, dict[str, Any]]:
    own = ctx.company.currency
    used = {currency for figure in found.values() for currency in figure["sums"]}
    if len(used) < 2:
        return found
    known = rates.exchange_rates(currencies=used, into=own, on=ctx.today)
    for figure in found.values():
        for name in ("sums", "weighted"):
            figure[name] = rates.in_one(figure[name], into=own, rates=known)
    return found


def _words(board: Board, figure: dict[str, Any]) -> dict[str, str]:
    """The figures over a column as it shows them; those of columns too long to add up are left out."""
    if not figure:
        return {"count": "", "sum": "", "weighted": ""}
    if figure["count"] > COUNTED:
        return {"count": f"{draw_text.number(COUNTED)}+", "sum": "", "weighted": ""}
    is_money = board.parts["value"].kind == "money" if "value" in board.parts else False

    def said(name: str) -> str:
        write = draw_text.compact if is_money else (lambda v, _c: draw_text.number(v))
        return " + ".join(write(v, c) for c, v in sorted(figure[name].items()) if v) or draw_text.NOTHING

    return {
        "count": str(figure["count"]),
        "sum": said("sums") if "value" in board.parts else "",
        "weighted": said("weighted") if figure["likely"] is not None else "",
    }


def _adds_up(figures: dict[Any, dict[str, Any]]) -> str:
    total = sum(f["count"] for f in figures.values())
    sums: dict[str, Decimal] = {}
    weighted: dict[str, Decimal] = {}
    for figure in figures.values():
        for name, total_ in (("sums", sums), ("weighted", weighted)):
            for currency, value in figure[name].items():
                total_[currency] = total_.get(currency, Decimal(0)) + value
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
        cell = board.parts[part].cell(row, value, listing.ctx)
        return draw_text.compact(value, cell.unit) if (part, cell.kind) == ("value", "money") else plain(cell)

    def written(part: str) -> Cell:
        """What the card says, as a cell that is edited in its place where the person may."""
        cell, column = Cell(text=said(part)), board.parts.get(part)
        if column is None or column.text not in form_names(listing.resource) or not can_edit:
            return cell
        return with_edit(column, cell, row, listing.resource, edit_label(column), is_fact=True)

    can_edit = listing.resource.may_edit(listing.ctx)
    chip = said("chip")
    title = said("title")
    return {
        "id": row.pk,
        "url": listing.resource.url(row.pk),
        "title": title or str(row),
        "party": said("party"),
        "value": written("value"),
        "note": str(row) if title and title != str(row) else "",
        "promise": {"tone": str(values.get("chip_tone") or "muted"), "text": chip} if chip else None,
        "badges": [],
        "date": written("date"),
        "late": "",
        "owner": said("owner"),
        "locked": "",
    }
