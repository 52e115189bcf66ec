"""Every quantity is explained by lines of the ledger: on the page of a balance and on that of a location."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.sites.models import Location
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table

SHOWN = 100


def explained(ctx: Ctx, balance: Balance) -> dict[str, Any] | None:
    """The moves that add up to what lies here, newest first, with what lay here after each."""
    seen = _seen(ctx, queries.ledger_of_balance(balance))
    rows = list(seen[: SHOWN + 1])
    if not rows:
        return None
    after = balance.on_hand
    cells = []
    for move in rows[:SHOWN]:
        sign = _sign(move, balance)
        cells.append([*_when(move), *_amounts(move.quantity * sign, after, balance), *_where(move)])
        after -= move.quantity * sign
    unit = balance.item.unit
    if len(rows) > SHOWN:
        words = _t("The last {n} lines; those before them add up to {sum} {unit}")
        sub = words.format(n=SHOWN, sum=plain(after), unit=unit)
    else:
        sub = _t("{n} lines add up to {sum} {unit}").format(
            n=len(rows), sum=plain(balance.on_hand), unit=unit
        )
    heads = (_t("Moved"), _t("Quantity"), _t("After"), _t("From"), _t("To"), _t("Cause"), _t("Reason"))
    return plain_table(_t("Ledger"), heads, cells, sub=sub)


def cause(ctx: Ctx, move: StockMove) -> dict[str, Any] | None:
    """The document that a move belongs to."""
    if not move.origin_kind:
        return None
    fact = {"label": _t("Document"), "name": "origin", "cell": _cause(move)}
    return {"facts": [fact], "look": "dl", "health": None}


def lies_here(ctx: Ctx, place: Location) -> dict[str, Any] | None:
    """What lies at a location, by item, lot, owner and handling unit."""
    rows = access.visible(ctx, Balance).filter(location=place, is_physical=True).exclude(on_hand=0)
    found = list(rows.select_related("item__unit", "lot", "owner", "unit").order_by("item__sort_name", "pk"))
    if not found:
        return None
    heads = (_t("Item"), _t("Lot"), _t("On hand"), _t("Reserved"), _t("Unit"), _t("Owner"))
    cells = [
        (
            Cell(kind="item", text=row.item.name, url=registry.url(row)),
            Cell(kind="code", text=str(row.lot or ""), url=registry.url(row.lot)),
            Cell(kind="quantity", value=row.on_hand, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.reserved, unit=row.item.unit.code),
            Cell(kind="code", text=str(row.unit or ""), url=registry.url(row.unit)),
            Cell(kind="party", text=row.owner.name if row.owner else ""),
        )
        for row in found
    ]
    return plain_table(_t("Stock"), heads, cells, sub=_t("Choose an item to see the lines that explain it"))


def moved_here(ctx: Ctx, place: Location) -> dict[str, Any] | None:
    """What came to a location and what left it, newest first."""
    seen = _seen(ctx, queries.ledger_of(location_id=place.pk)).select_related(
        "item__unit", "lot", "source", "destination"
    )
    rows = list(seen[:SHOWN])
    if not rows:
        return None
    heads = (
        _t("Moved"),
        _t("Item"),
        _t("Quantity"),
        _t("Lot"),
        _t("From"),
        _t("To"),
        _t("Cause"),
        _t("Reason"),
    )
    cells = [
        [
            *_when(move),
            Cell(text=move.item.name),
            Cell(
                kind="quantity",
                value=move.quantity
                * (int(move.destination_id == place.pk) - int(move.source_id == place.pk)),
                unit=move.item.unit.code,
            ),
            Cell(kind="code", text=str(move.lot or "")),
            *_where(move),
        ]
        for move in rows
    ]
    sub = _t("The last {n} lines").format(n=SHOWN) if len(rows) == SHOWN else ""
    return plain_table(_t("Ledger"), heads, cells, sub=sub)


def _seen(ctx: Ctx, rows: QuerySet[StockMove]) -> QuerySet[StockMove]:
    return rows & access.visible(ctx, StockMove).order_by("-pk")


def _sign(move: StockMove, balance: Balance) -> int:
    here = balance.location_id, balance.unit_id
    came = (move.destination_id, move.destination_unit_id) == here
    return int(came) - int((move.source_id, move.source_unit_id) == here)


def _when(move: StockMove) -> tuple[Cell, ...]:
    return (Cell(kind="moment", value=move.effective_at, url=registry.url(move)),)


def _amounts(change: Decimal, after: Decimal, balance: Balance) -> tuple[Cell, ...]:
    unit = balance.item.unit.code
    tone = "bad" if change < 0 else ""
    return (
        Cell(kind="quantity", value=change, unit=unit, tone=tone),
        Cell(kind="quantity", value=after, unit=unit),
    )


def _where(move: StockMove) -> tuple[Cell, ...]:
    ends = Cell(text=str(move.source)), Cell(text=str(move.destination))
    return *ends, _cause(move), Cell(text=move.reason)


def _cause(move: StockMove) -> Cell:
    resource = registry.by_kind(move.origin_kind) if move.origin_kind else None
    if resource is None:
        return Cell()
    words = str(resource.model._meta.verbose_name).capitalize()
    return Cell(text=words, url=registry.url_of_kind(move.origin_kind, move.origin_id))


registry.contribute(
    Location,
    Panel(TABLE, read=lies_here, title=_("Stock"), name="lies_here"),
    Panel(TABLE, read=moved_here, title=_("Ledger"), name="moved_here"),
)
