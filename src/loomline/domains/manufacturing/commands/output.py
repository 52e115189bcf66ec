"""What comes out: lots of half-finished and finished goods, tied to the lots that went in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills import queries as bills
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.commands.backflush import backflush
from loomline.domains.manufacturing.commands.supply import ORIGIN
from loomline.domains.manufacturing.commands.telling import in_words, said_of
from loomline.domains.manufacturing.events import GoodsMade
from loomline.domains.manufacturing.models import WorkLine, WorkOrder, WorkOutput, WorkStage, WorkState
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned

LAST = 32767


class NotRunning(Refused):
    """Goods come out of work that runs."""

    says = _("{work} is {state}; goods come out of work that is released or running.")


class OutputUnclear(Refused):
    """Nobody knows what was made."""

    says = _("{work} makes several items. Say for each line how many came out.")


class OutputWrong(Refused):
    """Quantities that cannot be."""

    says = _("{item}: {quantity} made and {rejected} rejected cannot be. At least one of them is above 0.")


class NotMadeHere(Refused):
    """The work order does not make this."""

    says = _("{work} does not make {item}. Choose one of its lines.")


class NoPlaceForGoods(Refused):
    """Goods need a place."""

    says = _("{work} does not say where the goods go. Choose the site first.")


class NotBeside(Refused):
    """A by-product is named on the bill."""

    says = _("{item} is nothing that comes out beside {work}. Name it on the bill first.")


class LotAgain(Refused):
    """What goes into work does not come out of it under the same name."""

    says = _("{lot} goes into {work}: what comes out is a lot of its own. Give it another number.")


class MadeMore(Warned):
    """More came out than was asked for."""

    says = _(
        "{item}: {made} {unit} would have come out of {planned} planned. "
        "Put the {over} {unit} more into stock?"
    )


@dataclass(frozen=True, kw_only=True)
class Output:
    """What came out of a line: good pieces in one lot, and rejects that go nowhere.

    `item` instead of a line names a co-product or by-product of the bill.
    """

    line: WorkLine | None = None
    item: Item | None = None
    quantity: Decimal
    rejected: Decimal = Decimal(0)
    lot: str = ""
    location: Location | None = None
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Good pieces of an item, finished or half-finished, and the lot they became."""

    item: Item
    quantity: Decimal
    number: str = ""
    line: WorkLine | None = None
    location: Location | None = None
    expires_on: date | None = None
    lot: Lot | None = None


@command(label=_("Put into stock"), icon="packages", states=(WorkState.RELEASED, WorkState.RUNNING))
def record_output(ctx: Ctx, *, work: WorkOrder, outputs: list[Output]) -> WorkOrder:
    """Put finished goods into stock by lot, and count what was rejected."""
    work = lock(work)
    lines = lines_of(work)

    if work.state not in (WorkState.RELEASED, WorkState.RUNNING):
        raise NotRunning(work=work.number, state=work.state.label.lower())
    beside = {one.item_id for one in bills.beside(bill_id=work.bill_id)} if _any_beside(outputs) else set()
    outputs = [_placed(work, lines, output, beside) for output in outputs]
    _refuse_wrong(ctx, work, outputs)

    last = work.stages.order_by("-position").first()
    site = _site(work)
    pieces = [_piece(output) for output in outputs if output.quantity > 0]
    made = produce(ctx, work=work, stage=last, site=site, pieces=pieces)
    _count(work, lines, outputs)
    backflush(ctx, work=work)

    if made:
        ctx.emit(
            GoodsMade(
                **said_of(work, lines),
                lot_ids=tuple(sorted({piece.lot.pk for piece in made if piece.lot is not None})),
                line_ids=tuple(piece.line.pk for piece in made if piece.line is not None),
                quantities=tuple(plain(piece.quantity) for piece in made if piece.line is not None),
                goods=words_of(made),
                place=site.name,
                rejected=sum((output.rejected for output in outputs), Decimal(0)),
            )
        )
    return work


def produce(
    ctx: Ctx, *, work: WorkOrder, stage: WorkStage | None, site: Site, pieces: Sequence[Piece]
) -> list[Piece]:
    """Make the lots, move them out of production and write the genealogy."""
    if not pieces:
        return []
    lots = _lots(ctx, work, stage, pieces)
    unplaced = [
        inventory_ports.Arrival(
            item_id=piece.item.pk, lot_id=lot.pk if lot else None, quantity=piece.quantity
        )
        for piece, lot in zip(pieces, lots, strict=True)
        if piece.location is None
    ]
    places = iter(inventory_ports.put_at(ctx, site=site, goods=unplaced) if unplaced else [])
    made = [
        replace(piece, lot=lot, location=piece.location or next(places))
        for piece, lot in zip(pieces, lots, strict=True)
    ]
    _move(ctx, work, made)
    _trace(ctx, work, stage, made)
    return made


def lines_of(work: WorkOrder) -> list[WorkLine]:
    """The lines of a work order, locked, with their items and units."""
    rows: list[WorkLine] = lock_all(work.lines.select_related("item__unit"))
    return sorted(rows, key=lambda line: (line.position, line.pk))


def words_of(made: Sequence[Piece]) -> str:
    """What was made, in words, with the lots."""
    names = [f"{piece.item.name} ({piece.lot})" if piece.lot else piece.item.name for piece in made]
    return in_words([(p.quantity, p.item.unit.code, name) for p, name in zip(made, names, strict=True)])


def _any_beside(outputs: Sequence[Output]) -> bool:
    return any(output.item is not None and output.line is None for output in outputs)


