"""Taking returned goods in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.procurement.queries import in_words
from loomline.domains.returns.commands.opening import LineElsewhere, told_of
from loomline.domains.returns.events import ReturnReceived
from loomline.domains.returns.models import GoodsReturn, ReturnLine, ReturnState
from loomline.domains.returns.queries import ORIGIN
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

RETURNS = "RETURNS"
REPAIR = "REPAIR"
COMING = (ReturnState.APPROVED, ReturnState.RECEIVED, ReturnState.INSPECTED)


class NotAwaited(Refused):
    """Only what was approved is taken in."""

    says = _("Return {number} is {state}; approve a return before its goods are taken in.")


class NothingReceived(Refused):
    """A receipt of nothing."""

    says = _("Nothing is awaited for return {number} any more, or no quantity was said.")


class ReceivedTooMuch(Refused):
    """No more is taken in than was asked for, and that is no more than was delivered."""

    says = _(
        "{item}: {quantity} {unit} cannot be taken in on return {number}; {left} are still awaited."
        " Open another return for the rest."
    )


@dataclass(frozen=True, kw_only=True)
class ReceivedDraft:
    """How much of a line of the return is here, in the item's stock unit."""

    line: ReturnLine
    quantity: Decimal


@command(move="receive", label=_("Receive"), icon="truck-return")
def receive_return(
    ctx: Ctx,
    *,
    goods_return: GoodsReturn,
    lines: list[ReceivedDraft] | None = None,
    freight: Decimal | None = None,
) -> GoodsReturn:
    """Take goods in, all that is awaited or a part: they stand in the returns place until they are inspected.

    `freight` is what the way back cost us, in our own currency.
    """
    found = lock(goods_return)
    rows = {row.pk: row for row in lock_all(found.lines.select_related("item__unit"))}

    if found.state not in COMING:
        raise NotAwaited(number=found.number, state=found.state.label.lower())
    came = _came(found, rows, lines)

    inventory.move_stock(ctx, moves=_moves(ctx, found, rows, came))
    for pk, quantity in came.items():
        rows[pk].received += quantity
    ReturnLine.objects.bulk_update([rows[pk] for pk in came], ["received"])
    changes: dict[str, Any] = {} if freight is None else {"freight": freight}
    advance(found, "receive", received_at=ctx.now, **changes)

    touched = [rows[pk] for pk in came]
    goods = in_words([(came[row.pk], row.item.unit.code, row.item.name) for row in touched])
    ctx.emit(ReturnReceived(**told_of(found, touched, goods=goods)))
    return found


def _came(
    found: GoodsReturn, rows: Mapping[int, ReturnLine], drafts: Sequence[ReceivedDraft] | None
) -> dict[int, Decimal]:
    """How much came of which line; without drafts all that is awaited."""
    if drafts is None:
        came = {pk: row.to_receive for pk, row in rows.items() if row.to_receive > 0}
    else:
        came = defaultdict(Decimal)
        for draft in drafts:
            came[draft.line.pk] += draft.quantity
    if not came or any(quantity <= 0 for quantity in came.values()):
        raise NothingReceived(number=found.number, at_field="lines")
    for pk, quantity in came.items():
        row = rows.get(pk)
        if row is None:
            raise LineElsewhere(number=found.order, at_field="lines")
        if quantity > row.to_receive:
            raise ReceivedTooMuch(
                item=row.item,
                quantity=plain(quantity),
                unit=row.item.unit,
                number=found.number,
                left=plain(row.to_receive),
                at_field="lines",
            )
    return dict(came)


def _moves(
    ctx: Ctx, found: GoodsReturn, rows: Mapping[int, ReturnLine], came: Mapping[int, Decimal]
) -> list[inventory.MoveDraft]:
    customer = places.virtual(kind=LocationKind.CUSTOMER)
    apart = place_for(ctx, found.site, code=RETURNS, name=_t("Returns"))
    return [
        inventory.MoveDraft(
            item_id=rows[pk].item_id,
            lot_id=rows[pk].lot_id,
            quantity=quantity,
            source_id=customer.pk,
            destination_id=apart.pk,
            origin_kind=ORIGIN,
            origin_id=found.pk,
            reason=str(found.number),
        )
        for pk, quantity in came.items()
    ]


def place_for(ctx: Ctx, site: Site, *, code: str, name: str) -> Location:
    """The place of a site where such goods stand apart; it is added with the first goods that need it."""
    lock(site)
    known = site.locations.filter(
        code=code, kind=LocationKind.QUARANTINE, is_active=True, parent__isnull=True
    ).first()
    if known is not None:
        return known
    return sites.add_location(ctx, site=site, code=code, name=name, kind=LocationKind.QUARANTINE)
