"""A stage that hands over in parts, and work that rests, is closed, split or reworked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import StageState, WorkKind, WorkOrder, WorkState
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.manufacturing.conftest import World


def _begun(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> WorkOrder:
    work = plan("1000", released=True)
    manufacturing.issue_material(ctx, work=work)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    return work


def test_the_next_stage_begins_with_the_part_that_was_handed_over(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = _begun(ctx, world, plan)

    manufacturing.hand_over_stage(
        ctx, stage=world.stage(work, "Dyeing"), quantity=Decimal("218.4"), lot="D-1"
    )
    assert world.stage(work, "Knitting").state == StageState.READY
    assert world.on_hand(world.dyed, at=world.dyehouse) == Decimal("218.4")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    assert world.stage(work, "Knitting").quantity_in == Decimal(500)

    manufacturing.finish_stage(
        ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal("436.8"), lot="D-2"
    )

    assert world.stage(work, "Knitting").quantity_in == Decimal(1000)
    assert world.on_hand(world.dyed, at=world.dyehouse) == 0
    made = Lot.objects.filter(number__in=["D-1", "D-2"]).order_by("number")
    assert [row.quantity for row in work.uses.filter(lot__in=made).order_by("lot__number")] == [
        Decimal("218.4"),
        Decimal("218.4"),
    ]
    assert stock.compare_balances() == []


def test_a_stage_does_not_end_before_the_one_that_feeds_it(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = _begun(ctx, world, plan)
    manufacturing.hand_over_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=Decimal("218.4"))
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))

    with pytest.raises(manufacturing.StageBeforeRuns, match="Knitting cannot end: Dyeing still runs"):
        manufacturing.finish_stage(ctx, stage=world.stage(work, "Knitting"), quantity_out=Decimal(500))
    with pytest.raises(manufacturing.LessThanHandedOver, match=r"218\.4 kg were handed over already"):
        manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal(200))
    with pytest.raises(manufacturing.MoreOutThanIn):
        manufacturing.hand_over_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=Decimal(300))
    assert world.stage(work, "Knitting").state == StageState.RUNNING


def test_paused_work_does_not_move_until_it_goes_on(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = _begun(ctx, world, plan)
    with pytest.raises(manufacturing.PauseWithoutReason):
        manufacturing.pause_work(ctx, work=work, reason=" ")
    manufacturing.pause_work(ctx, work=work, reason="shade to be decided")

    with pytest.raises(manufacturing.WorkPausedNow, match=r"is paused: shade to be decided\. Resume it"):
        manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal("436.8"))
    with pytest.raises(manufacturing.NotRunning):
        manufacturing.record_output(
            ctx, work=work, outputs=[manufacturing.Output(line=work.lines.get(), quantity=Decimal(1))]
        )
    with pytest.raises(manufacturing.WorkPausedNow):
        manufacturing.hand_over_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=Decimal(10))
    assert [row.work_id for row in queries.making()] == [work.pk]

    work = manufacturing.resume_work(ctx, work=work)
    assert (work.state, work.cause) == (WorkState.RUNNING, "")
    manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal("436.8"))


def _done(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> WorkOrder:
    work = _begun(ctx, world, plan)
    known = replace(ctx, accepted=frozenset({"MadeLess"}))
    for stage in work.stages.order_by("position"):
        stage.refresh_from_db()
        if stage.state == StageState.READY:
            stage = manufacturing.start_stage(ctx, stage=stage)
        stage.refresh_from_db()
        lot = "FJ-1" if stage.name == "Packing" else ""
        manufacturing.finish_stage(ctx, stage=stage, quantity_out=stage.quantity_in, lot=lot)
    return manufacturing.finish_work(known, work=work)


def test_closed_work_stays_as_it_is(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = _done(ctx, world, plan)
    work = manufacturing.close_work(ctx, work=work)
    assert work.state == WorkState.CLOSED
    back = manufacturing.Issue(item=world.merino, lot=Lot.objects.get(number="BY-7781"), quantity=Decimal(1))
    with pytest.raises(manufacturing.BooksClosed, match="is closed; nothing about it changes"):
        manufacturing.return_material(ctx, work=work, returns=[back])
    with pytest.raises(MoveRefused):
        manufacturing.close_work(ctx, work=work)


def test_a_part_is_split_off_with_its_stages_and_its_customer(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(lines={("pine", "M"): "700", ("oat", "L"): "500"})
    pine, oat = work.lines.order_by("position")

    other = manufacturing.split_work(
        ctx,
        work=work,
        parts=[
            manufacturing.Part(line=pine, quantity=Decimal(200)),
            manufacturing.Part(line=oat, quantity=Decimal(500)),
        ],
    )

    work.refresh_from_db()
    assert (work.quantity, other.quantity, other.split_from_id) == (500, 700, work.pk)
    assert [(line.item_id, line.quantity) for line in work.lines.all()] == [(pine.item_id, 500)]
    assert [(line.item_id, line.quantity, line.origin_id) for line in other.lines.order_by("position")] == [
        (pine.item_id, 200, 17),
        (oat.item_id, 500, 17),
    ]
    assert other.lines.get(item=oat.item_id).pk == oat.pk  # who counts on it still does
    assert (world.stage(work, "Dyeing").quantity, world.stage(other, "Dyeing").quantity) == (
        Decimal("218.4"),
        Decimal("305.76"),
    )
    told = StoredEvent.objects.get(name="manufacturing.WorkSplit").sentence
    assert (
        told == f"200 pcs Fjord pine M, 500 pcs Fjord oat L of {work.number} are made by {other.number} now"
    )


def test_reserved_material_is_shared_and_released_work_stays_released(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1000", released=True)
    manufacturing.reserve_materials(ctx, work=work)
    other = manufacturing.split_work(
        ctx, work=work, parts=[manufacturing.Part(line=work.lines.get(), quantity=Decimal(400))]
    )
    kept = {
        one: sum(
            row.quantity
            for row in stock.reservations_of(kind="manufacturing.workorder", ids=[one])
            if row.item_id == world.merino.pk
        )
        for one in (work.pk, other.pk)
    }
    assert kept == {work.pk: Decimal("262.08"), other.pk: Decimal("174.72")}
    assert other.state == WorkState.RELEASED


def test_all_or_nothing_is_no_part_and_begun_work_is_not_split(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1000", released=True)
    line = work.lines.get()
    for quantity in (Decimal(0), Decimal(1000)):
        with pytest.raises(manufacturing.NothingToSplit):
            manufacturing.split_work(ctx, work=work, parts=[manufacturing.Part(line=line, quantity=quantity)])
    manufacturing.issue_material(ctx, work=work)
    with pytest.raises(manufacturing.BegunAlready, match="Hand over a part of a stage instead"):
        manufacturing.split_work(ctx, work=work, parts=[manufacturing.Part(line=line, quantity=Decimal(400))])
    assert WorkOrder.objects.count() == 1


def test_a_lot_is_reworked_into_a_lot_of_its_own(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    _done(ctx, world, plan)
    lot = Lot.objects.get(number="FJ-1")
    inventory.hold_lot(ctx, lot=lot, reason="seams")
    bench = centres.open_centre(ctx, code="BENCH", name="Mending bench", site=world.home)

    work = manufacturing.open_rework(
        ctx,
        lot=lot,
        quantity=Decimal(120),
        reason="seams to be closed",
        stages=[manufacturing.ReworkStage(name="Mending", days=2, centre=bench)],
    )

    assert (work.kind, work.state, work.rework_of) == (WorkKind.REWORK, WorkState.RELEASED, lot)
    assert world.on_hand(world.variant()) == Decimal(880)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Mending"))
    with pytest.raises(manufacturing.LotAgain, match="FJ-1 goes into"):
        manufacturing.finish_stage(
            ctx, stage=world.stage(work, "Mending"), quantity_out=Decimal(120), lot="FJ-1"
        )
    manufacturing.finish_stage(
        ctx, stage=world.stage(work, "Mending"), quantity_out=Decimal(115), rejected=Decimal(5), lot="FJ-1R"
    )
    work = manufacturing.finish_work(ctx, work=work)

    again = Lot.objects.get(number="FJ-1R")
    assert [(kin.level, kin.number, kin.used.amount) for kin in queries.genealogy_back(lot=again)][:1] == [
        (1, "FJ-1", Decimal(120))
    ]
    assert "BY-7781" in {kin.number for kin in queries.genealogy_back(lot=again)}
    assert queries.mass_balance(work=work)[0].difference == 0
    assert world.on_hand(world.variant()) == Decimal(995)


def test_only_what_is_there_is_reworked(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    _done(ctx, world, plan)
    lot = Lot.objects.get(number="FJ-1")
    stages = [manufacturing.ReworkStage(name="Mending")]
    with pytest.raises(manufacturing.ReworkTooMuch, match="1,000 are there and promised to nobody"):
        manufacturing.open_rework(ctx, lot=lot, quantity=Decimal(1001), reason="seams", stages=stages)
    with pytest.raises(manufacturing.ReworkHow):
        manufacturing.open_rework(ctx, lot=lot, quantity=Decimal(1), reason="seams", stages=[])
    assert WorkOrder.objects.filter(kind=WorkKind.REWORK).count() == 0
