"""Material for work: kept and issued by lot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.queries import Need, stand_ins
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot, LotState, StockMove
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.supply import ORIGIN, issue_to, place_for
from loomline.domains.manufacturing.commands.telling import in_words, said_of
from loomline.domains.manufacturing.events import MaterialIssued
from loomline.domains.manufacturing.models import (
    MaterialUse,
    WorkLine,
    WorkOrder,
    WorkStage,
    WorkState,
)
from loomline.domains.manufacturing.models.work import OPEN
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned


class NotReleased(Refused):
    """Material goes to work that may run."""

    says = _("{work} is {state}. Release it before material is issued to it.")


class SiteUnknown(Refused):
    """Material comes from somewhere."""

    says = _("{work} does not say from which site its material comes. Choose the site first.")


class NothingNeeded(Refused):
    """All material is there."""

    says = _("{work} has all the material that its bill asks for. Name what is needed beyond that.")


class MaterialShort(Refused):
    """The stock does not cover the need."""

    says = _("{work}: {shortages} short at {site}. Receive it, or issue what there is by hand.")


class LotOnHold(Refused):
    """A lot that waits for a decision is not used."""

    says = _("Lot {lot} of {item} is {state}: {reason}. Decide on the lot first, or use another one.")


class UsedMore(Warned):
    """More than the bill asks for."""

    says = _("{item}: {used} {unit} would be used, the bill asks for {due}. Issue the {over} {unit} more?")


class IssueWrong(Refused):
    """Quantities that cannot be."""

    says = _("{item}: a quantity above 0 is needed, not {quantity}.")


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Material that goes to a work order, or comes back: of one lot, for one stage or line if it matters."""

    item: Item
    quantity: Decimal
    lot: Lot | None = None
    location: Location | None = None
    stage: WorkStage | None = None
    line: WorkLine | None = None


