"""Material for work: kept, issued by lot, and given back when it was not used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot, LotState, StockMove
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.telling import in_words, said_of
from loomline.domains.manufacturing.events import MaterialIssued, MaterialReturned
from loomline.domains.manufacturing.models import MaterialUse, WorkLine, WorkOrder, WorkStage, WorkState
from loomline.domains.manufacturing.models.work import OPEN
from loomline.domains.manufacturing.queries import Need
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned

ORIGIN = "manufacturing.workorder"


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


class NotIssued(Refused):
    """Only what was issued comes back."""

    says = _("{quantity} {unit} of {item} {lot} cannot come back: {issued} were issued to {work}.")


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

    _tell(ctx, work, [(move.item_id, move.lot_id, move.quantity) for move in moves], MaterialIssued)
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

    _tell(ctx, work, [(move.item_id, move.lot_id, move.quantity) for move in moves], MaterialIssued)
    return work


@command(label=_("Return materials"), icon="arrow-back-up")
def return_material(ctx: Ctx, *, work: WorkOrder, returns: list[Issue]) -> WorkOrder:
    """Put material that was not used back into stock; it is no part of what was made."""
    work = lock(work)
    uses = _used(work)

    for back in returns:
        key = (back.item.pk, back.lot.pk if back.lot else None)
        issued = sum(
            (amount for (item, lot, _stage, _line), amount in uses.items() if (item, lot) == key), Decimal(0)
        )
        if not 0 < back.quantity <= issued:
            raise NotIssued(
                quantity=plain(back.quantity), unit=back.item.unit, item=back.item, lot=back.lot or "",
                issued=plain(issued), work=work.number,
            )  # fmt: skip

    production, storage = sites.virtual(kind=LocationKind.PRODUCTION), _storage(work)
    drafts = [_draft(back, work, source=production, target=back.location or storage) for back in returns]
    inventory.move_stock(ctx, moves=drafts)
    MaterialUse.objects.bulk_create(_given_back(ctx, work, returns, uses))

    rows = [(back.item.pk, back.lot.pk if back.lot else None, back.quantity) for back in returns]
    _tell(ctx, work, rows, MaterialReturned)
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
    if work.state not in (WorkState.RELEASED, WorkState.RUNNING):
        raise NotReleased(work=work.number, state=work.state.label.lower())


def _open_needs(work: WorkOrder) -> list[Need]:
    """What is still to be issued and is kept in stock, less what is reserved already."""
    reserved: dict[int, Decimal] = defaultdict(Decimal)
    for row in stock.reservations_of(kind=ORIGIN, ids=[work.pk]):
        reserved[row.item_id] += row.quantity
    needs = [need for need in queries.needs_of(work=work) if need.open > reserved[need.item_id]]
    return [
        Need(
            need.item_id,
            need.sku,
            need.name,
            need.quantity,
            need.stage_position,
            need.issued + reserved[need.item_id],
        )
        for need in needs
    ]


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
        )
        for need in needs
    ]


def _issue_needed(ctx: Ctx, work: WorkOrder, needs: Sequence[Need]) -> list[StockMove]:
    if not any(need.open > 0 for need in needs):
        raise NothingNeeded(work=work.number)
    demands = _demands(work, _open_needs(work))
    result = inventory.reserve(ctx, demands=demands) if demands else None
    if result is not None and result.short:
        by_item = {need.item_id: need for need in needs}
        shortages = [
            (row.missing, by_item[row.demand.item_id].quantity.unit, by_item[row.demand.item_id].name)
            for row in result.short
        ]
        raise MaterialShort(work=work.number, shortages=in_words(shortages), site=work.site)
    return inventory.issue_reserved(
        ctx, origins=[(ORIGIN, work.pk)], destination=sites.virtual(kind=LocationKind.PRODUCTION)
    )


def _issue_named(
    ctx: Ctx, work: WorkOrder, needs: Sequence[Need], issues: Sequence[Issue]
) -> list[StockMove]:
    refuse_held(issue.lot for issue in issues if issue.lot is not None)
    _warn_of_more(ctx, needs, issues)
    production = sites.virtual(kind=LocationKind.PRODUCTION)
    storage = _storage(work) if any(issue.location is None for issue in issues) else production
    drafts = [_draft(issue, work, source=issue.location or storage, target=production) for issue in issues]
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


def _storage(work: WorkOrder) -> Location:
    if work.site is None:
        raise SiteUnknown(work=work.number)
    return sites.storage_of(site=work.site)


def _draft(issue: Issue, work: WorkOrder, *, source: Location, target: Location) -> inventory.MoveDraft:
    return inventory.MoveDraft(
        item_id=issue.item.pk,
        lot_id=issue.lot.pk if issue.lot else None,
        quantity=issue.quantity,
        source_id=source.pk,
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
                position=position,
                quantity=move.quantity,
                at=ctx.now,
            )
        )
    MaterialUse.objects.bulk_create(rows)


def _used(work: WorkOrder) -> dict[tuple[int, int | None, int | None, int | None], Decimal]:
    rows = (
        MaterialUse.objects.filter(work=work)
        .order_by()
        .values_list("item_id", "lot_id", "stage_id", "line_id")
    )
    return {tuple(key): amount for *key, amount in rows.annotate(Sum("quantity")) if amount > 0}


def _given_back(
    ctx: Ctx, work: WorkOrder, returns: Sequence[Issue], uses: Mapping[Any, Decimal]
) -> list[MaterialUse]:
    """Entries with a minus, at the stages and lines for which the material had been issued."""
    positions = dict(work.stages.values_list("pk", "position"))
    left, rows = dict(uses), []
    for back in returns:
        missing = back.quantity
        for key in [key for key in left if key[:2] == (back.item.pk, back.lot.pk if back.lot else None)]:
            part = min(missing, left[key])
            if part > 0:
                left[key] -= part
                missing -= part
                item_id, lot_id, stage_id, line_id = key
                rows.append(
                    MaterialUse(
                        work=work,
                        stage_id=stage_id,
                        line_id=line_id,
                        item_id=item_id,
                        lot_id=lot_id,
                        position=positions.get(stage_id, 0),
                        quantity=-part,
                        at=ctx.now,
                    )
                )
    return rows


def _tell(ctx: Ctx, work: WorkOrder, rows: Sequence[tuple[int, int | None, Decimal]], event: Any) -> None:
    items = Item.objects.select_related("unit").in_bulk({item for item, _lot, _quantity in rows})
    lots = Lot.objects.in_bulk({lot for _item, lot, _quantity in rows if lot is not None})
    names = [
        (quantity, items[item].unit.code, f"{items[item]} ({lots[lot]})" if lot else items[item].name)
        for item, lot, quantity in rows
    ]
    said = said_of(work)
    said["item_ids"] = tuple(sorted({*said["item_ids"], *items}))
    ctx.emit(event(**said, lot_ids=tuple(sorted(lots)), goods=in_words(names)))
