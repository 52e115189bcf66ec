"""Making what is not good enough good: a work order whose material is the lot itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models import StageKind
from loomline.domains.bills.queries import Step
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.manufacturing.commands.dates import calendar_of, calendars_of
from loomline.domains.manufacturing.commands.planning import slots_for
from loomline.domains.manufacturing.commands.running import release_work
from loomline.domains.manufacturing.commands.supply import ORIGIN, place_for
from loomline.domains.manufacturing.commands.telling import said_of
from loomline.domains.manufacturing.events import ReworkOpened
from loomline.domains.manufacturing.models import MaterialUse, WorkKind, WorkLine, WorkOrder, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind, Site
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

PLACES = (LocationKind.STORAGE, LocationKind.QUARANTINE)


class ReworkWithoutReason(Refused):
    """Whoever does it wants to know what is wrong."""

    says = _("Say what is to be put right about {lot}.")


class ReworkTooMuch(Refused):
    """Only what lies somewhere, and is promised to nobody, can be worked on."""

    says = _("{quantity} {unit} of {lot} cannot be reworked: {free} are there and promised to nobody.")


class ReworkHow(Refused):
    """Work is done somewhere."""

    says = _("Name at least one stage of the rework of {lot}.")


@dataclass(frozen=True, kw_only=True)
class ReworkStage:
    """What is done about it, by whom, and in how many working days."""

    name: str
    kind: StageKind = StageKind.OTHER
    days: int = 1
    partner: Party | None = None
    centre: WorkCentre | None = None


@command(label=_("Rework"), icon="recycle")
def open_rework(
    ctx: Ctx,
    *,
    lot: Lot,
    quantity: Decimal,
    reason: str,
    stages: list[ReworkStage] | None = None,
    due_on: date | None = None,
) -> WorkOrder:
    """Put a lot right, or a part of it: it goes into a work order and comes out as a lot of its own."""
    lot = lock(lot)
    rows = [row for row in _free(lot) if row.free > 0]
    free = sum((row.free for row in rows), Decimal(0))

    if not reason.strip():
        raise ReworkWithoutReason(lot=lot, at_field="reason")
    if not 0 < quantity <= free:
        raise ReworkTooMuch(
            lot=lot, quantity=plain(quantity), unit=lot.item.unit, free=plain(free), at_field="quantity"
        )
    if not stages:
        raise ReworkHow(lot=lot, at_field="stages")

    work = _write(ctx, lot, quantity, reason.strip(), stages, due_on)
    release_work(ctx, work=work)
    _issue(ctx, work, rows, quantity)

    ctx.emit(
        ReworkOpened(
            **said_of(work), lot_id=lot.pk, lot=str(lot), quantity=quantity, unit=lot.item.unit.code,
            reason=reason.strip(),
        )
    )  # fmt: skip
    return WorkOrder.objects.get(pk=work.pk)


def _free(lot: Lot) -> list[Balance]:
    # Ours, and not at a partner's for another stage already.
    rows = Balance.objects.filter(
        lot=lot.pk, owner__isnull=True, location__kind__in=PLACES, on_hand__gt=F("reserved")
    )
    found: list[Balance] = lock_all(rows.select_related("location__site"))
    return found


def _write(
    ctx: Ctx, lot: Lot, quantity: Decimal, reason: str, drafts: Sequence[ReworkStage], due_on: date | None
) -> WorkOrder:
    home = sites.own_sites().order_by("pk").first()
    work = WorkOrder(
        kind=WorkKind.REWORK,
        item=lot.item,
        rework_of=lot,
        site=home,
        quantity=quantity,
        due_on=due_on,
        starts_on=ctx.today,
        note=reason,
    )
    stages = [_stage(work, row, draft, lot) for row, draft in enumerate(drafts, start=1)]
    calendars = calendars_of(stages, [work])
    steps = [Step(days=stage.days, calendar=calendar_of(stage, work, calendars)) for stage in stages]
    slots = slots_for(steps, starts_on=ctx.today, due_on=due_on, today=ctx.today)
    for stage, slot in zip(stages, slots, strict=True):
        stage.planned_start = stage.expected_start = slot.start
        stage.planned_end = stage.expected_end = slot.end
    work.planned_on = work.expected_on = slots[-1].end
    work.save()
    WorkLine.objects.create(work=work, position=1, item=lot.item, quantity=quantity)
    WorkStage.objects.bulk_create(stages)
    return work


def _stage(work: WorkOrder, position: int, draft: ReworkStage, lot: Lot) -> WorkStage:
    partner = draft.partner or (draft.centre.site.party if draft.centre else None)
    return WorkStage(
        work=work,
        position=position,
        name=draft.name,
        kind=draft.kind,
        partner=partner,
        centre=draft.centre,
        site=draft.centre.site if draft.centre else _site_of(partner),
        days=draft.days,
        unit=lot.item.unit,
        quantity=work.quantity,
    )


def _site_of(partner: Party | None) -> Site | None:
    return partner.sites.filter(is_active=True).order_by("pk").first() if partner else None


def _issue(ctx: Ctx, work: WorkOrder, rows: Sequence[Balance], quantity: Decimal) -> None:
    stage = work.stages.select_related("site").order_by("position").first()
    place, missing, taken = place_for(stage), quantity, []
    for row in rows:
        part = min(row.free, missing)
        if part > 0:
            taken.append((row, part))
            missing -= part
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=row.item_id,
                lot_id=row.lot_id,
                source_unit_id=row.unit_id,
                quantity=part,
                source_id=row.location_id,
                destination_id=place.pk,
                origin_kind=ORIGIN,
                origin_id=work.pk,
            )
            for row, part in taken
        ],
    )
    MaterialUse.objects.create(
        work=work,
        stage=stage,
        item_id=taken[0][0].item_id,
        lot_id=taken[0][0].lot_id,
        location_id=None if place.is_virtual else place.pk,
        position=stage.position if stage else 0,
        quantity=quantity,
        at=ctx.now,
    )
