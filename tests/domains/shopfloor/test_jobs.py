"""A job at a machine, from its set-up to the last piece."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkState
from loomline.domains.shopfloor import commands, queries
from loomline.domains.shopfloor.models import Report, TimeEntry
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.shopfloor.conftest import Floor


def _clock() -> list[tuple[str, int]]:
    return [
        (entry.kind, round(entry.minutes(until=entry.started_at)))
        for entry in TimeEntry.objects.order_by("pk")
    ]


def test_set_up_run_stop_and_output_by_lot(ctx: Ctx, floor: Floor) -> None:
    work = floor.work("100")
    commands.start_job(floor.at(0), stage=floor.stage(work))
    commands.run_job(floor.at(35), stage=floor.stage(work))
    commands.pause_job(floor.at(95), stage=floor.stage(work), reason=floor.stop(), note="belt")
    commands.start_job(floor.at(110), stage=floor.stage(work))
    commands.report_job(
        floor.at(200), stage=floor.stage(work), good=Decimal(60), rejected=Decimal(4), reason=floor.scrap()
    )
    commands.finish_job(floor.at(290), stage=floor.stage(work), good=Decimal(36))

    assert _clock() == [("setup", 35), ("run", 60), ("stop", 15), ("run", 180)]
    sewing = floor.stage(work)
    assert (sewing.state, sewing.quantity_out, sewing.rejected) == (StageState.DONE, 96, 4)
    assert floor.stage(work, "Packing").state == StageState.READY

    commands.start_job(floor.at(300), stage=floor.stage(work, "Packing"))
    commands.report_job(floor.at(320), stage=floor.stage(work, "Packing"), good=Decimal(50), lot="CAP-1")
    commands.report_job(floor.at(340), stage=floor.stage(work, "Packing"), good=Decimal(40), lot="CAP-2")
    assert stock.stock_of(item_id=floor.cap.pk, on=ctx.today).on_hand == 90
    commands.finish_job(
        floor.at(350),
        stage=floor.stage(work, "Packing"),
        good=Decimal(5),
        rejected=Decimal(1),
        reason=floor.scrap(),
        lot="CAP-2",
    )
    assert {str(lot): lot.outputs.count() for lot in Lot.objects.order_by("number")} == {
        "CAP-1": 1,
        "CAP-2": 2,
    }
    work.refresh_from_db()
    assert (work.done, work.state) == (95, WorkState.RUNNING)
    assert stock.stock_of(item_id=floor.cap.pk, on=ctx.today).on_hand == 95
    manufacturing.finish_work(replace(ctx, accepted=frozenset({"MadeLess"})), work=work)
    told = StoredEvent.objects.filter(name="shopfloor.JobStopped").get().sentence
    assert told == f"Sewing of {work.number} stands at Sewing line: Breakdown belt"


def test_rejects_need_a_reason_and_a_report_a_number(floor: Floor) -> None:
    work = floor.work()
    commands.start_job(floor.at(0), stage=floor.stage(work))
    with pytest.raises(commands.ScrapWithoutReason, match="Say why they were rejected"):
        commands.report_job(floor.at(9), stage=floor.stage(work), rejected=Decimal(1))
    with pytest.raises(commands.NothingReported):
        commands.report_job(floor.at(9), stage=floor.stage(work))
    with pytest.raises(commands.NothingReported):
        commands.finish_job(floor.at(9), stage=floor.stage(work))
    assert not Report.objects.exists()


def test_a_clock_runs_once_and_only_where_the_job_may(floor: Floor) -> None:
    work = floor.work()
    with pytest.raises(commands.JobNotReady, match=r"Packing of W-.* is waiting"):
        commands.start_job(floor.at(0), stage=floor.stage(work, "Packing"))
    commands.start_job(floor.at(0), stage=floor.stage(work))
    with pytest.raises(commands.AlreadyRuns):
        commands.start_job(floor.at(1), stage=floor.stage(work))
    with pytest.raises(commands.StandsAlready):
        commands.pause_job(floor.at(1), stage=floor.stage(work, "Packing"), reason=floor.stop())
    commands.run_job(floor.at(2), stage=floor.stage(work))
    with pytest.raises(commands.NotSetUp):
        commands.run_job(floor.at(3), stage=floor.stage(work))


def test_more_jobs_than_machines_is_asked_about(floor: Floor) -> None:
    first, second = floor.work(), floor.work()
    commands.start_job(floor.at(0), stage=floor.stage(first))
    with pytest.raises(commands.MachinesBusy, match="Sewing line has 1 machines and 1 jobs running"):
        commands.start_job(floor.at(1), stage=floor.stage(second))
    assert floor.stage(second).state == StageState.READY
    known = replace(floor.at(1), accepted=frozenset({"MachinesBusy"}))
    commands.start_job(known, stage=floor.stage(second))
    assert TimeEntry.objects.filter(ended_at=None).count() == 2


def test_a_part_is_handed_over_to_the_next_machine(floor: Floor) -> None:
    work = floor.work("100")
    commands.start_job(floor.at(0), stage=floor.stage(work))
    commands.report_job(floor.at(60), stage=floor.stage(work), good=Decimal(30), hand_over=True)
    commands.start_job(floor.at(61), stage=floor.stage(work, "Packing"))
    assert floor.stage(work, "Packing").quantity_in == 30
    commands.finish_job(floor.at(240), stage=floor.stage(work), good=Decimal(70))
    assert floor.stage(work, "Packing").quantity_in == 100


def test_what_comes_first_is_shown_first(floor: Floor) -> None:
    later, urgent, running = floor.work(), floor.work(), floor.work()
    type(urgent).objects.filter(pk=urgent.pk).update(priority=10)
    commands.start_job(floor.at(0), stage=floor.stage(running))
    jobs = queries.jobs_at(centre=floor.sewing)
    assert [job.stage.work_id for job in jobs] == [running.pk, urgent.pk, later.pk]
    assert (jobs[0].runs, jobs[0].left) == (True, 100)


def test_a_scanned_code_finds_its_job(floor: Floor) -> None:
    work = floor.work()
    commands.start_job(floor.at(0), stage=floor.stage(work))
    sewing, packing = floor.stage(work), floor.stage(work, "Packing")
    assert queries.scanned(code=f" {work.number.lower()} ") == [sewing, packing]
    assert queries.scanned(code=f"{work.number}/{packing.position}") == [packing]
    assert queries.scanned(code=work.number, centre=floor.packing) == [packing]
    commands.finish_job(floor.at(200), stage=sewing, good=Decimal(100))
    commands.start_job(floor.at(201), stage=floor.stage(work, "Packing"))
    commands.report_job(floor.at(220), stage=floor.stage(work, "Packing"), good=Decimal(50), lot="CAP-7")
    assert queries.scanned(code="CAP-7") == [packing]
    assert queries.scanned(code="NO-SUCH") == []


def test_planned_and_booked_minutes_stand_beside_each_other(floor: Floor) -> None:
    work = floor.work("100")
    commands.start_job(floor.at(0), stage=floor.stage(work))
    commands.run_job(floor.at(40), stage=floor.stage(work))
    commands.finish_job(floor.at(260), stage=floor.stage(work), good=Decimal(100))
    sewing = queries.booked(work=work, now=floor.at(300).now)[0]
    assert (sewing.planned, sewing.setup, sewing.run, sewing.stops) == (230, 40, 220, 0)
