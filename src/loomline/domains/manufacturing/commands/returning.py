"""Material that was not used comes back from work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.manufacturing.commands.material import Issue, storage_of_work, tell
from loomline.domains.manufacturing.commands.supply import ORIGIN
from loomline.domains.manufacturing.events import MaterialReturned
from loomline.domains.manufacturing.models import MaterialUse, StageState, WorkOrder, WorkState
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

Key = tuple[int, int | None, int | None, int | None, int | None]


class BooksClosed(Refused):
    """Closed work stays as it is."""

    says = _("{work} is closed; nothing about it changes any more.")


class NotIssued(Refused):
    """Only what was issued comes back."""

    says = _("{quantity} {unit} of {item} {lot} cannot come back: {issued} were issued to {work}.")


@command(label=_("Return materials"), icon="arrow-back-up")
def return_material(ctx: Ctx, *, work: WorkOrder, returns: list[Issue]) -> WorkOrder:
    """Put material that was not used back into stock; it is no part of what was made."""
    work = lock(work)
    uses = _used(work)

    if work.state == WorkState.CLOSED:
        raise BooksClosed(work=work.number)
    for back in returns:
        key = (back.item.pk, back.lot.pk if back.lot else None)
        issued = sum((amount for found, amount in uses.items() if found[:2] == key), Decimal(0))
        if not 0 < back.quantity <= issued:
            raise NotIssued(
                quantity=plain(back.quantity), unit=back.item.unit, item=back.item, lot=back.lot or "",
                issued=plain(issued), work=work.number,
            )  # fmt: skip

    parts = _parts(returns, uses)
    inventory.move_stock(ctx, moves=_moves_back(work, parts))
    MaterialUse.objects.bulk_create(_given_back(ctx, work, parts))

    rows = [(back.item.pk, back.lot.pk if back.lot else None, back.quantity) for back in returns]
    tell(ctx, work, rows, MaterialReturned)
    return work


def _used(work: WorkOrder) -> dict[Key, Decimal]:
    rows = (
        MaterialUse.objects.filter(work=work)
        .order_by()
        .values_list("item_id", "lot_id", "stage_id", "line_id", "location_id")
    )
    return {tuple(key): amount for *key, amount in rows.annotate(Sum("quantity")) if amount > 0}


def _parts(returns: Sequence[Issue], uses: Mapping[Key, Decimal]) -> list[tuple[Issue, Key, Decimal]]:
    """What of each return comes from which use."""
    left, parts = dict(uses), []
    for back in returns:
        missing = back.quantity
        for key in [key for key in left if key[:2] == (back.item.pk, back.lot.pk if back.lot else None)]:
            part = min(missing, left[key])
            if part > 0:
                left[key] -= part
                missing -= part
                parts.append((back, key, part))
    return parts


def _moves_back(work: WorkOrder, parts: Sequence[tuple[Issue, Key, Decimal]]) -> list[inventory.MoveDraft]:
    """Out of the work, or from the partner where it still lies, into storage."""
    production, storage = sites.virtual(kind=LocationKind.PRODUCTION), storage_of_work(work)
    running = {stage.pk for stage in work.stages.all() if stage.state != StageState.DONE}
    totals: dict[tuple[int, int | None, int, int], Decimal] = defaultdict(Decimal)
    for back, (item, lot, stage, _line, place), part in parts:
        source = place if place is not None and stage in running else production.pk
        totals[item, lot, source, (back.location or storage).pk] += part
    return [
        inventory.MoveDraft(
            item_id=item,
            lot_id=lot,
            quantity=quantity,
            source_id=source,
            destination_id=target,
            origin_kind=ORIGIN,
            origin_id=work.pk,
        )
        for (item, lot, source, target), quantity in totals.items()
    ]


def _given_back(ctx: Ctx, work: WorkOrder, parts: Sequence[tuple[Issue, Key, Decimal]]) -> list[MaterialUse]:
    """Entries with a minus, at the stages and lines for which the material had been issued."""
    positions = dict(work.stages.values_list("pk", "position"))
    return [
        MaterialUse(
            work=work,
            stage_id=stage_id,
            line_id=line_id,
            item_id=item_id,
            lot_id=lot_id,
            location_id=place_id,
            position=positions.get(stage_id, 0) if stage_id is not None else 0,
            quantity=-part,
            at=ctx.now,
        )
        for _back, (item_id, lot_id, stage_id, line_id, place_id), part in parts
    ]