def _placed(work: WorkOrder, lines: Sequence[WorkLine], output: Output, beside: set[int]) -> Output:
    """The output with its line: the one it names, or the only one there is; a co-product has none."""
    if output.line is None and output.item is not None:
        if output.item.pk not in beside:
            raise NotBeside(work=work.number, item=output.item)
        if output.quantity <= 0:
            raise OutputWrong(
                item=output.item, quantity=plain(output.quantity), rejected=plain(output.rejected)
            )
        return output
    if output.line is None and len(lines) != 1:
        raise OutputUnclear(work=work.number)
    line = lines[0] if output.line is None else next((row for row in lines if row.pk == output.line.pk), None)
    if line is None:
        raise NotMadeHere(work=work.number, item=output.line)
    return replace(output, line=line)


def _piece(output: Output) -> Piece:
    item = output.line.item if output.line is not None else output.item
    if item is None:
        raise TypeError("An output is placed on its line before it becomes a piece.")
    return Piece(
        item=item,
        quantity=output.quantity,
        number=output.lot,
        line=output.line,
        location=output.location,
        expires_on=output.expires_on,
    )


def _refuse_wrong(ctx: Ctx, work: WorkOrder, outputs: Sequence[Output]) -> None:
    if not outputs:
        raise OutputUnclear(work=work.number)
    done: dict[int, Decimal] = {}
    for output in outputs:
        line = output.line
        if line is None:
            continue
        if min(output.quantity, output.rejected) < 0 or output.quantity + output.rejected == 0:
            raise OutputWrong(
                item=line.item, quantity=plain(output.quantity), rejected=plain(output.rejected)
            )
        done.setdefault(line.pk, line.done)
        done[line.pk] += output.quantity
        if done[line.pk] > line.quantity:
            ctx.warn(
                MadeMore(
                    item=line.item,
                    unit=line.item.unit,
                    made=plain(done[line.pk]),
                    planned=plain(line.quantity),
                    over=plain(done[line.pk] - line.quantity),
                )
            )


def _site(work: WorkOrder) -> Site:
    if work.site is None:
        raise NoPlaceForGoods(work=work.number)
    return work.site


def _count(work: WorkOrder, lines: Sequence[WorkLine], outputs: Sequence[Output]) -> None:
    by_line: Mapping[int, WorkLine] = {line.pk: line for line in lines}
    for output in outputs:
        if output.line is not None:
            by_line[output.line.pk].done += output.quantity
            by_line[output.line.pk].rejected += output.rejected
    WorkLine.objects.bulk_update(lines, ["done", "rejected"])
    work.done = sum((line.done for line in lines), Decimal(0))
    work.rejected = sum((line.rejected for line in lines), Decimal(0))
    WorkOrder.objects.filter(pk=work.pk).update(done=work.done, rejected=work.rejected)


def _lots(ctx: Ctx, work: WorkOrder, stage: WorkStage | None, pieces: Sequence[Piece]) -> list[Lot | None]:
    """The lot of each piece: one that is known and grows, or a new one; None where none are kept."""
    keys = [_lot_key(work, stage, piece, place) for place, piece in enumerate(pieces, start=1)]
    wanted = {key for key in keys if key is not None}
    if work.rework_of is not None and (work.rework_of.item_id, str(work.rework_of.number)) in wanted:
        raise LotAgain(lot=work.rework_of, work=work.number, at_field="lot")
    known = {
        (lot.item_id, str(lot.number)): lot
        for lot in Lot.objects.filter(item__in={i for i, _n in wanted}, number__in={n for _i, n in wanted})
    }
    new = {
        key: piece for key, piece in zip(keys, pieces, strict=True) if key is not None and key not in known
    }
    if new:
        drafts = [
            inventory.LotDraft(
                item_id=item_id,
                number=number,
                supplier_id=stage.partner_id if stage is not None else None,
                made_on=ctx.today,
                expires_on=piece.expires_on,
                origin_kind=ORIGIN,
                origin_id=work.pk,
            )
            for (item_id, number), piece in new.items()
        ]
        known |= dict(zip(new, inventory.open_lots(ctx, drafts=drafts), strict=True))
    return [known[key] if key is not None else None for key in keys]


def _lot_key(work: WorkOrder, stage: WorkStage | None, piece: Piece, place: int) -> tuple[int, str] | None:
    if piece.item.tracking == Tracking.NONE:
        return None
    position = f"{stage.position}-{place}" if stage is not None else str(place)
    return piece.item.pk, piece.number or f"{work.number}-{position}"


def _move(ctx: Ctx, work: WorkOrder, made: Sequence[Piece]) -> None:
    production = sites.virtual(kind=LocationKind.PRODUCTION)
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=piece.item.pk,
                lot_id=piece.lot.pk if piece.lot else None,
                quantity=piece.quantity,
                source_id=production.pk,
                destination_id=piece.location.pk,
                origin_kind=ORIGIN,
                origin_id=work.pk,
                unit_cost=piece.item.standard_cost or None,
            )
            for piece in made
            if piece.location is not None
        ],
    )


def _trace(ctx: Ctx, work: WorkOrder, stage: WorkStage | None, made: Sequence[Piece]) -> None:
    to_position = stage.position if stage is not None else LAST
    before = WorkOutput.objects.filter(work=work, lot__isnull=False, to_position__lt=to_position)
    last = before.aggregate(Max("to_position"))["to_position__max"]
    WorkOutput.objects.bulk_create(
        WorkOutput(
            work=work,
            stage=stage,
            line=piece.line,
            item=piece.item,
            lot=piece.lot,
            location=piece.location,
            from_position=0 if last is None else last + 1,
            to_position=to_position,
            quantity=piece.quantity,
            at=ctx.now,
        )
        for piece in made
    )
