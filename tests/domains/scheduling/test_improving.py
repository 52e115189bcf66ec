"""The search keeps only what is better, can be stopped, and leaves alone what stays."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from loomline.domains.scheduling import commands, queries
from loomline.domains.scheduling.jobs import improve_schedule
from loomline.domains.scheduling.models import ScheduleRun
from loomline.kernel.job import JobRun, perform
from tests.conftest import NOW
from tests.domains.scheduling.floor import Floor, at


def improved(floor: Floor, *, stop: bool = False) -> JobRun:
    """The job as a worker does it, at nine o'clock."""
    run = improve_schedule.start(floor.ctx, seconds=2)
    JobRun.objects.filter(pk=run.pk).update(stop_requested=stop)
    return perform(JobRun.objects.get(pk=run.pk), now=lambda: NOW)


def test_a_worse_order_by_hand_is_made_better_and_a_pin_is_kept(floor: Floor) -> None:
    floor.limit(0)
    hats, caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 100, due=24)
    more = floor.work(floor.cap, 20, due=24)
    floor.schedule()
    commands.move_operation(floor.ctx, operation=floor.of(hats), starts_at=at(24, 12))
    commands.unpin_operations(floor.ctx, operations=[floor.of(hats)])
    assert floor.of(hats).late_days == 1
    run = improved(floor)
    assert (run.state, run.result["improved"], run.result["late"], run.result["late_before"]) == (
        "done",
        True,
        0,
        1,
    )
    assert floor.span(hats)[1:] == (at(23, 9, 30), at(23, 12, 30))
    assert floor.of(caps).setup_minutes + floor.of(more).setup_minutes == 30
    assert improved(floor).result == {"improved": False}
    kinds = list(ScheduleRun.objects.order_by("pk").values_list("kind", "tardiness", "setup"))
    assert kinds[-1] == ("improve", 0, 60)


def test_what_is_settled_is_not_moved_even_for_something_better(floor: Floor) -> None:
    floor.work(floor.hat, 140, due=27)
    floor.schedule()
    urgent = floor.work(floor.cap, 60, due=23)
    floor.schedule()
    assert floor.of(urgent).late_days == 1
    assert improved(floor).result == {"improved": False}
    floor.limit(0)
    assert improved(floor).result["late"] == 0
    assert floor.of(urgent).late_days == 0


def test_a_search_that_is_stopped_says_so_and_keeps_what_it_has(floor: Floor) -> None:
    floor.work(floor.hat, 60, due=23)
    floor.schedule()
    kept = list(ScheduleRun.objects.values_list("pk", flat=True))
    assert improved(floor, stop=True).state in ("stopped", "done")
    assert list(ScheduleRun.objects.values_list("pk", flat=True)) == kept


def test_nothing_worse_and_nothing_impossible_is_kept(floor: Floor) -> None:
    floor.limit(0)
    hats = floor.work(floor.hat, 60, due=23)
    floor.schedule()
    facts = queries.read_facts(floor.ctx)
    same = [
        commands.Proposed(
            stage_id=pk,
            machine=spot.lane.machine,
            starts_at=facts.at(spot.start),
            ends_at=facts.at(spot.end),
        )
        for pk, spot in queries.kept_spots(facts).items()
    ]
    with pytest.raises(commands.NotBetter):
        commands.keep_improved(floor.ctx, found=same)
    early = [
        commands.Proposed(**{**asdict(one), "starts_at": at(23, 9), "ends_at": at(23, 12)}) for one in same
    ]
    with pytest.raises(commands.ScheduleMovedOn):
        commands.keep_improved(floor.ctx, found=early)
    assert floor.span(hats)[1] == at(23, 9, 30)
