"""Material that nobody issues: what the bill asks for leaves the stock when goods come out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.queries import Need
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.supply import ORIGIN
from loomline.domains.manufacturing.commands.telling import in_words
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder, WorkStage
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Warned


class NotAllThere(Warned):
    """Goods came out, so the material went in; the stock does not show it."""

    says = _("{work}: {shortages} short at {site} for what came out. Take what there is and count the stock?")


def backflush(ctx: Ctx, *, work: WorkOrder) -> None:
    """Take from stock what all that came out has used, over as many lots as it takes, by FEFO."""
    needs = [need for need in queries.needs_of_output(work=work) if need.backflush and need.open > 0]
    if not needs or work.site_id is None:
        return
    demands = [
        inventory.Demand(
            item_id=need.item_id,
            quantity=need.open,
            origin_kind=ORIGIN,
            origin_id=work.pk,
            site_id=work.site_id,
            consigned=True,
        )
        for need in needs
    ]
    _free_own(ctx, work, {need.item_id: need.open for need in needs})
    found = inventory.reserve(ctx, demands=demands)
    if found.short:
        named = {need.item_id: need for need in needs}
        short = [(s.missing, s.demand.item_id) for s in found.short]
        words = in_words([(amount, named[pk].quantity.unit, named[pk].name) for amount, pk in short])
        ctx.warn(NotAllThere(work=work.number, shortages=words, site=work.site))
    if not found.reserved:
        return
    inventory.hand_over(ctx, reservations={row.pk: (ORIGIN, work.pk) for row in found.reserved})
    moves = inventory.issue_reserved(
        ctx, holders=[(ORIGIN, work.pk)], destination=sites.virtual(kind=LocationKind.PRODUCTION)
    )
    _trace(ctx, work, needs, [(move.item_id, move.lot_id, move.quantity) for move in moves])


def _free_own(ctx: Ctx, work: WorkOrder, amounts: dict[int, Decimal]) -> None:
    """What was kept for this work is what it takes now."""
    for row in stock.reservations_of(kind=ORIGIN, ids=[work.pk]):
        part = min(row.quantity, amounts.get(row.item_id, Decimal(0)))
        if part > 0:
            amounts[row.item_id] -= part
            inventory.shrink_reservation(ctx, reservation=row, quantity=row.quantity - part)


def _trace(
    ctx: Ctx, work: WorkOrder, needs: Sequence[Need], taken: Sequence[tuple[int, int | None, Decimal]]
) -> None:
    """Tie the lots to the output: at the stage where the bill uses them, or at the last one."""
    stages: dict[int, WorkStage] = {stage.position: stage for stage in work.stages.order_by("position")}
    last = max(stages, default=0)
    at = {need.item_id: need.stage_position or last for need in needs}
    MaterialUse.objects.bulk_create(
        MaterialUse(
            work=work,
            stage=stages.get(at.get(item, last)),
            item_id=item,
            lot_id=lot,
            position=at.get(item, last),
            quantity=quantity,
            at=ctx.now,
        )
        for item, lot, quantity in taken
    )
