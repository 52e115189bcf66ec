"""Taking a part of a work order out into one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.dates import expect
from loomline.domains.manufacturing.commands.material import reserve_materials
from loomline.domains.manufacturing.commands.output import lines_of
from loomline.domains.manufacturing.commands.planning import WorkDraft, WorkLineDraft, plan_work, rescale
from loomline.domains.manufacturing.commands.running import release_work
from loomline.domains.manufacturing.commands.supply import ORIGIN
from loomline.domains.manufacturing.commands.telling import goods_of, said_of
from loomline.domains.manufacturing.events import WorkSplit
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkOrder, WorkState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BEFORE = (WorkState.PLANNED, WorkState.RELEASED)


class NothingToSplit(Refused):
    """A part is more than nothing and less than all."""

    says = _("{work}: name a part of it, more than nothing and less than all.")


class PartTooLarge(Refused):
    """A part is of a line."""

    says = _("{item}: {quantity} {unit} cannot be split off; {work} makes {planned}.")


class BegunAlready(Refused):
    """What has begun has gone into one whole."""

    says = _("{work} has begun or has material. Hand over a part of a stage instead, or return the material.")


@dataclass(frozen=True, kw_only=True)
class Part:
    """So much of a line goes into the other work order."""

    line: WorkLine
    quantity: Decimal


@command(label=_("Split"), icon="git-branch", states=BEFORE)
def split_work(
    ctx: Ctx, *, work: WorkOrder, parts: list[Part], due_on: date | None = None, note: str = ""
) -> WorkOrder:
    """Make a part of it by a work order of its own: elsewhere, earlier or later."""
    work = lock(work)
    lines = {line.pk: line for line in lines_of(work)}

    _refuse(work, lines, parts)
    kept = bool(stock.reservations_of(kind=ORIGIN, ids=[work.pk]))

    inventory.release(ctx, origins=[(ORIGIN, work.pk)])
    other = plan_work(ctx, drafts=[_draft(work, parts, due_on, note)])[0]
    WorkOrder.objects.filter(pk=other.pk).update(split_from=work)
    _take(lines, parts, other)
    rescale(work, sum((line.quantity for line in work.lines.all()), Decimal(0)))
    expect(ctx, works=[work], causes={})
    for one in (work, other) if kept else ():
        if queries.needs_of(work=one):
            reserve_materials(ctx, work=one)
    if work.state == WorkState.RELEASED:
        release_work(ctx, work=other)

    told = list(WorkLine.objects.filter(work=other).select_related("item__unit"))
    ctx.emit(WorkSplit(**said_of(work), other_id=other.pk, other=other.number, goods=goods_of(told)))
    return WorkOrder.objects.get(pk=other.pk)


def _refuse(work: WorkOrder, lines: dict[int, WorkLine], parts: Sequence[Part]) -> None:
    taken = sum((part.quantity for part in parts), Decimal(0))
    if not parts or taken <= 0 or taken >= work.quantity or len({p.line.pk for p in parts}) < len(parts):
        raise NothingToSplit(work=work.number)
    for part in parts:
        line = lines.get(part.line.pk)
        if line is None or not 0 < part.quantity <= line.quantity:
            raise PartTooLarge(
                item=part.line.item,
                quantity=plain(part.quantity),
                unit=part.line.item.unit,
                work=work.number,
                planned=plain(line.quantity if line else Decimal(0)),
            )
    begun = work.stages.exclude(state__in=(StageState.WAITING, StageState.READY)).exists()
    if work.state not in BEFORE or begun or work.uses.exists() or work.outputs.exists():
        raise BegunAlready(work=work.number)


def _draft(work: WorkOrder, parts: Sequence[Part], due_on: date | None, note: str) -> WorkDraft:
    return WorkDraft(
        lines=[
            WorkLineDraft(
                item=part.line.item,
                quantity=part.quantity,
                origin_kind=part.line.origin_kind,
                origin_id=part.line.origin_id,
            )
            for part in parts
        ],
        due_on=due_on or work.due_on,
        starts_on=None if due_on else work.starts_on,
        site=work.site,
        bill=work.bill,
        priority=work.priority,
        note=note or work.note,
        origin_kind=work.origin_kind,
        origin_id=work.origin_id,
    )


def _take(lines: dict[int, WorkLine], parts: Sequence[Part], other: WorkOrder) -> None:
    """Lines shrink; one that goes whole goes as it is, so that whoever counts on it still does."""
    for part, fresh in zip(parts, other.lines.order_by("position"), strict=True):
        line = lines[part.line.pk]
        if part.quantity == line.quantity:
            WorkLine.objects.filter(pk=fresh.pk).delete()
            WorkLine.objects.filter(pk=line.pk).update(work=other, position=fresh.position)
        else:
            line.quantity -= part.quantity
            WorkLine.objects.filter(pk=line.pk).update(quantity=line.quantity)