@command(label=_("Reserve materials"), icon="lock", states=OPEN)
def reserve_materials(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Keep the stock that the work order needs, as far as there is any."""
    work = lock(work)
    demands = _demands(work, _open_needs(work))

    if not demands:
        raise NothingNeeded(work=work.number)

    inventory.reserve(ctx, demands=demands)
    return work


@command(label=_("Issue materials"), icon="stack-2", states=OPEN)
def issue_material(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Let all material that the bill still asks for leave the stock, what expires first going first."""
    work = lock(work)

    _refuse_closed(work)
    needs = queries.needs_of(work=work)
    moves = _issue_needed(ctx, work, needs)
    _write(ctx, work, moves, needs)

    tell(ctx, work, [(move.item_id, move.lot_id, move.quantity) for move in moves], MaterialIssued)
    return work


@command(label=_("Issue by hand"), icon="hand-stop", states=OPEN)
def issue_lots(ctx: Ctx, *, work: WorkOrder, issues: list[Issue]) -> WorkOrder:
    """Let exactly these lots and quantities leave the stock for a work order."""
    work = lock(work)

    _refuse_closed(work)
    if not issues:
        raise NothingNeeded(work=work.number)
    needs = queries.needs_of(work=work)
    moves = _issue_named(ctx, work, needs, issues)
    _write(ctx, work, moves, needs, issues)

    tell(ctx, work, [(move.item_id, move.lot_id, move.quantity) for move in moves], MaterialIssued)
    return work


def refuse_held(lots: Iterable[Lot]) -> None:
    """Refuse the use of lots that are on hold or blocked."""
    for lot in lots:
        if lot.state != LotState.AVAILABLE:
            raise LotOnHold(
                lot=lot.number,
                item=lot.item,
                state=lot.state.label.lower(),
                reason=lot.reason or _t("no reason given"),
            )


def _refuse_closed(work: WorkOrder) -> None:
    if work.state not in (WorkState.RELEASED, WorkState.RUNNING, WorkState.PAUSED):
        raise NotReleased(work=work.number, state=work.state.label.lower())


def _open_needs(work: WorkOrder) -> list[Need]:
    """What is still to be issued and is kept in stock, less what is reserved already."""
    reserved: dict[int, Decimal] = defaultdict(Decimal)
    for row in stock.reservations_of(kind=ORIGIN, ids=[work.pk]):
        reserved[row.item_id] += row.quantity
    needs = [need for need in queries.needs_of(work=work) if need.open > reserved[need.item_id]]
    return [replace(need, issued=need.issued + reserved[need.item_id]) for need in needs]


def _demands(work: WorkOrder, needs: Sequence[Need]) -> list[inventory.Demand]:
    if work.site_id is None:
        raise SiteUnknown(work=work.number)
    return [
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


def _issue_needed(ctx: Ctx, work: WorkOrder, needs: Sequence[Need]) -> list[StockMove]:
    # What is taken with the output is not issued before.
    flushed = {need.item_id for need in needs if need.backflush}
    if not any(need.open > 0 for need in needs if need.item_id not in flushed):
        raise NothingNeeded(work=work.number)
    demands = _demands(work, [need for need in _open_needs(work) if not need.backflush])
    result = inventory.reserve(ctx, demands=demands) if demands else None
    stage_of = _stage_of(work, needs)
    if result is not None and result.short:
        _stand_in(ctx, work, needs, result.short, stage_of)
    rows = stock.reservations_of(kind=ORIGIN, ids=[work.pk])
    reserved = [row for row in rows if row.item_id not in flushed]
    return issue_to(ctx, work, reserved=reserved, stage_of=stage_of)


def _stand_in(
    ctx: Ctx,
    work: WorkOrder,
    needs: Sequence[Need],
    short: Sequence[inventory.Short],
    stage_of: dict[int, WorkStage | None],
) -> None:
    """Keep what may stand in for material that is short; refuse when even that is not enough."""
    by_item = {need.item_id: need for need in needs}
    found = stand_ins(line_ids=[pk for need in needs for pk in need.line_ids])
    shortages = []
    for row in short:
        need, missing = by_item[row.demand.item_id], row.missing
        for one in (one for pk in need.line_ids for one in found.get(pk, ())):
            wanted = replace(row.demand, item_id=one.item_id, quantity=missing * one.factor)
            kept = inventory.reserve(ctx, demands=[wanted])
            left = sum((rest.missing for rest in kept.short), Decimal(0))
            missing = left / one.factor
            stage_of[one.item_id] = stage_of.get(need.item_id)
            if missing <= 0:
                break
        if missing > 0:
            shortages.append((missing, need.quantity.unit, need.name))
    if shortages:
        raise MaterialShort(work=work.number, shortages=in_words(shortages), site=work.site)


def _stage_of(work: WorkOrder, needs: Sequence[Need]) -> dict[int, WorkStage | None]:
    """At which stage each material is used: where the bill says, or at the first."""
    stages = {stage.position: stage for stage in work.stages.select_related("site").order_by("position")}
    first = next(iter(stages.values()), None)
    return {need.item_id: stages.get(need.stage_position or 0, first) for need in needs}


def _issue_named(
    ctx: Ctx, work: WorkOrder, needs: Sequence[Need], issues: Sequence[Issue]
) -> list[StockMove]:
    refuse_held(issue.lot for issue in issues if issue.lot is not None)
    _warn_of_more(ctx, needs, issues)
    stage_of = _stage_of(work, needs)
    storage = storage_of_work(work) if any(issue.location is None for issue in issues) else None
    drafts = [
        _draft(
            issue,
            work,
            source=issue.location or storage,
            target=place_for(issue.stage or stage_of.get(issue.item.pk)),
        )
        for issue in issues
    ]
    inventory.take_over_missing(ctx, moves=drafts)
    return inventory.move_stock(ctx, moves=drafts)


def _warn_of_more(ctx: Ctx, needs: Sequence[Need], issues: Sequence[Issue]) -> None:
    due = {need.item_id: need for need in needs}
    more: dict[int, Decimal] = defaultdict(Decimal)
    for issue in issues:
        if issue.quantity <= 0:
            raise IssueWrong(item=issue.item, quantity=plain(issue.quantity))
        more[issue.item.pk] += issue.quantity
        need = due.get(issue.item.pk)
        asked = need.quantity.amount if need else Decimal(0)
        used = (need.issued if need else Decimal(0)) + more[issue.item.pk]
        if used > asked:
            ctx.warn(
                UsedMore(
                    item=issue.item,
                    unit=issue.item.unit,
                    used=plain(used),
                    due=plain(asked),
                    over=plain(used - asked),
                )
            )


def storage_of_work(work: WorkOrder) -> Location:
    if work.site is None:
        raise SiteUnknown(work=work.number)
    return sites.storage_of(site=work.site)


def _draft(
    issue: Issue, work: WorkOrder, *, source: Location | None, target: Location
) -> inventory.MoveDraft:
    return inventory.MoveDraft(
        item_id=issue.item.pk,
        lot_id=issue.lot.pk if issue.lot else None,
        quantity=issue.quantity,
        source_id=source.pk if source else target.pk,
        destination_id=target.pk,
        origin_kind=ORIGIN,
        origin_id=work.pk,
    )


def _write(
    ctx: Ctx, work: WorkOrder, moves: Sequence[StockMove], needs: Sequence[Need], issues: Sequence[Issue] = ()
) -> None:
    """One entry a move; at the stage named, or the one where the bill uses the material, or the first."""
    stages = {stage.position: stage for stage in work.stages.order_by("-position")}
    first = min(stages, default=0)
    at = {need.item_id: need.stage_position for need in needs}
    at |= _at_of_stand_ins(needs)
    places = Location.objects.filter(site__isnull=False).in_bulk({move.destination_id for move in moves})
    rows = []
    for number, move in enumerate(moves):
        issue = issues[number] if issues else None
        position = issue.stage.position if issue and issue.stage else at.get(move.item_id) or first
        rows.append(
            MaterialUse(
                work=work,
                stage=stages.get(position),
                line=issue.line if issue else None,
                item_id=move.item_id,
                lot_id=move.lot_id,
                location=places.get(move.destination_id),
                position=position,
                quantity=move.quantity,
                at=ctx.now,
            )
        )
    MaterialUse.objects.bulk_create(rows)


def _at_of_stand_ins(needs: Sequence[Need]) -> dict[int, int | None]:
    """What stands in for a material is used where the material is."""
    found = stand_ins(line_ids=[pk for need in needs for pk in need.line_ids])
    own = {need.item_id for need in needs}
    return {
        one.item_id: need.stage_position
        for need in needs
        for pk in need.line_ids
        for one in found.get(pk, ())
        if one.item_id not in own
    }


def tell(ctx: Ctx, work: WorkOrder, rows: Sequence[tuple[int, int | None, Decimal]], event: Any) -> None:
    items = Item.objects.select_related("unit").in_bulk({item for item, _lot, _quantity in rows})
    lots = Lot.objects.in_bulk({lot for _item, lot, _quantity in rows if lot is not None})
    names = [
        (quantity, items[item].unit.code, f"{items[item]} ({lots[lot]})" if lot else items[item].name)
        for item, lot, quantity in rows
    ]
    said = said_of(work)
    said["item_ids"] = tuple(sorted({*said["item_ids"], *items}))
    ctx.emit(event(**said, lot_ids=tuple(sorted(lots)), goods=in_words(names)))
