"""Opening lots, and deciding whether they may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import events, queries
from loomline.domains.inventory.commands.reservations import free_of, free_of_all, tell_freed
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all


class NotTracked(Refused):
    """Lots are kept of items that are tracked by lot or serial number."""

    says = _("{item} is not tracked by lot. Change its tracking first if lots matter.")


class LotKnown(Refused):
    """The number is taken."""

    says = _("{item} already has a lot {number}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LotDraft:
    """A lot to be; without a number it gets the next one of the series."""

    item_id: int
    number: str = ""
    supplier_id: int | None = None
    supplier_lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    state: LotState = LotState.AVAILABLE
    reason: str = ""
    origin_kind: str = ""
    origin_id: int | None = None


@command(hidden=True)
def open_lots(ctx: Ctx, *, drafts: list[LotDraft]) -> list[Lot]:
    """Begin lots of items that are tracked; the best-before day follows from the item's shelf life."""
    items = Item.objects.in_bulk({draft.item_id for draft in drafts})
    for draft in drafts:
        if items[draft.item_id].tracking == Tracking.NONE:
            raise NotTracked(item=items[draft.item_id])
    _refuse_known(drafts, items)

    lots = Lot.objects.bulk_create([_lot(ctx, draft, items[draft.item_id]) for draft in drafts])

    for lot in lots:
        item = items[lot.item_id]
        ctx.emit(
            events.LotOpened(
                lot_id=lot.pk,
                item_id=item.pk,
                supplier_id=lot.supplier_id,
                number=str(lot.number),
                item=item.name,
                supplier_lot=f"({lot.supplier_lot})" if lot.supplier_lot else "",
            )
        )
    return lots


@command(creates=Lot, icon="plus", label=_("Open lot"))
def open_lot(
    ctx: Ctx,
    *,
    item: Item,
    number: str = "",
    supplier: Party | None = None,
    supplier_lot: str = "",
    made_on: date | None = None,
    expires_on: date | None = None,
) -> Lot:
    """Begin one lot."""
    [lot] = open_lots(
        ctx,
        drafts=[
            LotDraft(
                item_id=item.pk,
                number=number,
                supplier_id=supplier.pk if supplier else None,
                supplier_lot=supplier_lot,
                made_on=made_on,
                expires_on=expires_on,
            )
        ],
    )
    return lot


@command(move="hold", label=_("Hold"), icon="lock")
def hold_lot(ctx: Ctx, *, lot: Lot, reason: str) -> Lot:
    """Stop the use of a lot until somebody decides; what is reserved of it may not leave."""
    lot = lock(lot)

    advance(lot, "hold", reason=reason)

    on_hand, reserved = queries.stock_of_lot(lot_id=lot.pk)
    ctx.emit(
        events.LotHeld(**_facts(lot), on_hand=on_hand, reserved=reserved, unit=_unit(lot), reason=reason)
    )
    return lot


@command(move="release", label=_("Release"), icon="lock-open")
def release_lot(ctx: Ctx, *, lot: Lot, reason: str) -> Lot:
    """Allow the use of a lot again."""
    lot = lock(lot)

    advance(lot, "release", reason="")

    ctx.emit(events.LotReleased(**_facts(lot), reason=reason))
    return lot


@command(move="block", label=_("Block"), icon="circle-x", danger=True)
def block_lot(ctx: Ctx, *, lot: Lot, reason: str) -> Lot:
    """Stop the use of a lot for good and free what is reserved of it, so that it is sought elsewhere."""
    lot = lock(lot)
    on_hand, _reserved = queries.stock_of_lot(lot_id=lot.pk)

    advance(lot, "block", reason=reason)
    freed = free_of(lot_id=lot.pk)

    ctx.emit(
        events.LotBlocked(
            **_facts(lot),
            on_hand=on_hand,
            freed=sum((row.quantity for row in freed), Decimal(0)),
            unit=_unit(lot),
            reason=reason,
        )
    )
    tell_freed(ctx, freed, reason=str(_("lot {number} is blocked")).format(number=lot))
    return lot


@command(hidden=True)
def block_lots(ctx: Ctx, *, lots: list[Lot], reason: str) -> list[Lot]:
    """Stop the use of many lots for good at once; those that are blocked already stay as they are."""
    locked = [lot for lot in lock_all(lots) if lot.state != LotState.BLOCKED]
    if not locked:
        return []
    there = queries.on_hand_of_lots(locked)

    advance_all(locked, "block", reason=reason[:200])
    freed = free_of_all(lot_ids=[lot.pk for lot in locked])

    ctx.emit(
        events.LotsBlocked(
            lot_ids=tuple(lot.pk for lot in locked),
            item_ids=tuple(sorted({lot.item_id for lot in locked if there[lot.pk]})),
            lots=len(locked),
            reason=reason,
        )
    )
    tell_freed(ctx, freed, reason=reason)
    return locked


def _refuse_known(drafts: list[LotDraft], items: Mapping[int, Item]) -> None:
    wanted = [(draft.item_id, draft.number) for draft in drafts if draft.number]
    known = set(
        Lot.objects.filter(
            item__in={pk for pk, _n in wanted}, number__in={n for _i, n in wanted}
        ).values_list("item_id", "number")
    )
    seen: set[tuple[int, str]] = set()
    for key in wanted:
        if key in known or key in seen:
            raise LotKnown(item=items[key[0]], number=key[1])
        seen.add(key)


def _lot(ctx: Ctx, draft: LotDraft, item: Item) -> Lot:
    expires_on = draft.expires_on
    if expires_on is None and item.shelf_life_days is not None:
        expires_on = (draft.made_on or ctx.today) + timedelta(days=item.shelf_life_days)
    lot = Lot(
        item=item,
        supplier_id=draft.supplier_id,
        supplier_lot=draft.supplier_lot,
        state=draft.state,
        reason=draft.reason,
        made_on=draft.made_on,
        expires_on=expires_on,
        attributes=dict(draft.attributes),
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        opened_at=ctx.now,
    )
    if draft.number:
        lot.number = draft.number
    return lot


def _facts(lot: Lot) -> dict[str, Any]:
    return {
        "lot_id": lot.pk,
        "item_id": lot.item_id,
        "supplier_id": lot.supplier_id,
        "number": str(lot.number),
        "item": lot.item.name,
    }


def _unit(lot: Lot) -> str:
    return str(lot.item.unit.code)
