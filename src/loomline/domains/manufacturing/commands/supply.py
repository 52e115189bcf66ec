"""Material at the hands of partners: it stays in stock at their site until the stage it is for is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Reservation, StockMove
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder, WorkStage
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.context import Ctx

ORIGIN = "manufacturing.workorder"


def place_for(stage: WorkStage | None) -> Location:
    """Where material goes that is issued for a stage: to its partner's site, or into the work itself."""
    if stage is None or stage.partner_id is None or stage.site is None or not stage.is_open:
        return sites.virtual(kind=LocationKind.PRODUCTION)
    # Staged, not stored: nobody else's demand may take it, and it is still ours and in stock.
    found = sites.places_of(site_ids=[stage.site.pk], kind=LocationKind.STAGING).get(stage.site.pk)
    return found or sites.virtual(kind=LocationKind.PRODUCTION)


def issue_to(
    ctx: Ctx, work: WorkOrder, *, reserved: Sequence[Reservation], stage_of: Mapping[int, WorkStage | None]
) -> list[StockMove]:
    """Let reserved material go where its stage stands, item by item."""
    places = {item: place_for(stage) for item, stage in stage_of.items()}
    production = sites.virtual(kind=LocationKind.PRODUCTION)
    by_place: dict[int, list[Reservation]] = defaultdict(list)
    known = {place.pk: place for place in (production, *places.values())}
    for row in reserved:
        by_place[places.get(row.item_id, production).pk].append(row)
    moves: list[StockMove] = []
    for place, rows in by_place.items():
        inventory.hand_over(ctx, reservations={row.pk: (ORIGIN, work.pk) for row in rows})
        moves += inventory.issue_reserved(ctx, holders=[(ORIGIN, work.pk)], destination=known[place])
    return moves


def take_into_work(ctx: Ctx, work: WorkOrder, stage: WorkStage) -> None:
    """Count what was supplied for a stage as gone into the work: the stage is done."""
    held = supplied(stages=[stage])
    if held:
        _move(ctx, work, held, target=sites.virtual(kind=LocationKind.PRODUCTION))


def supply_again(ctx: Ctx, work: WorkOrder, stage: WorkStage) -> None:
    """Send what was supplied for a stage after it: somebody else does it now."""
    held, place = supplied(stages=[stage]), place_for(stage)
    if not held:
        return
    _move(ctx, work, held, target=place)
    new = None if place.is_virtual else place.pk
    MaterialUse.objects.bulk_create(
        MaterialUse(
            work=work,
            stage=stage,
            item_id=item,
            lot_id=lot,
            location_id=at,
            position=stage.position,
            quantity=amount,
            at=ctx.now,
        )
        for (item, lot, old), quantity in held.items()
        for at, amount in ((old, -quantity), (new, quantity))
    )


def supplied(*, stages: Iterable[WorkStage]) -> dict[tuple[int, int | None, int], Decimal]:
    """What lies at partners for these stages, by item, lot and place."""
    rows = MaterialUse.objects.filter(stage__in=[stage.pk for stage in stages], location__isnull=False)
    sums = rows.order_by().values_list("item_id", "lot_id", "location_id").annotate(Sum("quantity"))
    return {(item, lot, place): amount for item, lot, place, amount in sums if amount > 0 and place}


def _move(
    ctx: Ctx, work: WorkOrder, held: Mapping[tuple[int, int | None, int], Decimal], *, target: Location
) -> None:
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=item,
                lot_id=lot,
                quantity=quantity,
                source_id=place,
                destination_id=target.pk,
                origin_kind=ORIGIN,
                origin_id=work.pk,
            )
            for (item, lot, place), quantity in held.items()
            if place != target.pk
        ],
    )
